// SPDX-License-Identifier: MIT
//
// Files of the queue: what is accepted is written the same, and nothing that a crash or a
// disk may do to it (a cut, an octet) makes it another header, or anybody one who has got
// the message. The input is a place, a bit, what stands before a message up to its empty
// line, and the journal.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "queue/file.h"
#include "queue/journal.h"
#include "require.h"
#include "text/printable.h"

using namespace sallyport;

namespace {

using State = Progress::State;

/// Where a check is wrong the fuzzer would hardly ever find the right one.
std::string mended_header(std::string_view text) {
    const auto end = text.rfind("check ");
    const std::string lines(text.substr(0, end));
    return end == text.npos ? lines : lines + "check " + check_of(lines) + "\n\n";
}

std::string mended_journal(std::string_view text) {
    std::string mended;
    while (!text.empty()) {
        const bool whole = text.find('\n') != text.npos;
        std::string_view line = take_until(text, '\n');
        take_until(line, ' ');
        mended.append(check_of(line)).append(" ").append(line).append(whole ? "\n" : "");
    }
    return mended;
}

std::optional<QueueHeader> read_header(std::string_view text) {
    try {
        QueueHeader header = read_queue_header(text);
        require(write_queue_header(header) == text);
        return header;
    } catch (const Failure& failure) {
        const bool newer = failure.status() == ExitStatus::protocol;
        require_refusal(failure, newer ? ExitStatus::protocol : ExitStatus::data_error);
        return std::nullopt;
    }
}

void check_header(const QueueHeader& header) {
    require(is_queue_id(header.id) && header.size > 0 && header.arrived >= 0);
    require(!header.recipients.empty() && header.recipients.size() <= recipients_limit);
    for (const Recipient& recipient : header.recipients) {
        const std::string& address = recipient.address;
        require(address.find('@') != address.npos && address.size() <= address_limit);
        require(printable(address, address.size()) == address);
        require(recipient.state() == Recipient::State::pending);
        require(std::ranges::count(header.recipients, address, &Recipient::address) == 1);
    }
}

Progress read_lines(std::string_view text, std::size_t recipients) {
    Progress progress = read_journal(text, recipients);
    require(progress.recipients.size() == recipients && progress.whole <= text.size());
    std::string_view rest = text.substr(0, progress.whole);
    while (!rest.empty()) {
        const auto read = read_journal_line(take_until(rest, '\n'), recipients);
        require(read.has_value());
        require(read->text.size() <= 400 && printable(read->text) == read->text);
    }
    return progress;
}

/// `other` was made of the journal of `progress` by what changed nothing before `place`.
void check_damage(const Progress& progress, std::string_view other, std::size_t place) {
    const Progress damaged = read_lines(other, progress.recipients.size());
    require(damaged.whole <= place);
    for (std::size_t i = 0; i < progress.recipients.size(); ++i) {
        require(damaged.recipients[i].state != State::sent ||
                progress.recipients[i].state == State::sent);
    }
}

std::string flipped(std::string_view text, std::size_t place, unsigned bit) {
    std::string other(text);
    other[place] = static_cast<char>(other[place] ^ 1 << bit);
    return other;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size < 3)
        return 0;
    const std::size_t place = data[0] * 256U + data[1];
    const unsigned bit = data[2] % 8U;
    const std::string_view input(reinterpret_cast<const char*>(data) + 3, size - 3);
    const auto empty_line = input.find("\n\n");
    const auto end = empty_line == input.npos ? input.size() : empty_line + 2;
    const std::string_view text = input.substr(0, end);
    const std::string_view lines = input.substr(end);

    read_header(text);
    const std::string head = mended_header(text);
    const auto header = read_header(head);
    if (header) {
        check_header(*header);
        const std::size_t at = place % head.size();
        require(!read_header(head.substr(0, at)));
        require(!read_header(flipped(head, at, bit)));
    }

    const std::size_t recipients = header ? header->recipients.size() : 3;
    read_lines(lines, recipients);
    const std::string mended = mended_journal(lines);
    const Progress progress = read_lines(mended, recipients);
    if (progress.whole == 0)
        return 0;
    const std::string_view whole = std::string_view(mended).substr(0, progress.whole);
    const std::size_t at = place % whole.size();
    check_damage(progress, whole.substr(0, at), at);
    check_damage(progress, flipped(whole, at, bit), at);
    return 0;
}
