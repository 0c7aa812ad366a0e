#!/bin/bash
# SPDX-License-Identifier: MIT
#
# `sallyportctl providers`: what it shows, and with which status. It opens no connection.
set -euo pipefail
: "${SALLYPORT:?}" "${builddir:=.}"
ctl=${SALLYPORTCTL:-$builddir/sallyportctl}
work=$(mktemp -d "${TMPDIR:-/tmp}/sallyport-providers-XXXXXX")
trap 'rm -rf "$work"' EXIT
failed=0

fail() {
    printf 'FAILED: %s\n' "$*" >&2
    failed=1
}

# shows NAME STATUS ARGUMENT...: standard output and error are kept in $work.
shows() {
    local name=$1 expected=$2 status=0
    shift 2
    "$ctl" providers "$@" >"$work/out" 2>"$work/err" || status=$?
    [ "$status" -eq "$expected" ] || fail "$name: status $status, expected $expected"
    if [ "$expected" -eq 0 ]; then
        [ ! -s "$work/err" ] || fail "$name: on standard error: $(<"$work/err")"
    else
        [ ! -s "$work/out" ] || fail "$name: on standard output: $(<"$work/out")"
    fi
}

# has NAME TEXT [FILE]
has() {
    grep -qF -- "$2" "$work/${3:-out}" || fail "$1: no \"$2\" in: $(<"$work/${3:-out}")"
}

lines() {
    local number
    number=$(wc -l <"$work/out")
    [ "$number" -eq "$2" ] || fail "$1: $number lines, expected $2"
}

shows 'all' 0
lines 'all' 61
has 'all' 'Azure Communication Services'
has 'all' 'smtp.azurecomm.net 587'

shows 'names' 0 --names
has 'names' sendgrid:eu
has 'names' ses:REGION
[ "$(sort "$work/out" | uniq -d)" = '' ] || fail 'a name stands twice'
! grep -q '[[:blank:]]' "$work/out" || fail 'a name has a blank in it'

shows 'names of some' 0 sendgrid --names
printf '%s\n' sendgrid sendgrid:eu | cmp -s - "$work/out" || fail "names of one: $(<"$work/out")"

shows 'a key' 0 gmail
has 'a key' 'provider = gmail'
has 'a key' gmail-app
shows 'a key in capitals, with a variant' 0 SendGrid:eu
has 'a key in capitals, with a variant' 'the word apikey'
shows 'a part of a name' 0 google
has 'a part of a name' gmail-relay
shows 'no such one' 66 no-such-provider
has 'no such one' 'no provider is like no-such-provider' err
shows 'a control character' 66 $'x\e[31m'
has 'a control character' 'like x?[31m' err

shows 'for a mailbox' 0 --for me@gmx.com
has 'for a mailbox' 'provider = gmx'
shows 'the name for a mailbox' 0 --for me@gmx.com --names
printf 'gmx:com\n' | cmp -s - "$work/out" || fail "the name for a mailbox: $(<"$work/out")"
shows 'the name for a server' 0 --names --for email-smtp.eu-west-1.amazonaws.com
printf 'ses:eu-west-1\n' | cmp -s - "$work/out" || fail "the name for a server: $(<"$work/out")"
shows 'for nobody' 66 --for me@example.org
has 'for nobody' 'no provider is known for example.org' err
shows 'two questions' 64 gmail --for me@gmx.com
has 'two questions' 'not both' err

shows 'JSON' 0 gmail --json
has 'JSON' '"schema":1'
has 'JSON' smtp.gmail.com
lines 'JSON' 1
exit "$failed"
