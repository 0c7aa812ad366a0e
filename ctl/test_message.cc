// SPDX-License-Identifier: MIT
#include "ctl/test_message.h"

#include <algorithm>
#include <array>
#include <ctime>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/concat.h"
#include "ctl/advice.h"
#include "ctl/dialogue.h"
#include "ctl/exit.h"
#include "ctl/trial.h"
#include "ctl/ways.h"
#include "ctl/words.h"
#include "deliver/delivery.h"
#include "message/intake.h"
#include "message/submission.h"
#include "net/network.h"
#include "text/printable.h"

namespace sallyport::ctl {

namespace {

std::string time_of(const Identity& identity) {
    const auto seconds = std::chrono::system_clock::to_time_t(identity.now);
    std::tm time{};
    ::gmtime_r(&seconds, &time);
    std::array<char, 32> text{};
    const auto size =
        std::strftime(text.data(), text.size(), "%Y-%m-%d %H:%M:%S UTC", &time);
    return {text.data(), size};
}

/// As a program would hand it over: sender, date and Message-ID are the mail path's.
std::string text_of(const TestMessageOrder& order) {
    const std::string host = printable(order.identity.host_name, 200);
    return concat({"Subject: sallyport test message from ", host, ", ",
                   time_of(order.identity), "\nTo: <", order.envelope.recipients.front(),
                   ">\nAuto-Submitted: auto-generated\n\n",
                   "This message was sent by \"sallyportctl check --to\" on ", host,
                   ".\nThe mail of that machine reaches you.\n"});
}

Message message_of(const TestMessageOrder& order, std::vector<std::string>& notes) {
    Intake intake(false, 0);
    intake.add(text_of(order));
    return finish_message(intake.finish(), order.envelope, Invocation(), order.settings,
                          order.identity, notes);
}

/// Goes to no further server after a log-in: each that is turned away counts there.
class OneLogInRoute : public Route {
  public:
    OneLogInRoute(std::unique_ptr<Route> route, const Entries& entries)
        : route_(std::move(route)), entries_(entries) {}

    std::optional<Connection> connect() override {
        const auto logs_in = [](const Transcript::Entry& entry) {
            return rung_of(entry.step) == Rung::auth;
        };
        if (seen_ != 0 && std::any_of(entries_.begin() + seen_, entries_.end(), logs_in))
            return std::nullopt;
        seen_ = std::ssize(entries_);
        return route_->connect();
    }

    Securer& securer() override { return route_->securer(); }

  private:
    std::unique_ptr<Route> route_;
    const Entries& entries_;
    std::ptrdiff_t seen_ = 0; ///< of entries, before the last connection
};

class OneLogIn : public Network {
  public:
    OneLogIn(Network& network, const Entries& entries)
        : network_(network), entries_(entries) {}

    std::unique_ptr<Route> route(const Relay& relay, Deadline run_deadline) override {
        return std::make_unique<OneLogInRoute>(network_.route(relay, run_deadline),
                                               entries_);
    }

