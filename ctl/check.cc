// SPDX-License-Identifier: MIT
#include "ctl/check.h"

#include <algorithm>
#include <new>
#include <utility>

#include <unistd.h>

#include "base/concat.h"
#include "config/values.h"
#include "ctl/advice.h"
#include "ctl/exit.h"
#include "ctl/json.h"
#include "ctl/ladder.h"
#include "ctl/machine.h"
#include "ctl/screen.h"
#include "ctl/test_message.h"
#include "ctl/words.h"
#include "deliver/failover.h"
#include "message/envelope.h"
#include "message/identity.h"
#include "text/printable.h"

namespace sallyport::ctl {

namespace {

constexpr std::chrono::seconds run_limit{60};

/// Whom it is sent from and to, and what is wrong with them.
struct Parties {
    Envelope envelope;
    std::string trouble;
    int status = 0;
};

/// The sender that a cron job of this machine would have. The recipient: the one that is
/// named, else root's reader if there is one, else the sender.
Envelope envelope_of(const CheckWishes& wishes, const Settings& settings,
                     const Identity& identity) {
    Invocation invocation;
    invocation.sender = wishes.from;
    invocation.recipients = {wishes.to.value_or("root")};
    Envelope envelope = make_envelope(invocation, settings, Header(), identity);
    const std::string nobody = concat({"root@", identity.domain(settings.sender)});
    if (wishes.to || envelope.reverse_path.empty() || envelope.recipients.front() != nobody)
        return envelope;
    invocation.recipients = {concat({"<", envelope.reverse_path, ">"})};
    return make_envelope(invocation, settings, Header(), identity);
}

Parties parties_of(const CheckWishes& wishes, const Settings& settings,
                   const Identity& identity) {
    Parties parties;
    try {
        parties.envelope = envelope_of(wishes, settings, identity);
        const std::string& sender = parties.envelope.reverse_path;
        if (std::ranges::none_of(settings.relays,
                                 [&](const Relay& relay) { return relay.serves(sender); }))
            throw no_relay_for(sender);
    } catch (const Failure& failure) {
        parties.trouble = printable(failure.what());
        parties.status = number(failure.status());
    }
    return parties;
}

class Check {
  public:
    Check(const ConfigurationSources& sources, const CheckWishes& wishes, Console& console)
        : sources_(sources), wishes_(wishes), console_(console) {}

    CheckReport run();

  private:
    void check_settings(Settings loaded, std::vector<std::string> notes);
    void take_config_error(const Failure& failure);
    void check_sender(const Settings& settings, const std::string& sender);
    void check_relays(const Settings& settings, const Identity& identity,
                      const Parties& parties);
    void send(const Relay& relay, RelayReport& report, const Settings& settings,
              const Identity& identity, const Parties& parties);
    [[nodiscard]] std::vector<const Relay*> chosen(const Settings& settings) const;
    [[nodiscard]] LadderOptions options(const Parties& parties) const;
    [[nodiscard]] Deadline deadline() const { return started_ + run_limit; }
    [[nodiscard]] int verbose() const { return wishes_.verbose ? STDERR_FILENO : -1; }
    StepReport& add_step(Result result, std::string text);

