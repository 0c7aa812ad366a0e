// SPDX-License-Identifier: MIT
#include "queue/mailq.h"

#include <algorithm>
#include <ctime>
#include <string_view>

#include "base/concat.h"
#include "text/address.h"
#include "text/printable.h"

namespace sallyport {

namespace {

/// What brings text of `size` octets to `width`.
std::string padding(std::size_t width, std::size_t size) {
    return std::string(width - std::min(width, size), ' ');
}

/// As asctime() begins: the blank at its end stands before the year there. In English,
/// since nothing here calls setlocale.
std::string arrival_time(std::int64_t seconds) {
    const std::time_t arrived = seconds;
    std::tm time{};
    ::localtime_r(&arrived, &time);
    std::string text(64, '\0');
    text.resize(std::strftime(text.data(), text.size(), "%a %b %e %H:%M:%S ", &time));
    return text;
}

std::string reason(const Progress::Fate& fate) {
    std::string text = printable(fate.text);
    if (fate.state != Progress::State::in_doubt)
        return text;
    return concat({"in doubt", text.empty() ? "" : ": ", text});
}

} // namespace

std::string mailq_heading() {
    return "-Queue ID-  --Size-- ----Arrival Time---- -Sender/Recipient-------\n";
}

std::string mailq_entry(const QueueHeader& header, const Progress& progress, bool active) {
    const std::string id = concat({header.id, active ? "*" : progress.held ? "!" : ""});
    const std::string size = std::to_string(header.size);
    const std::string& sender = header.envelope.reverse_path;
    std::string entry =
        concat({id, padding(11, id.size()), " ", padding(7, size.size()), size, " ",
                arrival_time(header.arrived), " ",
                sender.empty() ? "MAILER-DAEMON" : printable(sender, address_limit), "\n"});
    std::string last;
    for (std::size_t i = 0; i < header.recipients.size(); ++i) {
        const Progress::Fate& fate = progress.recipients[i];
        if (!fate.is_open())
            continue;
        const std::string why = reason(fate);
        if (why != last) {
            const std::string_view shown =
                why.empty() ? "reason unavailable" : std::string_view(why);
            entry += concat({padding(76, shown.size()), "(", shown, ")\n"});
            last = why;
        }
        entry += concat(
            {padding(41, 0), printable(header.recipients[i].address, address_limit), "\n"});
    }
    return entry;
}

std::string mailq_summary(std::size_t messages, std::uint64_t octets, bool sees_all) {
    if (messages == 0)
        return sees_all ? "Mail queue is empty\n" : "No message of yours is queued\n";
    return concat({"\n-- ", std::to_string(octets / 1024), " Kbytes in ",
                   std::to_string(messages),
                   messages == 1 ? " Request.\n" : " Requests.\n"});
}

} // namespace sallyport
