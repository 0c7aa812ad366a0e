#!/bin/bash
# SPDX-License-Identifier: MIT
#
# `sallyportctl queue` itself, with messages that sallyport has queued and a server that takes
# them in the end: what it shows and does, its streams and its statuses.
# shellcheck disable=SC2154 # names of the sourced file
# shellcheck source=tests/support/server.bash
. "${srcdir:-.}/tests/support/server.bash"

begin
ctl=${SALLYPORTCTL:-${builddir:-.}/sallyportctl}
[ -x "$ctl" ] || skip_all "no $ctl"
ctl=$(realpath "$ctl")
schemas=${builddir:-.}/tests/ctl/json_test
readonly conf=$HOME/.config/sallyport.conf spool=$work/spool
mine=$spool/queue/$(id -u)
mkdir "${conf%/*}"

# with_relay PORT [LINE]...: the configuration, with a queue in which nobody is told of failures.
with_relay() {
    relay_conf "$conf" "$1" implicit "${@:2}"
    printf '[queue]\ndirectory = %s\nreserve = 1M\nbounce = no\n' "$spool" >>"$conf"
}

# does NAME STATUS ARGUMENT...: its streams are kept.
does() {
    local name=$1 expected=$2
    shift 2
    status=0
    timeout 120 "$ctl" queue "$@" </dev/null >"$work/stdout" 2>"$work/stderr" || status=$?
    if [ "$status" = "$expected" ]; then
        pass "$name"
    else
        fail "$name" "status $status, expected $expected"
    fi
}

# has NAME STREAM TEXT; silent NAME STREAM; is NAME TEXT: all of standard output.
has() {
    if grep -qF -- "$3" "$work/$2"; then pass "$1"; else fail "$1" "no \"$3\" on $2"; fi
}
silent() {
    if [ -s "$work/$2" ]; then fail "$1" "$2 is not empty"; else pass "$1"; fi
}
is() {
    if [ "$(<"$work/stdout")" = "$2" ]; then pass "$1"; else fail "$1" "$(<"$work/stdout")"; fi
}

# fits_schema NAME TEXT: standard output is an object with this in it, and nothing else.
fits_schema() {
    has "$1: what it says" stdout "$2"
    if [ ! -x "$schemas" ]; then
        skip "$1: its schema" "no $schemas"
    elif "$schemas" --run_test=what_the_program_printed_is_what_its_schema_says \
        -- queue "$work/stdout" >"$work/faults" 2>&1; then
        pass "$1: its schema"
    else
        fail "$1: its schema" "$(<"$work/faults")"
    fi
}

# queued FILE [ARGUMENT]...: a message that waits; sets id. Quietly, as a cron job has it.
queued() {
    "$SALLYPORT" -odq -i "${@:2}" <"$1" 2>/dev/null
    id=$("$ctl" queue list --names | grep -vxF "${known[@]/#/-e}" | head -n 1)
    known+=("$id")
}

misuse_cases() {
    does 'no action' 64
    has 'no action' stderr 'queue: list, show, retry, hold, release, remove or flush is expected'
    does 'an unknown action' 64 lost
    does 'no ID' 64 hold
    does 'two IDs to show' 64 show 00000000001 00000000002
    does 'an option of another action' 64 hold --raw 00000000001
    has 'an option of another action' stderr 'queue hold: it does not take --raw'
    does 'all and one' 64 hold --all 00000000001
    relay_conf "$conf" 1 implicit
    does 'no queue is configured' 78 list
    has 'no queue is configured' stderr 'no queue is configured'
    silent 'no queue is configured' stdout
    does 'no queue is configured, as JSON' 78 list --json
    fits_schema 'no queue is configured' '"error":"no queue'
}

empty_cases() {
    with_relay 1
    does 'a queue that is not made yet' 0 list
    is 'a queue that is not made yet' 'no messages'
    does 'as JSON' 0 list --json
    fits_schema 'a queue that is not made yet' '"messages":[]}'
    does 'nothing to retry in it' 66 retry 00000000001
    does 'nothing to flush in it' 0 flush
    if [ -e "$spool" ]; then
        fail 'nobody makes it by looking' "$spool is there"
    else
        pass 'nobody makes it by looking'
    fi
}

