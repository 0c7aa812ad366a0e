// SPDX-License-Identifier: MIT
#include "message/content_encoder.h"

#include <algorithm>
#include <utility>

#include "text/ascii.h"
#include "text/base64.h"

namespace sallyport {

namespace {

constexpr std::size_t line_limit = 76;
constexpr std::size_t octets_a_line = line_limit / 4 * 3;

} // namespace

void QuotedPrintableEncoder::encode(std::string_view octets, std::string& to) {
    for (const char c : octets) {
        const bool line_end = held_ == '\r' && c == '\n';
        if (line_end) {
            held_ = '\0';
            to += "\r\n";
            column_ = 0;
            continue;
        }
        settle(c == '\r', to);
        if (c == '\r' || is_blank(c))
            held_ = c;
        else
            put(c, c == '=' || is_control(c) || is_eight_bit(c), to);
    }
}

void QuotedPrintableEncoder::finish(std::string& to) {
    settle(true, to);
}

/// RFC 2045 6.7 (3): a blank at the end of a line is written in hexadecimal. A
/// CR that ends no line is, too.
void QuotedPrintableEncoder::settle(bool before_line_end, std::string& to) {
    const char held = std::exchange(held_, '\0');
    if (held != '\0')
        put(held, held == '\r' || before_line_end, to);
}

void QuotedPrintableEncoder::put(char c, bool quoted, std::string& to) {
    if (column_ + (quoted ? 3 : 1) >= line_limit) { // the "=" of a soft line end has to fit
        to += "=\r\n";
        column_ = 0;
        quoted = quoted || c == '-'; // RFC 2046 5.1.1: no new line looks like a delimiter
    }
    column_ += quoted ? 3 : 1;
    if (quoted)
        append_hex(to, '=', c);
    else
        to += c;
}

void Base64Encoder::encode(std::string_view octets, std::string& to) {
    while (!octets.empty()) {
        const std::size_t taken = std::min(octets_a_line - line_.size(), octets.size());
        line_ += octets.substr(0, taken);
        octets.remove_prefix(taken);
        if (line_.size() == octets_a_line)
            finish(to);
    }
}

void Base64Encoder::finish(std::string& to) {
    if (line_.empty())
        return;
    if (!std::exchange(first_, false))
        to += "\r\n";
    to += encode_base64(line_);
    line_.clear();
}

/// RFC 2045 6.7 (5): a soft line end stands before what is no blank, so that it makes none
/// count that did not before, and within no "=XX". Nor after a "=" that is none: to some
/// readers "==" is one.
void LineWrapper::encode(std::string_view octets, std::string& to) {
    for (const char c : octets) {
        const bool line_end = c == '\r' || c == '\n';
        if (base64_ && line_end)
            continue;
        // "=XX" is not split, and after anything else the "=" has to fit.
        const std::size_t room = base64_ ? 0 : c == '=' ? 3 : 1;
        put(c,
            column_ + room >= line_limit && !line_end && !is_blank(c) && since_equals_ > 2,
            to);
        since_equals_ = c == '=' && !base64_ ? 1 : since_equals_ + 1;
    }
}

void LineWrapper::put(char c, bool begins_line, std::string& to) {
    if (begins_line) {
        to += base64_ ? "\r\n" : "=\r\n";
        column_ = 0;
    }
    column_ = c == '\n' ? 0 : column_ + 1;
    if (begins_line && c == '-') // RFC 2046 5.1.1: no new line looks like a delimiter
        append_hex(to, '=', c);
    else
        to += c;
}

} // namespace sallyport
