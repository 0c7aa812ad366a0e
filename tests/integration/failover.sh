#!/bin/bash
# SPDX-License-Identifier: MIT
#
# Two relays: an Exim with troubles of each kind, and the Postfix after it in the file. What
# the first does not take the second must get, once; what the first refuses for good it must
# not.
# shellcheck disable=SC2034,SC2154 # names of the sourced files

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=/dev/null
. "$here/lib.sh"
# shellcheck source=/dev/null
. "$here/servers.bash"
# shellcheck source=/dev/null
. "$here/cases.bash"

# ---- the relays ----

both_start() {
    local first_port
    start_exim
    first_port=$starttls_port first_log=$server_log
    start_postfix
    first_trace=Received second_trace=$server_trace
    shared_store
    free_ports closed_port
    two_relays working "$first_port"
    two_relays closed "$closed_port"
    two_relays other "$first_port" 'password = wrong'
    two_relays stranger "$first_port" "tls_ca = $work/other-ca.pem"
}

# Both put what they took into the same mailboxes.
shared_store() {
    local box
    for box in alice bob; do
        mkdir -p "$work/mail/$box"/{new,cur,tmp}
        chmod 1777 "$work/mail/$box" "$work/mail/$box"/{new,cur,tmp}
    done
}

# two_relays FILE PORT [LINE]...: what is said is of the first.
two_relays() {
    local file=$1 port=$2
    shift 2
    relay_conf "$file" "$port" starttls "$@"
    printf '%s\n' '[relay "second"]' 'host = 127.0.0.1' "port = $starttls_port" \
        'tls = starttls' "tls_ca = $work/ca.pem" "user = $user" "password = \"$password\"" \
        >>"$work/$file"
}

# What each took in since prepare.
taken_by_first() {
    tail -c "+$((first_mark + 1))" "$first_log" | grep -c ' <= ' || true
}

transactions() {
    log_count 'cleanup.*message-id='
}

# ---- a case ----

# to_relays CONF RECIPIENT...
to_relays() {
    local conf=$1
    shift
    prepare
    first_mark=$(stat -c %s "$first_log" 2>/dev/null || printf 0)
    send small -C "$work/$conf" -f "$sender" -i "$@"
}

# taken FIRST SECOND: so many transactions by each.
taken() {
    expect_transactions "$2" || return 1
    [ "$(taken_by_first)" = "$1" ] && return
    why="the first relay took $(taken_by_first), expected $1"
    return 1
}

# stored_by FIRST SECOND: the boxes, one word each, that hold one copy by the one and by the
# other; and there are no others.
stored_by() {
    local box boxes
    server_trace=$first_trace
    for box in $1; do
        arrived "$box" small || return 1
    done
    server_trace=$second_trace
    for box in $2; do
        arrived "$box" small || return 1
    done
    read -ra boxes <<<"$1 $2"
    [ "$(find "$work/mail" -path '*/new/*' -type f | wc -l)" = "${#boxes[@]}" ] && return
    why="stored: $(find "$work/mail" -path '*/new/*' -type f)"
    return 1
}

# went_well FIRST SECOND: the boxes whose copy each of the two took.
went_well() {
    local first=${1:+1} second=${2:+1}
    expect_status 0 && stored_by "$1" "$2" && taken "${first:-0}" "${second:-0}"
}

# went_wrong STATUS: neither took anything.
went_wrong() {
    expect_status "$1" && stored_by '' '' && taken 0 0
}

# passed_on NAME PLACE [LINE]...: with this list of Exim's at the place.
passed_on() {
    local name=$1 list=acl-$2
    shift 2
    printf '%s\n' "$@" >"$work/$list"
    to_relays working "alice@$domain" "bob@$domain"
    rm "$work/$list"
    verdict "$name" went_well '' 'alice bob'
}

# kept NAME PLACE STATUS [LINE]...
kept() {
    local name=$1 list=acl-$2 expected=$3
    shift 3
    printf '%s\n' "$@" >"$work/$list"
    to_relays working "alice@$domain"
    rm "$work/$list"
    verdict "$name" went_wrong "$expected"
}

begin "${exim_needs[@]}" "${postfix_needs[@]}"
both_start
to_relays working "alice@$domain" "bob@$domain"
verdict 'the first has no trouble' went_well 'alice bob' ''

to_relays closed "alice@$domain"
verdict 'nobody listens' went_well '' alice
to_relays other "alice@$domain"
verdict 'the log-in is refused' went_well '' alice
to_relays stranger "alice@$domain"
verdict 'the certificate is not ours' went_well '' alice
passed_on '421 in the greeting' connect 'defer message = 421 too busy'
passed_on '554 in the greeting' connect 'deny message = go away'
passed_on '451 at MAIL' mail 'defer message = not now'
passed_on '451 at RCPT' rcpt 'defer message = greylisted'
passed_on '451 after the data' data 'defer message = no space'

printf 'defer local_parts = bob\naccept\n' >"$work/acl-rcpt"
to_relays working "alice@$domain" "bob@$domain"
rm "$work/acl-rcpt"
verdict '451 for one of two recipients' went_well alice bob

kept '550 at MAIL' mail 69 'deny message = not from you'
kept '550 at RCPT' rcpt 67 'deny message = nobody'
kept '550 after the data' data 69 'deny message = spam'
finish
