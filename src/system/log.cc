// SPDX-License-Identifier: MIT
#include "system/log.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <ctime>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <syslog.h>
#include <unistd.h>

#include "base/concat.h"
#include "text/ascii.h"
#include "text/printable.h"

namespace sallyport {

namespace {

constexpr std::size_t recipients_limit = 900; // octets a line
constexpr std::size_t text_limit = 1024;      // of a reply or note

/// Seconds in Postfix's manner: two digits after the point, without zeros at their end. In
/// integers: the standard library's tables for floating point are a quarter of the program.
std::string format_seconds(std::chrono::milliseconds span) {
    const auto hundredths = (span.count() + 5) / 10;
    std::string text = std::to_string(hundredths / 100);
    if (hundredths % 100 != 0)
        text.append(".").append(std::to_string(hundredths % 100 / 10));
    if (hundredths % 10 != 0)
        text += std::to_string(hundredths % 10);
    return text;
}

/// In the text form angle brackets end an address: one that holds them does not end early.
std::string bracketed(std::string_view address) {
    std::string text = printable(address);
    std::ranges::replace_if(
        text, [](char c) { return c == '<' || c == '>'; }, '?');
    return concat({"<", text, ">"});
}

std::string quote_json(std::string_view text) {
    return quote(printable(text, text_limit));
}

/// All of them as `form` writes them, with commas between.
std::string join(const std::vector<std::string>& texts,
                 std::string (*form)(std::string_view)) {
    std::string joined;
    for (const auto& text : texts)
        joined.append(joined.empty() ? "" : ",").append(form(text));
    return joined;
}

std::string format_delays(const Delays& delays, std::string_view between) {
    std::string text;
    for (const auto part :
         {delays.message, delays.connect, delays.session, delays.transfer})
        text.append(text.empty() ? "" : between).append(format_seconds(part));
    return text;
}

/// A line as it grows by one field after the other.
struct Line {
    /// `value` as it is, which has the line's format.
    void add(std::string_view name, std::string_view value) {
        text.append(json ? ",\"" : ", ").append(name).append(json ? "\":" : "=");
        text.append(value);
    }

    void add_list(std::string_view name, std::string_view values) {
        add(name, json ? "[" : "");
        text.append(values).append(json ? "]" : "");
    }

    void add_text(std::string_view name, std::string_view value) {
        add(name, json ? quote_json(value) : printable(value));
    }

