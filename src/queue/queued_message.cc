// SPDX-License-Identifier: MIT
#include "queue/queued_message.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/concat.h"
#include "base/failure.h"

namespace sallyport {

namespace {

[[noreturn]] void damaged(const std::string& id, std::string_view why) {
    stop(ExitStatus::data_error, Fault::local, {"queue file ", id, ": damaged: ", why},
         "4.3.0");
}

/// Octets of a file from `at` on, at most so many.
std::string read_from(int file, const std::string& id, std::uint64_t at, std::size_t most) {
    std::string octets(most, '\0');
    std::size_t done = 0;
    while (done < most) {
        const ssize_t got =
            ::pread(file, octets.data() + done, most - done, static_cast<off_t>(at + done));
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            stop(ExitStatus::io_error, Fault::local,
                 {"queue file ", id, ": reading: ", std::strerror(errno)}, "4.3.0");
        if (got == 0)
            break;
        done += static_cast<std::size_t>(got);
    }
    octets.resize(done);
    return octets;
}

/// What the file says of a message must be what standard input would have been made:
/// members of a group may have written it.
class WireForm {
  public:
    explicit WireForm(std::uint64_t size) : left_(size) {}

    /// The next octets. False if a CR or an LF stands alone, or the last line has no end.
    bool add(std::string_view octets) {
        for (const char c : octets) {
            if ((c == '\n') != (last_ == '\r'))
                return false;
            last_ = c;
        }
        left_ -= octets.size();
        return left_ > 0 || last_ == '\n';
    }