    const ConfigurationSources& sources_;
    const CheckWishes& wishes_;
    Console& console_;
    Clock::time_point started_ = Clock::now();
    CheckReport report_;
    bool tried_ = false; ///< to send a message: it may have been accepted
};

StepReport& Check::add_step(Result result, std::string text) {
    StepReport& step = report_.steps.emplace_back();
    step.rung = Rung::machine;
    step.result = result;
    step.text = std::move(text);
    return step;
}

CheckReport Check::run() {
    report_.file = printable(file_in_force(sources_));
    std::vector<std::string> notes;
    std::optional<Settings> loaded;
    try {
        loaded = load_settings(sources_, notes);
    } catch (const Failure& failure) {
        take_config_error(failure);
        for (const std::string& note : notes)
            add_step(Result::warn, printable(note));
    }
    if (loaded)
        check_settings(std::move(*loaded), std::move(notes));
    return std::move(report_);
}

void Check::take_config_error(const Failure& failure) {
    StepReport& step = add_step(Result::fail, printable(failure.what(), 2000));
    Symptom symptom;
    symptom.rung = Rung::machine;
    const bool none = report_.file.empty() &&
                      server_variable(sources_.environment) == nullptr &&
                      failure.status() == ExitStatus::config;
    symptom.found = none ? "no-config" : "config-error";
    if (auto advice = advise(symptom))
        step.advice.push_back(std::move(*advice));
    report_.status = number(failure.status());
}

void Check::check_settings(Settings loaded, std::vector<std::string> notes) {
    const Identity identity = look_up_identity();
    const Settings settings = suit(std::move(loaded), identity);
    if (report_.file.empty() && !settings.relays.empty())
        report_.file = printable(settings.relays.front().origin);
    report_.steps.push_back(
        check_machine(settings, file_in_force(sources_), system_places()));
    report_.steps.back().took = std::chrono::round<Milliseconds>(Clock::now() - started_);
    if (report_.steps.back().result == Result::fail)
        report_.status = number(ExitStatus::config);
    notes.insert(notes.end(), settings.notes.begin(), settings.notes.end());
    for (const std::string& note : notes)
        add_step(Result::warn, printable(note));
    const Parties parties = parties_of(wishes_, settings, identity);
    if (!parties.trouble.empty())
        add_step(Result::fail, parties.trouble);
    else
        check_sender(settings, parties.envelope.reverse_path);
    if (report_.status == done)
        report_.status = parties.status;
    check_relays(settings, identity, parties);
}

/// A domain without a dot is known to this machine at the most.
void Check::check_sender(const Settings& settings, const std::string& sender) {
    const std::string_view domain = std::string_view(sender).substr(sender.rfind('@') + 1);
    const bool is_real =
        sender.empty() || domain.starts_with('[') || domain.find('.') != domain.npos;
    if (is_real || std::ranges::all_of(settings.relays, &Relay::is_local))
        return;
    StepReport& step =
        add_step(Result::warn, concat({tr("the sender is "), printable(sender)}));
    Symptom symptom;
    symptom.found = "sender-domain";
    symptom.words["from"] = printable(sender);
    if (auto advice = advise(symptom))
        step.advice.push_back(std::move(*advice));
}

std::vector<const Relay*> Check::chosen(const Settings& settings) const {
    std::vector<const Relay*> relays;
    std::vector<std::string> names;
    for (const Relay& relay : settings.relays) {
        if (!wishes_.relay || relay.name == *wishes_.relay)
            relays.push_back(&relay);
        if (!relay.name.empty())
            names.push_back(printable(relay.name));
    }
    if (relays.empty())
        stop(ExitStatus::usage, Fault::local,
             {"--relay ", printable(*wishes_.relay), ": ",
              names.empty() ? tr("no relay of this configuration has a name")
                            : concat({tr("there are only"), " ", joined(names, ", ")})});
    return relays;
}

LadderOptions Check::options(const Parties& parties) const {
    LadderOptions options;
    if (!wishes_.ports.empty())
        options.other_ports = wishes_.ports;
    options.port_timeout = wishes_.port_timeout;
    options.log_in = wishes_.log_in && !parties.envelope.recipients.empty();
    options.from = parties.envelope.reverse_path;
    if (!parties.envelope.recipients.empty())
        options.to = parties.envelope.recipients.front();
    options.started = started_;
    options.deadline = deadline();
    options.verbose = verbose();
    return options;
}

/// A message goes over the first relay that has proved to work: no log-in that has been
/// refused is tried again.
void Check::check_relays(const Settings& settings, const Identity& identity,
                         const Parties& parties) {
    const LadderOptions climbing = options(parties);
    for (const Relay* relay : chosen(settings)) {
        console_.progress(concat({tr("asking"), " ", printable(relay->host), " ..."}));
        RelayReport report = climb(*relay, settings, identity, climbing);
        const bool works = report.status == done && climbing.log_in;
        if (wishes_.to && works && !tried_ && relay->serves(parties.envelope.reverse_path))
            send(*relay, report, settings, identity, parties);
        if (report_.status == done)
            report_.status = report.status;
        report_.relays.push_back(std::move(report));
    }
    console_.progress({});
}

void Check::send(const Relay& relay, RelayReport& report, const Settings& settings,
                 const Identity& identity, const Parties& parties) {
    tried_ = true;
    console_.progress(concat({tr("sending to"), " ", printable(*wishes_.to), " ..."}));
    TestMessage told =
        send_test_message({relay, settings, identity, parties.envelope, started_,
                           deadline(), LadderOptions().step_limit, verbose()});
    report.status = told.status;
    report.steps.push_back(std::move(told.step));
    report_.sent = told.sent;
}

bool has_warning(const std::vector<StepReport>& steps) {
    return std::ranges::find(steps, Result::warn, &StepReport::result) != steps.end();
}

bool has_warning(const CheckReport& report) {
    return has_warning(report.steps) ||
           std::ranges::any_of(report.relays, [](const RelayReport& relay) {
               return has_warning(relay.steps);
           });
}

/// A value of an option, read as the configuration reads it; 64 where it cannot be.
template<class Read>
auto value_of(const Options& options, const char* name, Read read) {
    const std::string text = options.value(name).value();
    const std::string origin = concat({"--", name});
    try {
        return read(text, origin);
    } catch (const Failure& failure) {
        stop(ExitStatus::usage, Fault::local, {failure.what()});
    }
}

CheckWishes wishes_of(const Options& options) {
    CheckWishes wishes;
    wishes.to = options.value("to");
    wishes.from = options.value("from");
    wishes.relay = options.value("relay");
    if (options.has("ports"))
        wishes.ports = value_of(options, "ports", read_ports);
    if (options.has("timeout"))
        wishes.port_timeout = value_of(
            options, "timeout", [](const std::string& text, const std::string& origin) {
                return read_duration(text, std::chrono::seconds{1}, origin);
            });
    wishes.log_in = !options.has("no-auth");
    wishes.verbose = options.verbose();
    if (wishes.to && !wishes.log_in)
        stop(ExitStatus::usage, Fault::local,
             {tr("--to and --no-auth exclude each other")});
    return wishes;
}

} // namespace

CheckReport run_check(const ConfigurationSources& sources, const CheckWishes& wishes,
                      Console& console) {
    try {
        return Check(sources, wishes, console).run();
    } catch (const std::bad_alloc&) {
        CheckReport report;
        report.steps.emplace_back().text = tr("out of memory");
        report.steps.back().result = Result::fail;
        report.status = number(ExitStatus::temp_fail);
        return report;
    }
}

int check(const Call& call) {
    const CheckWishes wishes = wishes_of(call.options);
    CheckReport report = run_check(call.sources, wishes, call.console);
    const bool doubtful =
        report.status == done && call.options.has("strict") && has_warning(report);
    if (!call.options.json())
        call.console.show(shown(report, call.console.look(), call.options.has("pin")));
    if (doubtful)
        report.status = warned;
    if (call.options.json())
        call.console.show(check_json(report));
    return report.status;
}

} // namespace sallyport::ctl
