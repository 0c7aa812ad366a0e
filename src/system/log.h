// SPDX-License-Identifier: MIT
//
// The log: one line per message and outcome, in the shape Postfix gave such lines, or JSON.
// Nothing else in the program writes to the log, and a log that cannot be written never
// changes what becomes of a message.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <sys/types.h>

#include "base/unique_fd.h"
#include "system/log_socket.h"

namespace sallyport {

enum class LogTarget { syslog, standard_error, file, none };
enum class LogFormat { text, json };

struct LogSettings {
    LogTarget target = LogTarget::syslog;
    std::string path; ///< for LogTarget::file
    LogFormat format = LogFormat::text;
    std::string where{}; ///< goes before the path in remarks: "conf:7: to: "
    /// In a set-id run: opened before, if it is there.
    std::shared_ptr<const UniqueFd> file = nullptr;

    /// Opens the file, which is not made; if it cannot be, syslog takes its place. Returns
    /// a remark on that, or nothing.
    std::string open_file();
};

enum class Priority { error = 3, warning, notice, info }; ///< as RFC 3164 4.1.1 has them

/// Time spent: reading the message, connecting (names, addresses), TLS and log-in,
/// transactions. Postfix's delays=a/b/c/d.
struct Delays {
    std::chrono::milliseconds message{0};
    std::chrono::milliseconds connect{0};
    std::chrono::milliseconds session{0};
    std::chrono::milliseconds transfer{0};
};

/// What there is to say of the recipients that met the same fate.
struct LogEntry {
    std::string id;   ///< ours, one for each run and message
    uid_t uid = 0;    ///< the real uid of the caller
    std::string from; ///< envelope sender, without <>
    std::uint64_t size = 0;
    std::vector<std::string> to;
    std::string relay; ///< host[address]:port, or "none"
    std::string tls;   ///< "TLSv1.3", or empty for none
    Delays delays;
    std::string dsn;    ///< "2.0.0"
    std::string status; ///< sent, queued, deferred, bounced, misconfigured, in-doubt
    std::string reply;  ///< the server's words with its queue id, or our own diagnosis
};

/// One line, without its end: no control characters, whatever the fields hold. As JSON it
/// is one object (RFC 8259).
std::string to_line(const LogEntry& entry, LogFormat format);

/// An open log. Without a listening /dev/log, `syslog` means standard error (containers);
/// so does a file that cannot be opened, after a line that says why. No log is waited for
/// but a syslog daemon, and that one as LogSocket says; how many lines were lost stands in
/// a line before the next that is not.
class Log {
  public:
    /// `ident` is the program's name in each line.
    Log(LogSettings settings, std::string ident, LogSocket daemon = LogSocket());

    /// What becomes of the message is known: now the daemon may be waited for.
    void may_wait() { daemon_.may_wait(); }

    /// True if lines go to standard error, as is known of a file only after a line: the
    /// caller sees them already.
    [[nodiscard]] bool on_standard_error();

    /// Entries of more than about 900 octets of recipients become several lines, because
    /// syslog daemons cut long ones.
    void record(LogEntry entry, Priority priority);

    /// A remark about the message `id` (may be empty): an option ignored, a file too open.
    void note(std::string_view id, std::string_view text,
              Priority priority = Priority::notice);

  private:
    [[nodiscard]] std::string note_line(std::string_view id, std::string_view text) const;
    void write_line(std::string_view line, Priority priority);
    bool write(std::string_view line, Priority priority);

    LogSettings settings_;
    std::string ident_;
    LogSocket daemon_;
    bool probed_ = false; ///< it is known whether syslog listens
    std::size_t lost_ = 0;
};

} // namespace sallyport
