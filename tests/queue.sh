#!/bin/bash
# SPDX-License-Identifier: MIT
#
# Mail that waits, from the program itself: what is queued and what the caller hears of it, runs,
# mailq, limits, and as whom root acts.
# shellcheck disable=SC2154 # names of the sourced file

# shellcheck source=tests/support/server.bash
. "$(dirname "$0")/support/server.bash" || exit 1

readonly closed=1 # a port at which nobody listens

# queue_conf FILE PORT [LINE]...: a relay there, and a queue in $spool with these lines.
queue_conf() {
    local file=$1 port=$2
    shift 2
    relay_conf "$file" "$port" implicit
    sed -i 's|^to = stderr|to = file:'"$work"'/log|' "$file"
    {
        printf '[queue]\ndirectory = %s\nreserve = 0\n' "$spool"
        [ $# = 0 ] || printf '%s\n' "$@"
    } >>"$file"
}

fresh_queue() {
    spool=$(mktemp -d "$work/spool.XXXXXX")
    queue_conf "$work/up.conf" "$implicit_port" "$@"
    queue_conf "$work/down.conf" "$closed" "$@"
    # shellcheck disable=SC2191 # assignments, for env
    up=(env SALLYPORT_CONFIG="$work/up.conf" "$SALLYPORT")
    # shellcheck disable=SC2191
    down=(env SALLYPORT_CONFIG="$work/down.conf" "$SALLYPORT")
    # As if somebody ran it.
    mkdir -m 0700 "$spool/run"
    touch "$spool/run/slot.0"
    : >"$work/log"
}

waiting() {
    find "$spool/queue" -type f ! -name '.*' 2>/dev/null | wc -l
}

# ends STATUS WAITING TEXT: of what was sent last; TEXT is all of standard error, or nothing.
ends() {
    if [ "$status" != "$1" ]; then
        why="exit status $status, not $1"
    elif [ "$(waiting)" != "$2" ]; then
        why="$(waiting) messages wait, not $2"
    elif [ -s "$work/stdout" ]; then
        why='it says something on standard output'
    elif [ -z "$3" ] && [ -s "$work/stderr" ]; then
        why='it says something on standard error'
    elif ! grep -qF -e "$3" <(cat "$work/stderr" && echo); then
        why="standard error has not: $3"
    else
        return 0
    fi
    return 1
}

# queues NAME STATUS WAITING TEXT COMMAND...
queues() {
    local name=$1 wanted=$2 count=$3 text=$4
    shift 4
    send "$work/small" "$@"
    if ends "$wanted" "$count" "$text" && nothing_sent; then
        pass "$wanted: $name"
    else
        fail "$name" "$why"
    fi
}

# sends NAME COMMAND...: status 0, and the one message arrives; nothing is said, and none waits.
sends() {
    local name=$1
    shift
    if has_delivered "$work/small" "$work/small" "$@" && ends 0 0 ''; then
        pass "0: $name"
    else
        fail "$name" "$why"
    fi
}

# ---- what is queued ----

outage_cases() {
    fresh_queue
    queues 'a relay that is away' 0 1 '' "${down[@]}" "$recipient"
    queues 'and a moment later' 0 2 '' "${down[@]}" "$recipient"
    if [ "$(grep -c 'status=queued' "$work/log")" = 2 ] &&
        grep -q 'no relay could be had for a message a moment ago' "$work/log"; then
        pass 'the log says so'
    else
        fail 'the log says so' "$(cat "$work/log")"
    fi
    queues 'what nobody asked for is left alone' 0 2 '' "${down[@]}" -qS@nowhere
    fresh_queue
    send "$work/small" "${down[@]}" -v "$recipient"
    : >"$work/stdout" # the dialogue
    if ends 0 1 'not sent yet: 127.0.0.1: connecting:'; then
        pass '0: -v says what becomes of it'
    else
        fail '-v says what becomes of it' "$why"
    fi
}

# What no wait mends, somebody has to hear of.
trouble_cases() {
    fresh_queue
    relay_conf "$work/wrong.conf" "$implicit_port" implicit 'password = wrong'
    printf '[queue]\ndirectory = %s\nreserve = 0\n' "$spool" >>"$work/wrong.conf"
    sed -i "s|^to = stderr|to = file:$work/log|" "$work/wrong.conf"
    # shellcheck disable=SC2191
    wrong=(env SALLYPORT_CONFIG="$work/wrong.conf" "$SALLYPORT")
    send "$work/small" "${wrong[@]}" "$recipient"
    next_connection
    if ends 0 1 'not sent yet: 127.0.0.1[127.0.0.1]:'; then
        pass '0: a refused log-in is queued, and told of'
    else
        fail 'a refused log-in is queued, and told of' "$why"
    fi
    send "$work/small" "${wrong[@]}" -qSalice
    next_connection
    queues 'that relay rests' 0 1 '' "${wrong[@]}" -qSalice
}

timing_cases() {
    local option
    for option in -odq -odd -ODeliveryMode=q; do
        fresh_queue
        queues "$option" 0 1 '' "${up[@]}" "$option" "$recipient"
        sends "and a run after $option" "${up[@]}" -q
    done
    fresh_queue 'when = always'
    queues 'when = always' 0 1 '' "${up[@]}" "$recipient"
    fresh_queue 'when = always'
    sends '-odi where when = always' "${up[@]}" -odi "$recipient"
    fresh_queue 'when = never'
    queues 'when = never' 75 0 'Connection refused' "${down[@]}" -odq "$recipient"
}

# The caller's pipes end with the caller, so that who reads them need not wait; the message is
# gone before the connection ends.
background_case() {
    local name=$1
    shift
    if has_delivered "$work/small" "$work/small" "$@" && wait_until_idle && ends 0 0 ''; then
        pass "0: $name"
    else
        fail "$name" "$why"
    fi
}

# Until nobody has the lock of one of the processes that send in the background.
wait_until_idle() {
    local lock
    for lock in "$spool/queue"/*/.bg*; do
        flock --timeout 60 "$lock" true || { why='it does not end'; return 1; }
    done
}

background_cases() {
    fresh_queue
    background_case -odb "${up[@]}" -odb "$recipient"
    fresh_queue 'when = background'
    background_case 'when = background' "${up[@]}" "$recipient"
    fresh_queue
    send "$work/small" "${down[@]}" -odb "$recipient"
    if wait_until_idle && ends 0 1 '' && grep -q 'status=deferred' "$work/log"; then
        pass '-odb where the relay is away: it waits'
    else
        fail '-odb where the relay is away' "${why:-$(cat "$work/log")}"
    fi
    busy_case
}

# A loop that sends a thousand messages shall not make a thousand processes.
busy_case() {
    local number locks=()
    fresh_queue
    send "$work/small" "${up[@]}" -odq "$recipient"
    for number in 0 1 2 3; do
        exec {lock}>"$spool/queue/$(id -u)/.bg$number"
        flock "$lock"
        locks+=("$lock")
    done
    queues '-odb with four at work: it is only queued' 0 2 '' "${up[@]}" -odb "$recipient"
    for lock in "${locks[@]}"; do
        exec {lock}>&-
    done
}

refusal_cases() {
    fresh_queue 'max_count = 1'
    queues 'one that may wait' 0 1 '' "${down[@]}" -odq "$recipient"
    queues 'a queue that is full' 75 1 'Connection refused; nothing listens' \
        "${down[@]}" "$recipient"
    queues 'a queue that is full, and no attempt' 75 1 'it is full ([queue] max_count)' \
        "${down[@]}" -odq "$recipient"
    fresh_queue
    chmod 0770 "$spool"
    queues 'others could write to it' 75 0 'others may write there' \
        "${down[@]}" -odq "$recipient"
    fresh_queue
    rm -r "$spool"
    printf x >"$spool"
    queues 'it is no directory' 75 0 'Not a directory' "${down[@]}" -odq "$recipient"
    sends 'but a message that can be sent is' "${up[@]}" "$recipient"
    sends 'whenever that was to be' "${up[@]}" -odq "$recipient"
    fresh_queue
    queues 'a relay that a variable moves' 75 0 'Connection refused' \
        env "SALLYPORT_RELAY_PORT=$closed" "${up[@]}" "$recipient"
    if grep -q 'a run of the queue would not know it' "$work/log"; then
        pass 'and the log says why nothing waits'
    else
        fail 'and the log says why nothing waits' "$(cat "$work/log")"
    fi
}

# Root is exempt, so another user calls.
allowance_cases() {
    local as=()
    fresh_queue '[limits]' 'per_user = 2/1h'
    if [ "$(id -u)" = 0 ]; then
        command -v setpriv >/dev/null || { skip 'per_user' 'no setpriv'; return; }
        as=(setpriv --reuid 65534 --regid 65534 --clear-groups)
        chown -R 65534:65534 "$spool" "$work/log"
        chmod 0644 "$work/mail/ca.pem"
        install -o 65534 -g 65534 -m 0600 "$work/down.conf" "$work/his.conf"
        # shellcheck disable=SC2191 # an assignment, for env
        down=(env SALLYPORT_CONFIG="$work/his.conf" "${as[@]}" "$SALLYPORT")
    fi
    queues 'the first that one may send' 0 1 '' "${down[@]}" "$recipient"
    queues 'the second' 0 2 '' "${down[@]}" "$recipient"
    queues 'one too many' 75 2 'as many messages as one user may' "${down[@]}" "$recipient"
}

# ---- runs ----

run_cases() {
    fresh_queue
    send "$work/small" "${down[@]}" "$recipient"
    queues 'a run while it is away' 0 1 '' "${down[@]}" -qf
    queues 'it is not due' 0 1 '' "${up[@]}" -q
    queues 'another recipient' 0 1 '' "${up[@]}" -qRcarol
    queues 'another sender' 0 1 '' "${up[@]}" -qScarol
    sends 'a recipient' "${up[@]}" -qRBOB@
    if grep -q 'queue run: sent=1, deferred=0, failed=0, held=0, damaged=0, waiting=0,' \
        "$work/log"; then
        pass 'the log has the numbers of a run'
    else
        fail 'the log has the numbers of a run' "$(tail -n 1 "$work/log")"
    fi
    fresh_queue
    send "$work/small" "${down[@]}" "$recipient"
    sends 'an identifier' "${up[@]}" "-qI$(ls "$spool/queue/$(id -u)")"
    fresh_queue
    queues 'a queue in which nothing was ever' 0 0 '' "${up[@]}" -q
    printf x >"$spool/queue/$(id -u)/0123456789A"
    send "$work/small" "${up[@]}" -q
    if [ "$status" = 0 ] && [ -e "$spool/failed/0123456789A" ]; then
        pass 'a damaged message is set aside'
    else
        fail 'a damaged message is set aside' "exit status $status"
    fi
}

large_case() {
    local name='a message of 1 MB'
    fresh_queue
    message 1048576 >"$work/large"
    send "$work/large" "${down[@]}" "$recipient"
    if ends 0 1 '' && has_delivered "$work/small" "$work/large" "${up[@]}" -qf; then
        pass "$name"
    else
        fail "$name" "$why"
    fi
}

# Four hundred messages and eight runs: each goes once.
crowd_case() {
    local name='eight runs at once' number
    fresh_queue
    rm -f "$work/mail/"*.eml
    for number in $(seq 400); do
        sed "s/^Subject: .*/Subject: $number/" "$work/small" |
            "${up[@]}" -odq "$recipient" || break
    done
    [ "$(waiting)" = 400 ] || why="only $(waiting) wait"
    seq 8 | xargs -P 8 -I{} "${up[@]}" -q
    if [ "$(waiting)" = 0 ] && [ "$(cat "$work/mail/"*.eml | grep -c '^Subject: ')" = 400 ] &&
        [ -z "$(cat "$work/mail/"*.eml | grep '^Subject: ' | sort | uniq -d)" ]; then
        pass "$name: 400 messages, each once"
    else
        fail "$name" "${why:-$(waiting) wait, $(cat "$work/mail/"*.eml | grep -c '^Subject: ') came}"
    fi
}

# ---- what is shown ----

list_cases() {
    local name='mailq shows what waits' id size='[ 0-9]{8}'
    fresh_queue
    send "$work/small" "${down[@]}" "$recipient" carol@example.net
    id=$(ls "$spool/queue/$(id -u)")
    ln -sf "$SALLYPORT" "$work/mailq"
    SALLYPORT_CONFIG=$work/up.conf "$work/mailq" >"$work/listed"
    if [[ $(sed -n 1p "$work/listed") == '-Queue ID-  --Size-- ----Arrival Time---- -Sender/'* ]] &&
        grep -Eqx "$id$size [A-Z][a-z]{2} [A-Z][a-z]{2} [ 0-9]{2} [0-9:]{8}  $sender" \
            "$work/listed" && grep -q "^ {41}carol@example.net$" -E "$work/listed" &&
        grep -q '^ *(127.0.0.1: connecting: .*)$' "$work/listed" &&
        [ "$(tail -n 1 "$work/listed")" = '-- 0 Kbytes in 1 Request.' ]; then
        pass "$name"
    else
        fail "$name" "$(cat "$work/listed")"
    fi
    send "$work/small" "${up[@]}" -qf
    next_connection
    if [ "$(SALLYPORT_CONFIG=$work/up.conf "$work/mailq")" = 'Mail queue is empty' ]; then
        pass 'and that nothing does'
    else
        fail 'and that nothing does' "$(SALLYPORT_CONFIG=$work/up.conf "$work/mailq")"
    fi
}

idle_cases() {
    fresh_queue
    rm -r "$spool/run"
    queues 'nobody has run it' 0 1 "nobody has run the queue $spool since it was made" \
        "${down[@]}" "$recipient"
    send "$work/small" "${down[@]}" -q
    queues 'somebody has' 0 2 '' "${down[@]}" "$recipient"
}

# ---- as whom ----

# What root queues in the directory of an application is the application's.
owner_cases() {
    local name='root in the queue of another' owners
    [ "$(id -u)" = 0 ] || { skip "$name" 'not root'; return; }
    fresh_queue
    chown -R 65534:65533 "$spool"
    send "$work/small" "${down[@]}" "$recipient"
    owners=$(find "$spool" -printf '%U:%G\n' | sort -u)
    if ends 0 1 '' && [ "$owners" = 65534:65533 ]; then
        pass "0: $name"
    else
        fail "$name" "$why; it belongs to $owners"
    fi
    chmod 0644 "$work/log" "$work/mail/ca.pem"
    chown 65534 "$work/log"
    sends "a run by root is its owner's" "${up[@]}" -qf
    fresh_queue
    rm -r "$spool"
    send "$work/small" "${up[@]}" -q
    if [ "$status" = 0 ] && [ ! -e "$spool" ]; then
        pass '0: a run by root makes no queue'
    else
        fail 'a run by root makes no queue' "exit status $status"
    fi
    command -v setpriv >/dev/null || { skip 'a queue of somebody else' 'no setpriv'; return; }
    fresh_queue
    chmod 0755 "$spool"
    install -o 65534 -m 0600 "$work/down.conf" "$work/his.conf"
    queues 'a queue of somebody else' 75 0 "it is somebody else's directory" \
        env SALLYPORT_CONFIG="$work/his.conf" \
        setpriv --reuid 65534 --regid 65534 --clear-groups "$SALLYPORT" -odq "$recipient"
}

begin
message 1021 >"$work/small"
start_server --login "$user:$password"
outage_cases
trouble_cases
timing_cases
background_cases
refusal_cases
allowance_cases
run_cases
large_case
list_cases
idle_cases
owner_cases
crowd_case
finish
