// SPDX-License-Identifier: MIT
#include "config/strict_ini.h"

#include <algorithm>
#include <set>
#include <utility>

#include <ini.h>

#include "base/concat.h"
#include "base/failure.h"
#include "text/ascii.h"
#include "text/printable.h"

namespace sallyport {

namespace {

constexpr std::size_t line_limit = 65536;
constexpr std::size_t name_limit = 49; // inih cuts there

class StrictReader {
  public:
    StrictReader(std::string_view text, const std::string& path)
        : text_(text), path_(path) {
        constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";
        if (text_.starts_with(byte_order_mark))
            text_.remove_prefix(byte_order_mark.size());
    }

    std::vector<IniEntry> read() {
        expect_utf8();
        for (; !text_.empty(); ++number_)
            take_line(next_line());
        return named_entries();
    }

    std::vector<IniEntry> read(Findings& findings) {
        expect_utf8();
        for (; !text_.empty(); ++number_) {
            try {
                take_line(next_line());
            } catch (const Failure& failure) {
                findings.keep(section_ != nullptr ? std::string_view(*section_) : "",
                              failure);
            }
        }
        return named_entries();
    }

  private:
    void expect_utf8() const {
        if (text_.starts_with("\xff\xfe") || text_.starts_with("\xfe\xff"))
            refuse("UTF-16: save it as UTF-8");
    }

    std::string_view next_line() {
        std::string_view line = take_until(text_, '\n');
        if (line.ends_with('\r'))
            line.remove_suffix(1);
        return line;
    }

    /// With the names of sections and keys as inih has them.
    std::vector<IniEntry> named_entries() {
        const int result = ::ini_parse_string(for_inih_.c_str(), take_name, this);
        if (result != 0 || named_ != entries_.size())
            stop(ExitStatus::software, Fault::local,
                 {printable(path_), ": inih did not read what stands there"});
        return std::move(entries_);
    }

    void take_line(std::string_view line) {
        if (line.size() > line_limit)
            refuse("the line has more than 64 KiB");
        if (std::ranges::any_of(line, [](char c) { return is_control(c) && c != '\t'; }))
            refuse("a control character");
        const std::string_view text = trim(line);
        if (text.empty() || text.front() == ';' || text.front() == '#')
            return;
        if (is_blank(line.front()))
            refuse("an indented line: a key begins in column 1, and no value goes on in "
                   "the next line");
        if (text.front() == '[')
            take_section(text);
        else
            take_key(text);
    }

    void take_section(std::string_view text) {
        section_ = nullptr;
        lost_ = true;
        keys_.clear();
        if (!text.ends_with(']'))
            refuse("a section is [NAME], and nothing after it");
        const std::string name = fold(text.substr(1, text.size() - 2));
        if (name.empty() || name.size() > name_limit ||
            name.find_first_of("[];#") != std::string::npos)
            refuse("a section's name has 1 to 49 octets and none of [ ] ; #");
        const auto [section, is_new] = sections_.insert(name);
        if (!is_new)
            refuse(concat({"the section [", printable(name), "] stands here again"}));
        for_inih_.append("[").append(name).append("]\n");
        section_ = &*section;
        section_line_ = number_;
        lost_ = false;
    }

    void take_key(std::string_view text) {
        const auto end = std::ranges::find_if_not(text, [](char c) {
            return is_alpha(c) || is_digit(c) || c == '_' || c == '-';
        });
        const std::string key(text.begin(), end);
        const std::string_view rest = trim({end, text.end()});
        if (key.empty() || !rest.starts_with('='))
            refuse(text.find("\xc2\xa0") != text.npos
                       ? "a no-break space (U+00A0): type a plain one"
                   : key.empty() || rest.empty()
                       ? "neither a [section] nor a key = value"
                       : "= is expected after a key; files of msmtp are not read");
        if (key.size() > name_limit)
            refuse("a key has at most 49 octets");
        // What was taken for a configuration may be a secret's file.
        if (sections_.empty() && !std::exchange(lost_, true))
            refuse("a key stands before any [section]: write [relay] above it");
        if (!keys_.insert(key).second)
            refuse(concat({"the key ", key, " stands here again"}));
        std::string value = read_value(trim(rest.substr(1)));
        if (lost_)
            return;
        const std::string number = std::to_string(entries_.size());
        for_inih_.append(key).append("=").append(number).append("\n");
        IniEntry& entry = entries_.emplace_back();
        entry.value = std::move(value);
        entry.line = number_;
        entry.section_line = section_line_;
    }

    [[nodiscard]] std::string read_value(std::string_view text) const {
        if (text.starts_with('"'))
            return read_quoted(text);
        bool after_blank = true;
        for (const char c : text) {
            if (after_blank && (c == ';' || c == '#'))
                refuse("is ; or # after a blank a comment or a part of the value? put the "
                       "value in double quotes");
            after_blank = is_blank(c);
        }
        return std::string(text);
    }

    [[nodiscard]] std::string read_quoted(std::string_view text) const {
        std::string value;
        value.reserve(text.size()); // a secret leaves no copies behind by growing
        for (std::size_t at = 1; at < text.size(); ++at) {
            if (text[at] == '"') {
                const std::string_view rest = trim(text.substr(at + 1));
                if (!rest.empty() && rest.front() != ';' && rest.front() != '#')
                    refuse("text after the closing double quote: put the whole value in "
                           "quotes, and write \\\" for a quote in it");
                return value;
            }
            if (text[at] == '\\' && ++at < text.size() && text[at] != '"' &&
                text[at] != '\\')
                refuse("inside double quotes only \\\" and \\\\ have a meaning");
            if (at < text.size())
                value += text[at];
        }
        refuse("the double quotes are not closed");
    }

    /// With one space for each run of blanks.
    static std::string fold(std::string_view text) {
        std::string folded;
        for (const char c : trim(text)) {
            if (!is_blank(c))
                folded += c;
            else if (!folded.ends_with(' '))
                folded += ' ';
        }
        return folded;
    }

    /// Told by inih.
    static int take_name(void* user, const char* section, const char* key,
                         const char* value) {
        auto& reader = *static_cast<StrictReader*>(user);
        if (key == nullptr)
            return 1; // some builds call at each section, too
        if (reader.named_ == reader.entries_.size() ||
            value != std::to_string(reader.named_))
            return 0;
        IniEntry& entry = reader.entries_[reader.named_++];
        entry.section = section;
        entry.key = key;
        return 1;
    }

    [[noreturn]] void refuse(std::string_view why) const {
        misconfigured(concat({printable(path_), ":", std::to_string(number_)}), why);
    }

    std::string_view text_;
    const std::string& path_;
    unsigned number_ = 1;
    const std::string* section_ = nullptr; ///< at hand; null: none that is known
    unsigned section_line_ = 0;
    bool lost_ = false; ///< keys belong to no section, and that has been said
    std::set<std::string> sections_;
    std::set<std::string> keys_; ///< of the section at hand
    std::vector<IniEntry> entries_;
    std::size_t named_ = 0; ///< entries whose section and key are known, from inih
    /// One line a section or key; a key's value there is the number of its entry.
    std::string for_inih_;
};

} // namespace

std::vector<IniEntry> parse_ini(std::string_view text, const std::string& path) {
    return StrictReader(text, path).read();
}

std::vector<IniEntry> parse_ini(std::string_view text, const std::string& path,
                                Findings& findings) {
    return StrictReader(text, path).read(findings);
}

} // namespace sallyport
