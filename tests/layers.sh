#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Makefile.am lists the sources bottom layer first: a folder of src/ at a time, and then ctl/. A
# file may include only what stands above it in that list, or its own header; so nothing in src/
# knows of ctl/. Every file in both stands in the list.
set -eu
cd "${srcdir:-.}"

sed -n '/^layers /p; /^sallyport_SOURCES/p; /^ctl_layers /p; /^sallyportctl_SOURCES/p' Makefile.am |
    grep -oE '(src|ctl)/[a-z0-9_./]*' | sed 's,^src/,,' |
    awk '
        function complain(text) { print text; bad = 1 }
        function folder_of(file) { return substr(file, 1, index(file, "/")) }
        # As it is included, and where it is.
        function path_of(file) { return (folder_of(file) == "ctl/" ? "" : "src/") file }
        function name_of(path) { sub("^src/", "", path); return path }
        {
            order[$0] = NR; file[NR] = $0
            folder = folder_of($0)
            if (NR > 1 && folder != last && folder in ended)
                complain(path_of($0) " stands apart from the other files of its folder")
            if (NR > 1 && folder != last) ended[last] = 1
            last = folder
            seen[folder == "ctl/"] = 1
        }
        END {
            for (i = 1; i <= NR; i++) {
                path = path_of(file[i])
                while ((status = (getline line < path)) > 0) {
                    if (line !~ /^#include "/) continue
                    split(line, part, "\"")
                    if (part[2] == "config.h") continue
                    if (part[2] in order && order[part[2]] < i) continue
                    complain(path " includes " part[2] ", which is not below it")
                }
                if (status < 0) complain(path " is not there")
            }
            while (("find src ctl -name \"*.h\" -o -name \"*.cc\"" | getline line) > 0)
                if (!(name_of(line) in order)) complain(line " is not in Makefile.am")
            if (!seen[0] || !seen[1]) complain("no sources found in Makefile.am")
            exit bad
        }'