  private:
    Network& network_;
    const Entries& entries_;
};

Settings settings_of(const TestMessageOrder& order) {
    Settings settings = order.settings;
    settings.relays = {
        tried_relay(order.relay, 0, order.step_limit, order.started, order.deadline)};
    settings.relays.front().match.clear(); // it has been chosen already
    return settings;
}

Symptom symptom_at(const TestMessageOrder& order, Rung rung) {
    Symptom symptom;
    symptom.relay = &order.relay;
    symptom.provider = provider_key(order.relay);
    symptom.rung = rung;
    symptom.words["from"] = printable(order.envelope.reverse_path);
    symptom.words["to"] = printable(order.envelope.recipients.front());
    return symptom;
}

void advise_on(StepReport& step, const Symptom& symptom) {
    if (auto advice = advise(symptom))
        step.advice.push_back(std::move(*advice));
}

/// A server may say yes and mean that it will not deliver: its status code is of class 4.
void look_at_verdict(TestMessage& told, const TestMessageOrder& order) {
    StepReport& step = told.step;
    const auto blank = step.text.find(' ');
    if (blank == step.text.npos || !step.text.substr(blank + 1).starts_with("4."))
        return;
    Symptom symptom = symptom_at(order, Rung::data);
    symptom.code = std::atoi(step.text.c_str());
    const std::string rest = step.text.substr(blank + 1);
    symptom.enhanced = rest.substr(0, rest.find(' '));
    symptom.reply = step.text;
    step.result = Result::warn;
    advise_on(step, symptom);
}

const char* in_doubt_text() {
    return tr(
        "In doubt: the server may have accepted the message, or it may not. Look into "
        "the mailbox before it is sent again.");
}

/// Of a message that was not accepted for everybody: the first of them.
void take_refusal(TestMessage& told, const Recipient& recipient, const Entries& entries,
                  const TestMessageOrder& order) {
    StepReport& step = told.step;
    const bool in_doubt = recipient.in_doubt();
    step.result = Result::fail;
    step.code = recipient.reply_code;
    step.enhanced = recipient.enhanced;
    step.text = in_doubt ? in_doubt_text() : tr("the message was not accepted");
    step.reply = printable(recipient.text, 2000);
    const auto lines = reply_at(entries, step.rung);
    if (!in_doubt && recipient.reply_code != 0 && !lines.empty())
        step.reply = printable(joined(lines, " "), 2000);
    Symptom symptom = symptom_at(order, step.rung);
    symptom.found = in_doubt ? "in-doubt" : "";
    symptom.code = step.code;
    symptom.enhanced = step.enhanced;
    symptom.reply = step.reply;
    advise_on(step, symptom);
}

/// From the log-in on, or where nothing was said any more from the beginning.
void take_times(StepReport& step, const Entries& entries, Clock::time_point started,
                Clock::time_point begun) {
    const auto since = [started](Clock::time_point at) {
        return std::chrono::round<Milliseconds>(at - started);
    };
    step.start = since(begun);
    const auto first = std::ranges::find_if(
        entries, [](const Transcript::Entry& entry) { return entry.step >= Step::mail; });
    if (first != entries.end())
        step.start = since(first->at);
    step.took = since(Clock::now()) - step.start;
}

/// Where the last words were said that mattered. A further way may not have been found.
Rung last_rung(const Entries& entries) {
    Rung rung = Rung::ports;
    for (const auto& entry : entries) {
        const bool looks =
            entry.step == Step::connect && entry.kind == Transcript::Kind::began;
        if (entry.step != Step::none && !looks)
            rung = rung_of(entry.step);
    }
    return rung;
}

void hand_over(TestMessage& told, const TestMessageOrder& order, Entries& entries) {
    const Transcript transcript(order.verbose, &entries);
    Internet internet(transcript);
    OneLogIn network(internet, entries);
    const Settings settings = settings_of(order);
    std::vector<std::string> notes;
    const Message message = message_of(order, notes);
    const auto begun = Clock::now();
    Failover failover(
        settings, network,
        DeliveryContext{order.identity.host_name, order.started, transcript, false});
    const Report report = deliver(failover, settings.message, order.envelope,
                                  recipients_of(order.envelope), message, order.started);
    take_times(told.step, entries, order.started, begun);
    told.step.peer = report.recipients.front().relay;
    told.status = number(report.status());
    told.sent = report.status() == ExitStatus::ok;
    const auto lost = std::ranges::find_if_not(report.recipients, &Recipient::accepted);
    if (lost != report.recipients.end()) {
        if (!lost->in_doubt())
            told.step.rung = last_rung(entries);
        return take_refusal(told, *lost, entries, order);
    }
    told.step.result = Result::ok;
    told.step.text = printable(joined(reply_at(entries, Rung::data), " "));
    look_at_verdict(told, order);
}

} // namespace

TestMessage send_test_message(const TestMessageOrder& order) {
    TestMessage told;
    told.step.rung = Rung::data;
    told.step.result = Result::fail;
    Entries entries;
    try {
        hand_over(told, order, entries);
    } catch (const Failure& failure) {
        told.status = number(failure.status());
        told.step.text = printable(failure.what(), 2000);
        told.step.code = failure.reply_code();
        told.step.enhanced = failure.enhanced();
    }
    return told;
}

} // namespace sallyport::ctl
