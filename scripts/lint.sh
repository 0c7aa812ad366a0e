#!/bin/bash
# SPDX-License-Identifier: MIT
#
# lint.sh COMPILER FLAG...: clang-format, clang-tidy, shellcheck and mandoc over the tree,
# each as strict as it goes. Run from the top of the tree; status 1 when one of them has a
# finding, else 77 when one of them is not installed. With TIDY_SINCE clang-tidy reads what has
# changed since that commit, and what includes a header that has; TIDY_CHECKS are its checks beside
# those of .clang-tidy.
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

# The sources that clang-tidy is to read.
tidied() {
    local since=${TIDY_SINCE:-} changed file
    if [ -z "$since" ] ||
        ! changed=$(git diff --name-only "$since" -- src ctl .clang-tidy 2>/dev/null) ||
        grep -qxF .clang-tidy <<<"$changed"; then
        find src ctl -name '*.cc'
        return
    fi
    while read -r file; do
        case $file in
        *.h) grep -rlF --include='*.cc' "#include \"${file#src/}\"" src ctl ;;
        *) [ ! -e "$file" ] || printf '%s\n' "$file" ;;
        esac
    done <<<"$changed" | sort -u
}

# The analyzer follows fewer paths than it can: all of them take it half a minute a file.
tidy() {
    tidied | xargs -P "$(nproc)" -I '{}' "$clang_tidy" --quiet --checks="${TIDY_CHECKS:-}" '{}' \
        -- "$@" -Xclang -analyzer-config -Xclang mode=shallow 2>&1 |
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
