// SPDX-License-Identifier: MIT
#include "message/mime.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "base/concat.h"
#include "text/ascii.h"

namespace sallyport {

namespace {

constexpr std::size_t header_limit = 2 * Header::size_limit; ///< that of a message is less
constexpr std::size_t delimiter_limit = 1000; ///< RFC 2046 5.1.1 says 70, and blanks
constexpr std::size_t depth_limit = 100;
constexpr std::string_view padding = " \t\r\n";

/// RFC 2045 5.1: tokens, quoted strings and single specials; comments and
/// folding are skipped.
class ParameterReader {
  public:
    explicit ParameterReader(std::string_view text) : text_(text) {}

    [[nodiscard]] bool at_end() {
        skip_space();
        return text_.empty();
    }

    /// Empty at the end, and where a quoted string is.
    std::string next() {
        skip_space();
        if (text_.starts_with('"'))
            return quoted_string();
        constexpr std::string_view specials =
            "()<>@,;:\\\"[]?= \t\r\n"; // '/' is a part of types
        const auto end = std::min(text_.find_first_of(specials), text_.size());
        return std::string(take(std::max<std::size_t>(end, 1)));
    }

  private:
    void skip_space() {
        int depth = 0;
        while (!text_.empty()) {
            const char c = text_.front();
            if (c == '\\' && depth > 0)
                take(1);
            else if (c == '(')
                ++depth;
            else if (c == ')' && depth > 0)
                --depth;
            else if (depth == 0 && !is_blank(c) && c != '\r' && c != '\n')
                return;
            take(1);
        }
    }

    std::string quoted_string() {
        std::string value;
        take(1);
        while (!text_.empty() && text_.front() != '"') {
            if (text_.front() == '\\')
                take(1);
            value += take(1);
        }
        take(1);
        return value;
    }

    std::string_view take(std::size_t size) {
        const auto taken = text_.substr(0, size);
        text_.remove_prefix(taken.size());
        return taken;
    }

    std::string_view text_;
};

void read_content_type(std::string_view body, Entity& entity) {
    ParameterReader reader(body);
    if (reader.at_end()) // RFC 2045 5.2: it is as if it were not there
        return;
    std::string type = reader.next();
    if (type.find('/') == std::string::npos) // blanks may stand around it
        type += reader.next();
    if (type.ends_with('/'))
        type += reader.next();
    entity.type = lower_case(type);
    while (!reader.at_end()) {
        const std::string word = reader.next();
        if (word == ";" || reader.next() != "=")
            continue;
        if (equals_ignoring_case(word, "charset") && entity.charset.empty())
            entity.charset = reader.next();
        if (equals_ignoring_case(word, "boundary") && entity.boundary.empty()) {
            entity.boundary = reader.next();
            // RFC 2046 5.1.1: blanks at its end are no part of it
            entity.boundary.resize(entity.boundary.find_last_not_of(padding) + 1);
        }
    }
}

/// A message in lines; a line longer than a block comes in pieces.
class LineReader {
  public:
    explicit LineReader(const Message& message) : message_(message) {}

    /// With the CRLF, if that is in the piece; empty at the end.
    std::string_view next() {
        auto end = buffer_.find('\n', at_);
        if (end == std::string::npos && refill())
            end = buffer_.find('\n');
        // A CR at the end of a piece waits for its LF.
        std::size_t stop = end == std::string::npos ? buffer_.size() : end + 1;
        if (end == std::string::npos && stop - at_ > 1 && buffer_[stop - 1] == '\r')
            --stop;
        const std::size_t begin = std::exchange(at_, stop);
        return std::string_view(buffer_).substr(begin, stop - begin);
    }

  private:
    /// Moves what is left to the front and reads on after it.
    bool refill() {
        buffer_.erase(0, at_);
        at_ = 0;
        const std::size_t left = buffer_.size();
        buffer_.resize(block_size);
        const std::size_t got = message_.read(offset_, std::span(buffer_).subspan(left));
        offset_ += got;
        buffer_.resize(left + got);
        return got > 0;
    }

    const Message& message_;
    std::uint64_t offset_ = 0;
    std::string buffer_;
    std::size_t at_ = 0;
};

class Walker {
  public:
    Walker(const Message& message, EntityVisitor& visitor)
        : reader_(message), visitor_(visitor) {}

    void walk() {
        bool begins_line = true;
        for (auto piece = reader_.next(); !piece.empty(); piece = reader_.next()) {
            if (!begins_line || !take_delimiter(piece))
                take(piece);
            begins_line = piece.ends_with('\n');
        }
        if (std::exchange(line_end_held_, false)) // no delimiter comes
            visitor_.take_leaf("\r\n");
        leave_part();
    }

  private:
    enum class Region { header, leaf, between };
    /// What an entity is in.
    struct Surroundings {
        bool sealed = false;
        bool body_signed = false;
        bool digest = false;    ///< RFC 2046 5.1.5: parts without a type are messages
        bool multipart = false; ///< it is a part
    };
    struct Level {
        std::string delimiter; ///< "--boundary"
        Surroundings of_parts;
    };

    void take(std::string_view piece) {
        if (region_ == Region::header)
            take_header_line(piece);
        else if (region_ == Region::leaf)
            take_body(piece);
        else
            visitor_.take_frame(piece);
    }

