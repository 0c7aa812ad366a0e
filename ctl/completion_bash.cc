// SPDX-License-Identifier: MIT
#include <map>

#include "base/concat.h"
#include "ctl/completion.h"

namespace sallyport::ctl {

namespace {

/// Each option's names, the letter first: "-C --config".
std::string names_of(std::span<const Option> options, std::string_view between) {
    std::vector<std::string> names;
    for (const Option& option : options) {
        if (option.letter != 0)
            names.push_back(concat({"-", {&option.letter, 1}}));
        names.push_back(concat({"--", option.name}));
    }
    return joined(names, between);
}

/// The command that adds what may stand there to COMPREPLY.
std::string command_for(Takes takes, const std::string& choice) {
    const std::map<Takes, std::string> words{
        {Takes::group, "$(compgen -g)"},
        {Takes::provider, "$(\"$1\" providers --names 2>/dev/null)"},
        {Takes::relay, "$(\"$1\" config --names 2>/dev/null)"},
        {Takes::verb, verb_names()},
        {Takes::shell, shell_names()},
        {Takes::choice, choice},
    };
    if (takes == Takes::file)
        return "_sallyportctl_files";
    if (takes == Takes::queued)
        return concat({"_sallyportctl_queued \"$1\" \"$3\" ", queue_actions()});
    const auto found = words.find(takes);
    return found == words.end() ? ":" : concat({"_sallyportctl_words ", found->second});
}

constexpr std::string_view helpers =
    R"(# Completion of sallyportctl for bash: printed by sallyportctl completion bash.

# Those of the words that go on as what is typed does. Of that, readline keeps what stands
# before its last "=" or ":", and so do these.
_sallyportctl_words() {
    local candidate
    for candidate; do
        candidate=$before$candidate
        [[ $candidate != "$typed"* ]] || COMPREPLY+=("${candidate#"$kept"}")
    done
}

_sallyportctl_files() {
    local name
    compopt -o filenames 2>/dev/null
    while IFS= read -r name; do
        _sallyportctl_words "$name"
    done < <(compgen -f -- "${typed#"$before"}")
}

# What is to be done, then messages: those that wait, or with --failed the others.
_sallyportctl_queued() {
    local failed=
    [[ " ${words[*]} " != *" --failed "* ]] || failed=--failed
    if [[ -z $2 ]]; then
        _sallyportctl_words "${@:3}"
    else
        _sallyportctl_words $("$1" queue list --names $failed 2>/dev/null)
    fi
}
)";

constexpr std::string_view main_part = R"(
_sallyportctl() {
    local line=${COMP_LINE:0:COMP_POINT} breaks=${COMP_WORDBREAKS//[^=:]/}
    local IFS=$' \t\n' typed=${line##*[[:space:]]} kept='' before='' verb='' last=''
    local word action=''
    local -a words
    [[ -z $breaks ]] || kept=${typed%"${typed##*[$breaks]}"}
    COMPREPLY=()
    read -ra words <<<"${line%"$typed"}"
    for word in "${words[@]:1}"; do
        if [[ -n $last ]]; then
            last=
        elif _sallyportctl_takes "$word"; then
            last=$word
        elif [[ $word != -* && -z $verb ]]; then
            verb=$word
        elif [[ $word != -* ]]; then
            action=$word
        fi
    done
    if [[ -n $last ]]; then
        _sallyportctl_value "$1" "$last"
    elif [[ $typed == --*=* ]]; then
        before=${typed%%=*}=
        _sallyportctl_value "$1" "${typed%%=*}"
    elif [[ $typed == -* ]]; then
        _sallyportctl_option "$verb"
    else
        _sallyportctl_word "$1" "$verb" "$action"
    fi
}

complete -F _sallyportctl sallyportctl
)";

/// Options that take a value, each once, and the command for it.
std::map<std::string, std::string> value_commands() {
    std::map<std::string, std::string> commands;
    const auto add = [&](std::span<const Option> options) {
        for (const Option& option : options) {
            if (option.takes != Takes::nothing)
                commands.emplace(names_of({&option, 1}, " | "),
                                 command_for(option.takes, words_of_choice(option)));
        }
    };
    add(common_options());
    for (const Verb* verb : usable_verbs())
        add(verb->options);
    return commands;
}

/// A shell function of `name` that looks at its argument of the number.
std::string function(std::string_view name, std::string_view argument,
                     std::string_view rows) {
    return concat({"\n_sallyportctl_", name, "() {\n    case $", argument, " in\n", rows,
                   "    esac\n}\n"});
}

std::string row(std::string_view pattern, std::string_view command) {
    return concat({"    ", pattern, ") ", command, " ;;\n"});
}

} // namespace

std::string completion_for_bash() {
    std::string takes;
    std::string values;
    for (const auto& [names, command] : value_commands()) {
        takes += row(names, ":");
        values += row(names, command);
    }
    takes += row("*", "return 1");
    const std::string common = names_of(common_options(), " ");
    std::string options;
    std::string words = row("''", command_for(Takes::verb, {}));
    for (const Verb* verb : usable_verbs()) {
        options +=
            row(verb->name, concat({"_sallyportctl_words ", names_of(verb->options, " "),
                                    verb->options.empty() ? "" : " ", common}));
        words += row(verb->name, command_for(verb->takes, {}));
    }
    options += row("*", concat({"_sallyportctl_words ", common}));
    return concat({helpers, function("takes", "1", takes), function("value", "2", values),
                   function("word", "2", words), function("option", "1", options),
                   main_part});
}

} // namespace sallyport::ctl
