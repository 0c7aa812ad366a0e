// SPDX-License-Identifier: MIT
//
// RFC 5322 address lists, obsolete forms included, and those that stray from it where that
// leaves no doubt, read by a real parser: nothing is guessed and nothing passed on that
// could not be parsed.
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
    bool final = false;  ///< a bare name after a backslash: no alias is looked up for it
    std::size_t end = 0; ///< of a bare name: where in the text its domain would stand

    /// local@domain, or local alone.
    [[nodiscard]] std::string address() const;
};

/// Of a local part and its domain: with "Resent-From: " before them they fill a line (RFC
/// 5321 4.5.3.1 asks for no lower limits where they can be avoided; servers have theirs).
constexpr std::size_t address_limit = 998 - 13;

/// The address, a bare name in `domain`. Failure (65, local) if it is over address_limit.
std::string qualify(Mailbox mailbox, const std::string& domain);

/// All mailboxes of an address list, in order, those in groups included, duplicates too.
/// Comments, white space and line ends are skipped, source routes dropped, empty list
/// elements allowed. Beyond RFC 5322:
/// - What stands before "<address>" is a display name, whatever is in it, unless it holds
///   another "<...>" or, unquoted, another address: a comma is missing there.
/// - A semicolon outside a group is a comma. After a bare name and one, "<address>" has to
///   wait for a comma or another address: else it might be a name with a semicolon in it.
/// - A display name may be in ISO-2022-JP, or another charset that shares octets with
///   ASCII.
/// An empty list is fine. Failure (65, local) calls the text `what` and says where in it
/// something cannot be parsed, or which control character it holds.
std::vector<Mailbox> parse_address_list(std::string_view text,
                                        std::string_view what = "address");

/// As parse_address_list, or nothing if the list cannot be parsed. `strict`: as RFC 5322
/// has it, without ISO-2022's escapes, since somebody else might read the rest otherwise.
/// What comes after the mailbox that makes `most` is not read.
std::optional<std::vector<Mailbox>>
try_address_list(std::string_view text, bool strict = false,
                 std::size_t most = std::string_view::npos);

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
/// where it holds 8-bit text. Octets that are not UTF-8 are quoted as they are: what they
/// are in, the message may say (encoded_header.h).
std::string make_phrase(std::string_view name);

} // namespace sallyport
