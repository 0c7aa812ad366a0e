#!/bin/bash
# SPDX-License-Identifier: MIT
#
# Submission to a real Dovecot: PLAIN, LOGIN, CRAM-MD5, SCRAM-SHA-256, tokens, CHUNKING. It hands each
# command and chunk on to a Postfix after it, in whose store the messages are looked for.
# shellcheck disable=SC2034,SC2154 # names of the sourced files

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=/dev/null
. "$here/lib.sh"
# shellcheck source=/dev/null
. "$here/servers.bash"
# shellcheck source=/dev/null
. "$here/cases.bash"

mechanisms=(PLAIN LOGIN CRAM-MD5 SCRAM-SHA-256)

used() {
    log_has "submission-login: Info: Login: user=<$user>, method=$1,"
}

session_over() {
    log_has 'submission-login: Info: (Disconnected|Aborted)'
}

# From the line that closes a connection.
auth_attempts() {
    new_log | sed -En 's/.*Info: (Disconnected|Aborted).*\(auth failed, ([0-9]+) attempts.*/\2/p' |
        awk '{ n += $1 } END { print n + 0 }'
}

transactions() {
    log_count 'Successfully relayed message'
}

token_refused() {
    refused_once 1 && expect_on_stderr "$1"
}

token_cases() {
    local mechanism
    write_token "$work/token" 600
    write_token "$work/old-token" -60
    for mechanism in OAUTHBEARER XOAUTH2; do
        relay_conf conf "$starttls_port" starttls "token_file = $work/token" \
            "auth = $mechanism"
        prepare
        send small -C "$work/conf" -f "$sender" -i "alice@$domain"
        verdict "$mechanism" delivered_by small "$mechanism"
        relay_conf conf "$starttls_port" starttls "token_file = $work/old-token" \
            "auth = $mechanism"
        prepare
        send small -C "$work/conf" -f "$sender" -i "alice@$domain"
        verdict "$mechanism, a token out of date" token_refused '"status":'
    done
    relay_conf conf "$starttls_port" starttls "token_file = $work/token"
    deliver_case 'a token, mechanism left to the program' conf small
}

begin "${postfix_needs[@]}" "${dovecot_needs[@]}"
start_dovecot
all_cases
token_cases
finish
