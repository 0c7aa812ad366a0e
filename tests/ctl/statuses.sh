#!/bin/bash
# SPDX-License-Identifier: MIT
#
# What sallyportctl exits with and where it says why, from the program itself. The statuses of
# setup and check have tests of their own. One is never seen: 70 is a bug.
# shellcheck disable=SC2016,SC2154 # expanded by an inner shell; names of the sourced file

# shellcheck source=tests/support/server.bash
. "$(dirname "$0")/../support/server.bash" || exit 1

# run COMMAND...: sets $status.
run() {
    status=0
    timeout 120 "$@" >"$work/stdout" 2>"$work/stderr" </dev/null || status=$?
}

# refuses STATUS NAME TEXT COMMAND...: one line on standard error, and nothing on standard output.
refuses() {
    local wanted=$1 name=$2 text=$3
    shift 3
    run "$@"
    if [ "$status" != "$wanted" ]; then
        fail "$name" "exit status $status, not $wanted"
    elif [ "$(cat "$work/stderr")" != "sallyportctl: $text" ]; then
        fail "$name" "it does not say: $text"
    elif [ -s "$work/stdout" ]; then
        fail "$name" 'it says something on standard output'
    else
        pass "$wanted: $name"
    fi
}

# answers NAME PATTERN COMMAND...: status 0, and a line like that on standard output alone.
answers() {
    local name=$1 pattern=$2
    shift 2
    run "$@"
    if [ "$status" != 0 ] || [ -s "$work/stderr" ]; then
        fail "$name" "exit status $status"
    elif ! grep -qE -e "$pattern" "$work/stdout"; then
        fail "$name" "no /$pattern/ on standard output"
    else
        pass "0: $name"
    fi
}

# is_object STATUS VERB: standard output is one line that is the object of a failure.
is_object() {
    [ "$(wc -l <"$work/stdout")" = 1 ] || return 1
    grep -qE "^\{\"schema\":1,\"verb\":$2,.*\"status\":$1[,}].*\"error\":\"" "$work/stdout"
}

# as_object STATUS VERB NAME COMMAND...: the failure is an object, too.
as_object() {
    local wanted=$1 verb=$2 name=$3
    shift 3
    run "$@"
    if [ "$status" = "$wanted" ] && is_object "$wanted" "$verb" && [ -s "$work/stderr" ]; then
        pass "$wanted: $name"
    else
        fail "$name" "exit status $status, and: $(cat "$work/stdout")"
    fi
}

answer_cases() {
    answers '--version' '^sallyportctl [0-9.]+$' "$ctl" --version
    answers '-V beside a verb' '^sallyportctl [0-9.]+$' "$ctl" check -V
    answers 'help' '^  check ' "$ctl" help
    answers '--help' '^  setup ' "$ctl" --help
    answers 'help of a verb' '^usage: sallyportctl check' "$ctl" help check
    answers '--help of a verb' '^  --strict ' "$ctl" check --help
    answers 'completion' '^complete -F ' "$ctl" completion bash
    answers 'providers' sendgrid "$ctl" providers
}

usage_cases() {
    local verb
    run "$ctl"
    if [ "$status" = 64 ] && [ ! -s "$work/stdout" ] && grep -q '^usage: ' "$work/stderr"; then
        pass '64: no verb'
    else
        fail 'no verb' "exit status $status"
    fi
    refuses 64 'unknown verb' 'chekc: no such verb; the nearest is check (see sallyportctl help)' \
        "$ctl" chekc
    refuses 64 'unknown option' \
        'option --form: not known; the nearest is --from (see sallyportctl help)' \
        "$ctl" check --form="$password"
    refuses 64 'one word too many' 'check: takes no further word (see sallyportctl help)' \
        "$ctl" check "$password"
    refuses 64 'no such shell' 'completion tcsh: bash, zsh or fish is expected' \
        "$ctl" completion tcsh
    refuses 64 'no shell' 'completion: bash, zsh or fish is expected' "$ctl" completion
    for verb in import token; do
        refuses 64 "$verb" "$verb: not in this version of sallyportctl" "$ctl" "$verb" list
    done
    refuses 66 'no such provider' \
        'no provider is like nowhere: "sallyportctl providers" lists them' \
        "$ctl" providers nowhere
}

json_cases() {
    as_object 64 '"check"' 'unknown option, as an object' "$ctl" check --json --form
    as_object 66 '"providers"' 'no such provider, as an object' "$ctl" --json providers nowhere
}

output_cases() {
    local name='standard output is closed'
    run bash -c '"$0" providers >&-' "$ctl"
    if [ "$status" = 74 ] && grep -q '^sallyportctl: standard output cannot be written: ' \
        "$work/stderr"; then
        pass "74: $name"
    else
        fail "$name" "exit status $status"
    fi
    name='standard output is full'
    run bash -c '"$0" providers >/dev/full' "$ctl"
    if [ "$status" = 74 ]; then
        pass "74: $name"
    else
        fail "$name" "exit status $status"
    fi
    name='both are closed'
    run bash -c '"$0" providers >&- 2>&-' "$ctl"
    if [ "$status" = 74 ]; then
        pass "74: $name"
    else
        fail "$name" "exit status $status"
    fi
}

privilege_case() {
    local name='set-group-ID' group=54321
    if ! runs_set_gid "$group"; then
        skip "$name" 'not root, or it has no effect here'
        return
    fi
    cp "$ctl" "$work/sallyportctl"
    chown "0:$group" "$work/sallyportctl"
    chmod 2755 "$work/sallyportctl"
    refuses 77 "$name" \
        'not run with the rights of its file: take its set-id bits and capabilities off' \
        "$work/sallyportctl" providers
}

# A password is being typed: the terminal has its echo again, and no file was made.
interrupt_case() {
    local name='SIGINT'
    if ! command -v expect >/dev/null; then
        skip "$name" 'expect is not installed'
        return
    fi
    status=0
    timeout 60 expect -c '
        set timeout 30
        spawn -noecho sh
        send "PS1=\"\"; stty echo; echo be\"\"gun\r"
        expect begun
        send "\"$env(ctl)\" setup sendgrid --from a@example.org --root a@example.org --no-check --output $env(work)/never; echo status=\$?; stty -a\r"
        expect -re {(key|assword|ecret)[^\n]*: $}
        send "\003"
        expect -re {status=([0-9]+)}
        set status $expect_out(1,string)
        expect -re {[ \n](-?)echo[ ;]}
        if {$expect_out(1,string) ne ""} { exit 98 }
        exit $status' >"$work/stdout" 2>"$work/stderr" || status=$?
    if [ "$status" = 130 ] && [ ! -e "$work/never" ]; then
        pass '130: SIGINT while a secret is typed, and the echo is back'
    else
        fail "$name" "exit status $status: $(cat "$work/stdout")"
    fi
}

begin
ctl=$(realpath "${SALLYPORTCTL:-$builddir/sallyportctl}")
export ctl work
answer_cases
usage_cases
json_cases
output_cases
privilege_case
interrupt_case
finish
