#!/bin/bash
# SPDX-License-Identifier: MIT
#
# Submission to a real Dovecot: PLAIN, LOGIN, CRAM-MD5, SCRAM-SHA-256, CHUNKING. It hands each
# command and chunk on to a Postfix behind it, in whose store the messages are looked for.
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

begin "${postfix_needs[@]}" "${dovecot_needs[@]}"
start_dovecot
all_cases
finish