waiting_cases() {
    local first second octets action lock one two three four
    message 3000 >"$work/one"
    message 500 >"$work/two"
    queued "$work/one" "$recipient" carol@example.net
    first=$id
    does 'one waits' 0 list
    has 'one waits' stdout "$first  waiting, 3000 octets from alice@example.org, arrived "
    has 'to whom' stdout '             to bob@example.net, carol@example.net'
    has 'how many' stdout '1 message'
    silent 'nothing is said beside it' stderr
    does 'one waits, as JSON' 0 list --json
    fits_schema 'one waits' '"queue_name":"deferred"'
    queued "$work/two" "$recipient"
    second=$id
    does 'its names' 0 list --names
    has 'its names' stdout "$first"
    does 'show' 0 show "$first"
    has 'show has the header' stdout '  Subject: a test'
    does 'show as JSON' 0 show "$first" --json
    fits_schema 'show' '"header":["From: <alice@example.org>",'
    does 'show --raw' 0 show --raw "$first"
    octets=$(sed 's/$/\r/' "$work/one" | cmp - "$work/stdout" 2>&1) || true
    if [ -z "$octets" ]; then pass 'it is the message'; else fail 'it is the message' "$octets"; fi
    does 'no such message' 66 show 00000000001
    does 'no way out of the directory' 66 show ../../run/slot.0
    has 'no way out of the directory' stderr '../../run/slot.0: there is no such message'

    does 'hold' 0 hold "$first"
    is 'hold' "$first: held"
    does 'what is held' 0 list --hold
    has 'what is held' stdout '             held: by hand'
    has 'and nothing else' stdout '1 message'
    does 'what is held is not tried' 75 retry "$first"
    has 'what is held is not tried' stderr "$first: it is held: release it first"
    does 'hold as JSON, and one that there is not' 66 hold "$second" 00000000001 --json
    fits_schema 'hold' '"outcome":"missing"'
    has 'the other is held all the same' stdout "{\"queue_id\":\"$second\",\"outcome\":\"held\"}"
    does 'release' 0 release --all
    has 'release' stdout "$second: released"

    exec {lock}<>"$mine/$first"
    flock -x "$lock"
    for action in hold release remove retry; do
        does "busy: $action" 75 "$action" "$first"
        has "busy: $action" stderr "$first: it is being sent at this moment, and was left alone"
    done
    does 'busy: as JSON' 75 hold "$first" --json
    fits_schema 'busy' '"outcome":"busy"'
    does 'busy: list waits for nobody' 0 list
    exec {lock}>&-

    exec {one}<>"$spool/run/slot.0" {two}<>"$spool/run/slot.1" \
        {three}<>"$spool/run/slot.2" {four}<>"$spool/run/slot.3"
    for lock in "$one" "$two" "$three" "$four"; do
        flock -x "$lock"
    done
    does 'four runs go on' 75 retry "$first"
    has 'four runs go on' stderr 'four runs of the queue are going on: nothing was done'
    does 'four runs go on: flush' 75 flush --json
    fits_schema 'four runs go on' '"error":"four runs'
    exec {one}>&- {two}>&- {three}>&- {four}>&-

    does 'remove' 0 remove "$second"
    is 'remove' "$second: removed"
    does 'it is gone' 66 remove "$second"
    does 'all is not removed without a word' 64 remove --all
    does 'what waits still waits' 0 list --names
    is 'what waits still waits' "$first"
    does 'put off' 75 retry "$first"
    has 'put off, and why' stdout "$first: put off; 127.0.0.1: "
    does 'put off, as JSON' 75 retry "$first" --json
    fits_schema 'put off' '"outcome":"deferred"'
    does 'put off with all' 75 retry --all --json
    fits_schema 'put off with all' '"status":75'
    does 'a run has done what it could' 0 flush

    with_relay "$implicit_port"
    rm -f "$work/mail/"*.eml
    does 'retry' 0 retry "$first"
    is 'retry' "$first: sent"
    if arrived "$work/one"; then pass 'it has arrived'; else fail 'it has arrived' "$why"; fi
}

flush_cases() {
    local first
    queued "$work/one" "$recipient"
    first=$id
    queued "$work/two" "$recipient"
    does 'hold one' 0 hold "$first"
    rm -f "$work/mail/"*.eml
    does 'flush' 0 flush
    has 'flush sends what is due' stdout \
        'queue run: sent=1, deferred=0, failed=0, held=0, damaged=0, waiting=1'
    has 'and shows what is left' stdout "$first  held"
    does 'what is held is left alone by retry --all' 0 retry --all
    has 'what is held is left alone by retry --all' stdout 'waiting=1'
    if arrived "$work/two"; then pass 'it has arrived'; else fail 'it has arrived' "$why"; fi
    does 'release it' 0 release "$first"
    does 'flush as JSON' 0 flush --json
    fits_schema 'flush' '"run":{"sent":1,'
    queued "$work/two" "$recipient"
    does 'retry --all' 0 retry --all
    has 'retry --all' stdout 'sent=1,'
    does 'nothing is left' 0 list --names
    silent 'nothing is left' stdout
}

