// SPDX-License-Identifier: MIT
#include "base/concat.h"
#include "ctl/completion.h"
#include "ctl/words.h"

namespace sallyport::ctl {

namespace {

std::string in_quotes(std::string_view text) {
    std::string result = "'";
    for (const char c : text) {
        if (c == '\'' || c == '\\')
            result += '\\';
        result += c;
    }
    return result += '\'';
}

/// What may stand there, for -a; empty: nothing is known of it.
std::string candidates_for(Takes takes, const std::string& choice) {
    if (takes == Takes::group)
        return "(__fish_complete_groups)";
    if (takes == Takes::provider)
        return "(sallyportctl providers --names 2>/dev/null)";
    if (takes == Takes::relay)
        return "(sallyportctl config --names 2>/dev/null)";
    if (takes == Takes::verb)
        return verb_names();
    return takes == Takes::shell ? shell_names() : choice;
}

/// What is to be done, then messages: those that wait, or with --failed the others.
std::string lines_of_queue() {
    const std::string seen = concat({"__fish_seen_subcommand_from ", queue_actions()});
    const std::string begin =
        "complete -c sallyportctl -n '__fish_seen_subcommand_from queue; and ";
    return concat({begin, "not ", seen, "' -a ", in_quotes(queue_actions()), "\n", begin,
                   seen, "' -a '(sallyportctl queue list --names ",
                   "(commandline -opc | string match -- --failed) 2>/dev/null)'\n"});
}

/// How the value of an option is taken.
std::string value_of(const Option& option) {
    if (option.takes == Takes::nothing)
        return {};
    if (option.takes == Takes::file)
        return " -rF";
    const std::string choice =
        option.takes == Takes::choice ? words_of_choice(option) : std::string();
    const std::string candidates = candidates_for(option.takes, choice);
    return candidates.empty() ? " -x" : concat({" -xa ", in_quotes(candidates)});
}

std::string lines(std::span<const Option> options, std::string_view condition) {
    std::string text;
    for (const Option& option : options) {
        const std::string letter =
            option.letter == 0 ? std::string() : concat({" -s ", {&option.letter, 1}});
        text += concat({"complete -c sallyportctl", condition, letter, " -l ", option.name,
                        value_of(option), " -d ", in_quotes(tr(option.summary)), "\n"});
    }
    return text;
}

constexpr std::string_view begin =
    "# Completion of sallyportctl for fish: printed by sallyportctl completion fish.\n"
    "complete -c sallyportctl -f\n";

} // namespace

std::string completion_for_fish() {
    std::string text = concat({begin, lines(common_options(), {})});
    for (const Verb* verb : usable_verbs())
        text += concat({"complete -c sallyportctl -n __fish_use_subcommand -a ", verb->name,
                        " -d ", in_quotes(tr(verb->summary)), "\n"});
    for (const Verb* verb : usable_verbs()) {
        const std::string condition =
            concat({" -n '__fish_seen_subcommand_from ", verb->name, "'"});
        text += lines(verb->options, condition);
        const std::string candidates = candidates_for(verb->takes, {});
        if (verb->takes == Takes::queued)
            text += lines_of_queue();
        if (!candidates.empty())
            text += concat({"complete -c sallyportctl", condition, " -a ",
                            in_quotes(candidates), "\n"});
    }
    return text;
}

} // namespace sallyport::ctl
