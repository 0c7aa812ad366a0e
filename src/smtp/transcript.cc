// SPDX-License-Identifier: MIT
#include "smtp/transcript.h"

#include "base/concat.h"
#include "text/printable.h"

namespace sallyport {

void Transcript::sent(std::string_view commands) const {
    while (!commands.empty()) {
        const auto end = commands.find("\r\n");
        show("> ", commands.substr(0, end));
        if (end == std::string_view::npos)
            return;
        commands.remove_prefix(end + 2);
    }
}

void Transcript::received(std::string_view line) const {
    show("< ", line);
}

void Transcript::remark(std::string_view text) const {
    show("* ", text);
}

void Transcript::show(std::string_view mark, std::string_view line) const {
    if (!wanted())
        return;
    print(fd_, concat({mark, printable(line), "\n"}));
}

} // namespace sallyport
