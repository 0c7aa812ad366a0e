#!/bin/bash
# SPDX-License-Identifier: MIT
#
# make demo: a submission server with TLS and a log-in on the loopback interface, one message
# to it by `sendmail -t`, and what came of it. Everything is below a temporary directory that
# goes away again. The exit status is 0 if and only if the message arrived.
# shellcheck disable=SC2154 # names of the sourced file

# shellcheck source=tests/support/server.bash
. "$(dirname "$0")/support/server.bash" || exit 1

title() {
    printf '\n==== %s\n\n' "$1"
}

indent() {
    sed 's/^/    /'
}

write_message() {
    cat <<END
From: Alice <$sender>
To: Bob <$recipient>
Bcc: carol@example.net
Subject: the gate is open

Hello Bob,
.
a line with only a dot is part of the message, because of -i.
END
}

# Its own log line on standard error is the last thing that sendmail says.
deliver() {
    status=0
    "$work/sendmail" -v -i -t <"$work/message" 2>&1 | indent ||
        status=${PIPESTATUS[0]}
    printf '\n    exit status: %d\n' "$status"
    [ "$status" != 0 ] || next_connection || status=1
}

show_arrival() {
    local file
    title 'What the server has got: the envelope, then the message (Bcc is gone)'
    for file in "$work/mail/"*.env "$work/mail/"*.eml; do
        [ -e "$file" ] || continue
        tr -d '\r' <"$file" | indent
        printf '\n'
    done
}

begin
ln -s "$SALLYPORT" "$work/sendmail"
export SALLYPORT_CONFIG=$work/sallyport.conf

title 'A submission server with TLS and a log-in listens on the loopback interface'
start_server --login "$user:$password"
printf '    port %s speaks TLS at once, as 465 does; port %s by STARTTLS, as 587\n' \
    "$implicit_port" "$starttls_port"

title 'The configuration'
relay_conf "$work/sallyport.conf" "$starttls_port" starttls
indent <"$work/sallyport.conf"

title 'sendmail -v -i -t, with this message on standard input'
write_message >"$work/message"
indent <"$work/message"

title 'The dialogue: > is what we say, < what the server says'
deliver
show_arrival

title 'What it took'
printf '    %s round trips, from the first packet to the verdict (%s)\n' \
    "${seen[round_trips]:-?}" "${seen[tls]:-no connection}"
printf '    flights of the client: %s\n' "${seen[dialogue]:-none}"
relay_conf "$work/sallyport.conf" "$implicit_port" implicit
if [ "$status" = 0 ] &&
    "$work/sendmail" -i -t <"$work/message" 2>/dev/null; then
    arrived=${seen[messages]:-0}
    next_connection
    printf '    %s round trips on the port that speaks TLS at once\n' "${seen[round_trips]}"
fi

if [ "$status" != 0 ] || [ "${arrived:-0}" != 1 ] || [ "${seen[messages]:-0}" != 1 ]; then
    printf '\nFAIL demo: the message did not arrive\n'
    exit 1
fi
printf '\nPASS demo: the message arrived\n'