failed_cases() {
    local first
    queued "$work/two" nobody@example.net "$recipient"
    first=$id
    does 'one is refused' 69 retry "$first"
    is 'one is refused' "$first: not delivered to everybody; see --failed"
    does 'it waits no more' 66 show "$first"
    does 'it has failed' 0 list --failed
    has 'it has failed' stdout "$first  failed, 500 octets"
    has 'for whom and why' stdout 'to nobody@example.net: '
    does 'it has failed, as JSON' 0 list --failed --json
    fits_schema 'it has failed' '"queue_name":"failed"'
    does 'show --failed' 0 show --failed "$first"
    has 'who has got it' stdout 'to bob@example.net, sent'
    does 'show --failed --raw' 0 show --failed --raw "$first"
    does 'what has failed is not held' 64 hold --failed "$first"
    rm -f "$work/mail/"*.eml "$work/mail/"*.env
    does 'retry --failed' 69 retry --failed "$first"
    if ! ls "$work/mail/"*.eml >/dev/null 2>&1; then
        pass 'nobody gets it twice'
    else
        fail 'nobody gets it twice' 'somebody does'
    fi
    does 'remove --failed' 0 remove --failed "$first"
    does 'and it is gone' 0 list --failed
    is 'and it is gone' 'no messages'
    queued "$work/two" nobody@example.net
    does 'one of all is refused' 69 retry --all
    has 'one of all is refused' stdout 'failed=1,'
    printf 'nothing' >"$spool/failed/00000000001"
    does 'one that is damaged is listed' 0 list --failed --json
    fits_schema 'one that is damaged' '"error":"queue file 00000000001: damaged'
    does 'and not shown' 65 show --failed 00000000001
    does 'and removed' 0 remove --failed --all --yes
    silent 'and removed' stderr
}

doubt_cases() {
    queued "$work/two" "$recipient"
    stop_server
    start_server --login "$user:$password" --offer CHUNKING --hang-up-at BDAT
    with_relay "$implicit_port"
    does 'in doubt' 75 retry "$id"
    does 'list --doubt' 0 list --doubt
    has 'list --doubt' stdout "$id  waiting, in doubt"
    stop_server
    start_server --login "$user:$password"
    with_relay "$implicit_port"
    does 'what is in doubt is not sent again at once' 75 retry "$id"
    has 'what is in doubt is not sent again at once' stderr 'the server may have it'
    does 'nor by retry --all' 75 retry --all
    has 'nor by retry --all' stdout 'sent=0,'
    does 'but where that is asked for' 0 retry --even-if-doubled "$id"
    is 'but where that is asked for' "$id: sent"
}

owner_cases() {
    local name="somebody else's" other=12345
    if [ "$(id -u)" != 0 ]; then
        skip "$name" 'only root can be somebody else'
        return
    fi
    install -d -o "$other" "$work/theirs/.config"
    install -o "$other" -m 0600 "$conf" "$work/theirs/.config/sallyport.conf"
    cp "$ctl" "$work/sallyportctl"
    status=0
    HOME=$work/theirs setpriv --reuid="$other" --clear-groups "$work/sallyportctl" queue list \
        >"$work/stdout" 2>"$work/stderr" || status=$?
    if [ "$status" = 77 ]; then pass "$name is 77"; else fail "$name is 77" "status $status"; fi
    has "$name: a sentence" stderr "$spool: this queue belongs to root: only that user and root"
    queued "$work/two" "$recipient"
    chown -R "$other:$other" "$spool"
    mv "$mine" "$spool/queue/$other"
    does 'root acts as the owner' 0 hold "$id"
    if [ -z "$(find "$spool" ! -user "$other")" ]; then
        pass 'and leaves nothing of his own'
    else
        fail 'and leaves nothing of his own' "$(find "$spool" ! -user "$other")"
    fi
    does 'root removes as the owner' 0 remove --all --yes --json
    fits_schema 'root removes' "$id"
}

# A directory is opened once, however many messages are asked for.
many_cases() {
    local round before
    with_relay 1
    for ((round = 0; round < 40; round++)); do
        "$SALLYPORT" -odq -i "$recipient" <"$work/two" 2>/dev/null
    done
    before=$(ulimit -Sn)
    ulimit -Sn 32
    does 'more messages than descriptors' 0 hold --all
    ulimit -Sn "$before"
    does 'all are removed' 0 remove --all --yes
}

declare -a known=(none)
misuse_cases
empty_cases
start_server --login "$user:$password" --refuse nobody@example.net
waiting_cases
flush_cases
failed_cases
doubt_cases
many_cases
owner_cases
finish
