// SPDX-License-Identifier: MIT
#include "ctl/machine.h"

#include <algorithm>
#include <array>
#include <climits>
#include <cstdlib>
#include <optional>
#include <string_view>
#include <utility>

#include <arpa/inet.h>
#include <glob.h>
#include <grp.h>
#include <netinet/in.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/concat.h"
#include "base/failure.h"
#include "ctl/advice.h"
#include "ctl/advice_words.h"
#include "ctl/names.h"
#include "ctl/queue_health.h"
#include "ctl/words.h"
#include "net/tls.h"
#include "queue/access.h"
#include "system/secret.h"
#include "text/ascii.h"
#include "text/printable.h"

namespace sallyport::ctl {

namespace {

/// This file is younger. A clock that says less has lost its battery.
constexpr std::time_t oldest_plausible = 1'735'689'600; // 2025-01-01

constexpr std::chrono::seconds secret_wait{5};
constexpr std::int64_t idle_after = 3600; // seconds without a run of the queue

using Facts = struct stat;
using Words = std::map<std::string, std::string, std::less<>>;

std::optional<Facts> facts_of(const std::string& path) {
    Facts facts{};
    if (::stat(path.c_str(), &facts) != 0)
        return std::nullopt;
    return facts;
}

/// What the rung has found so far.
struct Findings {
    void say(std::string text) { texts.push_back(std::move(text)); }
    void warn(const char* id, Words words = {}, const Relay* relay = nullptr) {
        Symptom symptom;
        symptom.relay = relay;
        symptom.found = id;
        symptom.words = std::move(words);
        if (auto found = advise(symptom))
            advice.push_back(std::move(*found));
        warned = true;
    }

