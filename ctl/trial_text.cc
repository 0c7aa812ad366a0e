// SPDX-License-Identifier: MIT
#include "ctl/trial_text.h"

#include <algorithm>
#include <string_view>
#include <vector>

#include "base/concat.h"
#include "config/providers.h"
#include "ctl/provider_facts.h"
#include "ctl/words.h"
#include "text/ascii.h"
#include "text/printable.h"

namespace sallyport::ctl {

namespace {

constexpr std::size_t text_limit = 200;

std::string greeting_text(const Entries& entries) {
    const auto lines = reply_at(entries, Rung::greeting);
    if (lines.empty())
        return {};
    return printable(lines.front().substr(std::min<std::size_t>(lines.front().size(), 4)),
                     text_limit);
}

/// "SIZE 31457280" as "SIZE 30M".
std::string short_size(const std::string& line) {
    constexpr std::size_t mebi_digits = 7;
    const std::string number = line.substr(line.find(' ') + 1);
    const bool digits = std::ranges::all_of(number, is_digit);
    if (!digits || number.size() < mebi_digits || number.size() > 18)
        return line;
    return concat({"SIZE ", std::to_string(std::stoull(number) / 1'048'576), "M"});
}

std::string offer_text(const Entries& entries) {
    std::vector<std::string> lines = capabilities_of(entries);
    for (std::string& line : lines) {
        if (starts_with_ignoring_case(line, "SIZE "))
            line = short_size(line);
    }
    return printable(joined(lines, ", "), text_limit);
}

/// The mechanism that was tried last.
std::string log_in_text(const Entries& entries, const Relay& relay) {
    constexpr std::string_view command = "AUTH ";
    std::string_view mechanism;
    for (const auto& entry : entries) {
        const std::string_view text = entry.text;
        if (entry.step == Step::auth && entry.kind == Transcript::Kind::sent &&
            text.starts_with(command))
            mechanism = text.substr(command.size());
    }
    mechanism = mechanism.substr(0, mechanism.find(' '));
    if (mechanism.empty())
        return {};
    return concat({mechanism, relay.user.empty() ? "" : tr(" as "), printable(relay.user)});
}

std::string recipient_text(const Relay& relay, const std::string& to) {
    std::string text = concat({"<", to, ">"});
    const Provider* const row = provider_of_host(relay.host);
    if (row == nullptr || (row->traits & Provider::judges_at_data) == 0)
        return text;
    return concat({text, "; ", row->title, " ",
                   tr("judges only when it has a whole message: try --to ADDRESS")});
}

} // namespace

std::string tls_text(const TlsReport& tls) {
    if (tls.version.empty())
        return {};
    std::string text =
        concat({tls.version, " ",
                tls.mode == TlsMode::starttls ? tr("by STARTTLS") : tr("at once")});
    if (!tls.subject.empty())
        text += concat({"; ", printable(tls.subject.front(), text_limit)});
    if (tls.not_after != 0)
        text += concat({", ", std::to_string(tls.days), " ", tr("days left")});
    return text;
}

void describe(StepReport& step, const Trial& trial, const Relay& relay,
              const std::string& from, const std::string& to) {
    step.peer = trial.peer;
    if (step.rung == Rung::greeting)
        step.text = greeting_text(trial.entries);
    else if (step.rung == Rung::tls)
        step.text = tls_text(trial.tls);
    else if (step.rung == Rung::ehlo)
        step.text = offer_text(trial.entries);
    else if (step.rung == Rung::auth)
        step.text = log_in_text(trial.entries, relay);
    else if (step.rung == Rung::mail)
        step.text = concat({"<", printable(from), ">"});
    else if (step.rung == Rung::rcpt)
        step.text = recipient_text(relay, printable(to));
}

} // namespace sallyport::ctl
