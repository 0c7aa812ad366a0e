// SPDX-License-Identifier: MIT
//
// Whatever message: made fit for SMTP, and for a server that takes 7-bit text only, it has
// no NUL, no line that is too long and no 8-bit text but where that is said; decoded it is
// what it was, and made fit again it stays as it is.
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "reencode.h"
#include "require.h"
#include "unit/reencoding.h"

using namespace sallyport;

namespace {

std::string body_of(const Message& message) {
    const std::string octets = octets_of(message);
    return octets.starts_with("\r\n") ? octets.substr(2)
                                      : octets.substr(octets.find("\r\n\r\n") + 4);
}

/// What is said of the body is true.
void check_facts(const Message& message) {
    const std::string body = body_of(message);
    std::size_t longest = 0;
    std::size_t begin = 0;
    for (auto end = body.find('\n'); end != body.npos; end = body.find('\n', begin)) {
        require(end > begin && body[end - 1] == '\r');
        longest = std::max(longest, end - 1 - begin);
        begin = end + 1;
    }
    require(begin == body.size());
    const BodyFacts& facts = message.body_facts();
    require(facts.longest_line == longest);
    require(facts.nul == (body.find('\0') != body.npos));
    require(facts.eight_bit == has_eight_bit(body));
}

/// `notes` are about what had to stay.
void check_fit(const Message& message, bool seven_bit,
               const std::vector<std::string>& notes) {
    const BodyFacts& facts = message.body_facts();
    require(!facts.nul);
    require(!(seven_bit && facts.eight_bit));
    bool said = false;
    for (const std::string& note : notes) {
        said = said || note.find("octets stays") != note.npos;
        require(!has_control(note));
    }
    require(said || facts.longest_line <= text_line_limit);
}

void check_same(const Message& before, const Message& after) {
    const Reading was(before);
    const Reading is(after);
    require(was.frame == is.frame);
    require(was.leaves == is.leaves);
}

void check(const Message& message, bool seven_bit) {
    std::vector<std::string> notes;
    std::optional<Message> encoded;
    try {
        encoded = reencode(message, seven_bit, notes);
    } catch (const Failure& failure) {
        const BodyFacts& facts = message.body_facts();
        require(failure.status() == ExitStatus::data_error);
        require(failure.fault() == Fault::message && !has_control(failure.what()));
        require(facts.nul || (seven_bit && facts.eight_bit));
        return;
    }
    check_fit(encoded ? *encoded : message, seven_bit, notes);
    if (!encoded)
        return;
    check_facts(*encoded);
    check_same(message, *encoded);
    require(!reencode(*encoded, seven_bit, notes));
    if (seven_bit)
        require(!reencode(*encoded, false, notes));
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    try {
        const Message message = message_of({reinterpret_cast<const char*>(data), size});
        check_facts(message);
        check(message, false);
        check(message, true);
    } catch (const Failure& failure) { // a NUL in the header
        require_refusal(failure, ExitStatus::data_error);
    }
    return 0;
}
