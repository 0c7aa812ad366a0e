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

# ---- the table of callers, which scripts/integration.sh prints at its end ----

# row CALLER DELIVERED BYTES
row() {
    printf 'ROW %-40s  %-9s  %s\n' "$@"
}

# row_of CALLER BOX COMMAND...: the row is what COMMAND says of the message in BOX.
row_of() {
    local name=$1 box=$2
    shift 2
    if "$@"; then
        row "$name" yes yes
        return
    fi
    if has_stored "$box" 1; then
        row "$name" yes no
    else
        row "$name" no no
    fi
    return 1
}

# delivered_to SENDER BOX...: one copy in each of these and none elsewhere.
delivered_to() {
    local from=$1 box
    shift
    for box in "$@"; do
        if ! await 30 has_stored "$box" 1; then
            why="nothing arrived for $box"
            return 1
        fi
        has_return_path "$box" "$from" || return 1
    done
    [ "$(find "$work/mail" -path '*/new/*' -type f | wc -l)" = $# ] && return
    why="stored beside $*: $(cd "$work/mail" && find . -path '*/new/*' -type f | sort | xargs)"
    return 1
}

# lacking FILE: those fields which the program adds that are not in FILE.
lacking() {
    local field header
    header=$(sed '/^$/q' "$1")
    for field in From Date Message-ID; do
        grep -Eiq "^${field}[[:blank:]]*:" <<<"$header" || printf '%s\n' "$field"
    done
}

# same_bytes BOX...: what is stored is $work/expected, and what that lacks of needed fields.
same_bytes() {
    local box added
    mapfile -t added < <(lacking "$work/expected")
    with_domain <"$work/expected" >"$work/qualified"
    for box in "$@"; do
        arrived_with "$box" "$work/qualified" "${added[@]}" || return 1
    done
}

# judge CALLER SENDER BOX...: what has become of $work/expected; a row of the table.
judge() {
    local name=$1 from=$2
    shift 2
    if ! delivered_to "$from" "$@"; then
        row "$name" no no
    elif ! same_bytes "$@"; then
        row "$name" yes no
    else
        row "$name" yes yes
        return
    fi
    return 1
}
