#!/bin/bash
# SPDX-License-Identifier: MIT
#
# -bs through a real Postfix: the dialogues of Symfony Mailer and SwiftMailer, several messages
# over one connection, refusals passed on, an input that ends within a message.
# shellcheck disable=SC2034,SC2154 # names of the sourced files

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=/dev/null
. "$here/lib.sh"
# shellcheck source=/dev/null
. "$here/servers.bash"
# shellcheck source=/dev/null
. "$here/cases.bash"

transactions() {
    log_count 'postfix/smtpd.*: client='
}

connections() {
    log_count 'postfix/smtpd.*: connect from'
}

crlf() {
    sed 's/$/\r/'
}

# Dots doubled, as a client does it.
stuffed() {
    sed 's/^\./../' "$work/$1.eml"
}

# talk ARG...: $work/dialogue is what the client says.
talk() {
    prepare
    status=0
    timeout 60 "$SALLYPORT" -C "$work/conf" "$@" \
        <"$work/dialogue" >"$work/stdout" 2>"$work/stderr" || status=$?
}

codes() {
    sed -n 's/^\([0-9]*\) .*/\1/p' "$work/stdout" | tr '\n' ' '
}

expect_codes() {
    [ "$(codes)" = "$1 " ] && return
    why="replies $(codes), expected $1: $(tail -n 4 "$work/stdout" | tr '\r\n' '  ')"
    return 1
}

symfony() {
    printf 'EHLO [127.0.0.1]\nMAIL FROM:<%s>\nRCPT TO:<alice@%s>\nDATA\n' "$sender" "$domain"
    stuffed "$1"
    printf '.\nQUIT\n'
}

one_message() {
    expect_status 0 && expect_codes '220 250 250 250 354 250 221' && arrived alice "$1" &&
        expect_transactions 1
}

three_messages() {
    local box
    expect_status 0 && expect_codes '220 250 250 250 354 250 250 250 354 250 250 250 354 250 221' ||
        return 1
    for box in alice bob root; do
        arrived "$box" small || return 1
    done
    [ "$(connections)" = 1 ] && return
    why="$(connections) connections"
    return 1
}

refused_passed_on() {
    expect_status 0 && expect_codes '220 250 250 550 250 354 250 221' && arrived bob small
}

nothing_sent() {
    expect_status "$1" && expect_nothing_stored
}

begin "${postfix_needs[@]}"
start_postfix
relay_conf conf "$starttls_port" starttls

for message in small crlf dots eightbit big; do
    symfony "$message" | sed 's/\r$//' | crlf >"$work/dialogue"
    talk -bs
    verdict "-bs, $message, CRLF" one_message "$message"
done
symfony dots >"$work/dialogue"
talk -bs -i
verdict '-bs, dots, LF only' one_message dots

{
    printf 'EHLO [127.0.0.1]\n'
    for to in alice bob root; do
        printf 'MAIL FROM:<%s>\nRCPT TO:<%s@%s>\nDATA\n' "$sender" "$to" "$domain"
        stuffed small
        printf '.\n'
    done
    printf 'QUIT\n'
} | crlf >"$work/dialogue"
talk -bs
verdict '-bs, three messages over one connection' three_messages

{
    printf 'EHLO x\nMAIL FROM:<%s>\n' "$sender"
    printf 'RCPT TO:<nosuch@%s>\nRCPT TO:<bob@%s>\nDATA\n' "$domain" "$domain"
    stuffed small
    printf '.\nQUIT\n'
} | crlf >"$work/dialogue"
talk -bs
verdict '-bs, a refused recipient' refused_passed_on

{
    printf 'EHLO x\nMAIL FROM:<%s>\nRCPT TO:<alice@%s>\nDATA\n' "$sender" "$domain"
    stuffed small
} | crlf >"$work/dialogue"
talk -bs
verdict '-bs, the input ends within the message' nothing_sent 74
finish
