#!/bin/bash
# SPDX-License-Identifier: MIT
#
# The program as a container runs it: alone with its libraries in a root of its own, by a user
# nobody knows, with no /etc, /dev, /proc or /tmp and nothing in the environment but its own
# settings; also on a read-only file system. The message goes to a real Postfix.
# shellcheck disable=SC2034,SC2154 # names of the sourced files

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=/dev/null
. "$here/lib.sh"
# shellcheck source=/dev/null
. "$here/servers.bash"
# shellcheck source=/dev/null
. "$here/cases.bash"

readonly volume=SALLYPORT_QUEUE_DIRECTORY=/volume
uid=54321

transactions() {
    log_count 'postfix/smtpd.*: client='
}

make_container() {
    local file
    mkdir -p "$work/container/volume"
    mkdir -m 0700 "$work/container-volume"
    chown "$uid:$uid" "$work/container-volume"
    cp "$SALLYPORT" "$work/container/sallyport"
    cp "$work/ca.pem" "$work/container/ca.pem"
    printf '%s\n' "$password" >"$work/container/secret"
    { ldd "$SALLYPORT" 2>/dev/null || true; } | grep -o '/[^ ]*' | while read -r file; do
        mkdir -p "$work/container${file%/*}"
        cp -L "$file" "$work/container$file"
    done
}

# contained MESSAGE VARIABLE... -- ARG...
contained() {
    local message=$work/$1.eml environment=() chroot
    chroot=$(command -v chroot)
    shift
    while [ "$1" != -- ]; do
        environment+=("$1")
        shift
    done
    shift
    prepare
    status=0
    timeout 120 env -i "${environment[@]}" "${wrapper[@]}" \
        "$chroot" --userspec="$uid:$uid" --groups= "$work/container" /sallyport "$@" \
        <"$message" >"$work/stdout" 2>"$work/stderr" || status=$?
}

# Nobody reads syslog here: the outcome must be on standard error.
contained_delivery() {
    delivered "$1" && expect_on_stderr status=sent && has_return_path alice "$sender"
}

refused_without_login() {
    expect_status 78 && expect_on_stderr "$1" && expect_nothing_stored || return 1
    [ "$(auth_attempts)" = 0 ] && return
    why='somebody logged in'
    return 1
}

auth_attempts() {
    log_count 'sasl_method=|authentication failed'
}

was_queued() {
    expect_status 0 && expect_on_stderr status=queued && expect_nothing_stored
}

# A volume is all that can be written to. Nobody knows the user there, and the run that follows
# is the next one's of the entry point, with the same settings; then root's, as of a cron job.
queue_case() {
    local name='mail waits on a volume' closed_port who
    free_ports closed_port
    for who in "$uid" 0; do
        contained small "SALLYPORT_URL=smtps://$at:$closed_port?$ca" "$volume" -- \
            -f "$sender" -i "alice@$domain"
        verdict "$name" was_queued
        uid=$who
        contained small "SALLYPORT_URL=$implicit" "$volume" -- -qf
        uid=54321
        verdict "$name, and is sent by a run of user $who" contained_delivery small
        rm -rf "$work/container-volume/queue/$uid" # and with it what is known of the outage
    done
}

# Read-only by a bind mount in a mount namespace of its own.
read_only_case() {
    local name='read-only file system'
    if ! unshare --mount --propagation private mount --bind "$work" "$work" 2>/dev/null; then
        skip "$name" 'no private mount namespace here'
        return
    fi
    # shellcheck disable=SC2016 # expanded by the inner shell
    wrapper=("$(command -v unshare)" --mount --propagation private /bin/sh -ec '
        PATH=/usr/sbin:/usr/bin:/sbin:/bin
        mount --bind "$0" "$0"
        mount --bind "$0-volume" "$0/volume"
        mount -o remount,bind,ro "$0"
        unset PATH PWD OLDPWD SHLVL
        exec "$@"' "$work/container")
    contained big "SALLYPORT_URL=$implicit" -- -f "$sender" -i "alice@$domain"
    verdict "$name" contained_delivery big
    queue_case
    wrapper=()
}

begin "${postfix_needs[@]}"
if grep -q __asan_init "$SALLYPORT"; then
    skip_all 'a sanitized program needs /proc'
fi
start_postfix
make_container
wrapper=()
at=127.0.0.1
ca='tls_ca=/ca.pem'
implicit="smtps://$user:$password_in_url@$at:$implicit_port?$ca"
starttls="smtp+starttls://$user@$at:$starttls_port?$ca"
secret="SALLYPORT_PASSWORD=$password"

contained small "SALLYPORT_URL=$implicit" -- -f "$sender" -i "alice@$domain"
verdict 'password in SALLYPORT_URL, implicit TLS' contained_delivery small

contained small "SALLYPORT_URL=$starttls" "$secret" -- -f "$sender" -i "alice@$domain"
verdict 'SALLYPORT_PASSWORD, STARTTLS' contained_delivery small

contained small "SALLYPORT_URL=$starttls" SALLYPORT_PASSWORD_FILE=/secret -- \
    -f "$sender" -i "alice@$domain"
verdict 'SALLYPORT_PASSWORD_FILE' contained_delivery small

contained small "SALLYPORT_URL=$starttls" "$secret" "SALLYPORT_FROM=$sender" -- \
    -i "alice@$domain"
verdict 'SALLYPORT_FROM is the envelope sender' contained_delivery small

contained big "SALLYPORT_URL=$starttls" "$secret" -- -f "$sender" -i "alice@$domain"
verdict 'large message with no place for a temporary file' contained_delivery big

read_only_case

contained small -- -f "$sender" -i "alice@$domain"
verdict 'no settings at all' refused_without_login sallyport.conf

contained small "SALLYPORT_URL=${starttls%\?*}" "$secret" -- -f "$sender" -i "alice@$domain"
verdict 'no certification authorities' refused_without_login ca-certificates

contained small "SALLYPORT_URL=$starttls" "$secret" SALLYPORT_PASSWORD_FILE=/secret -- \
    -f "$sender" -i "alice@$domain"
verdict 'password given twice' refused_without_login SALLYPORT_PASSWORD_FILE
finish
