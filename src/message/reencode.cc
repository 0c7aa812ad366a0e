// SPDX-License-Identifier: MIT
#include "message/reencode.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>

#include "base/concat.h"
#include "base/failure.h"
#include "message/content_encoder.h"
#include "message/mime.h"
#include "text/ascii.h"
#include "text/utf8.h"

namespace sallyport {

namespace {

constexpr std::size_t part_limit = 10'000; // each is remembered from one pass to the other
constexpr std::size_t blanks_limit = 900;  // in a row, where lines are wrapped

bool is_base64(char c) {
    return is_alpha(c) || is_digit(c) || c == '+' || c == '/' || c == '=' || c == '\r' ||
           c == '\n';
}

/// What there is to know of some octets before they can be sent.
struct Facts : BodyFacts {
    std::size_t octets = 0;
    std::size_t over_127 = 0;    ///< of them
    bool escapes = false;        ///< ESC: ISO-2022-JP and its kin
    bool base64 = true;          ///< nothing but its characters and line ends
    std::size_t most_blanks = 0; ///< in a row
    std::size_t blanks = 0;      ///< that came last
    bool utf8 = true;            ///< as far as it has been read
    Utf8Reader reader;

    void add(std::string_view piece) {
        BodyFacts::add(piece);
        octets += piece.size();
        for (const char c : piece) {
            over_127 += is_eight_bit(c) ? 1U : 0U;
            escapes = escapes || c == '\x1b';
            blanks = is_blank(c) ? blanks + 1 : 0;
            most_blanks = std::max(most_blanks, blanks);
            base64 = base64 && is_base64(c);
            utf8 = utf8 && reader.take(c);
        }
    }
};

/// What becomes of a part: nothing, an encoding, other line ends within the one it has.
enum class Change { none, encode, wrap };

struct Part {
    Entity entity;
    Facts facts;
    Change change = Change::none;
};

bool is_too_much(const BodyFacts& facts, bool seven_bit) {
    return facts.nul || facts.longest_line > text_line_limit ||
           (seven_bit && facts.eight_bit);
}

/// The first pass: what is in each part, and in the frame around them.
class Survey final : public EntityVisitor {
  public:
    void take_header(Header header, const Entity& entity) override {
        if (parts.size() == part_limit)
            stop(ExitStatus::data_error, Fault::message,
                 {"the message has to be encoded, and has more than 10,000 parts"},
                 "5.6.3");
        if (!parts.empty())
            frame.add(header.octets()); // of the message's own header, others take care
        parts.emplace_back().entity = entity;
    }
    void take_leaf(std::string_view octets) override { parts.back().facts.add(octets); }
    void end_leaf() override {}
    void take_frame(std::string_view octets) override { frame.add(octets); }

    std::vector<Part> parts; ///< one a header, in order
    BodyFacts frame;
};

/// Where other line ends change nothing that is decoded. What is in application/pkcs7-mime
/// may be a signature, and no octet of that is touched.
bool is_wrappable(const Part& part) {
    const Entity& entity = part.entity;
    if (entity.sealed || entity.type.ends_with("pkcs7-mime"))
        return false;
    return (entity.encoding == "base64" && part.facts.base64) ||
           (entity.encoding == "quoted-printable" &&
            part.facts.most_blanks <= blanks_limit);
}

/// What stays as it is must be fit for a server that takes seven bits only.
void check_fixed(const BodyFacts& facts, bool seven_bit) {
    if (seven_bit && facts.eight_bit)
        stop(ExitStatus::data_error, Fault::relay,
             {"the message holds 8-bit text, which the server does not take, where MIME "
              "does not allow an encoding"},
             "5.6.3");
}

Change find_change(const Part& part, bool seven_bit) {
    if (!part.entity.sealed && part.entity.is_identity())
        return is_too_much(part.facts, seven_bit) ? Change::encode : Change::none;
    check_fixed(part.facts, seven_bit);
    const bool wraps =
        part.facts.longest_line > text_line_limit && !part.entity.body_signed;
    return wraps && is_wrappable(part) ? Change::wrap : Change::none;
}

/// The second pass: the same message with the parts that need it encoded.
class Rewriter final : public EntityVisitor {
  public:
    Rewriter(const std::vector<Part>& parts, bool seven_bit)
        : parts_(parts), seven_bit_(seven_bit) {}

