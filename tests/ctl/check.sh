#!/bin/bash
# SPDX-License-Identifier: MIT
#
# `sallyportctl check` itself: what it exits with, and what goes to which stream.
# shellcheck source=tests/support/server.bash
. "${srcdir:-.}/tests/support/server.bash"

begin
ctl=${SALLYPORTCTL:-${builddir:-.}/sallyportctl}
[ -x "$ctl" ] || skip_all "no $ctl"
ctl=$(realpath "$ctl")
start_server --login "$user:$password" --refuse nobody@example.net

# The caller's own file: only that may name authorities, whoever he is.
readonly conf=$HOME/.config/sallyport.conf
mkdir "${conf%/*}"

# checks NAME STATUS ARGUMENT...: its streams are kept.
checks() {
    local name=$1 expected=$2 status=0
    shift 2
    timeout 120 "$ctl" check "$@" </dev/null >"$work/stdout" 2>"$work/stderr" ||
        status=$?
    if [ "$status" != "$expected" ]; then
        fail "$name" "status $status, expected $expected"
    elif grep -qF "$password" "$work/stdout" "$work/stderr"; then
        fail "$name" 'the password is shown'
    else
        pass "$name"
    fi
}

# has NAME STREAM TEXT, lacks NAME STREAM TEXT
has() {
    if grep -qF -- "$3" "$work/$2"; then pass "$1"; else fail "$1" "no \"$3\" on $2"; fi
}
lacks() {
    if grep -qF -- "$3" "$work/$2"; then fail "$1" "\"$3\" on $2"; else pass "$1"; fi
}
silent() {
    if [ -s "$work/$2" ]; then fail "$1" "$2 is not empty"; else pass "$1"; fi
}

relay_conf "$conf" "$implicit_port" implicit
checks 'a good server' 0 --ports "$implicit_port"
has 'a good server is told of on standard output' stdout 'It works'
silent 'a good server leaves standard error alone' stderr

checks 'a good server, as JSON' 0 --ports "$implicit_port" --json
has 'JSON says which schema it has' stdout '"schema":1'
has 'JSON has the steps' stdout '"step":"rcpt"'
silent 'JSON leaves standard error alone' stderr

checks 'the dialogue' 0 --ports "$implicit_port" -v
has 'the dialogue is on standard error' stderr '> EHLO '
lacks 'the dialogue is not on standard output' stdout '> EHLO '

checks 'a test message' 0 --ports "$implicit_port" --to "$recipient"
mails=("$work/mail/"*.eml)
if grep -q '^Auto-Submitted: auto-generated' "${mails[0]}"; then
    pass 'a test message arrives, and says what it is'
else
    fail 'a test message' 'what arrived does not say what it is'
fi

checks 'a recipient that is not there' 67 --ports "$implicit_port" --to nobody@example.net

relay_conf "$conf" "$starttls_port" starttls 'password = "another ;#"'
checks 'a wrong password' 77 --ports "$implicit_port"
has 'a wrong password has its advice' stdout 'wrong-password'
checks 'a wrong password, not tried' 0 --ports "$implicit_port" --no-auth

relay_conf "$conf" "$starttls_port" implicit
checks 'the other kind of TLS' 76 --ports "$implicit_port"
has 'the other kind of TLS has its advice' stdout 'wants-starttls'

relay_conf "$conf" "$implicit_port" implicit "tls_ca = $work/other.pem"
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout /dev/null \
    -subj /CN=nobody -out "$work/other.pem" 2>/dev/null || skip_all 'no openssl'
checks 'a strange certificate' 77 --ports "$implicit_port"

relay_conf "$conf" 1 starttls
checks 'a port where nobody listens' 75 --ports "$implicit_port"

mkfifo "$work/fifo"
relay_conf "$conf" "$implicit_port" implicit \
    "password_command = \"{ echo; exec sleep 300; } >'$work/fifo'\""
"$ctl" check --ports "$implicit_port" </dev/null >"$work/stdout" 2>&1 &
# The end of what it reads is that of the command.
# shellcheck disable=SC2016 # expanded by the inner shell
if timeout 60 bash -c 'exec <"$2"; read -r; kill -INT "$1"; cat' bash $! "$work/fifo"; then
    pass 'an interrupt ends password_command'
else
    fail 'an interrupt' 'password_command still runs'
fi
wait $! || true

rm "$conf"
checks 'no configuration' 78
checks 'no configuration, as JSON' 78 --json
has 'JSON of a failure is an object' stdout '"status":78'

relay_conf "$conf" "$implicit_port" implicit
checks 'an unknown relay' 64 --relay nobody
silent 'a mistake of the call shows nothing on standard output' stdout
checks 'ports that are none' 64 --ports none
checks 'two wishes that exclude each other' 64 --no-auth --to "$recipient"

finish
