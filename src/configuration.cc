// SPDX-License-Identifier: MIT
#include "configuration.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include <sys/stat.h>
#include <unistd.h>

#include "ascii.h"
#include "builder.h"
#include "concat.h"
#include "key_names.h"
#include "keys.h"
#include "printable.h"
#include "small_file.h"
#include "strict_ini.h"
#include "url.h"
#include "values.h"
#include "ways.h"

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

} // namespace

/// A configuration file, read and checked.
class ConfigFile {
  public:
    /// Where it is from: the system, for a set-id run (`privileged`) or another; the
    /// caller's own place or his environment; or an argument.
    enum class Place { privileged, system, own, argument };

    /// Failure (78, local) if the file is not a regular one or cannot be read.
    ConfigFile(std::string path, Place place)
        : path_(std::move(path)), file_(path_, file_limit),
          trust_(trust_in(place, file_.facts.st_uid)) {
        if (!file_.trouble.empty())
            misconfigured(shown_, file_.trouble);
        if ((file_.facts.st_mode & S_IWOTH) != 0)
            misconfigured(shown_, "others can write to it: chmod o-w");
        if (file_.text.size() > file_limit)
            misconfigured(shown_, "it has more than 1 MiB");
    }

    [[nodiscard]] Trust trust() const { return trust_; }

    void apply(Builder& builder) {
        std::vector<IniEntry> entries = parse_ini(file_.text, path_);
        // [sender NAME] builds on [sender], wherever that stands.
        for (const bool of_user : {false, true}) {
            for (IniEntry& entry : entries)
                if (entry.section.starts_with("sender ") == of_user)
                    apply(builder, entry);
        }
    }

  private:
    static Trust trust_in(Place place, uid_t owner) {
        if (place == Place::privileged)
            return Trust::no_commands;
        const bool trusted = place == Place::argument ? owner == 0
                             : place == Place::own    ? is_ours(owner)
                                                      : true;
        return trusted ? Trust::full : Trust::stranger;
    }

    void apply(Builder& builder, IniEntry& entry) {
        const std::string at = place(entry.line);
        const std::string_view section = entry.section;
        const auto kind = section.substr(0, section.find(' '));
        const std::string name(section.substr(std::min(kind.size() + 1, section.size())));
        const bool may_be_named = kind == "relay" || kind == "sender";
        const std::string_view table = may_be_named ? kind : section;
        if (std::exchange(section_, section) != section) {
            const std::string begun = place(entry.section_line);
            expect_section(table, begun);
            if (kind == "relay")
                builder.begin_relay(name, begun);
            else if (kind == "sender" && !name.empty())
                builder.begin_user(name);
        }
        // The last line of a secret in base64 that was put into several looks so.
        const bool may_be_secret = entry.value.find_first_not_of('=') == std::string::npos;
        set(builder, find_key(table, entry.key, at, may_be_secret), entry, at);
    }

    [[nodiscard]] std::string place(unsigned line) const {
        return concat({shown_, ":", std::to_string(line)});
    }

    void set(Builder& builder, const Key& key, IniEntry& entry, const std::string& at) {
        if ((file_.facts.st_mode & S_IROTH) != 0 && holds_secret(key.name, entry.value))
            misconfigured(shown_,
                          "it holds a password, and others can read it: chmod 0600, or "
                          "0640 with a group");
        Value value{entry.value, concat({at, ": ", entry.key}), trust_, std::nullopt};
        if (trust_ != Trust::stranger)
            value.consent = PlaintextConsent();
        builder.set(key, value);
        wipe(entry.value);
    }

    std::string path_;
    std::string shown_ = printable(path_);
    SmallFile file_;
    Trust trust_;
    std::string section_; ///< of the entry applied last
};

namespace {

/// SALLYPORT_ variables, each handed to the key it stands for.
class Environment {
  public:
    Environment(const std::vector<std::string>& variables, Builder& builder)
        : variables_(variables), builder_(builder) {}

    void apply() {
        builder_.begin_environment();
        if (const auto url = variable(variables_, "SALLYPORT_URL"))
            apply_url(without_line_end(*url));
        for (const bool redirections : {true, false}) {
            for (const std::string& entry : variables_) {
                const auto equals = entry.find('=');
                const std::string name = full_name(entry.substr(0, equals));
                if (equals != std::string::npos && equals + 1 < entry.size() &&
                    entry.starts_with(variable_prefix) && redirects(name) == redirections)
                    apply_variable(entry.substr(0, equals),
                                   std::string(without_line_end(entry).substr(equals + 1)));
            }
        }
    }

  private:
    void apply_url(std::string_view url) {
        const std::string origin = "SALLYPORT_URL";
        builder_.remove_relays();
        builder_.begin_relay({}, origin);
        for (UrlSetting& setting : parse_relay_url(url, origin)) {
            // A password whose ? is not encoded ends there.
            const Key& key = find_key("relay", setting.key, origin, true);
            set(key, setting.value, concat({origin, ": ", key.name}));
        }
    }

