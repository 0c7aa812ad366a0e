// SPDX-License-Identifier: MIT
#include "config/configuration.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include <sys/stat.h>
#include <unistd.h>

#include "base/concat.h"
#include "config/builder.h"
#include "config/key_names.h"
#include "config/keys.h"
#include "config/strict_ini.h"
#include "config/url.h"
#include "config/values.h"
#include "system/small_file.h"
#include "text/ascii.h"
#include "text/printable.h"

namespace sallyport {

namespace {

constexpr std::size_t file_limit = 1024 * 1024;
constexpr std::string_view variable_prefix = "SALLYPORT_";

/// A variable of `environment`; one that is empty counts as not set.
std::optional<std::string> variable(const std::vector<std::string>& environment,
                                    std::string_view name) {
    for (const std::string& entry : environment) {
        if (entry.starts_with(name) && entry.size() > name.size() + 1 &&
            entry[name.size()] == '=')
            return entry.substr(name.size() + 1);
    }
    return std::nullopt;
}

/// Whether the caller can rely on a file of this owner.
bool is_ours(uid_t owner) {
    return owner == 0 || owner == ::getuid();
}

/// A configuration file, read and checked.
class ConfigFile {
  public:
    /// Where it is from: the system, for a set-id run (`privileged`) or another; the
    /// caller's own place or his environment; or an argument.
    enum class Kind { privileged, system, own, argument };

    /// Failure (78, local) if the file is not a regular one or cannot be read.
    ConfigFile(std::string path, Kind kind)
        : path_(std::move(path)), file_(path_, file_limit),
          source_(source_of(kind, file_.facts.st_uid)) {
        if (!file_.trouble.empty())
            misconfigured(shown_, file_.trouble);
        if ((file_.facts.st_mode & S_IWOTH) != 0)
            misconfigured(shown_, "others can write to it: chmod o-w");
        if (file_.text.size() > file_limit)
            misconfigured(shown_, "it has more than 1 MiB");
    }

    [[nodiscard]] Source source() const { return source_; }

    template<class Attempt>
    void apply(Builder& builder, const Attempt& attempt) {
        std::vector<IniEntry> entries = entries_for(attempt);
        // [sender NAME] builds on [sender], wherever that stands.
        for (const bool of_user : {false, true}) {
            for (IniEntry& entry : entries)
                if (entry.section.starts_with("sender ") == of_user)
                    attempt(entry.section, [&] { apply(builder, entry); });
        }
    }

  private:
    static Source source_of(Kind kind, uid_t owner) {
        if (kind == Kind::privileged)
            return Source::privileged_file;
        if (kind == Kind::system || owner == 0 || (kind == Kind::own && is_ours(owner)))
            return Source::file;
        return Source::strangers_file;
    }

    [[nodiscard]] std::vector<IniEntry> entries_for(const UntilFirst& /*attempt*/) const {
        return parse_ini(file_.text, path_);
    }
    [[nodiscard]] std::vector<IniEntry> entries_for(const AllOf& attempt) const {
        attempt.findings.file = path_;
        return parse_ini(file_.text, path_, attempt.findings);
    }

    void apply(Builder& builder, IniEntry& entry) {
        const std::string at = origin(entry.line);
        const std::string_view section = entry.section;
        const auto kind = section.substr(0, section.find(' '));
        const auto name = section.substr(std::min(kind.size() + 1, section.size()));
        const bool may_be_named = kind == "relay" || kind == "sender";
        const std::string_view table = may_be_named ? kind : section;
        if (std::exchange(section_, section) != section) {
            const std::string begun = origin(entry.section_line);
            is_known_ = false;
            expect_section(table, begun);
            is_known_ = true;
            if (kind == "relay")
                builder.begin_relay(std::string(name), begun);
            else if (kind == "sender" && !name.empty())
                builder.begin_user(std::string(name));
        }
        if (!is_known_)
            return;
        // The last line of a secret in base64 that was put into several looks so.
        const bool may_be_secret = entry.value.find_first_not_of('=') == std::string::npos;
        const Key& key = find_key(table, entry.key, at, may_be_secret);
        if ((file_.facts.st_mode & S_IROTH) != 0 && key.is_secret(entry.value))
            misconfigured(shown_,
                          "it holds a password, and others can read it: chmod 0600, or "
                          "0640 with a group");
        builder.set(key, {entry.value, concat({at, ": ", entry.key})}, source_);
        wipe(entry.value);
    }

    [[nodiscard]] std::string origin(unsigned line) const {
        return concat({shown_, ":", std::to_string(line)});
    }

