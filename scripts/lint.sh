#!/bin/bash
# SPDX-License-Identifier: MIT
#
# lint.sh COMPILER FLAG...: clang-format, clang-tidy, shellcheck and mandoc over the tree,
# each as strict as it goes. Run from the top of the tree; status 1 when one of them has a
# finding, else 77 when one of them is not installed. With TIDY_SINCE clang-tidy reads what has
# changed since that commit, and one source for each header that has; TIDY_CHECKS are its checks
# beside those of .clang-tidy.
set -uo pipefail

failed=0
skipped=0

# check NAME PROGRAM COMMAND...: one line for the tool, after whatever it has to say.
check() {
    local name=$1 program=$2
    shift 2
    if ! command -v "$program" >/dev/null; then
        printf 'SKIP lint %s: %s is not installed\n' "$name" "$program"
        skipped=1
    elif "$@"; then
        printf 'PASS lint %s\n' "$name"
    else
        printf 'FAIL lint %s\n' "$name"
        failed=1
    fi
}

format() {
    scripts/sources.sh | xargs "$clang_format" --dry-run -Werror
}

# What has changed in the tree since TIDY_SINCE, new files among it; false where that is not known.
changed() {
    [ -n "${TIDY_SINCE:-}" ] || return 1
    git diff --name-only "$TIDY_SINCE" 2>/dev/null || return 1
    git ls-files --others --exclude-standard
}

# Of these files the sources, and for each header one source that includes it: it shows what is
# wrong with the header, and the others are as they were.
sources_of() {
    local file
    {
        grep '\.cc$' <<<"$1"
        while read -r file; do
            grep -rlF "#include \"${file#src/}\"" src ctl --include='*.cc' | LC_ALL=C sort | head -n 1
        done < <(grep '\.h$' <<<"$1")
    } | LC_ALL=C sort -u | while read -r file; do [ ! -e "$file" ] || printf '%s\n' "$file"; done
}

# The sources that clang-tidy is to read: all, where what it is asked has changed.
tidied() {
    local files
    if files=$(changed) && ! grep -qxF .clang-tidy <<<"$files"; then
        sources_of "$(grep -E '^(src|ctl)/' <<<"$files")"
    else
        find src ctl -name '*.cc'
    fi
}

# The analyzer follows fewer paths than it can: all of them take it half a minute a file.
tidy() {
    local files
    files=$(tidied)
    printf 'clang-tidy reads %d sources\n' "$(grep -c . <<<"$files")"
    xargs -P "$(nproc)" -I '{}' "$clang_tidy" --quiet --checks="${TIDY_CHECKS:-}" '{}' \
        -- "$@" -Xclang -analyzer-config -Xclang mode=shallow 2>&1 <<<"$files" |
        sed '/^[0-9]* warnings* generated\.$/d'
}

shells() {
    grep -rlIE '^#! ?/(usr/)?bin/(env )?(ba)?sh|^# shellcheck shell=' \
        .ci scripts tests debian 2>/dev/null | xargs shellcheck --external-sources
}

manuals() {
    mandoc -T lint -W warning man/*
}

clang_format=${CLANG_FORMAT:-clang-format}
clang_tidy=${CLANG_TIDY:-clang-tidy}

check clang-format "$clang_format" format
check clang-tidy "$clang_tidy" tidy "$@"
check shellcheck shellcheck shells
check mandoc mandoc manuals

[ "$failed" = 0 ] || exit 1
[ "$skipped" = 0 ] || exit 77
