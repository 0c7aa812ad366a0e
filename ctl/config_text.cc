// SPDX-License-Identifier: MIT
#include "ctl/config_text.h"

#include <algorithm>
#include <utility>

#include "base/concat.h"
#include "base/failure.h"
#include "config/values.h"
#include "ctl/words.h"
#include "system/wipe.h"
#include "text/ascii.h"

namespace sallyport::ctl {

namespace {

constexpr std::size_t most_lines = 15;
constexpr std::size_t comment_column = 42;

void refuse_control(std::string_view value, const std::string& origin) {
    if (std::ranges::any_of(value, [](char c) { return is_control(c) && c != '\t'; }))
        misconfigured(origin, tr("it holds a line end or another control character"));
}

/// Whether it means the same without quotes (strict_ini.h).
bool stands_alone(std::string_view value) {
    if (value.empty() || value.front() == '"' || trim(value) != value)
        return false;
    bool after_blank = true;
    for (const char c : value) {
        if (after_blank && (c == ';' || c == '#'))
            return false;
        after_blank = is_blank(c);
    }
    return true;
}

std::string line_of(const ConfigEntry& entry, bool masked) {
    const std::string origin = concat({"[", entry.section, "] ", entry.key});
    const std::string_view value =
        masked && entry.is_secret ? std::string_view("(secret)") : entry.value;
    if (*entry.why == '\0')
        return concat({entry.key, " = ", ini_value(value, origin), "\n"});
    refuse_control(value, origin);
    // Only after quotes may there be a comment.
    const std::string quoted = quote(value);
    const std::size_t size = entry.key.size() + 3 + quoted.size();
    const std::string gap(size < comment_column ? comment_column - size : 2, ' ');
    return concat({entry.key, " = ", quoted, gap, "; ", entry.why, "\n"});
}

std::string text_of_ports(const std::vector<std::uint16_t>& ports) {
    std::string text;
    for (const std::uint16_t port : ports)
        text.append(text.empty() ? "" : " ").append(std::to_string(port));
    return text;
}

/// Without those that nobody has filled in.
std::vector<ConfigEntry> filled(std::vector<ConfigEntry> entries) {
    std::erase_if(entries, [](const ConfigEntry& entry) { return entry.value.empty(); });
    return entries;
}

std::vector<ConfigEntry> sender_entries(const Plan& plan) {
    if (plan.from.empty())
        return {};
    const std::string address = read_mailbox(plan.from, "[sender] envelope_from").address();
    return {{"sender", "envelope_from", address, tr("who sends, for the server"), false},
            {"sender", "header_from", plan.from, tr("and for those who read it"), false},
            {"sender", "force", plan.force.empty() ? "both" : plan.force,
             plan.force.empty() || plan.force == "both"
                 ? tr("whoever calls: most servers refuse root@host")
                 : tr("where it replaces what callers say"),
             false}};
}

} // namespace

std::string ini_value(std::string_view value, const std::string& origin) {
    refuse_control(value, origin);
    return stands_alone(value) ? std::string(value) : quote(value);
}

std::vector<ConfigEntry> relay_entries(const Plan& plan, const std::string& name) {
    const std::string section = name.empty() ? "relay" : concat({"relay ", name});
    return filled({
        {section, "provider", plan.provider, tr("its host and ports are known"), false},
        {section, "srv", plan.srv, tr("this domain's DNS names its servers"), false},
        {section, "host", plan.host, tr("the submission server"), false},
        {section, "port", text_of_ports(plan.ports), tr("in the order to try them"), false},
        {section, "tls", plan.tls, tr("how TLS begins there"), false},
        {section, "user", plan.user, tr("who logs in"), false},
        {section, "password", plan.password, tr("whoever reads this file has it"), true},
        {section, "password_file", plan.password_file, tr("the secret stands there"),
         false},
        {section, "password_command", plan.password_command, tr("prints the secret"),
         false},
        {section, "token_file", plan.token_file, tr("an OAuth 2.0 access token"), false},
    });
}

std::vector<ConfigEntry> entries_of(const Plan& plan) {
    std::vector<ConfigEntry> entries = relay_entries(plan, {});
    for (ConfigEntry& entry : filled(sender_entries(plan)))
        entries.push_back(std::move(entry));
    for (ConfigEntry& entry :
         filled({{"recipients", "root", plan.root, tr("who reads root's mail"), false},
                 {"recipients", "aliases", plan.aliases,
                  tr("what other bare names stand for"), false}}))
        entries.push_back(std::move(entry));
    return entries;
}

std::string sections_of(std::span<const ConfigEntry> entries, bool masked) {
    std::size_t lines = 1; // of all, if nothing is left empty
    std::string_view section;
    for (const ConfigEntry& entry : entries)
        lines += std::exchange(section, entry.section) == entry.section ? 1U : 3U;
    const bool spacious = lines <= most_lines;
    section = {};
    std::string text;
    std::size_t size = 0;
    for (const ConfigEntry& entry : entries)
        size += 3 * entry.section.size() + entry.key.size() + 2 * entry.value.size() + 128;
    text.reserve(size); // a secret leaves no copies behind by growing
    for (const ConfigEntry& entry : entries) {
        if (std::exchange(section, entry.section) != entry.section)
            text.append(text.empty() || !spacious ? "" : "\n")
                .append(concat({"[", entry.section, "]\n"}));
        std::string line = line_of(entry, masked);
        text.append(line);
        wipe(line);
    }
    return text;
}

std::string first_comment() {
    return concat({"; ", tr("Written by sallyportctl setup; see sallyport.conf(5).")});
}

std::string text_of(std::span<const ConfigEntry> entries, bool masked) {
    std::string sections = sections_of(entries, masked);
    std::string text = concat({first_comment(), "\n", sections});
    wipe(sections);
    return text;
}

std::string config_text(const Plan& plan, bool masked) {
    return text_of(entries_of(plan), masked);
}

std::string relay_text(const Plan& plan, const std::string& name, bool masked) {
    return sections_of(relay_entries(plan, name), masked);
}

} // namespace sallyport::ctl