    /// RFC 2046 5.1.1. A delimiter of an outer multipart ends the inner ones too.
    bool take_delimiter(std::string_view line) {
        if (!line.starts_with("--") || line.size() > delimiter_limit)
            return false;
        const auto text = line.substr(0, line.find_last_not_of(padding) + 1);
        const std::size_t next = find_level(text);
        const std::size_t closed =
            text.ends_with("--") ? find_level(text.substr(0, text.size() - 2)) : 0;
        if (next == 0 && closed == 0)
            return false;
        const bool closes = closed > next;
        leave_part();
        visitor_.take_frame(line);
        leave_levels(closes ? closed - 1 : next);
        region_ = closes ? Region::between : Region::header;
        if (!closes)
            around_ = levels_.back().of_parts;
        return true;
    }

    /// The innermost level with this delimiter, counted from 1; 0 if there is none. Were
    /// all of them tried, text in which many lines begin with hyphens would take seconds.
    [[nodiscard]] std::size_t find_level(std::string_view delimiter) const {
        const auto position = position_of(delimiter);
        if (position == by_delimiter_.begin() ||
            levels_[*std::prev(position)].delimiter != delimiter)
            return 0;
        return *std::prev(position) + 1;
    }

    /// After all that are equal.
    [[nodiscard]] std::vector<std::size_t>::const_iterator
    position_of(std::string_view delimiter) const {
        return std::ranges::upper_bound(by_delimiter_, delimiter, {},
                                        [this](std::size_t level) -> std::string_view {
                                            return levels_[level].delimiter;
                                        });
    }

    void enter_level(Level level) {
        const std::size_t position = levels_.size();
        by_delimiter_.insert(position_of(level.delimiter), position);
        levels_.push_back(std::move(level));
    }

    void leave_levels(std::size_t left) {
        if (left == levels_.size())
            return;
        while (levels_.size() > left)
            levels_.pop_back();
        std::erase_if(by_delimiter_, [left](std::size_t level) { return level >= left; });
    }

    void leave_part() {
        if (region_ == Region::header)
            visitor_.take_frame(std::exchange(header_, {}));
        if (region_ == Region::leaf)
            visitor_.end_leaf();
        if (std::exchange(line_end_held_, false))
            visitor_.take_frame("\r\n");
    }

    void take_header_line(std::string_view octets) {
        header_ += octets;
        if (header_.size() > header_limit) // no header of anybody's: a body without one
            enter_unreadable();
        else if (octets == "\r\n" && (header_.size() == 2 || header_.ends_with("\r\n\r\n")))
            leave_header();
    }

    void leave_header() {
        auto header = parse_header(std::string_view(header_).substr(0, header_.size() - 2));
        if (!header)
            return enter_unreadable();
        header_.clear();
        Entity entity = describe_entity(*header);
        entity.is_message = !around_.multipart;
        entity.sealed |= around_.sealed;
        entity.body_signed =
            around_.body_signed || (entity.is_message && header->signed_fields().any());
        if (around_.digest && !header->contains("Content-Type"))
            entity.type = "message/rfc822";
        const bool opens = entity.is_multipart() && !entity.boundary.empty() &&
                           levels_.size() < depth_limit;
        const bool attached = entity.type == "message/rfc822" && entity.is_identity();
        // RFC 2045 6.4: parts of parts have no transfer encoding of their own.
        entity.sealed |= !opens && !attached &&
                         (entity.is_multipart() || entity.type.starts_with("message/"));
        visitor_.take_header(std::move(*header), entity);
        visitor_.take_frame("\r\n");
        region_ = Region::leaf;
        if (attached) {
            region_ = Region::header;
            around_ = {around_.sealed, entity.body_signed};
        } else if (opens) {
            region_ = Region::between;
            enter_level({concat({"--", entity.boundary}),
                         {entity.sealed || entity.type == "multipart/signed",
                          entity.body_signed, entity.type == "multipart/digest", true}});
        }
    }

    /// What stands in header_ is none; it belongs to a body, and stays.
    void enter_unreadable() {
        Entity entity;
        entity.sealed = true;
        visitor_.take_header({}, entity);
        visitor_.take_leaf(std::exchange(header_, {}));
        region_ = Region::leaf;
    }

    /// The last line end is held back: it may belong to a delimiter.
    void take_body(std::string_view octets) {
        if (std::exchange(line_end_held_, octets.ends_with("\r\n")))
            visitor_.take_leaf("\r\n");
        if (line_end_held_)
            octets.remove_suffix(2);
        visitor_.take_leaf(octets);
    }

    LineReader reader_;
    EntityVisitor& visitor_;
    Region region_ = Region::header;
    std::string header_;  ///< of the entity at hand, as far as it has come
    Surroundings around_; ///< of that entity
    std::vector<Level> levels_;
    std::vector<std::size_t> by_delimiter_; ///< levels in the order of their delimiters
    bool line_end_held_ = false;
};

} // namespace

bool Entity::is_identity() const {
    return encoding == "7bit" || encoding == "8bit" || encoding == "binary";
}

Entity describe_entity(const Header& header) {
    Entity entity;
    std::size_t types = 0;
    std::size_t encodings = 0;
    for (const Field& field : header.fields()) {
        if (field.is("Content-Type") && types++ == 0)
            read_content_type(field.body(), entity);
        else if (field.is("Content-Transfer-Encoding") && encodings++ == 0)
            entity.encoding = lower_case(ParameterReader(field.body()).next());
    }
    // Readers differ about which of several counts.
    entity.sealed = types > 1 || encodings > 1;
    return entity;
}

void visit_entities(const Message& message, EntityVisitor& visitor) {
    Walker(message, visitor).walk();
}

} // namespace sallyport
