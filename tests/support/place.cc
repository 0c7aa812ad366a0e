// SPDX-License-Identifier: MIT
#include "support/place.h"

#include <algorithm>
#include <stdexcept>

namespace sallyport {

namespace {

bool has_key(const Section& section, std::string_view key) {
    return std::ranges::any_of(section.lines, [key](const std::string& line) {
        return line.starts_with(key) && line.substr(key.size()).starts_with(" =");
    });
}

bool is_relay(const Section& section) {
    return section.heading.starts_with("[relay");
}

/// "[relay two]" has the port "two", unless it says otherwise.
std::string usual_port(const Section& relay) {
    const auto blank = relay.heading.find(' ');
    const bool named = blank != std::string::npos;
    return named ? "{port" + relay.heading.substr(blank, relay.heading.size() - blank - 1) +
                       "}"
                 : "{port}";
}

std::string relay_text(Section relay) {
    const bool numbered = std::ranges::any_of(relay.lines, [](const std::string& line) {
        return line.starts_with("port =") && line.find('{') == std::string::npos;
    });
    if (!has_key(relay, "host"))
        relay.lines.emplace_back("host = 127.0.0.1");
    if (!has_key(relay, "port"))
        relay.lines.push_back("port = " + usual_port(relay));
    if (!has_key(relay, "tls") && !numbered)
        relay.lines.emplace_back("tls = implicit");
    if (!has_key(relay, "tls_ca"))
        relay.lines.emplace_back("tls_ca = {folder}/authority.pem");
    std::string text = relay.heading + "\n";
    for (const auto& line : relay.lines)
        text += line + "\n";
    return text;
}

} // namespace

std::uint16_t Place::port(const std::string& name) const {
    const auto known = ports.find(name);
    if (known != ports.end())
        return known->second;
    if (name.empty() || name.find_first_not_of("0123456789") != std::string::npos)
        throw std::runtime_error("no port is called " + name);
    return static_cast<std::uint16_t>(std::stoul(name));
}

std::string Place::fill(std::string_view text) const {
    std::string filled;
    while (!text.empty()) {
        const auto begin = std::min(text.find('{'), text.size());
        filled += text.substr(0, begin);
        text.remove_prefix(begin);
        const auto end = text.find('}');
        const auto name = end == std::string_view::npos ? text : text.substr(0, end + 1);
        const auto blank = name.find(' ');
        const std::string port_name(blank == std::string_view::npos
                                        ? std::string_view()
                                        : name.substr(blank + 1, name.size() - blank - 2));
        if (name == "{folder}")
            filled += folder;
        else if (name.starts_with("{port}") || name.starts_with("{port "))
            filled += std::to_string(port(port_name));
        else if (name.starts_with("{peer}") || name.starts_with("{peer "))
            filled += "127.0.0.1[127.0.0.1]:" + std::to_string(port(port_name));
        else
            filled += name;
        text.remove_prefix(name.size());
    }
    return filled;
}

std::string configuration_text(const Dialogue& dialogue) {
    std::string text;
    for (const Section& section : dialogue.configuration) {
        if (is_relay(section)) {
            text += relay_text(section);
            continue;
        }
        text += section.heading + "\n";
        for (const auto& line : section.lines)
            text += line + "\n";
    }
    if (std::ranges::none_of(dialogue.configuration, is_relay))
        text += relay_text({"[relay]", {}});
    const bool has_sender =
        std::ranges::any_of(dialogue.configuration, [](const Section& section) {
            return section.heading == "[sender]";
        });
    return text + (has_sender ? "" : "[sender]\ndomain = client.example\n");
}

std::set<std::string> port_names(std::string_view configuration) {
    std::set<std::string> names;
    constexpr std::string_view mark = "{port";
    for (auto at = configuration.find(mark); at != std::string_view::npos;
         at = configuration.find(mark, at + 1)) {
        auto name = configuration.substr(at + mark.size());
        name = name.substr(0, name.find('}'));
        name.remove_prefix(name.empty() ? 0 : 1);
        names.emplace(name);
    }
    return names;
}

} // namespace sallyport
