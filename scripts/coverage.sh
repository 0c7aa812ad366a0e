#!/bin/sh
# SPDX-License-Identifier: MIT
#
# coverage.sh SOURCE: tells which lines of SOURCE/src and SOURCE/ctl the tests have run that were
# built and run with --coverage in this directory: a table of the folders on standard output, and
# every line in html/index.html.
set -eu

source=$(cd "$1" && pwd -P) # as gcovr has names
mkdir -p html
gcovr --root "$source" --filter "$source/src/" --filter "$source/ctl/" --object-directory . \
    --exclude-throw-branches --html-details html/index.html --csv lines.csv src ctl tests
awk -F, '
    NR > 1 {
        folder = $1
        sub("^src/", "", folder)
        if (!sub("/.*", "", folder)) folder = "."
        lines[folder] += $2; run[folder] += $3
        lines["all"] += $2; run["all"] += $3
    }
    END {
        if (!lines["all"]) { print "coverage: nothing was counted" >"/dev/stderr"; exit 1 }
        for (folder in lines)
            printf "%-10s %6d lines %6d run %5.1f %%\n", folder, lines[folder], run[folder],
                100 * run[folder] / lines[folder] | "sort"
        close("sort")
    }' lines.csv
printf 'Line by line: %s/html/index.html\n' "$PWD"
