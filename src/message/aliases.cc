// SPDX-License-Identifier: MIT
#include "message/aliases.h"

#include <algorithm>
#include <utility>

#include "base/concat.h"
#include "base/failure.h"
#include "system/small_file.h"
#include "text/ascii.h"
#include "text/printable.h"

namespace sallyport {

namespace {

constexpr std::size_t file_limit = 16 * 1024 * 1024;

[[noreturn]] void unusable(std::string_view origin, std::string_view why) {
    stop(ExitStatus::os_file, Fault::local, {origin, ": ", why}, "4.3.5");
}

constexpr std::string_view wants_mailer =
    "pipes, files and :include: are not for this program";

/// aliases(5): "|command", /file, :include:/list. A quote may stand in front.
bool wants_a_local_mailer(std::string_view list) {
    while (!list.empty()) {
        const auto begin = list.find_first_not_of("\" \t,;");
        if (begin == std::string_view::npos)
            return false;
        list.remove_prefix(begin);
        if (list.starts_with('|') || list.starts_with('/') || list.starts_with(":include:"))
            return true;
        list.remove_prefix(std::min(list.find_first_of(",;"), list.size()));
    }
    return false;
}

} // namespace

Aliases::Aliases(const RecipientSettings& settings) : settings_(settings) {
    if (!settings.root.empty())
        add("root", settings.root, "[recipients] root");
    if (!settings.default_to.empty())
        add("", settings.default_to, "[recipients] default");
    if (!settings.aliases.empty())
        read(settings.aliases);
}

bool Aliases::stands_for_others(const std::string& name, bool with_domain) const {
    const std::string key = lower_case(name);
    return with_domain ? entries_.contains(key) : find(key) != nullptr;
}

/// The first entry for a name counts.
void Aliases::add(std::string_view name, std::string_view list, std::string_view origin) {
    entries_.insert({std::string(name), {std::string(list), std::string(origin)}});
}

/// Lines that begin with a blank continue the one before; comments and empty
/// lines do not end it.
void Aliases::read(const std::string& path) {
    const SmallFile file(path, file_limit);
    const std::string shown = printable(path);
    if (!file.trouble.empty())
        unusable(shown, file.trouble);
    if (file.text.size() > file_limit)
        unusable(shown, "it has more than 16 MiB");
    std::string_view rest = file.text;
    std::string logical;
    std::string origin;
    for (unsigned number = 1; !rest.empty(); ++number) {
        std::string_view line = take_until(rest, '\n');
        if (line.ends_with('\r'))
            line.remove_suffix(1);
        if (trim(line).empty() || trim(line).front() == '#')
            continue;
        const bool continues = is_blank(line.front());
        if (!continues || origin.empty()) {
            add_line(logical, origin);
            logical.clear();
            origin = concat({shown, ":", std::to_string(number)});
        }
        if (continues && logical.empty())
            unusable(origin, "it begins with a blank, and there is no line to continue");
        logical += line;
    }
    add_line(logical, origin);
}

void Aliases::add_line(std::string_view line, const std::string& origin) {
    if (trim(line).empty())
        return;
    const bool quoted = line.starts_with('"');
    const auto from = quoted ? std::min(line.find('"', 1), line.size()) : 0;
    const auto colon = line.find(':', from);
    if (colon == std::string_view::npos)
        unusable(origin, "no name: address, ...");
    const std::string_view written = trim(line.substr(0, colon));
    const std::string name = lower_case(unquote(written));
    if (name.empty() || has_control(name))
        unusable(origin, "no name: address, ...");
    // dma's way and msmtp's to write [recipients] default.
    const bool is_default = written == "*" || equals_ignoring_case(written, "default");
    // As the local part of a recipient is written.
    add(is_default ? std::string() : make_local_part(name), trim(line.substr(colon + 1)),
        origin);
}

const Aliases::Entry* Aliases::find(const std::string& name) const {
    auto found = entries_.find(name);
    if (found == entries_.end())
        found = entries_.find({});
    return found != entries_.end() ? &found->second : nullptr;
}

/// Depth first: a name met before that does not lead to itself is dealt with already.
std::vector<Mailbox> Aliases::expand(const std::string& name) const {
    std::vector<Mailbox> result;
    std::vector<std::string> to_do{name};
    std::map<std::string, bool> on_way;             // of each that was met
    std::vector<std::pair<bool*, std::size_t>> way; // and what is to do after each
    while (!to_do.empty()) {
        const std::string next = std::move(to_do.back());
        to_do.pop_back();
        for (; !way.empty() && way.back().second > to_do.size(); way.pop_back())
            *way.back().first = false;
        const auto [place, first_time] = on_way.insert({lower_case(next), false});
        const Entry* const entry = find(place->first);
        if (!first_time && !place->second)
            continue;
        if (!first_time || entry == nullptr) {
            result.emplace_back().local = next;
            continue;
        }
        place->second = true;
        way.emplace_back(&place->second, to_do.size());
        follow(*entry, to_do, result);
    }
    if (result.empty()) // to say yes, and send it to nobody, would be to lose it
        unusable(find(lower_case(name))->origin,
                 concat({printable(name), " leads to nobody"}));
    return result;
}

/// What the entry names: names are to be looked up in turn.
void Aliases::follow(const Entry& entry, std::vector<std::string>& names,
                     std::vector<Mailbox>& addresses) const {
    std::vector<Mailbox> members;
    try {
        members = parse_address_list(entry.list);
    } catch (const Failure& failure) {
        unusable(entry.origin,
                 wants_a_local_mailer(entry.list) ? wants_mailer : failure.what());
    }
    for (Mailbox& mailbox : members) {
        if (wants_a_local_mailer(mailbox.local))
            unusable(entry.origin, wants_mailer);
        const bool is_local = settings_.is_local(mailbox.domain);
        if (is_local)
            mailbox.domain.clear();
        const bool is_bare = mailbox.domain.empty() && !mailbox.final;
        if (is_bare && (!is_local || stands_for_others(mailbox.local, true)))
            names.push_back(mailbox.local);
        else
            addresses.push_back(std::move(mailbox));
    }
}

} // namespace sallyport
