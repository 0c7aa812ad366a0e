// SPDX-License-Identifier: MIT
#include "ctl/screen.h"

#include <algorithm>
#include <cstdio>
#include <string_view>
#include <vector>

#include "base/concat.h"
#include "ctl/exit.h"
#include "ctl/step_text.h"
#include "ctl/waterfall.h"
#include "ctl/words.h"

namespace sallyport::ctl {

namespace {

using Steps = std::vector<StepReport>;

std::string paragraph(std::string_view text, const Look& look) {
    return wrapped(text, look.width, "", 0);
}

/// "sendgrid, smtp.sendgrid.net as apikey"
std::string server_of(const RelayReport& relay) {
    std::string text = relay.provider;
    if (!text.empty() && !relay.host.empty())
        text.append(", ");
    text.append(relay.host);
    if (!relay.user.empty())
        text.append(" ").append(tr("as")).append(" ").append(relay.user);
    return text;
}

std::string section_of(const RelayReport& relay) {
    return relay.name.empty() ? "[relay]" : concat({"[relay ", relay.name, "]"});
}

std::string title_of(const RelayReport& relay) {
    return concat({section_of(relay), ": ", server_of(relay)});
}

// ---- What was found ----

std::string pin_text(const RelayReport& relay, const Look& look) {
    return assignment_text("tls_pin", relay.tls.pin, look);
}

std::string steps_text(const Steps& steps, const KeyPlace& place, const Look& look) {
    std::string text;
    for (const StepReport& step : steps)
        text.append(step_text(step, place, look));
    return text;
}

/// The pin stands below the rung that has shown it, or below all of them.
std::string relay_text(const RelayReport& relay, const std::string& file, const Look& look,
                       bool pins) {
    const KeyPlace place{file, relay.name};
    bool due = pins && !relay.tls.pin.empty();
    std::string text;
    for (const StepReport& step : relay.steps) {
        text.append(step_text(step, place, look));
        if (due && step.rung == Rung::tls) {
            text.append(pin_text(relay, look));
            due = false;
        }
    }
    if (due)
        text.append(pin_text(relay, look));
    return text + waterfall(relay, look);
}

/// One relay is named with the file, several have headings of their own.
std::string findings(const CheckReport& report, const Look& look, bool pins) {
    const bool alone = report.relays.size() == 1;
    std::string start =
        report.file.empty() ? std::string(tr("no configuration")) : report.file;
    if (alone)
        start.append(": ").append(report.relays.front().name.empty()
                                      ? server_of(report.relays.front())
                                      : title_of(report.relays.front()));
    std::string text = paragraph(start, look);
    text.append(steps_text(report.steps, {report.file, {}}, look));
    for (const RelayReport& relay : report.relays) {
        if (!alone)
            text.append("\n").append(paragraph(title_of(relay), look));
        text.append(relay_text(relay, report.file, look, pins));
    }
    return report.relays.size() > 1 ? text + "\n" : text;
}

// ---- What it means ----

/// The ids of the advice of all steps with this result, each once.
void add_ids(std::vector<std::string>& ids, const Steps& steps, Result result) {
    for (const StepReport& step : steps) {
        for (const Advice& advice : step.advice) {
            if (step.result == result && std::ranges::find(ids, advice.id) == ids.end())
                ids.push_back(advice.id);
        }
    }
}

std::vector<std::string> ids_of(const CheckReport& report, Result result) {
    std::vector<std::string> ids;
    add_ids(ids, report.steps, result);
    for (const RelayReport& relay : report.relays)
        add_ids(ids, relay.steps, result);
    return ids;
}

std::string more(std::string_view ids) {
    return concat({tr("More: man 7 sallyport-advice"), ids.empty() ? "" : ", ", ids});
}

Milliseconds time_of(const RelayReport& relay) {
    Milliseconds sum{};
    for (const StepReport& step : relay.steps)
        sum += step.took;
    return sum;
}

std::string in_seconds(Milliseconds time) {
    char text[32];
    std::snprintf(text, sizeof text, "%.2f s", static_cast<double>(time.count()) / 1000.0);
    return text;
}

/// "A delivery takes 0.25 s: 6 round trips of 38 ms."
std::string cost_of(const RelayReport& relay) {
    if (relay.round_trips == 0)
        return {};
    return concat({" ", tr("A delivery takes"), " ", in_seconds(time_of(relay)), ": ",
                   std::to_string(relay.round_trips), " ", tr("round trips of"), " ",
                   std::to_string(relay.round_trip.count()), " ms."});
}

std::string good_news(const CheckReport& report, const Look& look) {
    std::string text = report.sent
                           ? tr("It works.")
                           : tr("It works as far as this goes. To send a message, too: "
                                "check --to ADDR");
    if (report.sent && report.relays.size() == 1)
        text.append(cost_of(report.relays.front()));
    text = paragraph(text, look);
    const std::string ids = joined(ids_of(report, Result::warn), ", ");
    if (!ids.empty())
        text.append(paragraph(concat({tr("There are warnings."), " ", more(ids)}), look));
    return text;
}

bool is_refused(const StepReport& step) {
    return step.rung == Rung::data && step.result == Result::fail && step.code / 100 != 4;
}

/// The relay that a delivery would end with, in their order; null: none works before one
/// that ends it.
const RelayReport* carrier(const std::vector<RelayReport>& relays) {
    for (const RelayReport& relay : relays) {
        if (relay.serves && relay.status == done)
            return &relay;
        if (relay.serves &&
            (relay.ends_all || std::ranges::any_of(relay.steps, is_refused)))
            break;
    }
    return nullptr;
}

/// Whether mail goes out though a relay has failed; empty where nobody can tell.
std::string outcome(const CheckReport& report) {
    if (std::ranges::find(report.steps, Result::fail, &StepReport::result) !=
        report.steps.end())
        return {};
    const RelayReport* const relay = carrier(report.relays);
    if (relay == nullptr)
        return concat({" ", tr("Mail does not go out.")});
    if (std::ranges::find(relay->steps, Rung::rcpt, &StepReport::rung) ==
        relay->steps.end())
        return {};
    return concat({" ", tr("Mail goes out over"), " ", section_of(*relay), "."});
}

/// Not all may have failed: then mail may go out all the same.
std::string bad_news(const CheckReport& report, const Look& look) {
    const auto good = std::ranges::count(report.relays, done, &RelayReport::status);
    std::string text = good == 0
                           ? std::string(tr("Not working yet."))
                           : concat({std::to_string(good), " ", tr("of"), " ",
                                     std::to_string(report.relays.size()), " ",
                                     good == 1 ? tr("relays works.") : tr("relays work."),
                                     outcome(report)});
    text.append(" ").append(tr("Status")).append(" ");
    text.append(std::to_string(report.status)).append(".");
    const auto ids = ids_of(report, Result::fail);
    if (!ids.empty())
        text.append(" ").append(more(ids.front()));
    return paragraph(text, look);
}

} // namespace

std::string shown(const CheckReport& report, const Look& look, bool pins) {
    return findings(report, look, pins) +
           (report.status == done ? good_news(report, look) : bad_news(report, look));
}

} // namespace sallyport::ctl
