// SPDX-License-Identifier: MIT
//
// One file of the queue, which this process has locked, or looks at.
#pragma once

#include <cstdint>
#include <string>

#include "base/unique_fd.h"
#include "message/message.h"
#include "queue/file.h"
#include "queue/journal.h"

namespace sallyport {

class QueuedMessage {
  public:
    /// `name` is its ID, or with a dot in front of it while it is promised to nobody; then
    /// the file goes with this object. `directory` must outlive it.
    QueuedMessage(int directory, std::string name, UniqueFd file)
        : directory_(directory), name_(std::move(name)), file_(std::move(file)) {}
    QueuedMessage(QueuedMessage&&) = default;
    QueuedMessage(const QueuedMessage&) = delete;
    QueuedMessage& operator=(const QueuedMessage&) = delete;
    QueuedMessage& operator=(QueuedMessage&&) = delete;
    ~QueuedMessage();

    /// Header and journal, which the next three have from here. Failure: 65 (local) if it
    /// is damaged, 76 (local) for another version's, 74 (local) if it cannot be read.
    void read();

    /// The file's name, as the constructor has it.
    [[nodiscard]] const std::string& name() const { return name_; }
    [[nodiscard]] const QueueHeader& header() const { return header_; }
    [[nodiscard]] const Progress& progress() const { return progress_; }

    /// Who wrote it, as the kernel says. Failure as read().
    [[nodiscard]] uid_t owner() const;

    /// The message itself, not copied: the file has to outlive it. Failure as read().
    [[nodiscard]] Message message() const;

    /// The whole lines of the journal, as they stand in the file. Failure as read().
    [[nodiscard]] std::string journal() const;

    /// Adds a line to the journal, and sees to it that a power cut leaves what must not be
    /// forgotten: that somebody has the message and others have not, that he will never get
    /// it, has been told, or that a person looks after it; and with `lasts` anything else.
    /// Failure (75, local) if the line cannot be written; then nothing of it is there.
    void append(const JournalLine& line, bool lasts = false);
    /// The same for one recipient, sent or in doubt, where there is no memory for more: it
    /// wants none, and progress() does not show it. False if it cannot be written.
    bool append_bare(Event event, std::size_t recipient, std::int64_t now);
    /// No room is left for another attempt.
    [[nodiscard]] bool is_full() const;

    /// Nothing is left to do. False, with errno, where the file cannot be removed.
    [[nodiscard]] bool remove();

    /// Locked by somebody, who may be this process by another descriptor.
    [[nodiscard]] bool is_locked() const;

  private:
    friend class Queue;
    bool put(std::string_view text, bool lasts);

    int directory_;
    std::string name_;
    UniqueFd file_;
    QueueHeader header_;
    Progress progress_;
    std::uint64_t begin_ = 0; ///< of the message
};

} // namespace sallyport
