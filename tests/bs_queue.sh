#!/bin/bash
# SPDX-License-Identifier: MIT
#
# The program itself in a dialogue on standard input where there is a queue: what the client
# hears, what waits, and that a run or a process of its own sends it, octet for octet.
# shellcheck disable=SC2154,SC2317 # names of the sourced file; functions that are called by name

# shellcheck source=tests/support/server.bash
. "$(dirname "$0")/support/server.bash" || exit 1

# dialogue MESSAGE...: the files of messages, sent one after the other.
dialogue() {
    local file
    printf 'EHLO client\r\n'
    for file in "$@"; do
        printf 'MAIL FROM:<%s>\r\nRCPT TO:<%s>\r\nDATA\r\n' "$sender" "$recipient"
        sed 's/^\./../; s/$/\r/' "$file"
        printf '.\r\n'
    done
    printf 'QUIT\r\n'
}

# configure PORT: a relay there, and a queue.
configure() {
    relay_conf "$work/conf" "$1" implicit
    printf '[queue]\ndirectory = %s\nreserve = 0\n' "$work/spool" >>"$work/conf"
    chmod 0600 "$work/conf"
}

# The identifiers that wait, as mailq has them; a file that is half written shows, too.
waiting() {
    find "$work/spool/queue" -name '.?????*' ! -name '.limit' ! -name '.bg?'
    "$SALLYPORT" -bp | sed -n 's/^\([A-F0-9]\{11\}\)[ *!].*/\1/p' | sort
}

# check NAME COMMAND...: the command succeeds; else it has said $why.
check() {
    local name=$1
    shift
    why="exit status $status"
    if "$@"; then pass "$name"; else fail "$name" "$why"; fi
}

# So many wait.
number_waits() {
    why="there waits: $(waiting)"
    [ "$(waiting | grep -c .)" = "$1" ]
}

# hears REPLY...: the last dialogue ended with 0, and these were the replies to the ends of its
# messages, with ID for an identifier that waits.
hears() {
    local told id
    told=$(tr -d '\r' <"$work/stdout" | sed -n '/^354/ { n; p }')
    for id in $(waiting); do
        told=${told//$id/ID}
    done
    why="exit status $status, and the client hears: $told"
    [ "$status" = 0 ] && [ "$told" = "$(printf '%s\n' "$@")" ]
}

# logs COUNT TEXT: so many lines have it.
logs() {
    why="not $1 lines of the log have $2"
    [ "$(grep -c -e "$2" "$work/stderr")" = "$1" ]
}

client_does_not_hear() {
    why="the client hears $1"
    ! grep -q -e "$1" "$work/stdout"
}

# run_sends FILE...: a run of the queue leaves nothing, and these arrive, in any order.
run_sends() {
    local file
    next_connection || return 1
    for file in "$@"; do
        sed 's/$/\r/' "$file" | sha256sum
    done | sort >"$work/wanted"
    for file in "$work/mail/"*.eml; do
        sha256sum <"$file"
    done | sort >"$work/got"
    why='something else arrived'
    cmp -s "$work/wanted" "$work/got" && number_waits 0
}

begin
export SALLYPORT_CONFIG=$work/conf
message 1000 >"$work/one"
message 70000 >"$work/two"
start_server --login "$user:$password"
readonly queued='250 2.0.0 queued as ID'

configure "$starttls_port" # which does not speak TLS at once
dialogue "$work/one" "$work/two" >"$work/dialogue"
send "$work/dialogue" "$SALLYPORT" -bs
check 'no relay can be had: both messages are queued' hears "$queued" "$queued"
check 'both wait' number_waits 2
next_connection || true
check 'one attempt is made' nothing_sent
check 'the log says so' logs 2 status=queued
check 'the log says that nobody runs the queue' logs 2 'nobody has run the queue'
check 'the client does not' client_does_not_hear nobody
configure "$implicit_port"
send /dev/null "$SALLYPORT" -qf
check 'a run sends them' run_sends "$work/one" "$work/two"

send "$work/dialogue" "$SALLYPORT" -bs -odq
check '-odq: they are queued' hears "$queued" "$queued"
check '-odq: nobody is asked' nothing_sent
send /dev/null "$SALLYPORT" -q
check '-odq: a run sends them' run_sends "$work/one" "$work/two"

dialogue "$work/one" >"$work/dialogue"
send "$work/dialogue" "$SALLYPORT" -bs -odb
check '-odb: a process of its own sends it' run_sends "$work/one"
check '-odb: the client hears by which name' grep -q '^250 2.0.0 queued as [0-9A-F]*' "$work/stdout"

send "$work/dialogue" "$SALLYPORT" -bs
check 'a relay takes it at once' hears '250 2.0.0 accepted: 250 2.0.0 accepted, 1000 octets'
check 'nothing waits' run_sends "$work/one"

sed '/^\.\r$/,$d' "$work/dialogue" >"$work/half"
send "$work/half" "$SALLYPORT" -bs -odq
check 'half a message leaves nothing' number_waits 0
check 'and ends with 74' test "$status" = 74
finish
