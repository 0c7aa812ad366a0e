# shellcheck shell=bash disable=SC2034,SC2154 # names set here and used there, or the reverse
# SPDX-License-Identifier: MIT
#
# Sourced by the scripts that run the program itself: a work directory, the submission server
# of this directory, configurations for it, and what arrived there. $SALLYPORT is the program,
# $builddir where the support programs were built. A script calls `begin`, and ends with
# `finish` if it counts cases.

set -euo pipefail
umask 022
export LC_ALL=C
unset SSL_CERT_FILE SSL_CERT_DIR XDG_CONFIG_HOME CDPATH "${!SALLYPORT_@}"

readonly user=alice
readonly password='S3cret ;#=pass'
readonly sender=alice@example.org
readonly recipient=bob@example.net

passed=0
failed=0
skipped=0
server_pid=
declare -A seen

pass() {
    printf 'PASS %s\n' "$1"
    passed=$((passed + 1))
}

# fail NAME WHY: with what the program said.
fail() {
    printf 'FAIL %s: %s\n' "$1" "$2"
    if [ -s "$work/stderr" ]; then
        sed 's/^/    | /' "$work/stderr"
    fi
    failed=$((failed + 1))
}

# keep_least NAME VALUE: sets the variable unless it has less.
keep_least() {
    local -n kept=$1
    [ -n "$kept" ] && [ "$kept" -le "$2" ] || kept=$2
}

skip() {
    printf 'SKIP %s: %s\n' "$1" "$2"
    skipped=$((skipped + 1))
}

skip_all() {
    printf 'SKIP %s: %s\n' "${0##*/}" "$1"
    exit 77
}

finish() {
    printf '%s: %d passed, %d failed, %d skipped\n' "${0##*/}" "$passed" "$failed" "$skipped"
    [ "$failed" = 0 ] || exit 1
    [ "$passed" != 0 ] || exit 77
    exit 0
}

leave() {
    local status=$?
    trap - EXIT INT TERM HUP
    stop_server
    rm -rf "$work"
    exit "$status"
}

# What is below $work can be read by everyone, so that a caller of no privileges can be played.
begin() {
    [ -x "${SALLYPORT:-}" ] || skip_all 'SALLYPORT names no program; run it by make'
    support=${builddir:-.}/tests/support
    [ -x "$support/submission_server" ] || skip_all "no submission server in $support"
    SALLYPORT=$(realpath "$SALLYPORT")
    support=$(realpath "$support")
    work=$(mktemp -d "${TMPDIR:-/tmp}/sallyport-${0##*/}.XXXXXX")
    trap leave EXIT
    trap 'exit 130' INT
    trap 'exit 143' TERM HUP
    chmod 0755 "$work"
    mkdir "$work/home" "$work/mail"
    export HOME=$work/home
}

# ---- the server ----