    bool json;
    std::string text;
};

/// What a line in a file begins with, and in a record for syslog what glibc writes after
/// the priority (RFC 3164 4.1.2). The month is in English, since nothing here calls
/// setlocale.
std::string now(bool in_utc) {
    const std::time_t seconds = std::time(nullptr);
    std::tm time{};
    (in_utc ? ::gmtime_r : ::localtime_r)(&seconds, &time);
    std::string text(32, '\0');
    text.resize(std::strftime(text.data(), text.size(),
                              in_utc ? "%Y-%m-%dT%H:%M:%SZ " : "%b %e %H:%M:%S ", &time));
    return text;
}

std::shared_ptr<const UniqueFd> open(const LogSettings& settings, int flags) {
    flags |= O_WRONLY | O_APPEND | O_CLOEXEC | O_NONBLOCK;
    return std::make_shared<const UniqueFd>(
        ::open(settings.path.c_str(), flags, S_IRUSR | S_IWUSR));
}

} // namespace

std::string LogSettings::open_file() {
    if (target != LogTarget::file)
        return {};
    file = open(*this, 0);
    if (*file)
        return {};
    target = LogTarget::syslog;
    return concat({where, path, ": ", std::strerror(errno), ": the log goes to syslog"});
}

std::string to_line(const LogEntry& entry, LogFormat format) {
    const bool json = format == LogFormat::json;
    const auto address = json ? quote_json : bracketed;
    Line line{json, json ? "{\"id\":" : ""};
    line.text.append(json ? quote_json(entry.id) : entry.id);
    line.text.append(json ? ",\"uid\":" : ": uid=").append(std::to_string(entry.uid));
    line.add("from", address(entry.from));
    line.add("size", std::to_string(entry.size));
    line.add_list("to", join(entry.to, address));
    line.add_text("relay", entry.relay);
    if (json || !entry.tls.empty())
        line.add_text("tls", entry.tls);
    const Delays& delays = entry.delays;
    line.add("delay", format_seconds(delays.message + delays.connect + delays.session +
                                     delays.transfer));
    line.add_list("delays", format_delays(delays, json ? "," : "/"));
    line.add_text("dsn", entry.dsn);
    line.add_text("status", entry.status);
    const std::string reply =
        json ? quote_json(entry.reply) : printable(entry.reply, text_limit);
    line.text.append(json ? ",\"reply\":" : " (").append(reply).append(json ? "}" : ")");
    return std::move(line.text);
}

Log::Log(LogSettings settings, std::string ident, LogSocket daemon)
    : settings_(std::move(settings)), ident_(std::move(ident)), daemon_(std::move(daemon)) {
}

bool Log::on_standard_error() {
    // Asked when there is something to write, and once: most runs write one line.
    if (settings_.target == LogTarget::syslog && !std::exchange(probed_, true) &&
        !daemon_.is_there())
        settings_.target = LogTarget::standard_error;
    return settings_.target == LogTarget::standard_error;
}

void Log::record(LogEntry entry, Priority priority) {
    const std::vector<std::string> all = std::exchange(entry.to, {});
    auto next = all.begin();
    do {
        entry.to.clear();
        for (std::size_t size = 0; next != all.end() && size < recipients_limit; ++next) {
            size += next->size() + 3;
            entry.to.push_back(*next);
        }
        write_line(to_line(entry, settings_.format), priority);
    } while (next != all.end());
}

void Log::note(std::string_view id, std::string_view text, Priority priority) {
    write_line(note_line(id, text), priority);
}

std::string Log::note_line(std::string_view id, std::string_view text) const {
    if (settings_.format == LogFormat::json)
        return concat({"{\"id\":", quote_json(id), ",\"note\":", quote_json(text), "}"});
    return concat({id, id.empty() ? "" : ": ", printable(text, text_limit)});
}

void Log::write_line(std::string_view line, Priority priority) {
    if (settings_.target == LogTarget::none)
        return;
    if (lost_ > 0 &&
        write(note_line({}, concat({"lines lost before this: ", std::to_string(lost_)})),
              Priority::warning))
        lost_ = 0;
    if (!write(line, priority))
        ++lost_;
}

/// False if it is lost. A log that cannot be written changes nothing for the message.
bool Log::write(std::string_view line, Priority priority) {
    const std::string named =
        concat({ident_, "[", std::to_string(::getpid()), "]: ", line});
    if (!on_standard_error() && settings_.target == LogTarget::syslog)
        return daemon_.send(
            concat({"<", std::to_string(LOG_MAIL | static_cast<int>(priority)), ">",
                    now(false), named}));
    const bool json = settings_.format == LogFormat::json;
    const bool dated = settings_.target == LogTarget::file && !json;
    const std::string text = concat({dated ? now(true) : "", json ? line : named, "\n"});
    std::shared_ptr<const UniqueFd> file;
    if (settings_.target == LogTarget::file) {
        file = settings_.file ? settings_.file : open(settings_, O_CREAT);
        if (!*file) {
            settings_.target = LogTarget::standard_error;
            note({}, concat({settings_.where, settings_.path, ": ", std::strerror(errno),
                             ": the log goes to standard error"}));
            return write(line, priority);
        }
    }
    // One write a line, so that lines of several processes do not mix.
    const ssize_t written =
        ::write(file ? file->get() : STDERR_FILENO, text.data(), text.size());
    return written == static_cast<ssize_t>(text.size());
}

} // namespace sallyport
