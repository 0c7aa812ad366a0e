// SPDX-License-Identifier: MIT
//
// RFC 5322 address lists, obsolete forms included, read by a real parser: nothing is
// guessed and nothing passed on that could not be parsed.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sallyport {

/// One mailbox. `local` is in the form of RFC 5321: a dot-string, or a quoted-string with
/// its quotes where the text needs them; `domain` a name, an address literal with its
/// brackets, or empty for a bare name such as "root".
struct Mailbox {
    std::string local;
    std::string domain;
    /// Decoded of quotes, not of RFC 2047; where there is none, the text of a comment: the
    /// old way of "root (Cron Daemon)". May be empty.
    std::string display_name;
    bool final = false; ///< a bare name behind a backslash: no alias is looked up for it

    /// local@domain, or local alone.
    [[nodiscard]] std::string address() const;
};

/// All mailboxes of an address list, in order, those in groups included, duplicates too.
/// Comments, white space and line ends are skipped, source routes dropped, empty list
/// elements allowed. An empty list is fine. Failure (65, local) quotes what cannot be
/// parsed, holds a control character, or is longer than RFC 5321 4.5.3.1 allows (local part
/// 64 octets, domain 255, path 256 with its brackets).
std::vector<Mailbox> parse_address_list(std::string_view text);

/// As parse_address_list, or nothing if the list cannot be parsed.
std::optional<std::vector<Mailbox>> try_address_list(std::string_view text);

/// A reverse-path as callers of -f write it: one mailbox, or an empty Mailbox for "" and
/// "<>". Failure (65, local) as above, and for several mailboxes.
Mailbox parse_reverse_path(std::string_view text);

/// A path of SMTP and how much of the text it is.
struct Path {
    Mailbox mailbox; ///< empty: "<>"
    std::size_t size = 0;
};
/// The path that `text` begins with, "<...>" (RFC 5321 4.1.2): exactly one mailbox or none.
/// Blanks, a bare name and a source route are met and taken, comments are not. Failure (65,
/// local) as above.
Path parse_path(std::string_view text);

/// `text`, a login name for instance, as a local part of RFC 5321: quoted where it needs
/// it.
std::string make_local_part(std::string_view text);

/// `name` as an RFC 5322 phrase: as it is where it is made of atoms, quoted where it needs
/// it, RFC 2047 encoded words (UTF-8, each at most 75 octets, split between characters)
/// where it holds 8-bit text. Octets that are not UTF-8 are taken for ISO-8859-1.
std::string make_phrase(std::string_view name);

} // namespace sallyport
