// SPDX-License-Identifier: MIT
#include "ctl/advice.h"

#include <algorithm>
#include <vector>

#include "ctl/advice_rows.h"
#include "ctl/advice_words.h"
#include "ctl/words.h"
#include "net/hint_rows.h"
#include "text/ascii.h"

namespace sallyport::ctl {

namespace {

/// Whether `fits` is true of one of `words`, or there are none.
template<class Fits>
bool one_fits(std::string_view words, char separator, const Fits& fits) {
    bool none = true;
    while (!words.empty()) {
        if (fits(take_until(words, separator)))
            return true;
        none = false;
    }
    return none;
}

bool fits(const Pattern& pattern, const Symptom& symptom) {
    const std::string code = std::to_string(symptom.code);
    const std::string reply = lower_case(symptom.reply);
    const auto provider =
        std::string_view(symptom.provider)
            .substr(0, std::min(symptom.provider.find(':'), symptom.provider.size()));
    return (pattern.rungs & at(symptom.rung)) != 0 &&
           one_fits(pattern.providers, ' ',
                    [&](std::string_view key) { return key == provider; }) &&
           one_fits(pattern.codes, ' ',
                    [&](std::string_view begin) { return code.starts_with(begin); }) &&
           one_fits(pattern.enhanced, ' ',
                    [&](std::string_view one) { return one == symptom.enhanced; }) &&
           one_fits(pattern.needles, '|',
                    [&](std::string_view needle) {
                        return reply.find(lower_case(needle)) != reply.npos;
                    }) &&
           (pattern.also == nullptr || pattern.also(symptom));
}

Rung rung_of(Step step) {
    constexpr struct {
        Step last;
        Rung rung;
    } rungs[] = {
        {Step::none, Rung::machine},
        {Step::look_up_services, Rung::names},
        {Step::http_connect, Rung::ports},
        {Step::pop_pass, Rung::auth},
        {Step::tls, Rung::tls},
        {Step::greeting, Rung::greeting},
        {Step::helo, Rung::ehlo},
        {Step::starttls, Rung::tls},
        {Step::auth, Rung::auth},
        {Step::mail, Rung::mail},
        {Step::rcpt, Rung::rcpt},
        {Step::end_of_data, Rung::data},
    };
    return std::ranges::find_if(rungs, [&](const auto& row) { return step <= row.last; })
        ->rung;
}

/// Without the step, and what that was about, at its front.
std::string_view after_step(std::string_view text, Step step) {
    const std::string name = Where(step).text();
    if (name.empty() || !text.starts_with(name))
        return text;
    // An address is between angle brackets, and may hold a colon.
    const auto argument = text.substr(name.size());
    const bool is_address = argument.starts_with(" FROM:<") ||
                            argument.starts_with(" TO:<") || argument.starts_with(" for <");
    const std::string_view end = is_address ? ">: " : ": ";
    const auto at = argument.find(end);
    return at != argument.npos ? argument.substr(at + end.size()) : text;
}

/// What came back, of "peer: step: what; hint".
std::string came_back(std::string_view text, std::string_view peer, Step step) {
    if (!peer.empty() && text.starts_with(peer))
        text.remove_prefix(std::min(peer.size() + 2, text.size()));
    text = after_step(text, step);
    for (const hints::Hint& row : hints::rows) {
        const std::string_view hint(row.text);
        const auto at = text.rfind(hint.substr(0, hint.find('%')));
        if (at != text.npos && at >= 2 && text.substr(at - 2, 2) == "; ")
            text = text.substr(0, at - 2);
    }
    return std::string(text);
}

} // namespace

const Pattern* pattern_for(const Symptom& symptom) {
    if (!symptom.found.empty())
        return nullptr;
    for (const auto patterns : {provider_patterns(), general_patterns()}) {
        const auto first = std::ranges::find_if(
            patterns, [&](const Pattern& pattern) { return fits(pattern, symptom); });
        if (first != patterns.end())
            return &*first;
    }
    return nullptr;
}

std::optional<Advice> advise(const Symptom& symptom) {
    const Pattern* const pattern = pattern_for(symptom);
    const std::string_view id =
        pattern != nullptr ? std::string_view(pattern->id) : symptom.found;
    const auto table = advice_table();
    const auto row = std::ranges::find(
        table, id, [](const AdviceRow& of) -> std::string_view { return of.id; });
    if (row == table.end())
        return std::nullopt;
    const Words words = words_of(symptom);
    Advice advice{row->id, filled_in(tr(row->text), words), {}};
    for (const RemedyText& remedy : row->set) {
        const bool applies =
            *remedy.needs == '\0' || !filled_in_wholly(remedy.needs, words).empty();
        if (remedy.section != nullptr && applies)
            advice.set.push_back(
                {remedy.section, remedy.key, filled_in_wholly(remedy.value, words)});
    }
    return advice;
}

Symptom symptom_of(const Failure& failure, const Relay& relay, std::string_view peer) {
    Symptom symptom;
    const Step step = failure.step();
    symptom.relay = &relay;
    symptom.rung = rung_of(step);
    symptom.code = failure.reply_code();
    symptom.enhanced = failure.enhanced();
    symptom.reply = came_back(failure.what(), peer, step);
    if (step == Step::socks || step == Step::http_connect)
        symptom.found = "proxy";
    if (step >= Step::pop_greeting && step <= Step::pop_pass)
        symptom.found = "pop-refused";
    return symptom;
}

std::span<const AdviceRow> advice_table() {
    static const std::vector<AdviceRow> table = [] {
        std::vector<AdviceRow> all;
        for (const auto rows : {general_advice(), provider_advice()})
            all.insert(all.end(), rows.begin(), rows.end());
        return all;
    }();
    return table;
}

} // namespace sallyport::ctl