  private:
    std::uint64_t left_;
    char last_ = '\0';
};

/// The file of a message that all have goes at once.
bool leaves_somebody(const JournalLine& line, const Progress& progress) {
    std::size_t sent = line.recipients.size();
    for (const Progress::Fate& fate : progress.recipients)
        sent += fate.state == Progress::State::sent ? 1 : 0;
    return sent < progress.recipients.size();
}

bool must_last(const JournalLine& line, const Progress& progress) {
    const Event event = line.event;
    return event == Event::refuse || event == Event::told || event == Event::hold ||
           event == Event::free ||
           (event == Event::sent && leaves_somebody(line, progress));
}

} // namespace

QueuedMessage::~QueuedMessage() {
    if (file_ && name_.starts_with('.'))
        ::unlinkat(directory_, name_.c_str(), 0);
}

void QueuedMessage::read() {
    std::string text;
    auto header_end = std::string::npos;
    while (header_end == std::string::npos && text.size() < queue_header_limit) {
        const std::string more = read_from(file_.get(), name_, text.size(), block_size);
        const std::size_t before = text.size();
        text += more;
        header_end = text.find("\n\n", before > 0 ? before - 1 : 0);
        if (more.size() < block_size)
            break;
    }
    if (header_end == std::string::npos)
        damaged(name_, "its header has no end");
    begin_ = header_end + 2;
    try {
        header_ = read_queue_header(std::string_view(text).substr(0, begin_));
    } catch (const Failure& failure) {
        stop(failure.status(), Fault::local, {"queue file ", name_, ": ", failure.what()},
             "4.3.0");
    }
    if (header_.id != name_)
        damaged(name_, "it is another's");
    const std::uint64_t journal = begin_ + header_.size;
    const auto end = static_cast<std::uint64_t>(::lseek(file_.get(), 0, SEEK_END));
    if (end < journal)
        damaged(name_, "it is too short");
    const auto size = std::min<std::uint64_t>(end - journal, journal_limit);
    progress_ =
        read_journal(read_from(file_.get(), name_, journal, static_cast<std::size_t>(size)),
                     header_.recipients.size());
}

Message QueuedMessage::message() const {
    WireForm form(header_.size);
    std::string head;
    auto head_end = std::string::npos;
    BodyFacts facts;
    for (std::uint64_t at = 0; at < header_.size;) {
        const std::string block =
            read_from(file_.get(), name_, begin_ + at,
                      static_cast<std::size_t>(
                          std::min<std::uint64_t>(block_size, header_.size - at)));
        if (block.empty() || !form.add(block))
            damaged(name_, "its message is not in wire form");
        at += block.size();
        if (head_end != std::string::npos) {
            facts.add(block);
            continue;
        }
        const std::size_t before = head.size();
        head += block;
        head_end = head.find("\r\n\r\n", before > 3 ? before - 3 : 0);
        if (head_end != std::string::npos)
            facts.add(std::string_view(head).substr(head_end + 4));
        else if (head.size() > Header::size_limit)
            break;
    }
    head.resize(head_end == std::string::npos ? 0 : head_end + 2);
    const auto header = parse_header(head);
    if (!header || head.empty() || head.find('\0') != std::string::npos)
        damaged(name_, "its message has no header");
    UniqueFd file(::fcntl(file_.get(), F_DUPFD_CLOEXEC, 0));
    if (!file)
        stop(ExitStatus::temp_fail, Fault::local,
             {"queue file ", name_, ": ", std::strerror(errno)}, "4.3.0");
    const std::uint64_t body = head.size() + 2;
    return {*header, Store(std::move(file), begin_ + body, header_.size - body), facts};
}

uid_t QueuedMessage::owner() const {
    struct stat facts {};
    if (::fstat(file_.get(), &facts) != 0)
        stop(ExitStatus::io_error, Fault::local,
             {"queue file ", name_, ": ", std::strerror(errno)}, "4.3.0");
    return facts.st_uid;
}

std::string QueuedMessage::journal() const {
    return read_from(file_.get(), name_, begin_ + header_.size, progress_.whole);
}

/// After the last whole line; false, with errno, if it cannot be. It wants no memory.
bool QueuedMessage::put(std::string_view text, bool lasts) {
    const auto end = static_cast<off_t>(begin_ + header_.size + progress_.whole);
    // What a crash left of a line is no part of the next one.
    bool done =
        ::lseek(file_.get(), 0, SEEK_END) <= end || ::ftruncate(file_.get(), end) == 0;
    ssize_t written = 0;
    while (done && static_cast<std::size_t>(written) < text.size()) {
        const auto at = static_cast<std::size_t>(written);
        const ssize_t more =
            ::pwrite(file_.get(), text.data() + at, text.size() - at, end + written);
        done = more > 0 || (more < 0 && errno == EINTR);
        written += more > 0 ? more : 0;
    }
    done = done && (!lasts || ::fdatasync(file_.get()) == 0);
    if (!done) {
        const int error = errno;
        [[maybe_unused]] const int cut = ::ftruncate(file_.get(), end);
        errno = error;
        return false;
    }
    progress_.whole += text.size();
    return true;
}

void QueuedMessage::append(const JournalLine& line, bool lasts) {
    if (!put(to_text(line), lasts || must_last(line, progress_)))
        stop(ExitStatus::temp_fail, Fault::local,
             {"queue file ", name_, ": writing its journal: ", std::strerror(errno)},
             "4.3.0");
    progress_.add(line);
}

bool QueuedMessage::append_bare(Event event, std::size_t recipient, std::int64_t now) {
    std::array<char, 96> line{};
    constexpr std::size_t check = 8;
    const bool sent = event == Event::sent;
    const int size = std::snprintf(
        line.data() + check, line.size() - check, " %lld %s %zu %d - out of memory\n",
        static_cast<long long>(now), sent ? "sent" : "doubt", recipient, sent ? 250 : 0);
    const std::string_view text(line.data(), check + static_cast<std::size_t>(size));
    const std::string sum = check_of(text.substr(check + 1, text.size() - check - 2));
    sum.copy(line.data(), check); // so short that it is held in place
    return put(text, true);
}

bool QueuedMessage::is_full() const {
    return progress_.whole + journal_room + header_.recipients.size() * journal_room_each >
           journal_limit;
}

bool QueuedMessage::remove() {
    return ::unlinkat(directory_, name_.c_str(), 0) == 0;
}

bool QueuedMessage::is_locked() const {
    if (::flock(file_.get(), LOCK_SH | LOCK_NB) == 0) {
        ::flock(file_.get(), LOCK_UN);
        return false;
    }
    return true;
}

} // namespace sallyport
