// SPDX-License-Identifier: MIT
#include "ctl/step_text.h"

#include <algorithm>
#include <string_view>
#include <vector>

#include "base/concat.h"
#include "ctl/words.h"

namespace sallyport::ctl {

namespace {

constexpr unsigned mark_indent = 2;
constexpr unsigned mark_size = 4;
constexpr unsigned after_mark = mark_indent + mark_size + 2;
constexpr unsigned title_size = 9;
constexpr unsigned after_title = after_mark + title_size + 1;

/// Below this width the names of rungs have no column of their own.
bool is_roomy(const Look& look) {
    constexpr unsigned roomy_width = 60;
    return look.width >= roomy_width;
}

unsigned advice_indent(const Look& look) {
    return is_roomy(look) ? after_mark + 4 : after_mark;
}

std::string blanks(unsigned count) {
    return std::string(count, ' ');
}

std::string filled(std::string_view text, unsigned width) {
    return std::string(text).append(width - std::min(width, columns(text)), ' ');
}

const char* mark_of(Result result) {
    return result == Result::fail ? tr("FAIL") : tr(word_for(result));
}

/// ECMA-48, "select graphic rendition".
const char* paint_of(Result result) {
    constexpr const char* paints[] = {"32", "33", "1;31", "2"};
    return paints[static_cast<std::size_t>(result)];
}

constexpr const char* id_paint = "1";

/// Colours `size` octets of `text`, after it has been laid out, since paint has no width.
void paint(std::string& text, std::size_t begin, std::size_t size, const char* paint,
           const Look& look) {
    if (!look.colour)
        return;
    text.insert(begin + size, "\x1b[0m");
    text.insert(begin, concat({"\x1b[", paint, "m"}));
}

/// The rung's mark, what it is called, and what was found.
std::string plain_line(const StepReport& step, const Look& look) {
    const std::string mark =
        blanks(mark_indent) + filled(mark_of(step.result), mark_size) + blanks(2);
    const std::string_view title = title_of(step.rung);
    if (is_roomy(look))
        return wrapped(step.text, look.width,
                       concat({mark, filled(title, title_size), " "}), after_title);
    return wrapped(concat({title, step.text.empty() ? "" : ": ", step.text}), look.width,
                   mark, after_mark);
}

bool is_one_line(const std::string& text) {
    return text.find('\n') + 1 == text.size();
}

/// Whether `id` has found room at the right end of the line.
bool take_id(std::string& line, const std::string& id, const Look& look) {
    constexpr unsigned gap = 2;
    const unsigned used = columns(std::string_view(line).substr(0, line.size() - 1));
    const unsigned size = columns(id);
    if (!is_one_line(line) || used + gap + size > look.width)
        return false;
    line.pop_back();
    line.append(look.width - used - size, ' ').append(id);
    paint(line, line.size() - id.size(), id.size(), id_paint, look);
    line += '\n';
    return true;
}

/// `text` below a rung.
std::string below_step(std::string_view text, const Look& look) {
    const unsigned indent = advice_indent(look);
    return wrapped(text, look.width, blanks(indent), indent);
}

// ---- Keys to set ----

struct Keys {
    std::string section;
    bool known = false; ///< their values are
    std::vector<const Remedy*> remedies{};
};

/// Those of a section together, those whose value is known apart from the others.
std::vector<Keys> grouped(const std::vector<Remedy>& remedies, const KeyPlace& place) {
    std::vector<Keys> groups;
    for (const Remedy& remedy : remedies) {
        const std::string section = remedy.section == "relay" && !place.relay.empty()
                                        ? concat({"relay ", place.relay})
                                        : remedy.section;
        const bool known = !remedy.value.empty();
        auto group = std::ranges::find_if(groups, [&](const Keys& keys) {
            return keys.section == section && keys.known == known;
        });
        if (group == groups.end())
            group = groups.insert(group, {section, known});
        group->remedies.push_back(&remedy);
    }
    return groups;
}

std::string assignment(const Remedy& remedy) {
    return concat({remedy.key, " = ", remedy.value});
}

/// "Write in /etc/sallyport.conf, [relay]:", or "To be set in [relay]:".
std::string introduction(const Keys& keys, const KeyPlace& place) {
    const std::string section = concat({"[", keys.section, "]:"});
    if (!place.file.starts_with('/'))
        return concat({tr("To be set in"), " ", section});
    return concat(
        {keys.known ? tr("Write in") : tr("Change in"), " ", place.file, ", ", section});
}

/// Keys to be copied stand on lines of their own, and are never broken.
std::string keys_text(const Keys& keys, const KeyPlace& place, const Look& look) {
    const std::string start = introduction(keys, place);
    if (!keys.known) {
        std::string names;
        for (const Remedy* remedy : keys.remedies)
            names.append(names.empty() ? "" : ", ").append(remedy->key);
        return below_step(concat({start, "   ", names}), look);
    }
    const unsigned indent = advice_indent(look);
    if (keys.remedies.size() == 1) {
        const std::string line = concat({start, "   ", assignment(*keys.remedies.front())});
        if (indent + columns(line) <= look.width)
            return concat({blanks(indent), line, "\n"});
    }
    std::string text = below_step(start, look);
    for (const Remedy* remedy : keys.remedies)
        text.append(blanks(2)).append(assignment_text(remedy->key, remedy->value, look));
    return text;
}

std::string advice_text(const Advice& advice, bool named, const KeyPlace& place,
                        const Look& look) {
    const std::string id = concat({"[", advice.id, "]"});
    std::string text =
        below_step(named ? advice.text : concat({id, " ", advice.text}), look);
    if (!named)
        paint(text, advice_indent(look), id.size(), id_paint, look);
    for (const Keys& keys : grouped(advice.set, place))
        text.append(keys_text(keys, place, look));
    return text;
}

std::string reply_text(const std::string& reply, const Look& look) {
    if (reply.empty())
        return {};
    const unsigned indent = advice_indent(look);
    return wrapped(reply, look.width, blanks(indent) + "< ", indent + 2);
}

} // namespace

std::string assignment_text(std::string_view key, std::string_view value,
                            const Look& look) {
    return concat({blanks(advice_indent(look)), key, " = ", value, "\n"});
}

std::string step_text(const StepReport& step, const KeyPlace& place, const Look& look) {
    std::string text = plain_line(step, look);
    bool named = !step.advice.empty() && take_id(text, step.advice.front().id, look);
    paint(text, mark_indent, std::string_view(mark_of(step.result)).size(),
          paint_of(step.result), look);
    for (const Advice& advice : step.advice) {
        text.append(advice_text(advice, named, place, look));
        named = false;
    }
    return text + reply_text(step.reply, look);
}

} // namespace sallyport::ctl
