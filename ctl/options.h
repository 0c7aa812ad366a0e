// SPDX-License-Identifier: MIT
//
// The one table of verbs and options. Usage, completions and the manual's check come from
// it.
#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ctl/console.h"

namespace sallyport::ctl {

/// What may follow an option, or stand as a word: how a shell completes it.
enum class Takes : unsigned char {
    nothing,
    text,
    file,
    group,
    provider, ///< of `providers --names`
    relay,    ///< of `config --names`
    queued,   ///< what is to be done, then IDs of `queue list --names`
    verb,
    shell,
    choice, ///< one of the option's `choices`
};

struct Option {
    const char* name; ///< without its hyphens
    char letter;      ///< of the short form, or 0
    Takes takes;
    const char* value;   ///< "ADDR", as usage has it; a choice's words, "auto|always|never"
    const char* summary; ///< one line, for tr()
};

struct Verb {
    const char* name;
    const char* words;   ///< "[PROVIDER | USER@DOMAIN | SERVER]", or empty
    Takes takes;         ///< of a word
    std::size_t most;    ///< so many words at most
    const char* summary; ///< one line, for tr()
    std::span<const Option> options;
    bool reserved = false; ///< "not in this version"
};

/// In the order of sallyportctl(8).
std::span<const Verb> verb_table();
/// Those that every verb has.
std::span<const Option> common_options();

/// argv, taken apart.
class Options {
  public:
    /// Failure (64, local): an unknown verb or option (the nearest is named), an option
    /// without its value or with one it does not take, too many words, an option twice.
    /// Their order is free; "--" ends the options; an option's name may be cut short where
    /// no other begins like that. No verb: that of `help`, and with --help `help VERB`.
    /// What may be a secret in a wrong place is never quoted.
    explicit Options(std::span<char* const> argv);

    [[nodiscard]] const Verb& verb() const { return *verb_; }
    /// Some verb was named.
    [[nodiscard]] bool verb_given() const { return verb_given_; }
    /// Those after the verb.
    [[nodiscard]] const std::vector<std::string>& words() const { return words_; }
    /// The first word, or nothing.
    [[nodiscard]] std::optional<std::string> word() const;

    /// Whether the option was given; its name is one of the table's.
    [[nodiscard]] bool has(std::string_view name) const;
    /// What was given with it.
    [[nodiscard]] std::optional<std::string> value(std::string_view name) const;

    [[nodiscard]] bool json() const { return has("json"); }
    [[nodiscard]] bool quiet() const { return has("quiet"); }
    [[nodiscard]] bool verbose() const { return has("verbose"); }
    [[nodiscard]] Colour colour() const;

  private:
    struct Stray;
    Stray take_apart(std::span<char* const> argv);
    static Stray stray_at(const Option* known, bool missing, const char* argument);
    void note(const Option& option, const char* value);
    void refuse(const Stray& stray) const;
    void refuse_what_the_verb_has_not() const;

    const Verb* verb_ = nullptr;
    bool verb_given_ = false;
    std::vector<std::string> words_;
    std::map<std::string, std::string, std::less<>> values_;
};

/// The text of `help`, or of `help VERB`.
std::string usage(const Look& look, const Verb* verb = nullptr);

/// The verb of this name. Failure (64, local) names the nearest, or says that this one is
/// not in this version.
const Verb& verb_named(std::string_view name);

} // namespace sallyport::ctl
