// SPDX-License-Identifier: MIT
#include "ctl/completion.h"

#include <algorithm>

#include "base/concat.h"
#include "base/failure.h"
#include "ctl/call.h"
#include "ctl/exit.h"
#include "ctl/words.h"
#include "text/printable.h"

namespace sallyport::ctl {

namespace {

struct Shell {
    std::string_view name;
    std::string (*completion)();
};

constexpr Shell shells[] = {
    {"bash", completion_for_bash},
    {"zsh", completion_for_zsh},
    {"fish", completion_for_fish},
};

} // namespace

std::vector<const Verb*> usable_verbs() {
    std::vector<const Verb*> verbs;
    for (const Verb& verb : verb_table()) {
        if (!verb.reserved)
            verbs.push_back(&verb);
    }
    return verbs;
}

std::string verb_names() {
    std::vector<std::string> names;
    for (const Verb* verb : usable_verbs())
        names.emplace_back(verb->name);
    return joined(names, " ");
}

std::string shell_names() {
    std::vector<std::string> names;
    for (const Shell& shell : shells)
        names.emplace_back(shell.name);
    return joined(names, " ");
}

std::string words_of_choice(const Option& option) {
    std::string words(option.value);
    std::ranges::replace(words, '|', ' ');
    return words;
}

std::string queue_actions() {
    const std::string_view words = verb_named("queue").words;
    std::string actions(words.substr(0, words.find(' ')));
    std::ranges::replace(actions, '|', ' ');
    return actions;
}

int completion(const Call& call) {
    const std::string name = call.options.word().value_or("");
    const auto* const shell = std::ranges::find(shells, name, &Shell::name);
    if (shell == std::end(shells))
        stop(ExitStatus::usage, Fault::local,
             {"completion", name.empty() ? "" : " ", printable(name, 40), ": ",
              tr("bash, zsh or fish is expected")});
    call.console.show(shell->completion());
    return done;
}

} // namespace sallyport::ctl
