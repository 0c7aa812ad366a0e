// SPDX-License-Identifier: MIT
#include "message/identity.h"

#include <array>
#include <cerrno>
#include <ctime>
#include <utility>

#include <pwd.h>
#include <sys/random.h>
#include <unistd.h>

#include "base/concat.h"
#include "system/memory.h"
#include "system/process.h"
#include "system/small_file.h"
#include "text/ascii.h"
#include "text/host_name.h"
#include "text/utf8.h"

namespace sallyport {

namespace {

std::string_view up_to(std::string_view text, std::string_view ends) {
    return text.substr(0, text.find_first_of(ends));
}

/// What may stand after the @ of an address and in a field: files and host names can hold
/// anything.
bool is_name(std::string_view text) {
    return text.size() <= host_name_limit && is_host_name(text, Naming::with_utf8) &&
           is_well_formed(text);
}

void look_up_user(uid_t user, Identity& identity) {
    identity.uid = user;
    identity.login = concat({"uid", std::to_string(identity.uid)});
    errno = 0;
    const passwd* const entry = [&] {
        const FragileCall guard("sallyport: broken off while a user was looked up, "
                                "most likely for want of memory; nothing was sent\n");
        return ::getpwuid(identity.uid);
    }();
    expect_memory_for(entry); // else the message would bear the wrong sender
    if (entry == nullptr || entry->pw_name == nullptr || has_control(entry->pw_name))
        return;
    identity.login = entry->pw_name;
    if (entry->pw_gecos != nullptr && !has_control(entry->pw_gecos))
        identity.full_name = up_to(entry->pw_gecos, ",");
}

/// Debian policy 11.6: one line, the domain of addresses made on this machine.
std::string read_mail_name() {
    const SmallFile file("/etc/mailname", 1024);
    const std::string_view name = without_final_dot(trim(up_to(file.text, "\r\n")));
    return is_name(name) ? std::string(name) : std::string();
}

std::string read_host_name() {
    std::array<char, 256> octets{};
    if (::gethostname(octets.data(), octets.size() - 1) != 0)
        octets.front() = '\0';
    const std::string_view name = without_final_dot(octets.data());
    return is_name(name) ? std::string(name) : "localhost";
}

/// 44 random bits; of the clock and the process, if there are none.
std::string make_id(std::chrono::system_clock::time_point now) {
    auto bits = static_cast<std::uint64_t>(now.time_since_epoch().count()) ^
                static_cast<std::uint64_t>(::getpid()) << 40U;
    std::uint64_t random = 0;
    if (::getrandom(&random, sizeof random, GRND_NONBLOCK) == sizeof random)
        bits = random;
    return to_hex(bits, id_digits);
}

} // namespace

Identity look_up_identity() {
    Identity identity;
    look_up_user(::getuid(), identity);
    identity.host_name = read_host_name();
    identity.mail_name = read_mail_name();
    identity.now = std::chrono::system_clock::now();
    const std::time_t seconds = std::chrono::system_clock::to_time_t(identity.now);
    std::tm local{};
    if (::localtime_r(&seconds, &local) != nullptr)
        identity.utc_offset = local.tm_gmtoff;
    identity.id = make_id(identity.now);
    return identity;
}

Settings suit(Settings loaded, const Identity& identity) {
    const auto own = loaded.user_senders.find(identity.login);
    if (own != loaded.user_senders.end())
        loaded.sender = own->second;
    // With a dot it may be a domain whose mail is elsewhere.
    if (identity.host_name.find('.') == std::string::npos)
        loaded.recipients.local.push_back(identity.host_name);
    return loaded;
}

const SenderSettings& sender_of(const Settings& settings, uid_t user) {
    if (settings.user_senders.empty())
        return settings.sender;
    Identity identity;
    look_up_user(user, identity);
    const auto own = settings.user_senders.find(identity.login);
    return own != settings.user_senders.end() ? own->second : settings.sender;
}

std::string Identity::domain(const SenderSettings& sender) const {
    if (!sender.domain.empty())
        return sender.domain;
    return mail_name.empty() ? host_name : mail_name;
}

std::string Identity::message_id(const SenderSettings& sender) const {
    // The right side must be a dot-atom, which a domain literal, for one, is not.
    const std::string right = domain(sender);
    const bool fits = is_host_name(right, Naming::strict);
    const auto seconds = std::chrono::system_clock::to_time_t(now);
    return concat({"<", id, ".", to_hex(static_cast<std::uint64_t>(seconds), 8), "@",
                   fits ? right.c_str() : "localhost", ">"});
}

std::string Identity::fill_in(std::string_view text) const {
    std::string filled;
    for (std::size_t at = 0; at < text.size(); ++at) {
        const char next = text[at] == '%' && at + 1 < text.size() ? text[at + 1] : '\0';
        if (next == 'U')
            filled += login;
        else if (next == 'H')
            filled += host_name;
        else
            filled += text[at];
        at += next == 'U' || next == 'H' || next == '%' ? 1U : 0U;
    }
    return filled;
}

Mailbox Identity::fill_in(Mailbox mailbox) const {
    if (!mailbox.local.empty())
        mailbox.local = make_local_part(fill_in(unquote(mailbox.local)));
    mailbox.display_name = fill_in(mailbox.display_name);
    return mailbox;
}

void Identity::renew() {
    now = std::chrono::system_clock::now();
    id = make_id(now);
}

} // namespace sallyport
