// SPDX-License-Identifier: MIT
#include "support/player.h"

#include <algorithm>
#include <array>
#include <charconv>

namespace sallyport {

namespace {

enum class Fit { whole, partly, none };

Fit take_text(std::string_view wanted, std::string_view& octets) {
    const std::size_t size = std::min(wanted.size(), octets.size());
    if (wanted.substr(0, size) != octets.substr(0, size))
        return Fit::none;
    octets.remove_prefix(size);
    return size < wanted.size() ? Fit::partly : Fit::whole;
}

Fit take_anything(std::string_view& octets) {
    const auto end = octets.find("\r\n");
    octets.remove_prefix(std::min(end, octets.size()));
    return end == std::string_view::npos ? Fit::partly : Fit::whole;
}

/// "BDAT n" or "BDAT n LAST" and the next n octets of `message`, which is cut by them.
Fit take_chunk(bool last, std::string_view& message, std::string_view& octets) {
    constexpr std::string_view verb = "BDAT ";
    const auto end = octets.find("\r\n");
    if (end == std::string_view::npos)
        return verb.starts_with(octets.substr(0, verb.size())) ? Fit::partly : Fit::none;
    const std::string line(octets.substr(0, end));
    std::size_t size = 0;
    const auto parsed = std::from_chars(line.data() + std::min(verb.size(), line.size()),
                                        line.data() + line.size(), size);
    const std::string_view rest(parsed.ptr);
    if (!line.starts_with(verb) || rest != (last ? " LAST" : "") || size > message.size() ||
        last != (size == message.size()))
        return Fit::none;
    octets.remove_prefix(end + 2);
    const Fit fit = take_text(message.substr(0, size), octets);
    message.remove_prefix(size);
    return fit;
}

/// What is written of a long message at a time after DATA.
Fit take_block(std::string_view& message, std::string_view& octets) {
    constexpr std::size_t block_size = 65536;
    const std::size_t size = std::min(block_size, message.size());
    const Fit fit = take_text(message.substr(0, size), octets);
    message.remove_prefix(size);
    return fit;
}

Fit take(const Part& part, std::string_view& message, std::string_view& octets) {
    switch (part.kind) {
    case Part::Kind::text:
        return take_text(part.text, octets);
    case Part::Kind::anything:
        return take_anything(octets);
    case Part::Kind::chunk:
        return take_chunk(false, message, octets);
    case Part::Kind::last_chunk:
        return take_chunk(true, message, octets);
    case Part::Kind::block:
        return take_block(message, octets);
    }
    return Fit::none;
}

std::string describe(const Event& step) {
    switch (step.kind) {
    case Event::Kind::say:
        return "the server speaks";
    case Event::Kind::tls:
        return "the client begins TLS";
    case Event::Kind::close:
        return "the server closes";
    case Event::Kind::reset:
        return "the server resets";
    case Event::Kind::stall:
        return "the server says nothing";
    case Event::Kind::broken:
        return "the client writes, in vain";
    case Event::Kind::hear:
        break;
    }
    std::string text;
    for (const Part& part : step.parts)
        text += part.kind == Part::Kind::text       ? part.text
                : part.kind == Part::Kind::anything ? "{any}"
                                                    : "(octets of the message)";
    return "the client writes " + visible(text);
}

} // namespace

std::string visible(std::string_view text) {
    constexpr std::size_t limit = 400;
    constexpr std::string_view hex = "0123456789abcdef";
    std::string shown;
    for (const char c : text.substr(0, limit)) {
        const auto octet = static_cast<unsigned char>(c);
        if (c == '\r')
            shown += "\\r";
        else if (c == '\n')
            shown += "\\n";
        else if (octet < 0x20 || octet == 0x7f)
            shown += std::string("\\x") + hex[octet >> 4U] + hex[octet & 0x0fU];
        else
            shown += c;
    }
    const std::size_t rest = text.size() - std::min(text.size(), limit);
    return rest == 0 ? shown : shown + "... (" + std::to_string(rest) + " more)";
}

Player::Player(const Dialogue& dialogue, const ScriptedConnection& connection)
    : dialogue_(dialogue), connection_(connection), message_(dialogue.message()) {}

const Event* Player::next() const {
    return at_ < connection_.steps.size() ? &connection_.steps[at_] : nullptr;
}

void Player::hear(std::string_view octets, std::size_t writes) {
    heard_ += octets;
    writes_ += writes;
    const Event* const step = next();
    if (step == nullptr || step->kind != Event::Kind::hear)
        return complain("the client wrote " + visible(octets));
    std::string_view rest = heard_;
    std::string_view message = std::string_view(message_).substr(sent_);
    Fit fit = Fit::whole;
    for (auto part = step->parts.begin(); part != step->parts.end() && fit == Fit::whole;
         ++part)
        fit = take(*part, message, rest);
    // Long flights may come together: there is no telling where a write ended.
    const bool more_follows =
        step + 1 != connection_.steps.data() + connection_.steps.size() &&
        step[1].kind == Event::Kind::hear && writes != 1;
    const bool too_much = fit == Fit::whole && !rest.empty() && !more_follows;
    // A flight over the limit begins with a full record.
    const bool too_little =
        fit == Fit::partly && writes > 0 && writes_ == 1 && heard_.size() < flight_limit;
    if (fit == Fit::none || too_much || too_little)
        return complain("the client wrote " + visible(heard_));
    if (fit == Fit::partly)
        return;
    check_flight(heard_.size() - rest.size());
    sent_ = message.empty() ? 0 : message_.size() - message.size();
    const std::string left(rest);
    heard_.clear();
    writes_ = 0;
    pass();
    if (!left.empty())
        hear(left, 0);
}

/// What fits into one record comes in one write, and commands take no more room than that.
void Player::check_flight(std::size_t size) {
    const auto& parts = next()->parts;
    const bool mixed =
        parts.front().kind == Part::Kind::text &&
        std::ranges::any_of(parts, [](const Part& part) {
            return part.kind == Part::Kind::chunk || part.kind == Part::Kind::last_chunk;
        });
    if (mixed && size > flight_limit)
        complain("a flight of " + std::to_string(size) + " octets");
    if (size <= flight_limit && writes_ > 1)
        complain("a flight in " + std::to_string(writes_) + " writes");
}

void Player::complain(const std::string& what) {
    if (!complaint_.empty())
        return;
    const Event* const step = next();
    const unsigned line = step != nullptr ? step->line : connection_.line;
    complaint_ = dialogue_.name + ".txt:" + std::to_string(line) +
                 ": expected: " + (step != nullptr ? describe(*step) : "nothing more") +
                 "\n  came: " + what;
}

void Player::end() {
    while (const Event* const step = next()) {
        const Event::Kind kind = step->kind;
        if (kind == Event::Kind::close || kind == Event::Kind::reset ||
            kind == Event::Kind::stall)
            return;
        if (kind != Event::Kind::say)
            return complain("the client hung up" +
                            (heard_.empty() ? "" : " after " + visible(heard_)));
        pass();
    }
}

} // namespace sallyport
