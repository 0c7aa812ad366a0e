// SPDX-License-Identifier: MIT
#include "net/prelude.h"

#include "base/concat.h"
#include "text/printable.h"

namespace sallyport {

void Prelude::write(std::string_view octets, std::string_view shown) {
    transcript_.sent(step_, shown);
    const Transfer written = stream_.write(octets, deadline_);
    if (written.failed())
        fail(ExitStatus::temp_fail, Fault::address, {written.trouble}, "4.4.2");
}

std::string Prelude::read(std::size_t size) {
    std::string octets(size, '\0');
    for (std::size_t done = 0; done < size;) {
        const Transfer got =
            stream_.read({octets.data() + done, octets.size() - done}, deadline_);
        if (got.failed())
            fail(ExitStatus::temp_fail, Fault::address, {got.trouble}, "4.4.2");
        done += got.octets;
    }
    return octets;
}

std::string Prelude::read_line() {
    std::string line;
    for (;;) {
        if (left_-- == 0)
            fail(ExitStatus::protocol, Fault::relay, {"the reply is too long"}, "5.5.0");
        const char octet = read(1).front();
        if (octet == '\n')
            break;
        line += octet;
    }
    if (line.ends_with('\r'))
        line.pop_back();
    return line;
}

std::string Prelude::quote(std::string_view line, std::size_t limit,
                           std::string_view code) const {
    if (withheld_.is_in(line))
        return concat({code, code.empty() ? "" : " ", Withheld::mark});
    return printable(line, limit);
}

void Prelude::remark(std::initializer_list<std::string_view> text) const {
    transcript_.remark(step_, Where(step_).told(peer_, text));
}

void Prelude::fail(ExitStatus status, Fault fault,
                   std::initializer_list<std::string_view> what, const char* enhanced,
                   bool credentials_refused) const {
    throw Failure(status, fault, peer_, step_, what, enhanced, 0, credentials_refused);
}

} // namespace sallyport
