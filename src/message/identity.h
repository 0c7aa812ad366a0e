// SPDX-License-Identifier: MIT
//
// Who runs the program, and where.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include <sys/types.h>

#include "config/settings.h"
#include "text/address.h"

namespace sallyport {

/// Programs that read mailq(1) know a message by so many hexadecimal digits.
constexpr std::size_t id_digits = 11;

/// What the rules need to know of the machine and the caller. Looked up once, in main;
/// fixed in tests. None of it costs a DNS query.
struct Identity {
    uid_t uid = 0;
    std::string login;     ///< from the passwd file, or "uid1234" where there is no entry
    std::string full_name; ///< of the passwd entry, up to the first comma; may be empty
    std::string host_name; ///< gethostname()
    std::string mail_name; ///< first line of /etc/mailname; may be empty
    std::chrono::system_clock::time_point now;
    long utc_offset = 0; ///< seconds east
    std::string id;      ///< the log's, the queue's, and with the time Message-ID's

    /// Qualifies bare addresses: [sender] domain, else mail_name, else host_name.
    [[nodiscard]] std::string domain(const SenderSettings& sender) const;

    /// For the field of that name: `id` and `now` at domain(sender), or where that can be
    /// no right side of one at localhost.
    [[nodiscard]] std::string message_id(const SenderSettings& sender) const;

    /// A new id, for a further message of the same run.
    void renew();

    /// `text` with %U for login, %H for host_name, and %% for a percent sign.
    [[nodiscard]] std::string fill_in(std::string_view text) const;
    /// The same in local part and name, quoted where that needs it.
    [[nodiscard]] Mailbox fill_in(Mailbox mailbox) const;
};

/// Asks the system: uid, passwd entry, host name, /etc/mailname, clock, random numbers.
/// What cannot be had is left as Identity says; no name is looked up in the DNS.
Identity look_up_identity();

/// What was loaded, as it is for this caller on this machine: his own [sender] where there
/// is one, and the host's name among [recipients] local if it has no dot.
Settings suit(Settings loaded, const Identity& identity);

/// [sender] as it is for another user of this machine.
const SenderSettings& sender_of(const Settings& settings, uid_t user);

} // namespace sallyport
