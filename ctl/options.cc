// SPDX-License-Identifier: MIT
#include "ctl/options.h"

#include <algorithm>
#include <limits>

#include <getopt.h>

#include "base/concat.h"
#include "base/failure.h"
#include "config/values.h"
#include "ctl/words.h"
#include "text/ascii.h"
#include "text/printable.h"

namespace sallyport::ctl {

namespace {

[[noreturn]] void misused(std::initializer_list<std::string_view> what) {
    stop(ExitStatus::usage, Fault::local, {concat(what), tr(" (see sallyportctl help)")});
}

/// Every option of the table; one that several verbs have is there several times.
std::vector<const Option*> all_options() {
    std::vector<const Option*> all;
    const auto add = [&](std::span<const Option> options) {
        for (const Option& option : options)
            all.push_back(&option);
    };
    add(common_options());
    for (const Verb& verb : verb_table())
        add(verb.options);
    return all;
}

/// As getopt_long() takes them.
struct Grammar {
    /// Beyond every letter: the values of long options are positions from here on.
    static constexpr int first_long = std::numeric_limits<unsigned char>::max() + 1;

    std::vector<const Option*> all = all_options();
    std::string letters = ":"; // a missing value is told apart from an unknown option
    std::vector<::option> names;

    Grammar() {
        for (std::size_t i = 0; i < all.size(); ++i)
            add(*all[i], first_long + static_cast<int>(i));
        names.push_back({});
    }

    /// The option that getopt_long() names by `value`, or null.
    [[nodiscard]] const Option* of(int value) const {
        const auto found = std::ranges::find_if(all, [&](const Option* option) {
            return value < first_long && option->letter != 0 && option->letter == value;
        });
        if (found != all.end())
            return *found;
        const auto position = static_cast<std::size_t>(value - first_long);
        return value >= first_long && position < all.size() ? all[position] : nullptr;
    }

