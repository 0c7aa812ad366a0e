// SPDX-License-Identifier: MIT
#include "trials/verdict.h"

#include <algorithm>
#include <utility>

namespace sallyport::trials {

namespace {

using State = Progress::State;

/// Of one recipient in the files of a message.
struct Word {
    bool waits = false;   ///< a file that waits is open for him
    bool refused = false; ///< one says that he does not get it
    unsigned doubts = 0;
};

Word word_of(const std::vector<Queued>& files, const std::string& recipient) {
    Word word;
    for (const Queued& file : files) {
        for (std::size_t i = 0; i < file.header.recipients.size(); ++i) {
            if (file.header.recipients[i].address != recipient)
                continue;
            const Progress::Fate& fate = file.progress.recipients[i];
            word.waits =
                word.waits || (file.place == Queued::Place::waiting && fate.is_open());
            word.refused =
                word.refused || fate.state == State::told || fate.state == State::refused;
            word.doubts += fate.doubts + (fate.state == State::in_doubt ? 1U : 0U);
        }
    }
    return word;
}

bool is_report(std::string_view text) {
    return text.find("Auto-Submitted: auto-replied") != std::string_view::npos;
}

bool names(std::string_view report, const std::string& recipient) {
    return report.find("Final-Recipient: rfc822; " + recipient) != std::string_view::npos;
}

/// As much as says where two texts part.
std::string difference(std::string_view expected, std::string_view found) {
    const auto at = static_cast<std::size_t>(std::ranges::mismatch(expected, found).in1 -
                                             expected.begin());
    const auto from = at - std::min<std::size_t>(at, 20);
    return "octet " + std::to_string(at) + ": \"" + std::string(expected.substr(from, 60)) +
           "\" became \"" + std::string(found.substr(std::min(from, found.size()), 60)) +
           "\"";
}

} // namespace

/// All that is known of a message.
struct Verdict::Trace {
    std::vector<Queued> files;
    std::vector<const Received*> received;
    std::vector<std::string_view> reports; ///< about it, wherever they are

    [[nodiscard]] std::size_t copies(const std::string& recipient) const {
        std::size_t count = 0;
        for (const Received* const one : received)
            count += static_cast<std::size_t>(std::ranges::count(one->to, recipient));
        return count;
    }
};

const Mail* Verdict::mail_of(std::string_view token) const {
    const auto found = std::ranges::find(plan_.mails, token, &Mail::token);
    return found != plan_.mails.end() ? &*found : nullptr;
}

void Verdict::promised(const std::vector<std::string>& recipients) {
    promised_.insert(recipients.begin(), recipients.end());
    const std::vector<Queued> queued = evidence_.queued(); // before the servers are asked
    const std::vector<Received>& received = evidence_.received();
    for (const std::string& recipient : recipients) {
        const bool has_file = std::ranges::any_of(queued, [&](const Queued& file) {
            return std::ranges::any_of(file.header.recipients, [&](const auto& one) {
                return one.address == recipient;
            });
        });
        const bool has_it = std::ranges::any_of(received, [&](const Received& one) {
            return std::ranges::find(one.to, recipient) != one.to.end();
        });
        if (!has_file && !has_it)
            add(Wrong::false_success, recipient + " has nothing, and nothing waits");
    }
}

Tally Verdict::conclude() {
    const std::vector<Queued> queued = evidence_.queued();
    const std::vector<Received>& received = evidence_.received();
    std::map<std::string, Trace> traces;
    for (const Queued& file : queued) {
        if (!file.damage.empty())
            add(Wrong::altered, file.name + ": " + file.damage);
        Trace& trace = traces[token_in(file.text)];
        if (file.header.is_report)
            trace.reports.emplace_back(file.text);
        else
            trace.files.push_back(file);
    }
    for (const Received& one : received) {
        Trace& trace = traces[token_in(one.text)];
        if (is_report(one.text)) {
            trace.reports.emplace_back(one.text);
            ++tally_.reports;
            look_at_report(one.text, "received");
        } else {
            trace.received.push_back(&one);
        }
    }
    for (const auto& [token, trace] : traces) {
        if (mail_of(token) == nullptr)
            add(Wrong::altered, "a message of nobody: " + token);
    }
    look_at_reports(queued);
    for (const Mail& mail : plan_.mails)
        look_at(mail, traces[mail.token]);
    return tally_;
}

void Verdict::look_at_reports(const std::vector<Queued>& queued) {
    for (const Queued& file : queued) {
        if (file.header.is_report)
            look_at_report(file.text, file.name);
    }
}

void Verdict::look_at_report(std::string_view text, std::string_view where) {
    const Mail* const about = mail_of(token_in(text));
    const auto first = text.find("Auto-Submitted:");
    const bool again = text.find("Auto-Submitted:", first + 1) != std::string_view::npos;
    if (about == nullptr || about->sender.empty() || again)
        add(Wrong::double_bounce, std::string(where) + " is a report about a report");
    if (!plan_.setting.reports)
        add(Wrong::double_bounce, std::string(where) + " is a report, and none is to be");
}

void Verdict::look_at(const Mail& mail, const Trace& trace) {
    for (const Queued& file : trace.files) {
        if (file.damage.empty() && file.text != mail.text)
            add(Wrong::altered,
                file.name + " in the queue: " + difference(mail.text, file.text));
    }
    for (const Received* const one : trace.received) {
        if (one->text != mail.text)
            add(Wrong::altered, mail.token + ": " + difference(mail.text, one->text));
        if (one->from != mail.sender)
            add(Wrong::altered, mail.token + " comes from <" + one->from + ">");
    }
    for (const std::string& recipient : mail.recipients) {
        const std::size_t copies = trace.copies(recipient);
        const Word word = word_of(trace.files, recipient);
        tally_.received += copies > 0 ? 1U : 0U;
        tally_.copies += copies > 1 ? static_cast<unsigned>(copies - 1) : 0U;
        if (copies > 1 + word.doubts)
            add(Wrong::copy, recipient + " has it " + std::to_string(copies) +
                                 " times after " + std::to_string(word.doubts) + " doubts");
        look_for_loss(mail, recipient, trace);
    }
    if (denied_.contains(&mail) && mail.recipients.size() == 1 &&
        trace.copies(mail.recipients.front()) > 0)
        add(Wrong::false_failure, mail.recipients.front() + " has it");
}

void Verdict::look_for_loss(const Mail& mail, const std::string& recipient,
                            const Trace& trace) {
    const Word word = word_of(trace.files, recipient);
    if (trace.copies(recipient) > 0 || word.waits)
        return;
    if (word.refused)
        return look_at_failure(mail, recipient, trace);
    if (promised_.contains(recipient))
        add(Wrong::lost, recipient + " never gets it");
}

/// The queue has given him up.
void Verdict::look_at_failure(const Mail& mail, const std::string& recipient,
                              const Trace& trace) {
    if (!moods_.has_refused(recipient) && !moods_.has_refused(mail.sender))
        add(Wrong::false_report, recipient + " was refused by nobody");
    const bool is_told = std::ranges::any_of(
        trace.reports, [&](std::string_view report) { return names(report, recipient); });
    if (plan_.setting.reports && !mail.sender.empty() && !is_told)
        add(Wrong::untold,
            recipient + " is given up, and " + mail.sender + " does not know");
}

} // namespace sallyport::trials
