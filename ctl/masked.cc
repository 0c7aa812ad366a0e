// SPDX-License-Identifier: MIT
#include "ctl/masked.h"

#include <algorithm>
#include <array>

#include <openssl/sha.h>

#include "base/concat.h"
#include "base/failure.h"
#include "config/keys.h"
#include "config/strict_ini.h"
#include "ctl/words.h"
#include "system/wipe.h"
#include "text/ascii.h"
#include "text/printable.h"

namespace sallyport::ctl {

namespace {

constexpr std::size_t line_limit = 4096; ///< of what is shown

bool may_hold_secret(std::string_view comment) {
    const std::string lower = lower_case(comment);
    return std::ranges::any_of(
        std::array<std::string_view, 5>{"=", "pass", "secret", "token", "key"},
        [&](std::string_view word) { return lower.find(word) != lower.npos; });
}

/// How the value of a key would be read, or as it stands where it would not.
std::string value_of(std::string_view line) {
    try {
        std::vector<IniEntry> entries = parse_ini(concat({"[relay]\n", line}), "");
        if (entries.size() == 1)
            return std::move(entries.front().value);
    } catch (const Failure&) { // what is replaced need not be a configuration
    }
    return std::string(trim(line));
}

std::string digest_of(std::string_view line) {
    std::string value = value_of(line);
    std::string digest(SHA256_DIGEST_LENGTH, '\0');
    ::SHA256(reinterpret_cast<const unsigned char*>(value.data()), value.size(),
             reinterpret_cast<unsigned char*>(digest.data()));
    wipe(value);
    return digest;
}

class Masking {
  public:
    explicit Masking(const SecretDigests& before) : before_(before) {}

    MaskedText run(std::string_view text) {
        while (!text.empty()) {
            const bool ended = text.find('\n') != text.npos;
            std::string_view line = take_until(text, '\n');
            if (line.ends_with('\r'))
                line.remove_suffix(1);
            result_.text.append(shown(line)).append(ended ? "\n" : "");
        }
        return std::move(result_);
    }

  private:
    std::string shown(std::string_view line) {
        const std::string_view text = trim(line);
        if (text.empty())
            return {};
        if (text.front() == ';' || text.front() == '#')
            return may_hold_secret(text) ? tr("; (a comment that is not shown)")
                                         : printable(line, line_limit);
        if (text.front() == '[' && text.ends_with(']')) {
            section_ = text.substr(1, text.size() - 2);
            return printable(line, line_limit);
        }
        return shown_key(text);
    }

    std::string shown_key(std::string_view text) {
        const auto equals = text.find('=');
        const std::string_view name = trim(text.substr(0, equals));
        const auto known = std::ranges::find_if(key_table(), [&](const Key& key) {
            return equals != text.npos && key.name == name &&
                   (section_ == key.section ||
                    section_.starts_with(concat({key.section, " "})));
        });
        if (known == key_table().end())
            return tr("(a line that is not shown)");
        if (!known->is_secret(text.substr(equals + 1)))
            return printable(text, line_limit);
        const std::string place = concat({section_, " ", name});
        const std::string digest = digest_of(text);
        const auto old = before_.find(place);
        const bool changed = old != before_.end() && old->second != digest;
        result_.secrets.insert_or_assign(place, digest);
        return concat({name, " = ", changed ? tr("(changed)") : tr("(secret)")});
    }

    const SecretDigests& before_;
    std::string section_;
    MaskedText result_;
};

} // namespace

MaskedText masked_text(std::string_view text, const SecretDigests& before) {
    return Masking(before).run(text);
}

} // namespace sallyport::ctl
