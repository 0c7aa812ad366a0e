#!/bin/bash
# SPDX-License-Identifier: MIT
#
# `sallyportctl config`: the values in force and where they come from, all errors of a file in
# the words of sallyport, and no secret. It opens no connection and runs no command.
set -euo pipefail
: "${SALLYPORT:?}" "${builddir:=.}"
ctl=${SALLYPORTCTL:-$builddir/sallyportctl}
export LC_ALL=C
unset XDG_CONFIG_HOME "${!SALLYPORT_@}"
work=$(mktemp -d "${TMPDIR:-/tmp}/sallyport-config-XXXXXX")
trap 'rm -rf "$work"' EXIT
export HOME=$work
readonly secret=hunter2hunter2
failed=0

fail() {
    printf 'FAILED: %s\n' "$*" >&2
    failed=1
}

# file LINE...: the configuration, in the place that is the caller's own.
file() {
    mkdir -p "$work/.config"
    printf '%s\n' "$@" >"$work/.config/sallyport.conf"
    chmod 0600 "$work/.config/sallyport.conf"
}
readonly conf=$work/.config/sallyport.conf

# runs NAME STATUS ARGUMENT...: standard output and error are kept in $work; the secret is in
# neither.
runs() {
    local name=$1 expected=$2 status=0
    shift 2
    "$ctl" config "$@" </dev/null >"$work/out" 2>"$work/err" || status=$?
    [ "$status" -eq "$expected" ] || fail "$name: status $status, expected $expected"
    ! grep -qF "$secret" "$work/out" "$work/err" || fail "$name: a secret is shown"
}

# says NAME out|err LINE...: all that is there, with FILE for the path of the configuration.
says() {
    local name=$1 where=$2
    shift 2
    sed -i "s|$conf|FILE|g" "$work/$where"
    { [ "$#" -eq 0 ] || printf '%s\n' "$@"; } | diff - "$work/$where" ||
        fail "$name: not what is expected of standard ${where/err/error}"
}

file '[relay]' 'host = smtp.example.org' 'user = me@example.org' "password = $secret" \
    "proxy = socks5://me:$secret@proxy.example:1080" \
    '[relay backup]' 'provider = sendgrid' "password_command = touch $work/run && echo x" \
    '[sender]' 'domain = example.org' '[sender nobody]' 'force = no' \
    '[log]' 'to = none'
export SALLYPORT_DOMAIN=example.com
runs 'values' 0
says 'values' err
says 'values' out '; FILE' '' \
    '[relay]' \
    'host = "smtp.example.org"  ; FILE:2' \
    'proxy = (set)              ; FILE:5' \
    'user = "me@example.org"    ; FILE:3' \
    'password = (set)           ; FILE:4' '' \
    '[relay backup]' \
    'host = "smtp.sendgrid.net"                        ; provider sendgrid' \
    'provider = "sendgrid"                             ; FILE:7' \
    'port = "465, 587, 2525"                           ; provider sendgrid' \
    'user = "apikey"                                   ; provider sendgrid' \
    "password_command = \"touch $work/run && echo x\"  ; FILE:8" '' \
    '[sender]' \
    'domain = "example.com"  ; SALLYPORT_DOMAIN' '' \
    '[sender nobody]' \
    'force = "no"  ; FILE:12' '' \
    '[log]' \
    'to = "none"  ; FILE:14'

runs 'no errors' 0 --check
says 'no errors' out 'FILE: no errors'
says 'no errors' err
runs 'no errors, quietly' 0 --check -q
says 'no errors, quietly' out
runs 'names' 0 --names
says 'names' out backup
says 'names' err
runs 'JSON' 0 --json
grep -qF '"value":"(set)"' "$work/out" || fail 'JSON: no secret is set'
runs 'for a user with a section' 0 --for nobody
grep -qxF 'force = "no"            ; '"$conf:12" "$work/out" ||
    fail "for a user with a section: $(<"$work/out")"
grep -q '^; a set-group-ID run by nobody ' "$work/out" ||
    fail 'for a user: nothing is said of a set-group-ID run'
runs 'for nobody at all' 67 --for no-such-user
says 'for nobody at all' out
says 'for nobody at all' err 'sallyportctl: there is no such user here: no-such-user'
unset SALLYPORT_DOMAIN
[ ! -e "$work/run" ] || fail 'a command was run'

