// SPDX-License-Identifier: MIT
#include "base/concat.h"
#include "ctl/completion.h"
#include "ctl/words.h"

namespace sallyport::ctl {

namespace {

/// Within single quotes, and within the brackets or before the colon of a specification.
std::string escaped(std::string_view text) {
    std::string result;
    for (const char c : text) {
        if (c == '\'')
            result += "'\\'";
        if (c == '[' || c == ']' || c == ':')
            result += '\\';
        result += c;
    }
    return result;
}

/// The action that knows what may stand there.
std::string action_for(Takes takes, const std::string& choice) {
    if (takes == Takes::file)
        return "_files";
    if (takes == Takes::group)
        return "_groups";
    if (takes == Takes::provider)
        return "_sallyportctl_names providers";
    if (takes == Takes::relay)
        return "_sallyportctl_names config";
    const std::string words = takes == Takes::verb    ? verb_names()
                              : takes == Takes::shell ? shell_names()
                                                      : choice;
    return words.empty() ? " " : concat({"(", words, ")"});
}

/// A specification of _arguments, in quotes.
std::string specification(const Option& option) {
    const bool takes = option.takes != Takes::nothing;
    const std::string choice =
        option.takes == Takes::choice ? words_of_choice(option) : std::string();
    const std::string rest =
        concat({"[", escaped(tr(option.summary)), "]",
                takes ? concat({":", option.value, ":", action_for(option.takes, choice)})
                      : std::string()});
    const std::string name = concat({"--", option.name});
    const char* const equals = takes ? "=" : "";
    if (option.letter == 0)
        return concat({"'", name, equals, rest, "'"});
    const std::string letter = concat({"-", {&option.letter, 1}});
    return concat({"'(", letter, " ", name, ")'{", letter, takes ? "+" : "", ",", name,
                   equals, "}'", rest, "'"});
}

std::string specifications(std::span<const Option> options, std::string_view indent) {
    std::string text;
    for (const Option& option : options)
        text += concat({indent, specification(option), "\n"});
    return text;
}

/// What stands after the verb.
std::string row(const Verb& verb) {
    std::string text = concat({"    ", verb.name, ")\n        _arguments $common"});
    for (const Option& option : verb.options)
        text += concat({" \\\n            ", specification(option)});
    if (verb.takes == Takes::queued)
        text += concat({" \\\n            '1:ACTION:(", queue_actions(),
                        ")' \\\n            '*:ID:_sallyportctl_queued'"});
    else if (verb.most != 0)
        text += concat(
            {" \\\n            ':", verb.words, ":", action_for(verb.takes, {}), "'"});
    return text + "\n        ;;\n";
}

constexpr std::string_view begin =
    R"zsh(#compdef sallyportctl
# Completion of sallyportctl for zsh: printed by sallyportctl completion zsh.

# Names of providers, or of the relays of the configuration: its last argument is the verb that
# prints them, and those before it are for compadd.
_sallyportctl_names() {
    local -a names
    names=(${(f)"$(_call_program names ${(q)service_command} ${@[-1]} --names 2>/dev/null)"})
    compadd "${@[1,-2]}" -a names
}

# Of messages: those that wait, or with --failed the others.
_sallyportctl_queued() {
    local -a names
    names=(${(f)"$(_call_program names ${(q)service_command} queue list --names \
        ${(M)words:#--failed} 2>/dev/null)"})
    compadd "$@" -a names
}

_sallyportctl() {
    local curcontext=$curcontext service_command=${words[1]} state
    local -a common verbs
    typeset -A opt_args
)zsh";

} // namespace

std::string completion_for_zsh() {
    std::string verbs;
    std::string rows;
    for (const Verb* verb : usable_verbs()) {
        verbs += concat({"        '", verb->name, ":", escaped(tr(verb->summary)), "'\n"});
        rows += row(*verb);
    }
    return concat({begin, "    common=(\n", specifications(common_options(), "        "),
                   "    )\n    verbs=(\n", verbs, "    )\n",
                   "    _arguments -C $common '1:VERB:->verb' '*::argument:->rest'\n"
                   "    case $state in\n"
                   "    verb) _describe -t verbs VERB verbs ;;\n"
                   "    rest) curcontext=${curcontext%:*:*}:sallyportctl-${words[1]}:\n"
                   "        _sallyportctl_rest ;;\n"
                   "    esac\n}\n\n"
                   "_sallyportctl_rest() {\n    case ${words[1]} in\n",
                   rows, "    esac\n}\n\n_sallyportctl \"$@\"\n"});
}

} // namespace sallyport::ctl
