#!/bin/bash
# SPDX-License-Identifier: MIT
#
# POP before SMTP: a log-in to a real Dovecot, then a message without one to a real Postfix.
# shellcheck disable=SC2034,SC2154 # names of the sourced files

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=/dev/null
. "$here/lib.sh"
# shellcheck source=/dev/null
. "$here/servers.bash"
# shellcheck source=/dev/null
. "$here/cases.bash"

# sends URL [LINE]...
sends() {
    local line="pop_before = $1"
    shift
    prepare
    relay_conf conf "$backend_port" none "$line" "$@"
    send small -C "$work/conf" -i -f "$sender" "alice@$domain"
}

has_delivered() {
    expect_status 0 && expect_silence && arrived alice small && expect_log_in &&
        expect_on_stderr "relay=127.0.0.1[127.0.0.1]:$backend_port"
}

expect_log_in() {
    [ "$(log_count "pop3-login: Info: Login: user=<$user>, .*, TLS")" = 1 ] && return
    why='not one log-in, or not within TLS'
    return 1
}

has_refused() {
    expect_status "$1" && expect_on_stderr "$2" && expect_nothing_stored && expect_no_smtp
}

expect_no_smtp() {
    ! grep -q "$postfix_mark" "$work/postfix.log" && return
    why='the submission server was asked all the same'
    return 1
}

pop() {
    sends "pop3s://127.0.0.1:$pop3s_port"
    verdict 'TLS at once' has_delivered
    sends "pop3://127.0.0.1:$pop3_port"
    verdict 'STLS' has_delivered
}

no_pop() {
    local at="127.0.0.1[127.0.0.1]:$pop3s_port: POP:"
    : >"$work/postfix.log"
    postfix_mark='backend/smtpd.*: connect from'
    sends "pop3s://127.0.0.1:$pop3s_port" 'password = wrong'
    verdict 'a wrong password' has_refused 77 "$at PASS: -ERR [AUTH]"
    sends "pop3s://localhost:$pop3s_port" 'ip = 4'
    verdict 'a certificate for another name' has_refused 77 'POP: TLS: certificate refused'
    sends "pop3s://127.0.0.1:$pop3_port"
    verdict 'no TLS at once' has_refused 76 'POP: TLS: '
    sends "pop3://127.0.0.1:$starttls_port"
    verdict 'another protocol' has_refused 76 'POP: greeting: not a reply of POP: 220 '
    sends "pop3s://127.0.0.1:$closed_port"
    verdict 'nobody listens' has_refused 75 'connecting: [127.0.0.1]:'
}

begin "${postfix_needs[@]}" "${dovecot_needs[@]}"
start_dovecot
server_trace='Return-Path X-Original-To Delivered-To Received'
free_ports closed_port
pop
no_pop
finish