    void take_header(Header header, const Entity& /*entity*/) override {
        const Part& part = parts_[next_];
        const bool first = next_++ == 0;
        if (part.change == Change::encode)
            label(header, part);
        else if (seven_bit_ && !part.entity.sealed &&
                 (part.entity.encoding == "8bit" || part.entity.encoding == "binary"))
            replace_encoding(header, "7bit");
        if (part.change == Change::wrap)
            encoder_ = std::make_unique<LineWrapper>(part.entity.encoding == "base64");
        if (first)
            header_ = std::move(header);
        else
            put(header.octets());
    }

    void take_leaf(std::string_view octets) override {
        if (!encoder_)
            return put(octets);
        std::string encoded;
        encoder_->encode(octets, encoded);
        put(encoded);
    }

    void end_leaf() override {
        if (!encoder_)
            return;
        std::string encoded;
        encoder_->finish(encoded);
        put(encoded);
        encoder_.reset();
    }

    void take_frame(std::string_view octets) override {
        if (std::exchange(header_over_, true))
            put(octets);
    }

    std::optional<Message> finish() {
        if (facts_.line > 0) // of an encoded part, which is the last
            put("\r\n");
        body_.append(pending_);
        return std::optional<Message>(std::in_place, header_, std::move(body_), facts_);
    }

  private:
    void label(Header& header, const Part& part) {
        const bool text = part.entity.type.starts_with("text/");
        // Base64 is shorter where more than every sixth octet would take three.
        const bool base64 = !text || part.facts.over_127 > part.facts.octets / 6;
        if (base64)
            encoder_ = std::make_unique<Base64Encoder>();
        else
            encoder_ = std::make_unique<QuotedPrintableEncoder>();
        if (part.entity.is_message && !header.contains("MIME-Version"))
            header.append(Field("MIME-Version", "1.0"));
        if (!header.contains("Content-Type"))
            header.append(
                Field("Content-Type", concat({"text/plain; charset=", charset(part)})));
        replace_encoding(header, base64 ? "base64" : "quoted-printable");
    }

    /// RFC 1428: unknown-8bit where nothing better is known.
    static std::string_view charset(const Part& part) {
        const Facts& facts = part.facts;
        if (facts.eight_bit)
            return facts.utf8 && facts.reader.between() ? "utf-8" : "unknown-8bit";
        return facts.escapes ? "iso-2022-jp" : "us-ascii";
    }

    static void replace_encoding(Header& header, std::string_view name) {
        header.remove("Content-Transfer-Encoding");
        header.append(Field("Content-Transfer-Encoding", name));
    }

    /// In blocks: a Store may write each piece to a file.
    void put(std::string_view octets) {
        facts_.add(octets);
        pending_ += octets;
        if (pending_.size() > block_size) {
            body_.append(pending_);
            pending_.clear();
        }
    }

    const std::vector<Part>& parts_;
    bool seven_bit_;
    std::size_t next_ = 0;
    std::unique_ptr<ContentEncoder> encoder_;
    Header header_;
    bool header_over_ = false; ///< the blank line after it is the Message's own
    Store body_;
    BodyFacts facts_;
    std::string pending_;
};

} // namespace

std::optional<Message> reencode(const Message& message, bool seven_bit,
                                std::vector<std::string>& notes) {
    if (!is_too_much(message.body_facts(), seven_bit))
        return std::nullopt;
    Survey survey;
    visit_entities(message, survey);
    check_fixed(survey.frame, seven_bit);
    bool changes = false;
    bool breaks_signature = false;
    for (Part& part : survey.parts) {
        const bool too_long_only = !part.facts.nul && !(seven_bit && part.facts.eight_bit);
        if (part.entity.body_signed && too_long_only)
            part.entity.sealed = true;
        part.change = find_change(part, seven_bit);
        const bool changed = part.change != Change::none;
        changes = changes || changed;
        breaks_signature = breaks_signature || (changed && part.entity.body_signed);
    }
    if (!changes)
        return std::nullopt;
    if (breaks_signature)
        notes.push_back(
            "the message is encoded anew, so its DKIM signature no longer holds");
    Rewriter rewriter(survey.parts, seven_bit);
    visit_entities(message, rewriter);
    return rewriter.finish();
}

} // namespace sallyport
