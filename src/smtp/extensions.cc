// SPDX-License-Identifier: MIT
#include "smtp/extensions.h"

#include <algorithm>
#include <limits>
#include <string_view>

#include "text/ascii.h"

namespace sallyport {

namespace {

/// Words of `text`, upper case. Old servers say "AUTH=PLAIN LOGIN": '=' splits words, too.
std::vector<std::string> words_of(std::string_view text, bool equals_sign_splits) {
    std::vector<std::string> words;
    bool within = false;
    for (const char c : text) {
        const bool splits = is_blank(c) || (equals_sign_splits && c == '=');
        if (!splits && !within)
            words.emplace_back();
        if (!splits)
            words.back() += to_upper(c);
        within = !splits;
    }
    return words;
}

/// RFC 9422 3: LIMITS RCPTMAX=n MAILMAX=n …
std::optional<std::uint32_t> read_limit(const std::vector<std::string>& words,
                                        std::string_view prefix) {
    for (const auto& word : words) {
        if (word.starts_with(prefix)) {
            const auto limit = to_number(std::string_view(word).substr(prefix.size()));
            if (limit && *limit > 0 && *limit <= std::numeric_limits<std::uint32_t>::max())
                return static_cast<std::uint32_t>(*limit);
        }
    }
    return std::nullopt;
}

void note_extension(Extensions& offered, const std::vector<std::string>& words) {
    const std::string& keyword = words.front();
    if (keyword == "STARTTLS") {
        offered.starttls = true;
    } else if (keyword == "PIPELINING") {
        offered.pipelining = true;
    } else if (keyword == "CHUNKING") {
        offered.chunking = true;
    } else if (keyword == "BINARYMIME") {
        offered.binary_mime = true;
    } else if (keyword == "8BITMIME") {
        offered.eight_bit_mime = true;
    } else if (keyword == "SMTPUTF8") {
        offered.smtputf8 = true;
    } else if (keyword == "DSN") {
        offered.dsn = true;
    } else if (keyword == "REQUIRETLS") {
        offered.requiretls = true;
    } else if (keyword == "SIZE") {
        // RFC 1870 4: no number is no fixed limit, as 0 is; so is one we cannot read.
        offered.size = words.size() > 1 ? to_number(words[1]).value_or(0) : 0;
    } else if (keyword == "LIMITS") {
        offered.rcptmax = read_limit(words, "RCPTMAX=");
        offered.mailmax = read_limit(words, "MAILMAX=");
    } else if (keyword == "AUTH") {
        for (std::size_t i = 1; i < words.size(); ++i)
            offered.auth.push_back(words[i]);
    }
}

} // namespace

Extensions parse_extensions(const Reply& ehlo, const std::vector<std::string>& ignore) {
    Extensions offered;
    for (std::size_t i = 1; i < ehlo.lines.size(); ++i) {
        const std::string& line = ehlo.lines[i];
        const auto words = words_of(line, starts_with_ignoring_case(line, "AUTH="));
        if (!words.empty() && std::ranges::find(ignore, words.front()) == ignore.end())
            note_extension(offered, words);
    }
    return offered;
}

} // namespace sallyport
