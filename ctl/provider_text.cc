// SPDX-License-Identifier: MIT
#include "ctl/provider_text.h"

#include <algorithm>

#include "base/concat.h"
#include "ctl/provider_facts.h"
#include "ctl/words.h"

namespace sallyport::ctl {

namespace {

constexpr unsigned indent = 12;

std::string ports_of(const Provider& provider) {
    std::string ports;
    for (const std::uint16_t port : provider.ports) {
        if (port != 0)
            ports.append(ports.empty() ? "" : " ").append(std::to_string(port));
    }
    return ports;
}

std::string user_of(const Provider& provider) {
    constexpr const char* forms[] = {
        "", "the full address", "what stands before the @ of the address",
        "the address with a dot in place of the @", "the word "};
    return concat({tr(forms[static_cast<unsigned>(provider.user_form)]), provider.user});
}

const char* sender_of(const Provider& provider) {
    constexpr const char* rules[] = {"", "the mailbox and its aliases, and nobody else",
                                     "addresses or domains that were verified there"};
    return tr(rules[static_cast<unsigned>(provider.sender)]);
}

std::string remarks_of(const Provider& provider) {
    constexpr struct {
        Provider::Trait trait;
        const char* text;
    } remarks[] = {
        {Provider::judges_at_data,
         "whether the sender may send is said after the message, so check with --to"},
        {Provider::four_xx_is_final, "some replies with 4xx do not go away by waiting"},
        {Provider::sandbox, "the variant sandbox takes mail and never delivers it"},
        {Provider::no_pipelining, "commands are answered one by one (no PIPELINING)"},
    };
    std::vector<std::string> texts;
    for (const auto& [trait, text] : remarks) {
        if ((provider.traits & trait) != 0)
            texts.emplace_back(tr(text));
    }
    return joined(texts, "; ");
}

/// "NAME: HOST" of each variant after the first.
std::string variants_of(const std::vector<PresetName>& names) {
    std::vector<std::string> texts;
    for (std::size_t at = 1; at < names.size(); ++at)
        texts.push_back(concat({names[at].name, ": ", names[at].host}));
    return joined(texts, "; ");
}

std::string padded(std::string text, std::size_t width) {
    text.resize(std::max(width, text.size()), ' ');
    return text;
}

} // namespace

std::string listed(const std::vector<const Provider*>& rows) {
    std::size_t widest_key = 0;
    std::size_t widest_title = 0;
    for (const Provider* const row : rows) {
        widest_key = std::max(widest_key, preset_names(*row).front().name.size());
        widest_title = std::max(widest_title, std::string_view(row->title).size());
    }
    std::string text;
    for (const Provider* const row : rows) {
        const PresetName preset = preset_names(*row).front();
        text.append(
            concat({padded(preset.name, widest_key), "  ", padded(row->title, widest_title),
                    "  ", preset.host, " ", ports_of(*row), "\n"}));
    }
    return text;
}

std::string described(const Provider& provider, const Look& look) {
    const std::vector<PresetName> names = preset_names(provider);
    std::string text = concat({names.front().name, "  ", provider.title, "\n"});
    const auto add = [&](const char* label, std::string_view fact) {
        if (!fact.empty())
            text.append(wrapped(fact, look.width, padded(concat({"  ", tr(label)}), indent),
                                indent));
    };
    add("write", concat({"provider = ", names.front().name}));
    add("host", names.front().host);
    add("variants", variants_of(names));
    add("ports", ports_of(provider));
    add("user", user_of(provider));
    add("password", provider.secret);
    add("log-in", provider.mechanisms);
    add("senders", sender_of(provider));
    add("limits", provider.limits);
    add("mailboxes", provider.domains);
    add("takes at", provider.mx);
    add("remarks", remarks_of(provider));
    add("advice", provider.traps);
    add("source",
        concat({provider.source,
                provider.confidence == 'C' ? tr(" (several programs agree)") : ""}));
    return text;
}

} // namespace sallyport::ctl
