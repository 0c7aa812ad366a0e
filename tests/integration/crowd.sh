#!/bin/bash
# SPDX-License-Identifier: MIT
#
# Many at once, through a real Postfix with its limits as they come (1000 recipients a
# transaction): 5000 recipients on the command line, and in a Bcc field, of whom each gets one
# copy, unaltered; and 64 runs at the same time, each with a message of its own.
# shellcheck disable=SC2034,SC2154 # names of the sourced files

crowd=5000
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=/dev/null
. "$here/lib.sh"
# shellcheck source=/dev/null
. "$here/servers.bash"
# shellcheck source=/dev/null
. "$here/cases.bash"
# shellcheck source=/dev/null
. "$here/callers.bash"

readonly runs=64

transactions() {
    log_count 'postfix/smtpd.*: client='
}

# RCPT commands, those among them that were answered 452 for being too many.
recipients_named() {
    new_log | sed -En '/disconnect from/s/.* rcpt=([0-9]+).*/\1/p' |
        awk '{ n += $1 } END { print n + 0 }'
}

left() {
    log_has 'postfix/smtpd.*disconnect from'
}

# Cheaper than to count what is stored, again and again.
queue_empty() {
    local spool=$work/postfix/spool
    [ -z "$(find "$spool/maildrop" "$spool/incoming" "$spool/active" -type f -print -quit)" ]
}

count_stored() {
    find "$work/mail" -path '*/new/*' -type f | wc -l
}

each_has_one() {
    local boxes
    if ! await 120 queue_empty; then
        why="$(count_stored) of $crowd messages have arrived, and some wait"
        return 1
    fi
    boxes=$(cd "$work/mail" && find . -path '*/new/*' -type f | cut -d/ -f2 | sort | uniq -c |
        awk '$1 == 1 && $2 ~ /^user[0-9]+$/' | wc -l)
    [ "$boxes" = "$crowd" ] && [ "$(count_stored)" = "$crowd" ] && return
    why="$boxes of $crowd have exactly one copy, $(count_stored) are stored"
    return 1
}

# All copies at once, for one by one would take longer than the delivery: each line of the
# message, which begins after what the server puts on top, is there once for each of them.
all_unaltered() {
    find "$work/mail" -path '*/new/*' -type f -exec sed -s -n '/^From: /,$p' {} + |
        sort | uniq -c | awk -v n="$crowd" '{ $1 /= n; print }' >"$work/lines"
    sort "$work/small.expected" | uniq -c | awk '{ $1 = $1; print }' >"$work/lines.expected"
    cmp -s "$work/lines" "$work/lines.expected" && return
    why="altered: $(diff "$work/lines" "$work/lines.expected" | head -n 5 | tr '\n' ' ')"
    return 1
}

# crowd_served TRANSACTIONS NAMED
crowd_served() {
    expect_status 0 && expect_silence && each_has_one && all_unaltered || return 1
    await 10 left || true
    if [ "$(recipients_named)" != "$2" ]; then
        why="$(recipients_named) recipients were named, expected $2"
        return 1
    fi
    expect_transactions "$1"
}

# send_to_all MESSAGE ARG...: the log has a word for each of them, which is too much for a reader.
send_to_all() {
    prepare
    send "$1" -C "$work/conf" -f "$sender" -i "${@:2}"
    head -c 1000 "$work/stderr" >"$work/stderr.short"
    mv "$work/stderr.short" "$work/stderr"
}

# 2000 are named at first, of whom the server takes 1000, which is then known.
by_argument() {
    relay_conf conf "$starttls_port" starttls 'max_recipients = 2000'
    send_to_all small "${everybody[@]}"
    verdict "$crowd recipients on the command line" crowd_served 5 6000
}

by_bcc() {
    relay_conf conf "$starttls_port" starttls
    {
        printf 'Bcc: %s' "${everybody[0]}"
        printf ',\n %s' "${everybody[@]:1}"
        printf '\n'
        cat "$work/small.eml"
    } >"$work/bcc.eml"
    send_to_all bcc -t
    verdict "$crowd recipients in a Bcc field" crowd_served 50 5000
}

# ---- at the same time ----

# run_one NUMBER: keeps its status.
run_one() {
    local status=0
    timeout 120 "$SALLYPORT" -C "$work/conf" -f "$sender" -i "user$1@$domain" \
        <"$work/run$1.eml" >>"$work/stdout" 2>>"$work/stderr" || status=$?
    printf '%d\n' "$status" >"$work/run$1.status"
}

run_all() {
    local n running=()
    prepare
    : >"$work/stdout"
    : >"$work/stderr"
    for ((n = 1; n <= runs; n++)); do
        { message_header "run$n"; printf '\n%d\n' "$n"; } | make_message "run$n"
    done
    for ((n = 1; n <= runs; n++)); do
        run_one "$n" &
        running+=("$!")
    done
    wait "${running[@]}"
}

all_arrived() {
    local n
    expect_silence || return 1
    for ((n = 1; n <= runs; n++)); do
        status=$(cat "$work/run$n.status")
        expect_status 0 && arrived "user$n" "run$n" || return 1
    done
    [ "$(count_stored)" = "$runs" ] && return
    why="$(count_stored) messages are stored"
    return 1
}

begin "${postfix_needs[@]}"
start_postfix
mapfile -t everybody < <(seq -f "user%g@$domain" "$crowd")
by_argument
by_bcc
run_all
verdict "$runs runs at the same time" all_arrived
finish