    void apply_variable(const std::string& name, std::string text) {
        const std::string shown = printable(name, 80);
        if (name == "SALLYPORT_URL" || name == "SALLYPORT_CONFIG")
            return;
        // Kubernetes sets such variables beside a service of that name.
        if (name.starts_with("SALLYPORT_SERVICE_") || name.starts_with("SALLYPORT_PORT") ||
            text.starts_with("tcp://") || text.starts_with("udp://"))
            return;
        const Key* const key = find_key_of_variable(full_name(name));
        if (key == nullptr)
            return builder_.note(
                concat({"the variable ", shown, " is not known: ignored; is it SALLYPORT_",
                        nearest_variable(name), "?"}));
        if (key->section == "relay")
            choose_relay(shown);
        if (redirects(full_name(name)))
            builder_.redirect_relay(names_server(key->name));
        set(find_key(key->section, key->name, shown), text, shown);
        wipe(text);
    }

    /// Where the relay is and how it proves itself is settled first.
    static bool redirects(const std::string& name) {
        const Key* const key = find_key_of_variable(name); // in any case of letters
        return key != nullptr && key->section == "relay" && is_way(key->name);
    }

    static std::string full_name(const std::string& name) {
        constexpr std::array<std::pair<std::string_view, std::string_view>, 4> short_names{{
            {"SALLYPORT_PASSWORD", "SALLYPORT_RELAY_PASSWORD"},
            {"SALLYPORT_PASSWORD_FILE", "SALLYPORT_RELAY_PASSWORD_FILE"},
            {"SALLYPORT_FROM", "SALLYPORT_SENDER_ENVELOPE_FROM"},
            {"SALLYPORT_DOMAIN", "SALLYPORT_SENDER_DOMAIN"},
        }};
        for (const auto& [abbreviated, full] : short_names) {
            if (name == abbreviated)
                return std::string(full);
        }
        return name;
    }

    /// The only relay there is, or a new one.
    void choose_relay(const std::string& name) {
        if (builder_.relay_count() > 1)
            misconfigured(name,
                          "the configuration file has several relays, and this variable "
                          "cannot say which it is for");
        if (builder_.relay_count() == 0)
            builder_.begin_relay({}, name);
    }

    void set(const Key& key, std::string& text, std::string origin) {
        Value value{text, std::move(origin), Trust::full, std::nullopt};
        builder_.set(key, value);
    }

    const std::vector<std::string>& variables_;
    Builder& builder_;
};

/// Who owns what there is at `path`, be it readable or not.
std::optional<uid_t> owner_of(const std::string& path) {
    struct stat facts {};
    if (::stat(path.c_str(), &facts) != 0)
        return std::nullopt;
    return facts.st_uid;
}

/// XDG Base Directory Specification: relative paths are to be ignored.
std::optional<std::string> own_file(const std::vector<std::string>& environment) {
    auto directory = variable(environment, "XDG_CONFIG_HOME");
    if (!directory || !directory->starts_with('/')) {
        directory = variable(environment, "HOME");
        if (!directory || !directory->starts_with('/'))
            return std::nullopt;
        *directory += "/.config";
    }
    return concat({*directory, "/sallyport.conf"});
}

/// Which file was applied.
struct Applied {
    Trust trust = Trust::full;
    std::string passed_over; ///< a remark on the file before it
};

Applied apply_file(const std::string& path, ConfigFile::Place place, Builder& builder) {
    ConfigFile file(path, place);
    file.apply(builder);
    return {file.trust(), {}};
}

/// The system's file, if the caller has none of his own.
Applied apply_found_file(const ConfigurationSources& sources, Builder& builder) {
    std::string passed_over;
    if (const auto own = own_file(sources.environment)) {
        const auto owner = owner_of(*own);
        if (owner && is_ours(*owner)) {
            ConfigFile file(*own, ConfigFile::Place::own);
            if (file.trust() == Trust::full) { // not so if it is another file by now
                file.apply(builder);
                return {};
            }
        }
        if (owner)
            passed_over =
                concat({printable(*own),
                        " belongs neither to the caller nor to root: passed over"});
    }
    if (owner_of(sources.system_file))
        apply_file(sources.system_file, ConfigFile::Place::system, builder);
    return {Trust::full, std::move(passed_over)};
}

/// Applies the first file that there is. One that was named is never passed over.
Applied apply_first_file(const ConfigurationSources& sources, Builder& builder) {
    using Place = ConfigFile::Place;
    if (sources.privileged) {
        if (sources.argument_file)
            builder.note("option -C: ignored in a set-id run");
        return apply_file(sources.system_file, Place::privileged, builder);
    }
    if (sources.argument_file)
        return apply_file(*sources.argument_file, Place::argument, builder);
    if (const auto named = variable(sources.environment, "SALLYPORT_CONFIG"))
        return apply_file(std::string(without_line_end(*named)), Place::own, builder);
    return apply_found_file(sources, builder);
}

} // namespace

Settings load_settings(const ConfigurationSources& sources,
                       std::vector<std::string>& notes) {
    Builder builder(notes);
    const auto [trust, passed_over] = apply_first_file(sources, builder);
    // A stranger's file names a server of his choice: no password of ours goes there.
    if (!sources.privileged && trust != Trust::stranger)
        Environment(sources.environment, builder).apply();
    if (builder.relay_count() == 0)
        misconfigured(sources.system_file,
                      {owner_of(sources.system_file) ? "no [relay] here or"
                                                     : "there is no such file, no [relay]",
                       " in a file of yours, and SALLYPORT_URL is not set; see EXAMPLES in "
                       "sallyport.conf(5)",
                       passed_over.empty() ? "" : "; ", passed_over});
    if (!passed_over.empty())
        builder.note(passed_over);
    return builder.finish();
}

} // namespace sallyport
