#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Makefile.am lists the sources bottom layer first, a folder of src/ at a time. A file may include
# only what stands above it in that list, or its own header; and every file in src/ stands in it.
set -eu
cd "${srcdir:-.}"

sed -n '/^layers /p; /^sallyport_SOURCES/p' Makefile.am |
    grep -o 'src/[a-z0-9_./]*' | sed 's,^src/,,' |
    awk '
        function complain(text) { print text; bad = 1 }
        function folder_of(file) { return substr(file, 1, index(file, "/")) }
        {
            order[$0] = NR; file[NR] = $0
            folder = folder_of($0)
            if (NR > 1 && folder != last && folder in ended)
                complain("src/" $0 " stands apart from the other files of its folder")
            if (NR > 1 && folder != last) ended[last] = 1
            last = folder
        }
        END {
            for (i = 1; i <= NR; i++) {
                while ((status = (getline line < ("src/" file[i]))) > 0) {
                    if (line !~ /^#include "/) continue
                    split(line, part, "\"")
                    if (part[2] == "config.h") continue
                    if (part[2] in order && order[part[2]] < i) continue
                    complain("src/" file[i] " includes " part[2] ", which is not below it")
                }
                if (status < 0) complain("src/" file[i] " is not there")
            }
            while (("find src -name \"*.h\" -o -name \"*.cc\"" | getline line) > 0)
                if (!(substr(line, 5) in order)) complain(line " is not in Makefile.am")
            if (NR == 0) complain("no sources found in Makefile.am")
            exit bad
        }'
