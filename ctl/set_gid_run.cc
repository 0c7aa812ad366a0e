// SPDX-License-Identifier: MIT
#include "ctl/set_gid_run.h"

#include <optional>
#include <string_view>
#include <utility>

#include <pwd.h>
#include <sys/stat.h>

#include "base/concat.h"
#include "ctl/words.h"
#include "text/printable.h"

namespace sallyport::ctl {

namespace {

/// `text` with what stands for {user}, {what} and {file}.
struct Sentence {
    std::string user;
    std::string what;
    std::string file;

    [[nodiscard]] std::string of(std::string_view text) const {
        std::string filled;
        while (!text.empty()) {
            if (take(text, "{user}"))
                filled += user;
            else if (take(text, "{what}"))
                filled += what;
            else if (take(text, "{file}"))
                filled += file;
            else {
                filled += text.front();
                text.remove_prefix(1);
            }
        }
        return filled;
    }

  private:
    static bool take(std::string_view& text, std::string_view name) {
        if (!text.starts_with(name))
            return false;
        text.remove_prefix(name.size());
        return true;
    }
};

/// What makes any run the caller's own, by is_the_callers(): -C, or a variable.
std::string own_by_call(const ConfigurationSources& sources) {
    if (sources.argument_file)
        return "-C";
    if (const std::string* const entry = server_variable(sources.environment))
        return printable(entry->substr(0, entry->find('=')), 80);
    return {};
}

std::string variables_of(const ConfigurationSources& sources) {
    std::vector<std::string> names;
    for (const std::string_view entry : sources.environment) {
        if (entry.starts_with("SALLYPORT_"))
            names.push_back(printable(entry.substr(0, entry.find('=')), 80));
    }
    return joined(names, ", ");
}

struct OwnFile {
    std::string path;
    bool is_his = false;
};

/// The file in the user's home, where there is one. XDG_CONFIG_HOME is his to know.
std::optional<OwnFile> own_file_of(const std::string& user) {
    const passwd* const account = ::getpwnam(user.c_str());
    if (account == nullptr)
        return std::nullopt;
    const std::string path = concat({account->pw_dir, "/.config/sallyport.conf"});
    struct stat facts {};
    if (::stat(path.c_str(), &facts) != 0)
        return std::nullopt;
    return OwnFile{path, facts.st_uid == account->pw_uid};
}

/// Those that a set-id run refuses: "password_command (/etc/sallyport.conf:5)".
std::vector<std::string> commands_of(const Settings& settings) {
    std::vector<std::string> commands;
    for (const Relay& relay : settings.relays) {
        for (const Setting& setting : relay.keys) {
            if (setting.key != "password_command" && setting.key != "token_command")
                continue;
            std::string_view origin = setting.origin;
            if (const std::string key = concat({": ", setting.key}); origin.ends_with(key))
                origin.remove_suffix(key.size());
            commands.push_back(concat({setting.key, " (", origin, ")"}));
        }
    }
    return commands;
}

bool is_there(const std::string& path) {
    struct stat facts {};
    return ::stat(path.c_str(), &facts) == 0;
}

/// What a run that serves by the system's file passes over.
std::vector<std::string> passed_over(const ConfigurationSources& sources,
                                     const std::optional<OwnFile>& own,
                                     const std::string& file, Sentence& sentence) {
    std::vector<std::string> sentences;
    const auto say = [&](std::string what, const char* text) {
        sentence.what = std::move(what);
        sentences.push_back(sentence.of(text));
    };
    if (!file.empty() && file != sources.system_file)
        say(printable(file),
            tr("a set-group-ID run by {user} reads {file}, and not {what}"));
    if (own)
        say(printable(own->path),
            tr("a set-group-ID run by {user} ignores {what}, which is not {user}'s"));
    if (std::string names = variables_of(sources); !names.empty())
        say(std::move(names),
            tr("a set-group-ID run by {user} ignores the environment: {what}"));
    return sentences;
}

} // namespace

std::vector<std::string> set_gid_run(const ConfigurationSources& sources,
                                     const Settings& settings, const std::string& file,
                                     const std::string& user) {
    Sentence sentence{printable(user, 80), {}, printable(sources.system_file)};
    if (!is_there(sources.system_file))
        return {sentence.of(tr("a set-group-ID run by {user} has no rights of the group: "
                               "there is no {file}"))};
    const auto own = own_file_of(user);
    sentence.what = own_by_call(sources);
    if (sentence.what.empty() && own && own->is_his)
        sentence.what = printable(own->path);
    if (!sentence.what.empty())
        return {sentence.of(tr("a set-group-ID run by {user} has no rights of the group, "
                               "because of {what}, and does not read {file}"))};
    auto sentences = passed_over(sources, own, file, sentence);
    for (const std::string& command : commands_of(settings)) {
        sentence.what = command;
        sentences.push_back(sentence.of(tr("a set-group-ID run by {user} refuses {what}, "
                                           "with status 78: no command is run")));
    }
    if (sentences.empty())
        sentences.push_back(
            sentence.of(tr("a set-group-ID run by {user} takes all of this")));
    return sentences;
}

} // namespace sallyport::ctl
