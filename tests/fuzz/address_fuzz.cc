// SPDX-License-Identifier: MIT
//
// Address lists: what is accepted means the same when it is read again, fits into a
// command, and does not depend on its neighbours; the rest is refused.
#include <cstddef>
#include <cstdint>
#include <string>

#include "address.h"
#include "printable.h"
#include "require.h"

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
            check_name(mailbox);
        }
        check_neighbours(found, input);
        check_bare_names(found, input);
    } catch (const Failure& failure) {
        require_refusal(failure, ExitStatus::data_error);
    }
    check_reverse_path(input);
    check_path(input);
    return 0;
}
