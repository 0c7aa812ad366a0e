// SPDX-License-Identifier: MIT
//
// What stands in a queue file before the message: who it is from and to, and all that its
// delivery needs to know. Plain text, written once. Whoever may write into the queue's
// directory may have written it, so it is read as strictly as argv.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "message/envelope.h"
#include "smtp/recipient.h"

namespace sallyport {

/// Lines of a queue file with 10,000 recipients take a third of it.
constexpr std::size_t queue_header_limit = 4 * 1024 * 1024;

struct QueueHeader {
    std::string id;           ///< the file's name: eleven of 0 to 9 and A to F
    std::int64_t arrived = 0; ///< seconds since 1970
    std::uint64_t size = 0;   ///< octets of the message, in wire form
    bool is_report = false;   ///< a failure report of ours, which nobody gets one about
    Envelope envelope;        ///< but for its recipients, and for notify: each has his own
    std::vector<Recipient> recipients; ///< 1 to recipients_limit, all pending
};

/// Eleven of 0 to 9 and A to F: monitors count lines of mailq(1) that begin so.
bool is_queue_id(std::string_view name);

/// FNV-1a of 32 bits, in eight digits: it shows what a crash or a disk did to a line, and
/// does not keep anybody from writing another.
std::string check_of(std::string_view text);

/// As a file begins, with the empty line after which the message stands.
std::string write_queue_header(const QueueHeader& header);

/// What write_queue_header made, and nothing else. Failure: 65 (local) for other text, 76
/// (local) where its first line names another version of this format.
QueueHeader read_queue_header(std::string_view text);

} // namespace sallyport
