// SPDX-License-Identifier: MIT
//
// INI files: of what is accepted a plain reader that looks at one line at a time makes the
// same, and it survives being written and read again. An error names a line that exists.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "config/strict_ini.h"
#include "require.h"

using namespace sallyport;

namespace {

std::vector<std::string> lines_of(std::string_view text) {
    if (text.starts_with("\xef\xbb\xbf"))
        text.remove_prefix(3);
    std::vector<std::string> lines;
    while (!text.empty()) {
        const auto end = std::min(text.find('\n'), text.size());
        std::string line(text.substr(0, end));
        if (line.ends_with('\r'))
            line.pop_back();
        lines.push_back(std::move(line));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return lines;
}

/// With one space for each run of blanks.
std::string folded(std::string_view text) {
    std::string result;
    for (const char c : trim(text)) {
        if (!is_blank(c))
            result += c;
        else if (result.back() != ' ')
            result += ' ';
    }
    return result;
}

/// The value as a person reads it who knows the quotes.
std::string plain_value(std::string_view text) {
    text = trim(text);
    if (!text.starts_with('"'))
        return std::string(text);
    std::string value;
    for (std::size_t at = 1; at < text.size() && text[at] != '"'; ++at) {
        if (text[at] == '\\')
            ++at;
        require(at < text.size());
        value += text[at];
    }
    return value;
}

std::vector<IniEntry> read_plainly(const std::vector<std::string>& lines) {
    std::vector<IniEntry> entries;
    std::string section;
    for (std::size_t i = 0; i < lines.size(); ++i) {
        const std::string_view text = trim(lines[i]);
        if (text.empty() || text.front() == ';' || text.front() == '#')
            continue;
        require(!is_blank(lines[i].front())); // to others it continues the line above
        if (text.front() == '[') {
            require(text.back() == ']');
            section = folded(text.substr(1, text.size() - 2));
            continue;
        }
        const auto equals = text.find('=');
        require(equals != std::string_view::npos && !section.empty());
        IniEntry entry;
        entry.section = section;
        entry.key = std::string(trim(text.substr(0, equals)));
        entry.value = plain_value(text.substr(equals + 1));
        entry.line = static_cast<unsigned>(i + 1);
        entries.push_back(std::move(entry));
    }
    return entries;
}

bool is_same(const IniEntry& a, const IniEntry& b) {
    return a.section == b.section && a.key == b.key && a.value == b.value;
}

std::string written(const std::vector<IniEntry>& entries) {
    std::string text;
    std::string section;
    for (const IniEntry& entry : entries) {
        if (entry.section != section)
            text += "[" + entry.section + "]\n";
        section = entry.section;
        text += entry.key + " = \"";
        for (const char c : entry.value) {
            if (c == '"' || c == '\\')
                text += '\\';
            text += c;
        }
        text += "\"\n";
    }
    return text;
}

void check_entries(const std::vector<IniEntry>& entries) {
    for (const IniEntry& entry : entries) {
        require(!entry.section.empty() && entry.section.size() <= 49);
        require(!entry.key.empty() && entry.key.size() <= 49);
        for (const std::string* const text : {&entry.section, &entry.key, &entry.value}) {
            require(std::ranges::none_of(
                *text, [](char c) { return is_control(c) && c != '\t'; }));
        }
        const auto same_name = [&](const IniEntry& other) {
            return other.section == entry.section && other.key == entry.key;
        };
        require(std::ranges::count_if(entries, same_name) == 1);
    }
}

void check_error(const Failure& failure, std::size_t lines) {
    require_refusal(failure, ExitStatus::config);
    const std::string text = failure.what();
    require(text.starts_with("conf:"));
    const auto number = std::strtoul(text.c_str() + 5, nullptr, 10);
    require(number >= 1 && number <= lines);
}

/// Who goes on after an error finds the one that ends the reading first, and none that is
/// not in the text; of the rest he reads what stands there.
void check_going_on(std::string_view input, std::size_t lines, const char* first) {
    Findings findings;
    try {
        const auto rest = parse_ini(input, "conf", findings);
        require(findings.errors.empty() == (first == nullptr));
        check_entries(rest);
        require(rest.empty() ||
                std::ranges::equal(rest, parse_ini(written(rest), "conf"), is_same));
    } catch (const Failure& failure) { // of the file as a whole
        require(findings.errors.empty() && first != nullptr);
        require(failure.what() == std::string_view(first));
        return;
    }
    require(first == nullptr || findings.errors.front() == first);
    require(findings.errors.size() == findings.sections.size());
    for (const std::string& error : findings.errors)
        check_error(Failure(ExitStatus::config, Fault::local, error, "4.3.5"), lines);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view input(reinterpret_cast<const char*>(data), size);
    const auto lines = lines_of(input);
    std::vector<IniEntry> entries;
    try {
        entries = parse_ini(input, "conf");
    } catch (const Failure& failure) {
        check_error(failure, lines.size());
        check_going_on(input, lines.size(), failure.what());
        return 0;
    }
    check_going_on(input, lines.size(), nullptr);
    check_entries(entries);
    const auto plain = read_plainly(lines);
    require(std::ranges::equal(entries, plain, [](const IniEntry& a, const IniEntry& b) {
        return is_same(a, b) && a.line == b.line;
    }));
    require(std::ranges::equal(entries, parse_ini(written(entries), "conf"), is_same));
    return 0;
}
