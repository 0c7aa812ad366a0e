// SPDX-License-Identifier: MIT
//
// Messages for tests of what becomes of them: from text, and back.
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "decoding.h"
#include "message/intake.h"
#include "message/message.h"
#include "message/mime.h"

namespace sallyport {

/// Of text in any line ends, as it would stand on standard input.
inline Message message_of(std::string_view text) {
    Intake intake(false, 0);
    intake.add(text);
    Draft draft = intake.finish();
    return {draft.header, std::move(draft.body), draft.facts};
}

inline std::string octets_of(const Message& message) {
    std::string octets(message.size(), '\0');
    octets.resize(message.read(0, octets));
    return octets;
}

/// The leaves of a message, decoded, and all that stands around them.
class Reading final : public EntityVisitor {
  public:
    explicit Reading(const Message& message) { visit_entities(message, *this); }

    void take_header(Header /*header*/, const Entity& entity) override {
        encoding_ = entity.encoding;
        frame += "[" + entity.type + "]";
    }
    void take_leaf(std::string_view octets) override { leaf_ += octets; }
    void end_leaf() override {
        try {
            leaf_ = decoded();
        } catch (const std::runtime_error&) {
            // It came so, and goes out so, but for line ends that count for nothing.
            if (encoding_ == "quoted-printable")
                leaf_ = decode_quoted_printable(leaf_, true);
            else
                std::erase_if(leaf_, [](char c) { return c == '\r' || c == '\n'; });
            leaf_ += "[no " + encoding_ + "]";
        }
        leaves.push_back(std::exchange(leaf_, {}));
    }
    void take_frame(std::string_view octets) override { frame += octets; }

    std::vector<std::string> leaves;
    std::string frame;

  private:
    [[nodiscard]] std::string decoded() const {
        if (encoding_ == "quoted-printable")
            return decode_quoted_printable(leaf_);
        return encoding_ == "base64" ? decode_base64_lines(leaf_) : leaf_;
    }

    std::string encoding_;
    std::string leaf_;
};

} // namespace sallyport