# What is shown is a configuration that says the same.
file '[relay]' 'provider = sendgrid' 'auth = none' 'user = "a \"b\" \\ ; c"' '[relay b]' \
    'host = b.example' 'port = 25, 2525' 'tls = starttls' '[message]' 'size_limit = 25M'
runs 'first' 0
cp "$work/out" "$work/first"
install -m 0600 "$work/out" "$conf"
runs 'read again' 0
diff <(sed 's/  *;.*//' "$work/first") <(sed 's/  *;.*//' "$work/out") ||
    fail 'what is shown says something else when read again'

# Nobody takes for a secret what stands for one.
file '[relay]' 'host = smtp.example.org' 'user = me' "password = $secret"
runs 'a secret' 0
install -m 0600 "$work/out" "$conf"
runs 'a secret, read again' 78 --check
grep -qF 'comment or a part of the value?' "$work/err" || fail "a secret: $(<"$work/err")"

file '[relay]' 'host = smtp example' 'user = me' "pasword = $secret" '[sender]' 'force = both' \
    '[log]' 'to = "syslog' 'format = xml' '[smtp]' 'host = x' 'port = 99999'
five_errors=(
    'sallyportctl: FILE:2: host: a host name or an address is expected'
    'sallyportctl: FILE:4: pasword is not known; the nearest key of [relay] is password'
    'sallyportctl: FILE:6: force: there is no envelope_from'
    'sallyportctl: FILE:8: the double quotes are not closed'
    'sallyportctl: FILE:9: format: text or json is expected'
    'sallyportctl: FILE:10: [smtp] is not known; the sections are [relay], [sender], [recipients], [message], [log], [queue], [limits] and [exit]'
)
runs 'all errors' 78 --check
says 'all errors' out
says 'all errors' err "${five_errors[@]}"
runs 'all errors, quietly' 78 --check -q
says 'all errors, quietly' err "${five_errors[@]}"
runs 'what is not wrong' 78
says 'what is not wrong' err "${five_errors[@]}"
says 'what is not wrong' out '; FILE' '; without what is wrong' '' '[relay]' \
    'user = "me"  ; FILE:3'
runs 'errors as JSON' 78 --json
[ "$(wc -l <"$work/out")" -eq 1 ] || fail 'errors as JSON: not a line'
grep -qF 'pasword is not known' "$work/out" || fail 'errors as JSON: they are not there'

# sallyport, which ends at the first error, says one of these.
"$SALLYPORT" -i root </dev/null >/dev/null 2>"$work/err" && fail 'sallyport accepts it'
sed -i "s|$conf|FILE|g; s/^sallyport:/sallyportctl:/" "$work/err"
printf '%s\n' "${five_errors[@]}" | grep -qxFf "$work/err" ||
    fail "sallyport says something else: $(<"$work/err")"

# Neither is a file, nor what it says, told twice.
runs 'a file that is not there' 78 -C "$work/none" --check
says 'a file that is not there' err "sallyportctl: $work/none: No such file or directory"
chmod 0602 "$conf"
runs 'a file that others may write to' 78
says 'a file that others may write to' err \
    'sallyportctl: FILE: others can write to it: chmod o-w'
rm "$conf"
export SALLYPORT_URL="smtps://me:$secret@smtp.example.org" SALLYPORT_HOST=x
if [ ! -e "${sysconfdir:-/etc}/sallyport.conf" ]; then
    runs 'variables alone' 0
    says 'variables alone' out '; no file' '' '[relay]' \
        'host = "smtp.example.org"  ; SALLYPORT_URL' \
        'port = "465"               ; SALLYPORT_URL' \
        'tls = "implicit"           ; SALLYPORT_URL' \
        'user = "me"                ; SALLYPORT_URL' \
        'password = (set)           ; SALLYPORT_URL'
    says 'variables alone' err 'the variable SALLYPORT_HOST is not known: ignored; is it SALLYPORT_RELAY_HOST?'
    runs 'variables alone, checked' 0 --check -q
    says 'variables alone, checked' err
fi

# Nobody reads on: not an error to be told, but none to be hidden either.
status=0
"$ctl" config >/dev/full 2>"$work/err" || status=$?
[ "$status" -eq 74 ] || fail "a full device: status $status, expected 74"
runs 'a word too many' 64 extra

exit "$failed"
