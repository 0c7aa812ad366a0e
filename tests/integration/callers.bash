# shellcheck shell=bash disable=SC2034,SC2154 # names of lib.sh and of the tests
# SPDX-License-Identifier: MIT
#
# Sourced after cases.bash by the tests of real callers. A caller's message lacks fields that
# the program adds; the comparison leaves exactly those out.

readonly date_line='^Date: [A-Z][a-z]{2}, +[0-9]{1,2} [A-Z][a-z]{2} 20[0-9]{2} [0-9:]{8} [+-][0-9]{4}$'
readonly id_line='^Message-ID: <[^<>@ ]+@[^<>@ ]+>$'

# arrived_with BOX FILE ADDED...: what is in the store is FILE, the caller's bytes as LF lines,
# plus one each of the fields ADDED, which are well formed.
arrived_with() {
    local box=$1 file=$2 octets field
    shift 2
    if ! await 30 has_stored "$box" 1; then
        why="nothing arrived for $box"
        return 1
    fi
    # shellcheck disable=SC2086 # one word a field
    if ! octets=$(trace_length $server_trace <"$work/mail/$box/new/"*); then
        why="the message for $box does not begin with $server_trace"
        return 1
    fi
    tail -c "+$((octets + 1))" "$work/mail/$box/new/"* >"$work/whole"
    for field in "$@"; do
        case $field in
        Date) has_field "$work/whole" "$date_line" || return 1 ;;
        Message-ID) has_field "$work/whole" "$id_line" || return 1 ;;
        *) has_field "$work/whole" "^$field: " || return 1 ;;
        esac
    done
    without_fields "$@" <"$work/whole" >"$work/arrived"
    cmp -s "$work/arrived" "$file" && return
    why="the message for $box differs: $(cmp "$work/arrived" "$file" 2>&1 || true)"
    return 1
}
