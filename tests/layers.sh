#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Makefile.am lists the sources bottom layer first. A file may include only what stands
# above it in that list, or its own header; and every file in src/ stands in it.
set -eu
cd "${srcdir:-.}"

sed -n '/^layers /p; /^sallyport_SOURCES/p' Makefile.am |
    grep -o 'src/[a-z0-9_.]*' | sed 's,^src/,,' |
    awk '
        { order[$0] = NR; file[NR] = $0 }
        END {
            for (i = 1; i <= NR; i++) {
                while ((status = (getline line < ("src/" file[i]))) > 0) {
                    if (line !~ /^#include "/) continue
                    split(line, part, "\"")
                    if (part[2] == "config.h") continue
                    if (part[2] in order && order[part[2]] < i) continue
                    print "src/" file[i] " includes " part[2] ", which is not below it"
                    bad = 1
                }
                if (status < 0) { print "src/" file[i] " is not there"; bad = 1 }
            }
            while (("ls src/*.h src/*.cc" | getline line) > 0)
                if (!(substr(line, 5) in order)) {
                    print line " is not in Makefile.am"
                    bad = 1
                }
            if (NR == 0) { print "no sources found in Makefile.am"; bad = 1 }
            exit bad
        }'
