// SPDX-License-Identifier: MIT
#include "log.h"

#include <algorithm>
#include <cstring>
#include <ctime>
#include <utility>

#include <fcntl.h>
#include <paths.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <syslog.h>
#include <unistd.h>

#include "concat.h"
#include "printable.h"
#include "unique_fd.h"

namespace sallyport {

namespace {

constexpr std::size_t recipients_limit = 900; // octets a line
constexpr std::size_t text_limit = 1024;      // of a reply or note

/// Seconds in Postfix's manner: two digits behind the point, none of them for nothing. In
/// integers: the standard library's tables for floating point are a quarter of the program.
std::string format_seconds(std::chrono::milliseconds span) {
    const auto hundredths = (span.count() + 5) / 10;
    std::string text = std::to_string(hundredths / 100);
    if (hundredths % 100 != 0)
        text += "." + std::to_string(hundredths % 100 / 10);
    if (hundredths % 10 != 0)
        text += std::to_string(hundredths % 10);
    return text;
}

std::chrono::milliseconds sum(const Delays& delays) {
    return delays.message + delays.connect + delays.session + delays.transfer;
}

/// In the text form angle brackets end an address: one that holds them does not end early.
std::string bracketed(std::string_view address) {
    std::string text = printable(address);
    std::ranges::replace_if(
        text, [](char c) { return c == '<' || c == '>'; }, '?');
    return concat({"<", text, ">"});
}

std::string join_addresses(const std::vector<std::string>& addresses) {
    std::string joined;
    for (const auto& address : addresses)
        joined += (joined.empty() ? "" : ",") + bracketed(address);
    return joined;
}

std::string quote_json(std::string_view text) {
    std::string quoted = "\"";
    for (const char c : printable(text, text_limit)) {
        if (c == '"' || c == '\\')
            quoted += '\\';
        quoted += c;
    }
    return quoted + "\"";
}

std::string json_list(const std::vector<std::string>& texts) {
    std::string list;
    for (const auto& text : texts)
        list += (list.empty() ? "" : ",") + quote_json(text);
    return "[" + list + "]";
}

int syslog_priority(Priority priority) {
    switch (priority) {
    case Priority::info:
        return LOG_INFO;
    case Priority::notice:
        return LOG_NOTICE;
    case Priority::warning:
        return LOG_WARNING;
    case Priority::error:
        return LOG_ERR;
    }
    return LOG_ERR;
}

/// syslog(3) is silent about having nobody to talk to.
bool is_syslog_listening() {
    const UniqueFd probe(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    sockaddr_un name{};
    name.sun_family = AF_UNIX;
    std::memcpy(name.sun_path, _PATH_LOG, sizeof _PATH_LOG);
    return ::connect(probe.get(), reinterpret_cast<const sockaddr*>(&name), sizeof name) ==
           0;
}

/// The whole of a delay and `opening`, then its parts, `separator` between them.
std::string format_delays(const Delays& delays, std::string_view opening,
                          std::string_view separator) {
    return concat({format_seconds(sum(delays)), opening, format_seconds(delays.message),
                   separator, format_seconds(delays.connect), separator,
                   format_seconds(delays.session), separator,
                   format_seconds(delays.transfer)});
}

std::string utc_now() {
    const std::time_t now = std::time(nullptr);
    std::tm utc{};
    ::gmtime_r(&now, &utc);
    std::string text(sizeof "2026-01-01T00:00:00Z", '\0');
    text.resize(std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%SZ", &utc));
    return text;
}

} // namespace

std::string to_text(const LogEntry& entry) {
    return concat({entry.id,
                   ": uid=",
                   std::to_string(entry.uid),
                   ", from=",
                   bracketed(entry.from),
                   ", size=",
                   std::to_string(entry.size),
                   ", to=",
                   join_addresses(entry.to),
                   ", relay=",
                   printable(entry.relay),
                   entry.tls.empty() ? "" : ", tls=",
                   printable(entry.tls),
                   ", delay=",
                   format_delays(entry.delays, ", delays=", "/"),
                   ", dsn=",
                   printable(entry.dsn),
                   ", status=",
                   entry.status,
                   " (",
                   printable(entry.reply, text_limit),
                   ")"});
}

std::string to_json(const LogEntry& entry) {
    return concat({"{\"id\":",
                   quote_json(entry.id),
                   ",\"uid\":",
                   std::to_string(entry.uid),
                   ",\"from\":",
                   quote_json(entry.from),
                   ",\"size\":",
                   std::to_string(entry.size),
                   ",\"to\":",
                   json_list(entry.to),
                   ",\"relay\":",
                   quote_json(entry.relay),
                   ",\"tls\":",
                   quote_json(entry.tls),
                   ",\"delay\":",
                   format_delays(entry.delays, ",\"delays\":[", ","),
                   "],\"dsn\":",
                   quote_json(entry.dsn),
                   ",\"status\":",
                   quote_json(entry.status),
                   ",\"reply\":",
                   quote_json(entry.reply),
                   "}"});
}

Log::Log(LogSettings settings, std::string ident)
    : settings_(std::move(settings)), ident_(std::move(ident)) {}

bool Log::on_standard_error() {
    // Asked when there is something to write, and once: most runs write one line.
    if (settings_.target == LogTarget::syslog && !std::exchange(probed_, true) &&
        !is_syslog_listening())
        settings_.target = LogTarget::standard_error;
    return settings_.target == LogTarget::standard_error;
}

void Log::record(const LogEntry& entry, Priority priority) {
    LogEntry part = entry;
    auto next = entry.to.begin();
    do {
        part.to.clear();
        for (std::size_t size = 0; next != entry.to.end() && size < recipients_limit;
             ++next) {
            size += next->size() + 3;
            part.to.push_back(*next);
        }
        write_line(settings_.format == LogFormat::json ? to_json(part) : to_text(part),
                   priority);
    } while (next != entry.to.end());
}

void Log::note(std::string_view id, std::string_view text, Priority priority) {
    if (settings_.format == LogFormat::json)
        write_line(
            concat({"{\"id\":", quote_json(id), ",\"note\":", quote_json(text), "}"}),
            priority);
    else
        write_line(concat({id, id.empty() ? "" : ": ", printable(text, text_limit)}),
                   priority);
}

void Log::write_line(std::string_view line, Priority priority) {
    if (settings_.target == LogTarget::none)
        return;
    if (!on_standard_error() && settings_.target == LogTarget::syslog) {
        ::openlog(ident_.c_str(), LOG_PID, LOG_MAIL);
        ::syslog(syslog_priority(priority), "%.*s", static_cast<int>(line.size()),
                 line.data());
        return;
    }
    const bool json = settings_.format == LogFormat::json;
    std::string text;
    if (settings_.target == LogTarget::file && !json)
        text = utc_now() + " ";
    if (!json)
        text += concat({ident_, "[", std::to_string(::getpid()), "]: "});
    text += concat({line, "\n"});
    UniqueFd file;
    if (settings_.target == LogTarget::file)
        file = UniqueFd(::open(settings_.path.c_str(),
                               O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NONBLOCK,
                               S_IRUSR | S_IWUSR));
    // One write a line, so that lines of several processes do not mix. A log that cannot be
    // written changes nothing for the message.
    [[maybe_unused]] const ssize_t written =
        ::write(file ? file.get() : STDERR_FILENO, text.data(), text.size());
}

} // namespace sallyport
