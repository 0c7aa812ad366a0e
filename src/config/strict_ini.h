// SPDX-License-Identifier: MIT
//
// INI files, strictly. inih reads the sections and keys; but it cuts long lines and names,
// takes an indented key for a continuation, knows no quotes and ends a value at " ;". So
// each line is checked here first: what inih would take otherwise than it looks is refused
// with its number, and values never pass through inih at all.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "config/findings.h"

namespace sallyport {

struct IniEntry {
    std::string section; ///< "relay", "relay backup"; blanks inside folded to one space
    std::string key;
    std::string value; ///< without surrounding blanks and quotes; may be empty
    unsigned line = 0;
    unsigned section_line = 0;
};

/// `text` is the whole file, `path` its name for errors. Entries in file order. Failure
/// (78, local): control characters, indented keys, text that is no `key = value`, unquoted
/// values holding " ;" or " #", unbalanced quotes or unknown escapes, names over 49 octets,
/// lines over 64 KiB, keys before any section, repeated sections or keys. A section without
/// keys is no entry. Line ends may be LF or CRLF, a UTF-8 byte order mark is skipped.
std::vector<IniEntry> parse_ini(std::string_view text, const std::string& path);
/// With `findings` a line that is refused is no entry, and neither are the keys after a
/// section's name that is; the first of the errors is what is thrown without.
std::vector<IniEntry> parse_ini(std::string_view text, const std::string& path,
                                Findings& findings);

} // namespace sallyport
