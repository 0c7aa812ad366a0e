// SPDX-License-Identifier: MIT
//
// Whatever message: made fit for SMTP, and for a server that takes 7-bit text only, it has
// no 8-bit text, and no NUL or line that is too long but where nothing may be encoded or
// wrapped; decoded it is what it was, and made fit again it stays as it is.
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "message/reencode.h"
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

/// What no line of text can hold is left only where nothing may be encoded or wrapped.
class Encodable final : public EntityVisitor {
  public:
    explicit Encodable(const Message& message) { visit_entities(message, *this); }

    void take_header(Header header, const Entity& entity) override {
        signed_ = signed_ || (first_ && header.contains("DKIM-Signature"));
        first_ = false;
        fixed_ = entity.sealed || !entity.is_identity();
        wrappable_ = !entity.sealed && !entity.type.ends_with("pkcs7-mime");
        encoding_ = entity.encoding;
        line_ = 0;
        leaf_.clear();
    }
    void take_leaf(std::string_view octets) override {
        leaf_ += octets;
        for (const char c : octets) {
            require(fixed_ || c != '\0');
            line_ = c == '\n' ? 0 : line_ + 1;
            require(fixed_ || signed_ || line_ <= text_line_limit + 1); // its CR
        }
    }
    void end_leaf() override {
        if (!fixed_ || !wrappable_ || signed_ || longest_line(leaf_) <= text_line_limit)
            return;
        require(encoding_ != "base64" || std::ranges::any_of(leaf_, is_foreign));
        require(encoding_ != "quoted-printable" || has_many_blanks());
    }
    void take_frame(std::string_view /*octets*/) override {}

  private:
    /// No octet of base64.
    static bool is_foreign(char c) {
        return !is_alpha(c) && !is_digit(c) &&
               std::string_view("+/=\r\n").find(c) == std::string_view::npos;
    }

    static std::size_t longest_line(std::string_view octets) {
        std::size_t longest = 0;
        while (!octets.empty()) {
            const auto end = std::min(octets.find("\r\n"), octets.size());
            longest = std::max(longest, end);
            octets.remove_prefix(std::min(end + 2, octets.size()));
        }
        return longest;
    }

    [[nodiscard]] bool has_many_blanks() const {
        std::size_t run = 0;
        return std::ranges::any_of(leaf_, [&run](char c) {
            run = is_blank(c) ? run + 1 : 0;
            return run > 900;
        });
    }

    bool first_ = true;
    bool signed_ = false; ///< then long lines stay
    bool fixed_ = false;
    bool wrappable_ = false; ///< if it is fixed because it is encoded
    std::string encoding_;
    std::string leaf_;
    std::size_t line_ = 0;
};

void check_fit(const Message& message, bool seven_bit,
               const std::vector<std::string>& notes) {
    require(!(seven_bit && message.body_facts().eight_bit));
    const Encodable checked(message);
    for (const std::string& note : notes)
        require(!has_control(note));
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
        require(failure.fault() == Fault::message || failure.fault() == Fault::relay);
        require(!has_control(failure.what()));
        require(message.binary() || (seven_bit && facts.eight_bit));
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
