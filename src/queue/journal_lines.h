// SPDX-License-Identifier: MIT
//
// JournalLines of a journal about recipients, those that say the same put together.
#pragma once

#include <utility>
#include <vector>

#include "queue/journal.h"
#include "smtp/recipient.h"

namespace sallyport {

/// What there is to write of a recipient.
inline JournalLine line_about(Event event, const Recipient& recipient, std::int64_t now) {
    return {now, event, {}, recipient.reply_code, recipient.enhanced, recipient.text};
}

inline bool is_same(const JournalLine& a, const JournalLine& b) {
    return a.event == b.event && a.code == b.code && a.enhanced == b.enhanced &&
           a.text == b.text;
}

class JournalLines {
  public:
    void add(JournalLine line, std::size_t number) {
        if (lines_.empty() || !is_same(lines_.back(), line))
            lines_.push_back(std::move(line));
        lines_.back().recipients.push_back(number);
    }
    [[nodiscard]] const std::vector<JournalLine>& all() const { return lines_; }

  private:
    std::vector<JournalLine> lines_;
};

} // namespace sallyport
