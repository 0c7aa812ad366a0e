// SPDX-License-Identifier: MIT
#include "ctl/ladder.h"

#include <algorithm>
#include <new>
#include <optional>
#include <utility>

#include "base/concat.h"
#include "ctl/exit.h"
#include "ctl/faults.h"
#include "ctl/trial.h"
#include "ctl/trial_text.h"
#include "ctl/ways.h"
#include "ctl/words.h"
#include "deliver/failover.h"
#include "text/printable.h"

namespace sallyport::ctl {

namespace {

constexpr Milliseconds names_wait{5'000};
constexpr Milliseconds slow_greeting{3'000};

/// It works, and yet there is something to say.
void warn(StepReport& step, const Symptom& symptom) {
    if (step.result == Result::ok)
        step.result = Result::warn;
    if (auto advice = advise(symptom))
        step.advice.push_back(std::move(*advice));
}

Symptom slow(const Relay& relay, const StepReport& step) {
    Symptom symptom;
    symptom.relay = &relay;
    symptom.provider = provider_key(relay);
    symptom.rung = step.rung;
    symptom.found = "slow";
    const auto tenths = step.took.count() / 100;
    symptom.words["seconds"] =
        concat({std::to_string(tenths / 10), ".", std::to_string(tenths % 10)});
    symptom.words["reason"] = tr("the greeting");
    return symptom;
}

/// Names and ports have answered before the session begins: if these fail there, the run's
/// time may be what was missing.
bool is_cut_short(const Failure& failure) {
    return failure.step() != Step::none && rung_of(failure.step()) < Rung::greeting;
}

class Ladder {
  public:
    Ladder(const Relay& relay, const Settings& settings, const Identity& identity,
           const LadderOptions& options)
        : relay_(relay), settings_(settings), identity_(identity), options_(options) {}

    RelayReport run();

  private:
    void climb();
    bool is_too_late(Rung rung);
    void climb_proxy(const Proxy& proxy);
    bool find_names();
    bool find_ports();
    void climb_ports();
    bool climb_port(std::uint16_t port, const Site* site, bool last);
    [[nodiscard]] Trial try_port(std::uint16_t port, Milliseconds greeting) const;
    void take_steps(const Trial& trial);
    void finish(const Trial& trial);
    StepReport& failing_step(const Trial& trial, Rung rung);
    void name_way_round(Symptom& symptom);
    bool take_failure(const Trial& trial, const Explanation& told, bool last);
    void finish_ports();

    StepReport& add(Rung rung, Result result, std::string text);
    void fail(StepReport& step, const Trouble& trouble);
    [[nodiscard]] Milliseconds since_start(Clock::time_point at) const {
        return std::chrono::round<Milliseconds>(at - options_.started);
    }
    [[nodiscard]] Milliseconds now() const { return since_start(Clock::now()); }
    [[nodiscard]] Deadline within(Milliseconds span) const {
        return std::min(Clock::now() + span, options_.deadline);
    }

    const Relay& relay_;
    const Settings& settings_;
    const Identity& identity_;
    const LadderOptions& options_;
    RelayReport report_;
    Target target_;
    std::optional<Address> source_;
    NameFacts names_;
    std::optional<PortProbes> probes_;
    Deadline others_until_;
};

StepReport& Ladder::add(Rung rung, Result result, std::string text) {
    StepReport& step = report_.steps.emplace_back();
    step.rung = rung;
    step.result = result;
    step.start = now();
    step.text = std::move(text);
    return step;
}

void Ladder::fail(StepReport& step, const Trouble& trouble) {
    step.result = Result::fail;
    step.text = trouble.text;
    step.code = trouble.symptom.code;
    step.enhanced = trouble.symptom.enhanced;
    if (trouble.symptom.reply != step.text) // said once is enough
        step.reply = trouble.symptom.reply;
    if (auto advice = advise(trouble.symptom))
        step.advice.push_back(std::move(*advice));
    report_.status = trouble.status;
}

RelayReport Ladder::run() {
    report_.name = relay_.name;
    report_.host = printable(relay_.host);
    report_.provider = provider_key(relay_);
    report_.serves = relay_.serves(options_.from);
    if (relay_.auth_wanted)
        report_.user = printable(relay_.user);
    try {
        climb();
        finish_ports();
    } catch (const Failure& failure) {
        StepReport& step =
            add(rung_of(failure.step()), Result::fail, printable(failure.what()));
        step.reply = step.text;
        report_.status = number(failure.status());
    } catch (const std::bad_alloc&) {
        add(Rung::machine, Result::fail, tr("out of memory"));
        report_.status = number(ExitStatus::temp_fail);
    }
    return std::move(report_);
}

/// Then no more is climbed, which is said at `rung`.
bool Ladder::is_too_late(Rung rung) {
    if (Clock::now() < options_.deadline)
        return false;
    add(rung, Result::skip, tr("not reached: the time for the run was over"));
    report_.status = number(ExitStatus::temp_fail);
    return true;
}

void Ladder::climb() {
    if (is_too_late(Rung::names))
        return;
    if (relay_.is_local()) {
        add(Rung::names, Result::skip, tr("a socket of this machine"));
        climb_port(0, nullptr, true);
    } else if (relay_.proxy) {
        climb_proxy(*relay_.proxy);
    } else if (find_names() && find_ports()) {
        climb_ports();
    }
}

/// It is silent until it has connected, and only a delivery's own words may be said to it.
void Ladder::climb_proxy(const Proxy& proxy) {
    add(Rung::names, Result::skip, tr("the proxy looks up the name"));
    add(Rung::ports, Result::skip,
        concat({tr("not asked for one by one through the proxy"), " ",
                printable(proxy.host), ":", std::to_string(proxy.port)}));
    for (const std::uint16_t port : relay_.port) {
        if (is_too_late(Rung::greeting) ||
            climb_port(port, nullptr, port == relay_.port.back()))
            return;
    }
}

bool Ladder::find_names() {
    StepReport& step = add(Rung::names, Result::ok, {});
    const Deadline deadline = within(names_wait);
    std::optional<Trouble> trouble;
    try {
        target_ = target_of(relay_, deadline);
        source_ = source_of(relay_, deadline);
        names_ = reachable_from(source_, look_up_names(target_.host, relay_.ip, deadline));
        if (names_.v4.empty() && names_.v6.empty())
            trouble = no_names(relay_, target_.host, names_);
    } catch (const Failure& failure) {
        trouble = no_services(relay_, failure);
    }
    step.took = now() - step.start;
    if (trouble) {
        fail(step, *trouble);
        return false;
    }
    step.text = name_text(names_);
    if (relay_.srv)
        step.text = concat({printable(target_.host), ": ", step.text});
    return true;
}

bool Ladder::find_ports() {
    StepReport& step = add(Rung::ports, Result::ok, {});
    std::vector<std::uint16_t> others = options_.other_ports;
    std::erase_if(others, [&](std::uint16_t port) {
        return std::ranges::find(target_.ports, port) != target_.ports.end();
    });
    others_until_ = within(options_.others_wait);
    probes_.emplace(names_, target_.ports, others, source_);
    probes_->await_configured(within(options_.port_timeout));
    const PortProbe* const open = probes_->first_open();
    if (open != nullptr) {
        step.took = open->took;
        step.peer = concat({printable(target_.host), open->address.text(open->port)});
        return true;
    }
    step.took = now() - step.start;
    probes_->await_others(std::max(others_until_, Clock::now()));
    report_.ports = probes_->ports();
    fail(step, no_port(relay_, target_.host, *probes_));
    probes_.reset();
    return false;
}

/// The configured ports that are open, as a delivery would take them; SRV's are the mail
/// path's own choice.
void Ladder::climb_ports() {
    std::vector<std::pair<std::uint16_t, Address>> ways;
    for (const std::uint16_t port : target_.ports) {
        const auto& probes = probes_->probes();
        const auto open = std::ranges::find_if(probes, [port](const PortProbe& probe) {
            return probe.port == port && probe.state == PortState::open;
        });
        if (open != probes.end())
            ways.emplace_back(port, open->address);
    }
    if (relay_.srv)
        ways.resize(1);
    for (const auto& [port, address] : ways) {
        if (is_too_late(Rung::greeting))
            return;
        const TlsMode mode = relay_.srv ? target_.tls : relay_.tls_mode(port);
        const Site site{address, port, mode, options_.waits, options_.deadline, source_};
        if (climb_port(port, &site, port == ways.back().first))
            return;
    }
}

Trial Ladder::try_port(std::uint16_t port, Milliseconds greeting) const {
    Relay relay = tried_relay(relay_, relay_.srv ? std::uint16_t{0} : port,
                              options_.step_limit, options_.started, options_.deadline);
    relay.greeting_timeout = std::min(relay.greeting_timeout, greeting);
    return try_session({relay, settings_, identity_, options_.from, options_.to,
                        options_.log_in, options_.started, options_.verbose});
}

/// Whether it has been decided what this relay is good for. Whoever does not greet soon is
/// first asked whether he speaks TLS; only then is he given all the time that there is.
bool Ladder::climb_port(std::uint16_t port, const Site* site, bool last) {
    Trial trial =
        try_port(port, site != nullptr ? options_.waits.greeting : options_.step_limit);
    std::optional<Explanation> told;
    if (trial.failure)
        told = explain(relay_, trial, site);
    if (told && told->slow && Clock::now() < options_.deadline) {
        trial = try_port(port, options_.step_limit);
        if (!trial.failure)
            told.reset();
        else
            told = explain(relay_, trial, nullptr);
    }
    if (told && is_cut_short(*trial.failure) && is_too_late(Rung::greeting))
        return true;
    take_steps(trial);
    if (!told) {
        finish(trial);
        return true;
    }
    return take_failure(trial, *told, last);
}

void Ladder::take_steps(const Trial& trial) {
    report_.tls = trial.tls;
    report_.capabilities = capabilities_of(trial.entries);
    for (StepReport& step : steps_of(trial.entries, options_.started)) {
        describe(step, trial, relay_, options_.from, options_.to);
        if (step.rung == Rung::greeting && step.took > slow_greeting && !trial.failure)
            warn(step, slow(relay_, step));
        report_.steps.push_back(std::move(step));
    }
}

void Ladder::finish(const Trial& trial) {
    const auto& steps = report_.steps;
    report_.round_trips = round_trips(trial.entries, trial.tls.version);
    report_.round_trip = connecting_of(trial.entries);
    if (const auto soon = ends_soon(relay_, trial.tls)) {
        for (StepReport& step : report_.steps) {
            if (step.rung == Rung::tls)
                warn(step, *soon);
        }
    }
    if (!options_.log_in) {
        add(Rung::auth, Result::skip, tr("not tried"));
    } else if (std::ranges::find(steps, Rung::auth, &StepReport::rung) == steps.end()) {
        add(Rung::auth, Result::skip, tr("none is configured"));
        const auto mail = std::ranges::find(report_.steps, Rung::mail, &StepReport::rung);
        std::rotate(mail, report_.steps.end() - 1, report_.steps.end());
    }
}

/// The failing step is the last that has begun, unless nothing was said of it yet.
StepReport& Ladder::failing_step(const Trial& trial, Rung rung) {
    if (rung == Rung::ports) {
        const auto ports = std::ranges::find(report_.steps, rung, &StepReport::rung);
        if (ports != report_.steps.end())
            return *ports;
    }
    const bool begun = !report_.steps.empty() && report_.steps.back().rung == rung &&
                       report_.steps.back().peer == trial.peer;
    StepReport& step = begun ? report_.steps.back() : add(rung, Result::ok, {});
    if (!begun)
        step.start = since_start(trial.ended);
    step.took = since_start(trial.ended) - step.start;
    step.peer = trial.peer;
    return step;
}

/// What is wrong before TLS may not be so on a port where TLS comes first.
void Ladder::name_way_round(Symptom& symptom) {
    const auto p = symptom.words.find("p");
    if (!probes_ || symptom.rung > Rung::ehlo ||
        (p != symptom.words.end() && p->second == "465"))
        return;
    probes_->await_others(std::max(others_until_, Clock::now()));
    const auto open_465 = [](const PortReport& each) {
        return each.port == 465 && each.state == PortState::open;
    };
    if (std::ranges::any_of(probes_->ports(), open_465))
        symptom.words["tls_port"] = "465";
}

/// As climb_port(). Another port is tried where a delivery would try it, and never after
/// what may have been a log-in.
bool Ladder::take_failure(const Trial& trial, const Explanation& told, bool last) {
    const Failure& failure = *trial.failure;
    if (told.tls)
        report_.tls = *told.tls;
    StepReport& step = failing_step(trial, told.symptom.rung);
    Trouble trouble{told.symptom, told.text, number(failure.status())};
    add_words(trouble.symptom, trial, options_.from, options_.to);
    name_way_round(trouble.symptom);
    if (failure.reply_code() != 0 && !step.text.empty())
        trouble.text = step.text;
    fail(step, trouble);
    report_.ends_all =
        Failover::ends_all(failure) && failure.status() != ExitStatus::temp_fail;
    const bool next = !last && failure.fault() == Fault::address &&
                      told.symptom.rung < Rung::auth &&
                      rung_of(failure.step()) < Rung::auth;
    if (next) {
        step.result = Result::warn;
        report_.status = done;
    }
    return !next;
}

/// What has answered meanwhile, and what a delivery waits for in vain.
void Ladder::finish_ports() {
    if (!probes_)
        return;
    probes_->await_others(std::max(others_until_, Clock::now()));
    report_.ports = probes_->ports();
    const auto step = std::ranges::find(report_.steps, Rung::ports, &StepReport::rung);
    if (step == report_.steps.end() || step->result == Result::fail)
        return;
    step->text = port_text(report_.ports);
    for (const Symptom& each : detours(relay_, *probes_))
        warn(*step, each);
}

} // namespace

RelayReport climb(const Relay& relay, const Settings& settings, const Identity& identity,
                  const LadderOptions& options) {
    return Ladder(relay, settings, identity, options).run();
}

RelayReport probe_server(const Relay& relay, const Settings& settings,
                         const Identity& identity, const LadderOptions& options) {
    LadderOptions without_log_in = options;
    without_log_in.log_in = false;
    return climb(relay, settings, identity, without_log_in);
}

} // namespace sallyport::ctl
