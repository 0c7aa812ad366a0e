#!/bin/bash
# SPDX-License-Identifier: MIT
#
# Submission to a real Exim: GnuTLS on the other side, PLAIN, LOGIN, CRAM-MD5, NTLM and
# EXTERNAL, CHUNKING.
# shellcheck disable=SC2034,SC2154 # names of the sourced files

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=/dev/null
. "$here/lib.sh"
# shellcheck source=/dev/null
. "$here/servers.bash"
# shellcheck source=/dev/null
. "$here/cases.bash"

mechanisms=(PLAIN LOGIN CRAM-MD5 NTLM)

# Exim logs the name of its authenticator, which has no dash.
used() {
    log_has "<= .* A=${1//-/_}:$user "
}

session_over() {
    log_has 'no MAIL in SMTP connection|TLS error on connection'
}

# The line of a connection without a message lists the commands it had.
auth_attempts() {
    new_log | sed -n 's/.*no MAIL in SMTP connection.* C=//p' | tr , '\n' | grep -c '^AUTH$' || true
}

transactions() {
    log_count ' <= '
}

external_refused() {
    refused_once 1 && expect_on_stderr 'AUTH EXTERNAL: 535'
}

# external NAME: a message from the one to whom the certificate is.
external() {
    make_client_certificate "$1"
    relay_conf conf "$starttls_port" starttls "tls_cert = $work/client.pem" \
        "tls_key = $work/client.key" 'auth = EXTERNAL'
    prepare
    send small -C "$work/conf" -f "$sender" -i "alice@$domain"
}

external_cases() {
    external "$user"
    verdict EXTERNAL delivered_by small EXTERNAL
    external other
    verdict 'EXTERNAL, somebody else' external_refused
}

begin "${exim_needs[@]}"
start_exim
all_cases
external_cases
limit_case "$starttls_port" 100
finish