    std::string path_;
    std::string shown_ = printable(path_);
    SmallFile file_;
    Source source_;
    std::string section_;  ///< of the entry applied last
    bool is_known_ = true; ///< there is such a section
};

void apply_url(std::string_view url, Builder& builder) {
    const std::string origin = "SALLYPORT_URL";
    builder.remove_relays();
    builder.begin_relay({}, origin);
    for (UrlSetting& setting : parse_relay_url(url, origin)) {
        // A password whose ? is not encoded ends there.
        const Key& key = find_key("relay", setting.key, origin, true);
        builder.set(key, {setting.value, concat({origin, ": ", key.name})},
                    Source::environment);
    }
}

/// Makes sure that there is a relay for this variable, and one only.
void expect_relay(const std::string& name, Builder& builder) {
    if (builder.relay_count() > 1)
        misconfigured(name, "the configuration file has several relays, and this variable "
                            "cannot say which it is for");
    if (builder.relay_count() == 0)
        builder.begin_relay({}, name);
}

/// `key` is null if nobody knows the variable.
void apply_variable(std::string_view name, const Key* key, std::string_view value,
                    Builder& builder, std::vector<std::string>& notes) {
    if (name == "SALLYPORT_URL" || name == "SALLYPORT_CONFIG")
        return;
    // Kubernetes sets such variables beside a service of that name.
    if (name.starts_with("SALLYPORT_SERVICE_") || name.starts_with("SALLYPORT_PORT") ||
        value.starts_with("tcp://") || value.starts_with("udp://"))
        return;
    const std::string shown = printable(name, 80);
    if (key == nullptr)
        return notes.push_back(
            concat({"the variable ", shown, " is not known: ignored; is it SALLYPORT_",
                    nearest_variable(name.substr(variable_prefix.size())), "?"}));
    if (key->section == "relay")
        expect_relay(shown, builder);
    std::string text(value);
    builder.set(find_key(key->section, key->name, shown), {text, shown},
                Source::environment);
    wipe(text);
}

template<class Attempt>
void apply_environment(const std::vector<std::string>& variables, Builder& builder,
                       std::vector<std::string>& notes, const Attempt& attempt) {
    builder.begin_environment();
    if (const auto url = variable(variables, "SALLYPORT_URL"))
        attempt("relay", [&] { apply_url(without_line_end(*url), builder); });
    // Where the relay is and how it proves itself is settled first.
    for (const bool ways : {true, false}) {
        for (const std::string_view entry : variables) {
            const std::string_view name = entry.substr(0, entry.find('='));
            if (!name.starts_with(variable_prefix) || name.size() + 1 >= entry.size())
                continue;
            const Key* const key =
                find_key_of_variable(name.substr(variable_prefix.size()));
            if ((key != nullptr && key->is(Key::way)) != ways)
                continue;
            attempt(key != nullptr ? key->section : "", [&] {
                apply_variable(name, key, without_line_end(entry).substr(name.size() + 1),
                               builder, notes);
            });
        }
    }
}

/// Who owns what there is at `path`, be it readable or not.
std::optional<uid_t> owner_of(const std::string& path) {
    struct stat facts {};
    if (::stat(path.c_str(), &facts) != 0)
        return std::nullopt;
    return facts.st_uid;
}

/// XDG Base Directory Specification: relative paths are to be ignored.
std::optional<std::string> own_file(const std::vector<std::string>& environment) {
    for (const auto& [name, file] : {std::pair{"XDG_CONFIG_HOME", "/sallyport.conf"},
                                     std::pair{"HOME", "/.config/sallyport.conf"}}) {
        const auto directory = variable(environment, name);
        if (directory && directory->starts_with('/'))
            return concat({*directory, file});
    }
    return std::nullopt;
}

template<class Attempt>
Source apply_file(const std::string& path, ConfigFile::Kind kind, Builder& builder,
                  const Attempt& attempt) {
    ConfigFile file(path, kind);
    file.apply(builder, attempt);
    return file.source();
}

/// Applies the caller's own file, else the system's. Says so if his own is not his.
template<class Attempt>
std::string apply_found_file(const ConfigurationSources& sources, Builder& builder,
                             const Attempt& attempt) {
    std::string passed_over;
    const auto own = own_file(sources.environment);
    if (const auto owner = own ? owner_of(*own) : std::nullopt) {
        if (is_ours(*owner)) {
            ConfigFile file(*own, ConfigFile::Kind::own);
            if (file.source() == Source::file) { // not so if it is another file by now
                file.apply(builder, attempt);
                return {};
            }
        }
        passed_over = concat(
            {printable(*own), " belongs neither to the caller nor to root: passed over"});
    }
    if (!sources.callers_own && owner_of(sources.system_file))
        apply_file(sources.system_file, ConfigFile::Kind::system, builder, attempt);
    return passed_over;
}

/// Applies the first file that there is. One that was named is never passed over; there is
/// a remark on one that is.
template<class Attempt>
std::pair<Source, std::string> apply_first_file(const ConfigurationSources& sources,
                                                Builder& builder, const Attempt& attempt) {
    using Kind = ConfigFile::Kind;
    if (sources.privilege != nullptr) {
        ConfigFile file = sources.privilege->as_owner(
            [&] { return ConfigFile(sources.system_file, Kind::privileged); });
        file.apply(builder, attempt);
        return {file.source(), {}};
    }
    if (sources.argument_file)
        return {apply_file(*sources.argument_file, Kind::argument, builder, attempt), {}};
    if (const auto named = variable(sources.environment, "SALLYPORT_CONFIG"))
        return {
            apply_file(std::string(without_line_end(*named)), Kind::own, builder, attempt),
            {}};
    return {Source::file, apply_found_file(sources, builder, attempt)};
}

/// What only privileges may lead to.
void open_files(Settings& settings) {
    for (Relay& relay : settings.relays) {
        if (auto* const secret = std::get_if<SecretFile>(&relay.secret))
            secret->file.read_now();
        for (NamedFile* const file : {&relay.tls_cert, &relay.tls_key}) {
            if (!file->empty())
                file->read_now();
        }
    }
    std::string remark = settings.log.open_file();
    if (!remark.empty())
        settings.notes.push_back(std::move(remark));
}

/// Applies what there is. Says so if a file of the caller's own is not his.
template<class Attempt>
std::string apply_all(const ConfigurationSources& sources, Builder& builder,
                      std::vector<std::string>& notes, const Attempt& attempt) {
    auto [source, passed_over] = apply_first_file(sources, builder, attempt);
    // A stranger's file names a server of his choice: no password of ours goes there.
    if (sources.privilege == nullptr && source != Source::strangers_file)
        apply_environment(sources.environment, builder, notes, attempt);
    return passed_over;
}

[[noreturn]] void lacks_relay(const ConfigurationSources& sources,
                              const std::string& passed_over) {
    misconfigured(sources.system_file,
                  {!owner_of(sources.system_file) ? "there is no such file, no [relay]"
                   : sources.callers_own
                       ? "not read beside a configuration of yours; no [relay]"
                       : "no [relay] here or",
                   " in a file of yours, and SALLYPORT_URL is not set; see EXAMPLES in "
                   "sallyport.conf(5)",
                   passed_over.empty() ? "" : "; ", passed_over});
}

} // namespace

const std::string* server_variable(const std::vector<std::string>& environment) {
    const auto names_it = [](const std::string& entry) {
        return entry.starts_with("SALLYPORT_CONFIG=") ||
               entry.starts_with("SALLYPORT_URL=") || entry.starts_with("SALLYPORT_RELAY_");
    };
    const auto found = std::ranges::find_if(environment, names_it);
    return found != environment.end() ? &*found : nullptr;
}

bool is_the_callers(const ConfigurationSources& sources) {
    const auto own = own_file(sources.environment);
    return sources.argument_file || server_variable(sources.environment) != nullptr ||
           (own && owner_of(*own) == ::getuid()) || !owner_of(sources.system_file);
}

std::string file_to_read(const ConfigurationSources& sources) {
    if (sources.privilege != nullptr)
        return sources.system_file;
    if (sources.argument_file)
        return *sources.argument_file;
    if (const auto named = variable(sources.environment, "SALLYPORT_CONFIG"))
        return std::string(without_line_end(*named));
    const auto own = own_file(sources.environment);
    const auto owner = own ? owner_of(*own) : std::nullopt;
    if (owner && is_ours(*owner))
        return *own;
    const bool of_system = !sources.callers_own && owner_of(sources.system_file);
    return of_system ? sources.system_file : std::string();
}

bool is_anything_configured(const ConfigurationSources& sources) {
    return !file_to_read(sources).empty() ||
           server_variable(sources.environment) != nullptr;
}

Settings load_settings(const ConfigurationSources& sources,
                       std::vector<std::string>& notes) {
    Builder builder;
    const std::string passed_over = apply_all(sources, builder, notes, UntilFirst());
    if (builder.relay_count() == 0)
        lacks_relay(sources, passed_over);
    if (!passed_over.empty())
        notes.push_back(passed_over);
    Settings settings = builder.finish();
    if (sources.privilege != nullptr)
        sources.privilege->as_owner([&] { return open_files(settings); });
    return settings;
}

Settings load_settings(const ConfigurationSources& sources, std::vector<std::string>& notes,
                       Findings& findings) {
    Builder builder;
    const std::string passed_over = apply_all(sources, builder, notes, AllOf{findings});
    if (builder.relay_count() == 0 && findings.errors.empty()) // one may hide a relay
        lacks_relay(sources, passed_over);
    if (!passed_over.empty())
        notes.push_back(passed_over);
    return builder.finish(findings);
}

} // namespace sallyport
