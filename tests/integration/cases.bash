# shellcheck shell=bash disable=SC2034,SC2154 # names of lib.sh and of the tests
# SPDX-License-Identifier: MIT
#
# Sourced after servers.bash: the cases that every server must pass. A test says how its
# server's log is read:
#   mechanisms        array: what the server offers and is tried
#   used MECHANISM    true when the log since mark_log has a log-in by it
#   session_over      true when the log has the end of a connection without a message
#   auth_attempts     prints how often somebody tried to log in
#   transactions      prints how many messages were taken in

expect_status() {
    [ "$status" = "$1" ] && return
    why="status $status, expected $1"
    return 1
}

expect_silence() {
    [ ! -s "$work/stdout" ] && return
    why="standard output is not empty: $(head -c 200 "$work/stdout")"
    return 1
}

# Nothing to wait for: a refusal is final when the program has ended.
expect_nothing_stored() {
    local found
    found=$(find "$work/mail" -type f)
    [ -z "$found" ] && return
    why="something was stored: $found"
    return 1
}

at_least_transactions() {
    [ "$(transactions)" -ge "$1" ]
}

# A server may write its log after the client has gone.
expect_transactions() {
    await 10 at_least_transactions "$1" || true
    [ "$(transactions)" = "$1" ] && return
    why="$(transactions) transactions, expected $1"
    return 1
}

expect_on_stderr() {
    grep -Fq -e "$1" "$work/stderr" && return
    why="standard error does not say $1"
    return 1
}

prepare() {
    why='no reason given'
    empty_store
    mark_log
}

verdict() {
    local name=$1
    shift
    if "$@"; then pass "$name"; else fail "$name" "$why"; fi
}

# ---- one delivery ----

delivered() {
    expect_status 0 && expect_silence && arrived alice "$1" && expect_transactions 1
}

# deliver_case NAME CONF MESSAGE
deliver_case() {
    prepare
    send "$3" -C "$work/$2" -f "$sender" -i "alice@$domain"
    verdict "$1" delivered "$3"
}

delivered_by() {
    delivered "$1" || return 1
    await 10 used "$2" && return
    why="the server's log has no log-in by $2"
    return 1
}

mechanism_cases() {
    local tls port mechanism
    for tls in starttls implicit; do
        port=${tls}_port
        for mechanism in "${mechanisms[@]}"; do
            relay_conf conf "${!port}" "$tls" "auth = $mechanism"
            prepare
            send small -C "$work/conf" -f "$sender" -i "alice@$domain"
            verdict "$tls $mechanism" delivered_by small "$mechanism"
        done
        relay_conf conf "${!port}" "$tls"
        deliver_case "$tls, mechanism left to the program" conf small
    done
}

message_cases() {
    local message
    relay_conf bdat "$starttls_port" starttls
    relay_conf data "$starttls_port" starttls 'ignore = chunking'
    relay_conf plain "$starttls_port" starttls 'ignore = chunking, pipelining'
    relay_conf implicit "$implicit_port" implicit
    for message in small crlf dots eightbit big; do
        deliver_case "$message by BDAT" bdat "$message"
        deliver_case "$message by DATA" data "$message"
        deliver_case "$message by DATA without pipelining" plain "$message"
    done
    deliver_case 'big over implicit TLS' implicit big
    prepare
    send early -C "$work/bdat" -f "$sender" "alice@$domain"
    verdict 'a lone dot ends the message without -i' delivered early
}

# ---- recipients ----

partly_refused() {
    expect_status 67 && expect_silence && expect_on_stderr "nosuch@$domain" &&
        arrived alice "$1" && arrived bob "$1"
}

wholly_refused() {
    expect_status 67 && expect_on_stderr "nosuch@$domain" && expect_nothing_stored
}

refusal_cases() {
    local message conf
    relay_conf bdat "$starttls_port" starttls
    relay_conf data "$starttls_port" starttls 'ignore = chunking'
    for conf in bdat data; do
        for message in small big; do
            prepare
            send "$message" -C "$work/$conf" -f "$sender" -i \
                "alice@$domain" "nosuch@$domain" "bob@$domain"
            verdict "one of three refused, $message by ${conf^^}" partly_refused "$message"
        done
        prepare
        send small -C "$work/$conf" -f "$sender" -i "nosuch@$domain"
        verdict "the only recipient refused, by ${conf^^}" wholly_refused
    done
}

all_stored() {
    [ "$(find "$work/mail" -path '*/new/*' -type f | wc -l)" -ge "$crowd" ]
}

crowd_arrived() {
    local n
    expect_status 0 && expect_silence || return 1
    if ! await 60 all_stored; then
        why="$(find "$work/mail" -path '*/new/*' | wc -l) of $crowd messages arrived"
        return 1
    fi
    for ((n = 1; n <= crowd; n++)); do
        arrived "user$n" small || return 1
    done
}

crowd_split() {
    crowd_arrived && expect_transactions "$1"
}

send_to_crowd() {
    local to
    mapfile -t to < <(seq -f "user%g@$domain" "$crowd")
    prepare
    send small -C "$work/$1" -f "$sender" -i "${to[@]}"
}

split_case() {
    relay_conf conf "$starttls_port" starttls 'max_recipients = 40'
    send_to_crowd conf
    verdict "$crowd recipients split by max_recipients" crowd_split 4
}

# limit_case PORT LIMIT: the server itself answers 452 beyond its limit.
limit_case() {
    relay_conf conf "$1" starttls 'max_recipients = 1000'
    send_to_crowd conf
    verdict "$crowd recipients, the server takes $2 a transaction" \
        crowd_split $(((crowd + $2 - 1) / $2))
}

# ---- refusals of ours and theirs ----

refused_once() {
    expect_status 77 && expect_nothing_stored || return 1
    if ! await 10 session_over; then
        why="the server's log has no end of the session"
        return 1
    fi
    [ "$(auth_attempts)" = "$1" ] && return
    why="$(auth_attempts) log-in attempts, expected $1"
    return 1
}

# refused_case NAME PORT TLS ATTEMPTS [LINE]...
refused_case() {
    local name=$1 attempts=$4
    relay_conf conf "$2" "$3" "${@:5}"
    prepare
    send small -C "$work/conf" -f "$sender" -i "alice@$domain"
    verdict "$name" refused_once "$attempts"
}

trust_cases() {
    local tls port mechanism
    for tls in starttls implicit; do
        port=${tls}_port
        refused_case "$tls, wrong password" "${!port}" "$tls" 1 'password = wrong'
        refused_case "$tls, CA not ours" "${!port}" "$tls" 0 "tls_ca = $work/other-ca.pem"
        refused_case "$tls, other name" "${!port}" "$tls" 0 'tls_name = other.test'
        relay_conf conf "${!port}" "$tls" 'tls_name = submit.test'
        deliver_case "$tls, name in the certificate" conf small
    done
    for mechanism in "${mechanisms[@]}"; do
        refused_case "wrong password by $mechanism" "$starttls_port" starttls 1 \
            "auth = $mechanism" 'password = wrong'
    done
}

all_cases() {
    mechanism_cases
    message_cases
    refusal_cases
    trust_cases
    split_case
}
