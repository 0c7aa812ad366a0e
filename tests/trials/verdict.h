// SPDX-License-Identifier: MIT
//
// What was promised beside what is there.
#pragma once

#include <array>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "trials/evidence.h"
#include "trials/moody.h"
#include "trials/plan.h"

namespace sallyport::trials {

enum class Wrong : unsigned char {
    lost,          ///< promised, and nowhere: not received, not waiting, nobody told
    false_success, ///< promised when it was nowhere
    false_failure, ///< failed, nothing said of a doubt, and received
    copy,          ///< once more than there were doubts in the journal
    altered,       ///< not what was handed over, in whole or in part
    untold,        ///< given up, and the sender does not know
    false_report,  ///< given up, though no server refused it
    double_bounce, ///< a report about a report, or about mail from nobody
    stuck,         ///< still waiting, with all servers well
    unlisted,      ///< mailq shows something else than there is
    broken,        ///< the program ended by a signal, or had a bug; or the trial
};
constexpr std::array<std::string_view, 11> names_of_wrongs{
    "lost",    "false success", "false failure", "unmarked copies",
    "altered", "untold",        "false reports", "bounces about bounces",
    "stuck",   "not listed",    "broken"};

struct Finding {
    Wrong wrong;
    std::string text;
};

/// What servers have of each message.
struct Tally {
    unsigned received = 0; ///< by a recipient
    unsigned copies = 0;   ///< of them second ones
    unsigned reports = 0;
};

class Verdict {
  public:
    Verdict(const Plan& plan, Evidence& evidence, const Moods& moods)
        : plan_(plan), evidence_(evidence), moods_(moods) {}

    /// The caller has status 0, or 250, for these: it has to be true at this moment.
    void promised(const std::vector<std::string>& recipients);
    /// The caller has another status, and nothing was said of a doubt.
    void denied(const Mail& mail) { denied_.insert(&mail); }
    void add(Wrong wrong, std::string text) {
        findings_.push_back({wrong, std::move(text)});
    }

    /// When all is over.
    Tally conclude();
    [[nodiscard]] const std::vector<Finding>& findings() const { return findings_; }
    [[nodiscard]] std::size_t promises() const { return promised_.size(); }

  private:
    struct Trace;
    void look_at(const Mail& mail, const Trace& trace);
    void look_for_loss(const Mail& mail, const std::string& recipient, const Trace& trace);
    void look_at_failure(const Mail& mail, const std::string& recipient,
                         const Trace& trace);
    void look_at_reports(const std::vector<Queued>& queued);
    void look_at_report(std::string_view text, std::string_view where);
    [[nodiscard]] const Mail* mail_of(std::string_view token) const;

    const Plan& plan_;
    Evidence& evidence_;
    const Moods& moods_;
    std::set<std::string> promised_; ///< recipients
    std::set<const Mail*> denied_;
    std::vector<Finding> findings_;
    Tally tally_;
};

} // namespace sallyport::trials
