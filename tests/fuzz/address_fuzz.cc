// SPDX-License-Identifier: MIT
//
// Address lists: what is accepted means the same when it is read again, fits into a
// command, and does not depend on its neighbours; the rest is refused.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>

#include "require.h"
#include "text/address.h"
#include "text/address_lexer.h"
#include "text/ascii.h"
#include "text/printable.h"
#include "text/utf8.h"

using namespace sallyport;

namespace {

void check_limits(const Mailbox& mailbox) {
    const std::string address = mailbox.address();
    require(!mailbox.local.empty() && address.size() <= address_limit);
    require(!has_control(address));
    require(printable(address, address.size()) == address);
}

void check_same(const Mailbox& mailbox, const std::string& text) {
    const auto again = parse_address_list(text);
    require(again.size() == 1);
    require(again.front().local == mailbox.local && again.front().domain == mailbox.domain);
}

/// A file of the queue holds it so, and a Failure would be one too late.
void check_same_path(const std::string& address) noexcept {
    require(parse_path("<" + address + "> x").mailbox.address() == address);
}

std::string without_blanks(std::string_view text) {
    std::string left;
    for (const char c : text) {
        if (!is_control(c) && c != ' ')
            left += c;
    }
    return left;
}

/// The name survives being written into a field.
void check_name(const Mailbox& mailbox) {
    const std::string phrase = make_phrase(mailbox.display_name);
    std::string unfolded = phrase;
    for (auto at = unfolded.find("\r\n "); at != unfolded.npos; at = unfolded.find("\r\n "))
        unfolded.erase(at, 2);
    require(!has_control(unfolded));
    require(!has_eight_bit(unfolded) || !is_well_formed(mailbox.display_name));
    const auto again = parse_address_list(phrase + " <" + mailbox.address() + ">");
    require(again.size() == 1 && again.front().address() == mailbox.address());
    const bool encoded = phrase.starts_with("=?");
    require(encoded || without_blanks(again.front().display_name) ==
                           without_blanks(mailbox.display_name));
}

void check_neighbours(const std::vector<Mailbox>& found, std::string_view input) {
    const auto more = parse_address_list("y@y," + std::string(input) + ",z@z");
    require(more.size() == found.size() + 2);
    require(more.front().address() == "y@y" && more.back().address() == "z@z");
    for (std::size_t i = 0; i < found.size(); ++i)
        require(more[i + 1].address() == found[i].address());
}

/// A bare name is where it is said to end: with a domain there it is an address, and nobody
/// else becomes another.
void check_bare_names(const std::vector<Mailbox>& found, std::string_view input) {
    std::string text(input);
    for (auto mailbox = found.rbegin(); mailbox != found.rend(); ++mailbox) {
        if (mailbox->local.size() + 2 >= address_limit)
            return;
        if (mailbox->domain.empty())
            text.insert(mailbox->end, "@q");
    }
    const auto again = parse_address_list(text);
    require(again.size() == found.size());
    for (std::size_t i = 0; i < found.size(); ++i)
        require(again[i].address() == qualify(found[i], "q"));
}

/// `text` with a '"' for each quoted string in it, and a blank for each comment, blank and
/// line end.
std::string bare_of(std::string_view text) {
    std::string bare;
    int depth = 0;
    bool quoted = false;
    for (std::size_t at = 0; at < text.size(); ++at) {
        const char c = text[at];
        const bool folded = text.substr(at).starts_with("\r\n");
        if (c == '\\' && (quoted || depth > 0)) {
            ++at;
        } else if (c == '"' && depth == 0) {
            quoted = !quoted;
            bare.append(quoted ? "\"" : "");
        } else if (!quoted && (c == '(' || c == ')')) {
            depth += c == '(' ? 1 : -1;
            bare += ' ';
        } else if (!quoted && depth == 0) {
            bare += c == '\t' || folded ? ' ' : c;
            at += folded ? 1 : 0;
        }
    }
    return bare;
}

/// A source route ends `head`.
bool is_in_route(std::string_view head) {
    const auto open = std::min(head.rfind('<'), head.size());
    const auto begin = head.find_first_not_of("< ,", open);
    return begin < head.size() && head[begin] == '@' && head.find(':', begin) == head.npos;
}

/// Nobody is left out: what is around each '@' is in one of those who were found. "Jane @
/// Acme" is no address.
void check_all_found(const std::vector<Mailbox>& found, std::string_view input) {
    if (!is_well_formed(input) || input.find('\x1b') != input.npos)
        return; // '@' may be half a character
    const std::string bare = bare_of(input);
    for (auto at = bare.find('@'); at != bare.npos; at = bare.find('@', at + 1)) {
        const std::string_view head = trim(std::string_view(bare).substr(0, at));
        const std::string_view tail = trim(std::string_view(bare).substr(at + 1));
        const auto begin = std::find_if_not(head.rbegin(), head.rend(), is_atom_text);
        const auto end = std::find_if_not(tail.begin(), tail.end(), is_atom_text);
        std::string local = lower_case({begin.base(), head.end()});
        std::string domain = lower_case({tail.begin(), end});
        local.erase(0, local.starts_with('\'') ? 1 : 0); // quotes around the address
        domain.erase(std::min(domain.find('\''), domain.size()));
        const bool close = bare[at == 0 ? 0 : at - 1] != ' ' && bare[at + 1] != ' ';
        const bool dotted = end != tail.end() && *end == '.';
        if (!(close || dotted) || (local.empty() && !head.ends_with('"')) ||
            domain.empty() || is_in_route(head))
            continue;
        require(std::ranges::any_of(found, [&](const Mailbox& mailbox) {
            return lower_case(mailbox.local).find(local) != local.npos &&
                   lower_case(mailbox.domain).starts_with(domain);
        }));
    }
}

void check_reverse_path(std::string_view input) {
    try {
        const Mailbox sender = parse_reverse_path(input);
        if (!sender.local.empty())
            check_limits(sender);
    } catch (const Failure& failure) {
        require_refusal(failure, ExitStatus::data_error);
    }
}

/// What one path holds is a mailbox that the path made of it holds, too, and a list.
void check_path(std::string_view input) {
    try {
        const Path path = parse_path(input);
        require(path.size <= input.size() && input[0] == '<');
        require(input[path.size - 1] == '>');
        if (path.mailbox.local.empty())
            return;
        check_limits(path.mailbox);
        const std::string address = path.mailbox.address();
        check_same(path.mailbox, address);
        const Path again = parse_path("<" + address + "> SIZE=1");
        require(again.mailbox.address() == address && again.size == address.size() + 2);
    } catch (const Failure& failure) {
        require_refusal(failure, ExitStatus::data_error);
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view input(reinterpret_cast<const char*>(data), size);
    try {
        const auto found = parse_address_list(input);
        for (const Mailbox& mailbox : found) {
            check_limits(mailbox);
            check_same(mailbox, mailbox.address());
            check_same(mailbox, "<" + mailbox.address() + ">");
            check_same(mailbox, " (c) " + mailbox.address() + "\r\n");
            check_same_path(mailbox.address());
            check_name(mailbox);
        }
        check_all_found(found, input);
        check_neighbours(found, input);
        check_bare_names(found, input);
    } catch (const Failure& failure) {
        require_refusal(failure, ExitStatus::data_error);
    }
    check_reverse_path(input);
    check_path(input);
    return 0;
}
