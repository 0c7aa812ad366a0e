#!/bin/bash
# SPDX-License-Identifier: MIT
#
# Submission to a real Postfix with Cyrus SASL: PLAIN, LOGIN, CRAM-MD5, SCRAM-SHA-256, CHUNKING,
# and a limit of recipients that answers 452. It refuses bare LF in every message.
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
    log_has "postfix/smtpd.* sasl_method=$1,"
}

session_over() {
    log_has 'postfix/smtpd.* disconnect from'
}

# "auth=1" is a log-in, "auth=0/1" a failed one: the last number counts the commands.
auth_attempts() {
    new_log | sed -En '/disconnect from/s/.* auth=([0-9]+\/)?([0-9]+).*/\2/p' |
        awk '{ n += $1 } END { print n + 0 }'
}

transactions() {
    log_count 'postfix/smtpd.*: client='
}

many_chunks() {
    delivered big || return 1
    await 10 session_over || true
    log_has ' bdat=([2-9]|[1-9][0-9]+) ' && return
    why="not sent in several chunks: $(new_log | grep -o 'disconnect from.*')"
    return 1
}

chunk_case() {
    relay_conf conf "$starttls_port" starttls
    prepare
    send big -C "$work/conf" -f "$sender" -i "alice@$domain"
    verdict 'a large message goes in several chunks' many_chunks
}

begin "${postfix_needs[@]}"
start_postfix
all_cases
limit_case "$limited_port" 20
chunk_case
finish
