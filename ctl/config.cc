// SPDX-License-Identifier: MIT
//
// config: what the configuration says in the end, and where; or all that is wrong with it.
#include <algorithm>
#include <string>
#include <string_view>

#include <pwd.h>

#include "base/concat.h"
#include "ctl/call.h"
#include "ctl/effective.h"
#include "ctl/exit.h"
#include "ctl/json.h"
#include "ctl/words.h"
#include "text/ascii.h"
#include "text/printable.h"

namespace sallyport::ctl {

namespace {

/// Where comments begin at the latest, unless a line is longer.
constexpr unsigned comment_column = 48;

/// As a file may have it: with a comment after it only what is in quotes can be read. So
/// nobody reads what stands for a secret for one.
std::string assignment(const EffectiveValue& value) {
    using enum EffectiveValue::Kind;
    return concat({value.kind == not_used ? "; " : "", value.key, " = ",
                   value.kind == plain ? quote(value.value) : value.value});
}

std::string text_of(const EffectiveSection& section) {
    unsigned column = 0;
    for (const EffectiveValue& value : section.values)
        column = std::max(column, columns(assignment(value)));
    column = std::min(column, comment_column);
    std::string text = concat({"\n[", section.name, "]\n"});
    for (const EffectiveValue& value : section.values) {
        const std::string line = assignment(value);
        text.append(line).append(column - std::min(column, columns(line)), ' ');
        text.append("  ; ").append(value.origin).append("\n");
    }
    return text;
}

std::string text_of(const EffectiveConfig& config) {
    std::string text =
        concat({"; ", config.file.empty() ? tr("no file") : config.file.c_str(), "\n"});
    if (!config.errors.empty())
        text.append("; ").append(tr("without what is wrong")).append("\n");
    for (const EffectiveSection& section : config.sections)
        text.append(text_of(section));
    if (!config.set_gid.empty())
        text.append("\n");
    for (const std::string& sentence : config.set_gid)
        text.append("; ").append(sentence).append("\n");
    return text;
}

/// Those that can be named.
std::string relay_names(const EffectiveConfig& config) {
    constexpr std::string_view kind = "relay ";
    std::string names;
    for (const EffectiveSection& section : config.sections) {
        if (section.name.starts_with(kind))
            names.append(section.name, kind.size()).append("\n");
    }
    return names;
}

/// A name may be misspelt, or [sender NAME] be for an account of another machine.
void expect_user(const std::string& user, const EffectiveConfig& config,
                 const Console& console) {
    if (::getpwnam(user.c_str()) != nullptr)
        return;
    const std::string unknown =
        concat({tr("there is no such user here: "), printable(user, 80)});
    if (!config.has_users_section)
        stop(ExitStatus::no_user, Fault::local, {unknown});
    console.remark(unknown);
}

void show(const Call& call, const EffectiveConfig& config, int status) {
    const Options& options = call.options;
    const Console& console = call.console;
    if (options.json())
        return console.show(config_json(config, status));
    if (options.has("names"))
        return console.show(relay_names(config));
    if (!options.has("check"))
        return console.show(text_of(config));
    if (config.errors.empty() && !options.quiet())
        console.show(concat({config.file.empty() ? tr("no file") : config.file.c_str(),
                             ": ", tr("no errors"), "\n"}));
}

} // namespace

int config(const Call& call) {
    const auto user = call.options.value("for");
    const EffectiveConfig config = effective_config(call.sources, user);
    if (user)
        expect_user(*user, config, call.console);
    const int status = config.errors.empty() ? done : number(ExitStatus::config);
    show(call, config, status);
    for (const std::string& note : config.notes)
        call.console.remark(note);
    for (const std::string& error : config.errors)
        call.console.complain(error);
    return status;
}

} // namespace sallyport::ctl
