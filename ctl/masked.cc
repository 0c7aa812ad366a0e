// SPDX-License-Identifier: MIT
#include "ctl/masked.h"

#include <algorithm>
#include <optional>

#include <openssl/sha.h>

#include "base/concat.h"
#include "base/failure.h"
#include "config/keys.h"
#include "config/strict_ini.h"
#include "ctl/config_text.h"
#include "ctl/words.h"
#include "system/wipe.h"
#include "text/ascii.h"
#include "text/printable.h"

namespace sallyport::ctl {

namespace {

constexpr std::size_t line_limit = 4096; ///< of what is shown

/// A URL with a user in it, or a word that a secret stands after. What a command has for
/// arguments nobody knows.
bool may_hold_secret(std::string_view key, std::string_view value) {
    const std::string lower = lower_case(value);
    return key.ends_with("_command") || lower.find("pass") != lower.npos ||
           lower.find("bearer") != lower.npos ||
           lower.find('@', lower.find("://")) != lower.npos;
}

/// How the value of a key is read, if it is: what is replaced need not be a configuration.
std::optional<std::string> value_of(std::string_view line) {
    try {
        std::vector<IniEntry> entries = parse_ini(concat({"[relay]\n", line}), "");
        if (entries.size() == 1)
            return std::move(entries.front().value);
    } catch (const Failure&) { // nobody can say where it ends
    }
    return std::nullopt;
}

std::string digest_of(std::string_view value) {
    std::string digest(SHA256_DIGEST_LENGTH, '\0');
    ::SHA256(reinterpret_cast<const unsigned char*>(value.data()), value.size(),
             reinterpret_cast<unsigned char*>(digest.data()));
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
            return text == first_comment() ? std::string(text)
                                           : tr("; (a comment that is not shown)");
        return text.front() == '[' ? shown_section(text) : shown_key(text);
    }

    std::string shown_section(std::string_view text) {
        section_.clear(); // nothing is known of the keys below a line that is not shown
        const std::string_view name = text.substr(1, text.size() - 2);
        if (!text.ends_with(']') || has_control(name) ||
            name.find_first_of("[];#=") != name.npos)
            return hidden_line();
        section_ = name;
        return printable(text, line_limit);
    }

    /// The value without its quotes and the comment after it, which is one like others.
    std::string shown_key(std::string_view text) {
        const auto equals = text.find('=');
        const std::string_view name = trim(text.substr(0, equals));
        const auto known = std::ranges::find_if(key_table(), [&](const Key& key) {
            return equals != text.npos && key.name == name &&
                   (section_ == key.section ||
                    section_.starts_with(concat({key.section, " "})));
        });
        if (known == key_table().end())
            return hidden_line();
        std::optional<std::string> value = value_of(text);
        if (value && !known->is_secret(*value) && !may_hold_secret(name, *value))
            return printable(concat({name, " = ", ini_value(*value, {})}), line_limit);
        const std::string place = concat({section_, " ", name});
        const std::string digest = digest_of(value ? std::string_view(*value) : text);
        if (value)
            wipe(*value);
        const auto old = before_.find(place);
        const bool changed = old != before_.end() && old->second != digest;
        result_.secrets.insert_or_assign(place, digest);
        return concat({name, " = ", changed ? tr("(changed)") : tr("(secret)")});
    }

    static std::string hidden_line() { return tr("(a line that is not shown)"); }

    const SecretDigests& before_;
    std::string section_;
    MaskedText result_;
};

} // namespace

MaskedText masked_text(std::string_view text, const SecretDigests& before) {
    return Masking(before).run(text);
}

} // namespace sallyport::ctl