# start_server [OPTION]...: sets implicit_port and starttls_port. The server ends when
# server_in is closed, so with this script at the latest.
start_server() {
    local line
    rm -f "$work/server.in" "$work/server.out"
    mkfifo "$work/server.in" "$work/server.out"
    "$support/submission_server" --directory "$work/mail" "$@" \
        <"$work/server.in" >"$work/server.out" &
    server_pid=$!
    exec {server_in}>"$work/server.in" {server_out}<"$work/server.out"
    if ! read -r -t 60 line <&"$server_out"; then
        printf 'FAIL %s: the submission server does not start\n' "${0##*/}"
        exit 1
    fi
    line=${line#ready implicit=}
    implicit_port=${line%% *}
    starttls_port=${line#* starttls=}
}

stop_server() {
    [ -n "$server_pid" ] || return 0
    exec {server_in}>&- {server_out}<&-
    kill "$server_pid" 2>/dev/null || true
    wait "$server_pid" 2>/dev/null || true
    server_pid=
}

# Waits for the end of a connection, and sets seen[round_trips] and so on.
next_connection() {
    local line word
    seen=()
    read -r -t 60 line <&"$server_out" || return 1
    for word in ${line#connection }; do
        seen[${word%%=*}]=${word#*=}
    done
}

# Nobody has connected since the last connection that was asked for; else $why.
nothing_sent() {
    read -r -t 0 <&"$server_out" || return 0
    next_connection
    why='somebody connected to the server'
    return 1
}

# ---- configurations and messages ----

# relay_conf FILE PORT TLS [LINE]...: a configuration; further lines go into [relay], and
# replace what would stand there by default.
relay_conf() {
    local file=$1 port=$2 tls=$3 line keys=' '
    shift 3
    for line in "$@"; do
        keys+="${line%% *} "
    done
    {
        printf '[relay]\nhost = 127.0.0.1\nport = %s\ntls = %s\nuser = %s\n' \
            "$port" "$tls" "$user"
        case $keys in *' tls_ca '*) ;; *) printf 'tls_ca = %s\n' "$work/mail/ca.pem" ;; esac
        case $keys in *' password'*) ;; *) printf 'password = "%s"\n' "$password" ;; esac
        [ $# = 0 ] || printf '%s\n' "$@"
        printf '[sender]\ndomain = example.org\nenvelope_from = %s\n' "$sender"
        printf '[log]\nto = stderr\n'
    } >"$file"
    chmod 0600 "$file"
}

# runs_set_gid GROUP: whether a program of that group in $work runs by it when its mode says so.
runs_set_gid() {
    cp "$(command -v id)" "$work/id"
    { chown "0:$1" "$work/id" && chmod 2755 "$work/id"; } 2>/dev/null || true
    [ "$("$work/id" -g)" = "$1" ]
}

# message OCTETS: one with nothing to add, and so long in its wire form. No two lines are alike,
# so that a lost or repeated block shows.
message() {
    awk -v size="$1" 'BEGIN {
        header = "From: <alice@example.org>\nTo: <bob@example.net>\nSubject: a test\n" \
            "Date: Mon, 01 Jan 2024 00:00:00 +0000\nMessage-ID: <test@example.org>\n\n"
        printf "%s", header
        left = size - length(header) - 6
        for (line = 1; left > 200; line++) {
            text = (line % 7 ? "" : ".") line " the quick brown fox jumps over the lazy dog"
            print text
            left -= length(text) + 2
        }
        while (left-- > 2) last = last "x"
        print last
    }'
}

# send FILE COMMAND...: runs it with FILE as its standard input; sets $status. The time limit is
# for a program that would wait for ever.
send() {
    local file=$1
    shift
    rm -f "$work/mail/"*.eml "$work/mail/"*.env "$work/mail/"*.part
    nothing_sent || true # whatever a failed case has left behind
    status=0
    timeout 120 "$@" <"$file" >"$work/stdout" 2>"$work/stderr" || status=$?
}

# arrived FILE: one message has arrived, and it is this one, octet for octet; else $why.
arrived() {
    local files=("$work/mail/"*.eml)
    if [ ! -e "${files[0]}" ]; then
        why='no message arrived'
    elif [ "${#files[@]}" != 1 ]; then
        why="${#files[@]} messages arrived"
    elif ! sed 's/$/\r/' "$1" | cmp -s - "${files[0]}"; then
        why='what arrived differs from what was sent'
    else
        return 0
    fi
    return 1
}

# has_delivered FILE EXPECTED COMMAND...: sends FILE by COMMAND, and EXPECTED arrived; else $why.
has_delivered() {
    local expected=$2
    send "$1" "${@:3}"
    [ "$status" = 0 ] || { why="exit status $status"; return 1; }
    next_connection || { why='no connection was made'; return 1; }
    [ "${seen[faults]}" = none ] || { why="faults=${seen[faults]}"; return 1; }
    arrived "$expected"
}
