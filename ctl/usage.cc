// SPDX-License-Identifier: MIT
//
// The text of `help`.
#include <algorithm>

#include "base/concat.h"
#include "ctl/call.h"
#include "ctl/exit.h"
#include "ctl/options.h"
#include "ctl/words.h"

namespace sallyport::ctl {

namespace {

/// What stands at the left, and the sentence about it from a column of its own on.
std::string entry(const std::string& left, const char* summary, const Look& look) {
    const unsigned column = look.width < 60 ? 6 : 26;
    std::string first = concat({"  ", left, "  "});
    if (first.size() <= column) {
        first.resize(column, ' ');
        return wrapped(summary, look.width, first, column);
    }
    return concat(
        {"  ", left, "\n", wrapped(summary, look.width, std::string(column, ' '), column)});
}

/// A paragraph, and an empty line before it.
std::string paragraph(std::string_view text, const Look& look) {
    return wrapped(text, look.width, "\n", 0);
}

std::string list(std::span<const Option> options, const Look& look) {
    std::string text;
    for (const Option& option : options) {
        const std::string letter =
            option.letter == 0 ? std::string() : concat({"-", {&option.letter, 1}, ", "});
        const char* const between = option.takes == Takes::nothing ? "" : " ";
        text += entry(concat({letter, "--", option.name, between, option.value}),
                      tr(option.summary), look);
    }
    return text;
}

std::string synopsis(std::string_view verb, std::string_view words, const Look& look) {
    const std::string text = concat(
        {"sallyportctl ", verb, words.empty() ? "" : " ", words, tr(" [OPTION ...]")});
    const std::string first = tr("usage: ");
    return wrapped(text, look.width, first, columns(first));
}

std::string usage_of_all(const Look& look) {
    std::string text = synopsis("VERB", {}, look);
    text +=
        paragraph(tr("Sets sallyport up, and finds out why mail does not get out."), look);
    text += "\n";
    for (const Verb& verb : verb_table()) {
        if (!verb.reserved)
            text += entry(verb.name, tr(verb.summary), look);
    }
    return concat({text, paragraph(tr("Options of every verb:"), look),
                   list(common_options(), look),
                   paragraph(tr("Those of a verb: sallyportctl help VERB. All about it: "
                                "sallyportctl(8), sallyport.conf(5)."),
                             look)});
}

} // namespace

std::string usage(const Look& look, const Verb* verb) {
    if (verb == nullptr)
        return usage_of_all(look);
    std::string text = concat(
        {synopsis(verb->name, verb->words, look), paragraph(tr(verb->summary), look)});
    if (!verb->options.empty())
        text += concat({paragraph(tr("Options:"), look), list(verb->options, look)});
    return concat({text, paragraph(tr("Options of every verb:"), look),
                   list(common_options(), look)});
}

int help(const Call& call) {
    const auto name = call.options.word();
    const Verb* const verb = name ? &verb_named(*name) : nullptr;
    call.console.show(usage(call.console.look(), verb));
    return done;
}

} // namespace sallyport::ctl