  private:
    void add(const Option& option, int value) {
        const bool takes = option.takes != Takes::nothing;
        // One name only once: getopt_long() would call it ambiguous.
        const bool known = std::ranges::any_of(names, [&](const ::option& other) {
            return std::string_view(other.name) == option.name;
        });
        if (!known)
            names.push_back(
                {option.name, takes ? required_argument : no_argument, nullptr, value});
        if (option.letter != 0)
            letters.append(1, option.letter).append(takes ? ":" : "");
    }
};

bool is_named(std::span<const Option> options, std::string_view name) {
    return std::ranges::any_of(options,
                               [&](const Option& option) { return option.name == name; });
}

constexpr std::size_t far_away = 3; ///< nobody mistypes so many letters

/// What the error says of it; nothing where none is near.
std::string hint_of(std::string_view hyphens, std::string_view nearest, std::size_t away) {
    return away < far_away ? concat({tr("; the nearest is "), hyphens, nearest})
                           : std::string();
}

/// Of those that `verb` has, or of all if that is null. One that begins like that is nearer
/// than any other.
std::string nearest_option(std::string_view name, const Verb* verb) {
    std::string_view nearest;
    std::size_t least = std::numeric_limits<std::size_t>::max();
    for (const Option* option : all_options()) {
        if (verb != nullptr && !is_named(verb->options, option->name) &&
            !is_named(common_options(), option->name))
            continue;
        const bool begins = std::string_view(option->name).starts_with(name);
        const std::size_t away = begins ? 0 : distance(name, option->name);
        if (away < least) {
            least = away;
            nearest = option->name;
        }
    }
    return hint_of("--", nearest, least);
}

const Verb* find_verb(std::string_view name) {
    const auto table = verb_table();
    const auto found =
        std::ranges::find_if(table, [&](const Verb& verb) { return verb.name == name; });
    return found != table.end() ? &*found : nullptr;
}

} // namespace

const Verb& verb_named(std::string_view name) {
    if (const Verb* const verb = find_verb(name)) {
        if (verb->reserved)
            stop(ExitStatus::usage, Fault::local,
                 {verb->name, tr(": not in this version of sallyportctl")});
        return *verb;
    }
    const auto table = verb_table();
    const auto nearest = std::ranges::min_element(
        table, {}, [&](const Verb& verb) { return distance(name, verb.name); });
    misused({printable(name, 40), tr(": no such verb"),
             hint_of("", nearest->name, distance(name, nearest->name))});
}

namespace {

void refuse_other_choice(const Option& option, std::string_view value) {
    if (option.takes != Takes::choice)
        return;
    for (std::string_view words = option.value; !words.empty();) {
        if (take_until(words, '|') == value)
            return;
    }
    misused({"option --", option.name, " ", printable(value, 40), ": ", option.value,
             tr(" is expected")});
}

} // namespace

/// What getopt_long() could not take, until it is known which verb is meant.
struct Options::Stray {
    enum class Kind : unsigned char { none, unknown, without_value, with_value } kind;
    std::string name; ///< with its hyphens, without a value: that may be a secret
};

Options::Stray Options::take_apart(std::span<char* const> argv) {
    const Grammar grammar;
    std::vector<char*> arguments(argv.begin(), argv.end()); // it changes their order
    arguments.push_back(nullptr);
    const int count = static_cast<int>(argv.size());
    Stray stray{Stray::Kind::none, {}};
    ::optind = 0; // from the beginning, whatever was parsed before
    ::opterr = 0;
    for (;;) {
        // NOLINTNEXTLINE(concurrency-mt-unsafe): there is one thread so far
        const int value = ::getopt_long(count, arguments.data(), grammar.letters.c_str(),
                                        grammar.names.data(), nullptr);
        if (value == -1)
            break;
        if (value != '?' && value != ':')
            note(*grammar.of(value), ::optarg);
        else if (stray.kind == Stray::Kind::none)
            stray = stray_at(grammar.of(::optopt), value == ':',
                             arguments[static_cast<std::size_t>(::optind) - 1]);
    }
    words_.assign(arguments.begin() + ::optind, arguments.end() - 1);
    return stray;
}

Options::Stray Options::stray_at(const Option* known, bool missing, const char* argument) {
    if (known != nullptr)
        return {missing ? Stray::Kind::without_value : Stray::Kind::with_value,
                concat({"--", known->name})};
    if (::optopt != 0) // letters may be joined, and the argument is another then
        return {Stray::Kind::unknown, {'-', static_cast<char>(::optopt)}};
    std::string_view name(argument);
    return {Stray::Kind::unknown, std::string(take_until(name, '='))};
}

void Options::note(const Option& option, const char* value) {
    if (!values_.emplace(option.name, value == nullptr ? "" : value).second)
        misused({"option --", option.name, tr(": given twice")});
    if (value != nullptr)
        refuse_other_choice(option, value);
}

void Options::refuse(const Stray& stray) const {
    using Kind = Stray::Kind;
    const std::string name = concat({"option ", printable(stray.name, 40)});
    if (stray.kind == Kind::without_value)
        misused({name, tr(": its value is missing")});
    if (stray.kind == Kind::with_value)
        misused({name, tr(": it takes no value")});
    if (stray.kind == Kind::unknown)
        misused(
            {name, tr(": not known"),
             nearest_option(
                 std::string_view(stray.name).substr(stray.name.starts_with("--") ? 2 : 1),
                 verb_)});
}

void Options::refuse_what_the_verb_has_not() const {
    for (const auto& [name, value] : values_) {
        if (!is_named(verb_->options, name) && !is_named(common_options(), name))
            misused({"option --", name, ": ", verb_->name, tr(" has no such option"),
                     nearest_option(name, verb_)});
    }
    if (words_.size() > verb_->most) // which are not shown: a password may be among them
        misused({verb_->name, verb_->most == 0 ? tr(": takes no further word")
                                               : tr(": takes one word and no more")});
}

Options::Options(std::span<char* const> argv) {
    const Stray stray = take_apart(argv);
    verb_given_ = !words_.empty();
    const std::string name = verb_given_ ? words_.front() : "help";
    verb_ = find_verb(name);
    if (verb_ == nullptr || !verb_->reserved) // whose options nobody knows yet
        refuse(stray);
    verb_ = &verb_named(name);
    if (has("help") && verb_given_) { // of the verb, whatever else it would do
        verb_ = &verb_named("help");
        words_ = {name};
        return;
    }
    if (verb_given_)
        words_.erase(words_.begin());
    refuse_what_the_verb_has_not();
}

std::optional<std::string> Options::word() const {
    return words_.empty() ? std::nullopt : std::optional(words_.front());
}

bool Options::has(std::string_view name) const {
    return values_.contains(name);
}

std::optional<std::string> Options::value(std::string_view name) const {
    const auto found = values_.find(name);
    return found == values_.end() ? std::nullopt : std::optional(found->second);
}

Colour Options::colour() const {
    const std::string wish = value("color").value_or("auto");
    if (wish == "always")
        return Colour::always;
    return wish == "never" ? Colour::never : Colour::automatic;
}

} // namespace sallyport::ctl