    std::vector<std::string> texts;
    std::vector<Advice> advice;
    bool warned = false;
    std::string failure;
};

/// One that sends, as the kernel sees it.
struct Account {
    std::string name;
    uid_t user = 0;
    gid_t group = 0;
    std::vector<gid_t> groups{};
};

constexpr unsigned reading = 4;
constexpr unsigned searching = 1;

/// Of owner, group and others the first that fits counts.
bool may(const Account& account, const Facts& facts, unsigned right) {
    if (account.user == 0)
        return true;
    if (account.user == facts.st_uid)
        return (facts.st_mode >> 6U & right) != 0;
    const bool of_group =
        std::ranges::find(account.groups, facts.st_gid) != account.groups.end();
    return (facts.st_mode >> (of_group ? 3U : 0U) & right) != 0;
}

bool may_read(const Account& account, const std::string& path, const Facts& file) {
    for (auto at = path.find('/', 1); at != std::string::npos;
         at = path.find('/', at + 1)) {
        const auto directory = facts_of(path.substr(0, at));
        if (directory && !may(account, *directory, searching))
            return false;
    }
    return may(account, file, reading);
}

/// Nothing if this system has no such account.
std::optional<Account> account_of(const std::string& name) {
    const passwd* const entry = ::getpwnam(name.c_str());
    if (entry == nullptr)
        return std::nullopt;
    Account account{name, entry->pw_uid, entry->pw_gid};
    int count = 256;
    account.groups.resize(static_cast<std::size_t>(count));
    ::getgrouplist(name.c_str(), account.group, account.groups.data(), &count);
    account.groups.resize(std::min(account.groups.size(), static_cast<std::size_t>(count)));
    return account;
}

std::string group_name(gid_t id) {
    const group* const entry = ::getgrgid(id);
    return entry != nullptr ? printable(entry->gr_name, 40) : std::to_string(id);
}

/// "root:sallyport 0640"
std::string described(const Facts& facts) {
    const passwd* const owner = ::getpwuid(facts.st_uid);
    std::string mode;
    for (unsigned shift = 12; shift > 0; shift -= 3)
        mode += static_cast<char>('0' + (facts.st_mode >> (shift - 3) & 7U));
    return concat(
        {owner != nullptr ? printable(owner->pw_name, 40) : std::to_string(facts.st_uid),
         ":", group_name(facts.st_gid), " ", mode});
}

/// Whether those who send can read the file: by themselves, or as the program does for
/// them.
void look_at_readers(const std::string& file, const Facts& facts,
                     const std::optional<Facts>& program, const MachinePlaces& places,
                     Findings& findings) {
    std::vector<std::string> shut_out;
    for (const std::string& name : places.accounts) {
        auto account = account_of(name);
        if (!account)
            continue;
        if (program && (program->st_mode & S_ISGID) != 0)
            account->groups.push_back(program->st_gid);
        if (program && (program->st_mode & S_ISUID) != 0)
            account->user = program->st_uid;
        if (!may_read(*account, file, facts))
            shut_out.push_back(name);
    }
    if (!shut_out.empty())
        findings.warn("file-shut",
                      {{"account", joined(shut_out, ", ")}, {"file", printable(file)}});
}

void look_at_file(const std::string& file, const MachinePlaces& places,
                  Findings& findings) {
    const auto facts = file.empty() ? std::nullopt : facts_of(file);
    if (!facts)
        return findings.say(tr("no file, but variables"));
    findings.say(described(*facts));
    const auto program = facts_of(places.program);
    if (program && (program->st_mode & S_ISGID) != 0)
        findings.say(tr("set-gid"));
    if (places.system_file.empty() || places.system_file == file)
        look_at_readers(file, *facts, program, places, findings);
}

bool has_tls(const Relay& relay) {
    return !relay.is_local() &&
           (relay.srv || std::ranges::any_of(relay.port, [&relay](std::uint16_t port) {
                return relay.tls_mode(port) != TlsMode::none;
            }));
}

/// As a delivery will load them.
void look_at_authorities(const Settings& settings, Findings& findings) {
    bool found = false;
    for (const Relay& relay : settings.relays) {
        if (!has_tls(relay))
            continue;
        try {
            const TlsSecurer securer(relay);
            found = found || !relay.tls_pin_only;
        } catch (const Failure& failure) {
            const std::string_view why = failure.what();
            findings.failure = printable(why);
            const bool none = why.starts_with("no CA certificates found");
            findings.warn(none ? "no-authorities" : "config-error", {}, &relay);
            return;
        }
    }
    if (found)
        findings.say(tr("authorities found"));
}

/// Whose it is, as far as its path says: where the links end.
std::string real_path(const std::string& path) {
    std::array<char, PATH_MAX> real{};
    if (::realpath(path.c_str(), real.data()) == nullptr || path == real.data())
        return tr("another program");
    return printable(real.data());
}

void look_at_sendmail(const MachinePlaces& places, Findings& findings) {
    const auto program = facts_of(places.program);
    bool found = false;
    for (const std::string& path : places.sendmail) {
        const auto facts = facts_of(path);
        if (!facts)
            continue;
        found = true;
        const bool ours =
            program && facts->st_dev == program->st_dev && facts->st_ino == program->st_ino;
        if (ours)
            continue;
        findings.say(tr("sendmail is another program"));
        return findings.warn("other-sendmail",
                             {{"path", printable(path)}, {"program", real_path(path)}});
    }
    findings.say(found ? tr("sendmail is ours") : tr("there is no sendmail"));
    if (!found)
        findings.warn("no-sendmail");
}

/// What the sentence of secret-shape says of the password; empty: nothing.
std::string oddities(const SecretShape& shape) {
    std::vector<std::string> found;
    if (shape.placeholder)
        return tr("is still the example's");
    if (shape.blank_at_edge)
        found.emplace_back(tr("begins or ends with a blank"));
    if (shape.quoted)
        found.emplace_back(
            tr("begins or ends with a quotation mark, which is a part of it"));
    return joined(found, tr(", and "));
}

/// As a delivery will read it. A command is run once, when the log-in is tried.
SecretShape shape_as_read(const Relay& relay, Findings& findings) {
    if (!std::holds_alternative<SecretFile>(relay.secret))
        return shape_of(relay.secret);
    try {
        return load_secret(relay.secret, Clock::now() + secret_wait).secret->shape();
    } catch (const Failure& failure) {
        if (findings.failure.empty()) {
            findings.failure = printable(failure.what());
            findings.warn("config-error", {}, &relay);
        }
    }
    return {};
}

void look_at_secrets(const Settings& settings, Findings& findings) {
    for (const Relay& relay : settings.relays) {
        const std::string shape = oddities(shape_as_read(relay, findings));
        if (!shape.empty())
            findings.warn("secret-shape", {{"shape", shape}}, &relay);
        const auto* const source = std::get_if<SecretFile>(&relay.secret);
        const auto facts = source != nullptr ? facts_of(source->file.path) : std::nullopt;
        if (facts && (facts->st_mode & S_IROTH) != 0)
            findings.warn(
                "file-open",
                {{"file", printable(source->file.path)}, {"account", tr("everybody")}},
                &relay);
    }
}

void look_at_clock(std::time_t now, Findings& findings) {
    if (now >= oldest_plausible)
        return;
    findings.warn("clock", {{"date", date_text(now)}});
}

bool is_name(const Relay& relay) {
    std::array<unsigned char, sizeof(in6_addr)> octets{};
    return !relay.is_local() &&
           ::inet_pton(AF_INET, relay.host.c_str(), octets.data()) != 1 &&
           ::inet_pton(AF_INET6, relay.host.c_str(), octets.data()) != 1;
}

void look_at_resolver(const Settings& settings, const MachinePlaces& places,
                      Findings& findings) {
    if (!std::ranges::any_of(settings.relays, is_name) ||
        !name_servers(places.resolv_conf).empty())
        return;
    findings.warn("no-resolver",
                  {{"list", concat({tr("none in "), printable(places.resolv_conf)})}},
                  &settings.relays.front());
}

std::string waiting_text(const QueueHealth& queue) {
    if (queue.waiting == 0)
        return tr("the queue is empty");
    std::string text = concat({std::to_string(queue.waiting), tr(" in the queue")});
    if (queue.held > 0)
        text += concat({", ", std::to_string(queue.held), tr(" of them held")});
    return text;
}

void look_at_queue(const QueueSettings& settings, const MachinePlaces& places,
                   Findings& findings) {
    if (settings.directory.empty())
        return;
    const QueueHealth queue = health_of(settings, places.remote);
    if (!queue.trouble.empty())
        return findings.warn("queue-shut", {{"reason", queue.trouble}});
    findings.say(waiting_text(queue));
    if (queue.remote)
        findings.warn("queue-remote", {{"path", printable(settings.directory)}});
    Words words;
    if (queue.last_run > 0)
        words["since"] = date_text(queue.last_run);
    if (places.now - queue.last_run >= idle_after)
        findings.warn("queue-idle", std::move(words));
}

bool exists(const std::string& pattern) {
    glob_t found{};
    const bool any = ::glob(pattern.c_str(), GLOB_NOSORT, nullptr, &found) == 0;
    ::globfree(&found);
    return any;
}

} // namespace

MachinePlaces system_places() {
    MachinePlaces places;
    places.program = SBINDIR "/sallyport";
    places.system_file = SYSCONFDIR "/sallyport.conf";
    places.resolv_conf = "/etc/resolv.conf";
    places.now = std::time(nullptr);
    const char* const path = ::secure_getenv("PATH");
    std::string_view rest = path != nullptr ? path : "";
    while (!rest.empty()) {
        std::string sendmail = concat({take_until(rest, ':'), "/sendmail"});
        if (::access(sendmail.c_str(), X_OK) != 0)
            continue;
        if (std::ranges::find(places.sendmail, sendmail) == places.sendmail.end())
            places.sendmail.insert(places.sendmail.begin(), std::move(sendmail));
        break; // that one is run
    }
    return places;
}

StepReport check_machine(const Settings& settings, const std::string& file,
                         const MachinePlaces& places) {
    const auto begun = Clock::now();
    Findings findings;
    look_at_file(file, places, findings);
    look_at_authorities(settings, findings);
    look_at_sendmail(places, findings);
    look_at_secrets(settings, findings);
    look_at_clock(places.now, findings);
    look_at_resolver(settings, places, findings);
    look_at_queue(settings.queue, places, findings);
    if (!has_queue(settings) && settings.tempfail == ExitStatus::temp_fail &&
        std::ranges::any_of(places.php, exists))
        findings.warn("php85");
    StepReport step;
    step.rung = Rung::machine;
    step.result = findings.warned ? Result::warn : Result::ok;
    step.text = joined(findings.texts, ", ");
    if (!findings.failure.empty()) {
        step.result = Result::fail;
        step.text = findings.failure;
    }
    step.advice = std::move(findings.advice);
    step.took = std::chrono::duration_cast<Milliseconds>(Clock::now() - begun);
    return step;
}

std::string file_in_force(const ConfigurationSources& sources) {
    return file_to_read(sources);
}

} // namespace sallyport::ctl
