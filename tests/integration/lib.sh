# shellcheck shell=bash disable=SC2034,SC2154 # names set here and used there, or the reverse
# SPDX-License-Identifier: MIT
#
# Sourced by the integration tests: a work directory, certificates, ports, daemons that end with
# the test, messages, and comparison byte by byte. A test calls `begin`, runs cases that each
# say pass, fail or skip once, and ends with `finish`.
#
# $SALLYPORT is the program under test. The servers live in a root directory that setup.sh
# made; $work is the test's own directory as this script sees it, $inside the same directory
# as the servers see it from their root.

set -euo pipefail
umask 022
export LC_ALL=C
unset SSL_CERT_FILE SSL_CERT_DIR XDG_CONFIG_HOME "${!SALLYPORT_@}"

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=/dev/null
. "$here/place.bash"
readonly server_root=$place/root

readonly user=alice
readonly password='S3cret ;#=pass'
readonly password_in_url='S3cret%20%3B%23%3Dpass'
readonly domain=example.test
readonly sender=sender@$domain

passed=0
failed=0
skipped=0
daemons=()

pass() {
    printf 'PASS %s\n' "$1"
    passed=$((passed + 1))
}

# fail NAME WHY: with what the program said, for a reader who has only this output.
fail() {
    printf 'FAIL %s: %s\n' "$1" "$2"
    if [ -s "$work/stderr" ]; then
        sed 's/^/    | /' "$work/stderr"
    fi
    failed=$((failed + 1))
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

# The daemons lead their own process groups: what they forked ends with them.
stop_daemons() {
    local pid tries
    for pid in "${daemons[@]}"; do
        kill -TERM "$pid" 2>/dev/null || continue
        for ((tries = 0; tries < 100; tries++)); do
            kill -0 "$pid" 2>/dev/null || break
            sleep 0.05
        done
        kill -KILL -- "-$pid" 2>/dev/null || true
        wait "$pid" 2>/dev/null || true
    done
    daemons=()
}

leave() {
    local status=$?
    trap - EXIT INT TERM HUP
    stop_daemons
    if [ -n "${KEEP_WORK:-}" ]; then
        printf 'kept %s\n' "$work" >&2
    else
        rm -rf "$work"
    fi
    exit "$status"
}

# begin PATH...: each is what a test needs of the servers' root, as an absolute path in it.
begin() {
    local needed
    [ -n "${SALLYPORT:-}" ] || skip_all 'SALLYPORT names no program'
    [ -x "$SALLYPORT" ] || skip_all "no program $SALLYPORT"
    [ "$(id -u)" = 0 ] || skip_all 'needs root, for chroot'
    [ -s "$place/stamp" ] || skip_all "no servers in $place (run setup.sh)"
    for needed in "$@"; do
        [ -e "$server_root$needed" ] || skip_all "no $needed in $server_root"
    done
    SALLYPORT=$(realpath "$SALLYPORT")
    work=$(mktemp -d "$server_root/tmp/${0##*/}.XXXXXX")
    chmod 0755 "$work"
    inside=${work#"$server_root"}
    trap leave EXIT
    trap 'exit 130' INT
    trap 'exit 143' TERM HUP
    make_certificates
    make_messages
}

# ---- ports and daemons ----

listening() {
    (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null
}

# free_ports NAME...: sets each variable to a port nobody listens on, below the range that the
# kernel gives to outgoing connections.
free_ports() {
    local name port taken=' '
    for name in "$@"; do
        while :; do
            port=$((20000 + RANDOM % 12000))
            case $taken in *" $port "*) continue ;; esac
            listening "$port" || break
        done
        taken+="$port "
        printf -v "$name" '%s' "$port"
    done
}

# start NAME COMMAND...: runs a daemon in the foreground of the servers' root; what it prints
# goes to $work/NAME.out.
start() {
    local name=$1
    shift
    setsid chroot "$server_root" "$@" >"$work/$name.out" 2>&1 </dev/null &
    daemons+=("$!")
}

# await SECONDS COMMAND...: polls until the command succeeds; fails when the time is over.
await() {
    local tries=$(($1 * 20))
    shift
    while ! "$@"; do
        [ $((tries--)) -gt 0 ] || return 1
        sleep 0.05
    done
}

# await_daemon NAME PORT: the last daemon started answers at the port, or the test cannot go on.
await_daemon() {
    local pid=${daemons[-1]}
    if ! await 30 listening_or_dead "$2" "$pid" || ! kill -0 "$pid" 2>/dev/null; then
        printf 'FAIL %s: the server does not answer\n' "$1"
        cat "$work/$1.out"
        tail -n 20 "$server_log" 2>/dev/null || true
        exit 1
    fi
}

listening_or_dead() {
    listening "$1" || ! kill -0 "$2" 2>/dev/null
}

# ---- logs ----

# The server's log since the last `mark_log`; each case looks only at what it caused.
mark_log() {
    log_mark=$(stat -c %s "$server_log" 2>/dev/null || printf 0)
}

new_log() {
    [ ! -e "$server_log" ] || tail -c "+$((log_mark + 1))" "$server_log"
}

log_has() {
    new_log | grep -Eq -e "$1"
}

log_count() {
    new_log | grep -Ec -e "$1" || true
}

# ---- certificates ----

# The one of the servers' root: the machine need not have it.
openssl() {
    chroot "$server_root" /usr/bin/openssl "$@" >>"$work/openssl.out" 2>&1
}

make_ca() {
    openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj "/CN=$2" \
        -addext 'keyUsage=critical,keyCertSign,cRLSign' \
        -keyout "$inside/$1.key" -out "$inside/$1.pem"
}

# ca.pem signed server.pem; other-ca.pem signed nothing.
make_certificates() {
    make_ca ca 'sallyport test CA'
    make_ca other-ca 'sallyport other CA'
    openssl req -newkey rsa:2048 -nodes -subj '/CN=submit.test' \
        -keyout "$inside/server.key" -out "$inside/server.csr"
    printf '%s\n' 'subjectAltName=DNS:submit.test,IP:127.0.0.1' \
        'basicConstraints=critical,CA:FALSE' 'extendedKeyUsage=serverAuth' >"$work/server.ext"
    openssl x509 -req -in "$inside/server.csr" -CA "$inside/ca.pem" -CAkey "$inside/ca.key" \
        -CAcreateserial -days 2 -extfile "$inside/server.ext" -out "$inside/server.pem"
}

# make_client_certificate NAME: client.pem and client.key.
make_client_certificate() {
    openssl req -newkey rsa:2048 -nodes -subj "/CN=$1" \
        -keyout "$inside/client.key" -out "$inside/client.csr"
    openssl x509 -req -in "$inside/client.csr" -CA "$inside/ca.pem" -CAkey "$inside/ca.key" \
        -CAcreateserial -days 2 -out "$inside/client.pem"
}

# ---- messages: NAME.eml is what is sent, NAME.expected what a maildir must then hold ----

# A header with nothing to add, and with oddities that nobody may straighten.
message_header() {
    printf 'From: Sender <%s>\n' "$sender"
    printf 'To:   undisclosed-recipients:;\n'
    printf 'Subject: %s\n  \tfolded oddly\n' "$1"
    printf 'Date: Mon, 01 Jan 2024 00:00:00 +0000\nMessage-ID: <%s@%s>\n' "$1" "$domain"
    printf 'X-Odd:no blank; "quotes",   three blanks\n'
}

# Over 256 KiB, and no two lines alike, so that a lost or repeated block shows.
big_body() {
    awk 'BEGIN {
        for (i = 1; i <= 4800; i++)
            printf "%s%05d the quick brown fox jumps over the lazy dog, again\n",
                i % 7 ? "" : ".", i
    }'
}

make_message() {
    cat >"$work/$1.eml"
    tr -d '\r' <"$work/$1.eml" >"$work/$1.expected"
}

make_messages() {
    { message_header small; printf '\nhello\n'; } | make_message small
    { message_header crlf; printf '\nhello\n\nbye\n'; } | sed 's/$/\r/' | make_message crlf
    { message_header dots; printf '\n.\n..\n...\n.x\n..x\nx.\n.\n'; } | make_message dots
    {
        message_header eightbit
        printf 'MIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\n'
        printf 'Content-Transfer-Encoding: 8bit\n\n'
        printf 'Gr\303\274\303\237e \342\202\254 \360\237\223\250\n\344\366\374 \377\376\200\n'
    } | make_message eightbit
    { message_header big; printf '\n'; big_body; } | make_message big
    { message_header early; printf '\nbefore\n.\nafter\n'; } >"$work/early.eml"
    { message_header early; printf '\nbefore\n'; } >"$work/early.expected"
}

# ---- sending ----

# relay_conf FILE PORT TLS [LINE]...: a configuration; further lines go into [relay], and
# replace what would stand there by default; a token stands for the password.
relay_conf() {
    local file=$work/$1 port=$2 tls=$3 line keys=
    shift 3
    for line in "$@"; do
        keys+=" ${line%% *}"
    done
    {
        printf '[relay]\nhost = 127.0.0.1\nport = %s\ntls = %s\n' "$port" "$tls"
        case $keys in *tls_ca*) ;; *) printf 'tls_ca = %s\n' "$work/ca.pem" ;; esac
        case $keys in *password* | *token_*) ;; *) printf 'password = "%s"\n' "$password" ;; esac
        printf 'user = %s\n' "$user"
        [ $# = 0 ] || printf '%s\n' "$@"
        printf '[sender]\ndomain = %s\n[log]\nto = stderr\n' "$domain"
    } >"$file"
    chmod 0600 "$file"
}

# send MESSAGE ARG...: sets $status and $work/stderr. A time limit, so that a program that
# waits for ever fails and does not hang the test.
send() {
    local message=$work/$1.eml
    shift
    status=0
    timeout 120 "$SALLYPORT" "$@" <"$message" >"$work/stdout" 2>"$work/stderr" || status=$?
}

# ---- the store: one maildir a recipient, $work/mail/NAME ----

empty_store() {
    rm -f "$work"/mail/*/new/*
    rm -f "$work"/mail/*/tmp/*
}

stored() {
    local files=("$work/mail/$1/new/"*)
    [ -e "${files[0]}" ] && printf '%d' "${#files[@]}" || printf 0
}

has_stored() {
    [ "$(stored "$1")" -ge "$2" ]
}

# trace_length FIELD...: the octets of the fields that the server put on top of stdin, which
# must be these, in this order; their continuation lines count with them.
trace_length() {
    awk -v expected="$*" '
        BEGIN { count = split(expected, field, " ") }
        /^[ \t]/ && at > 0 { octets += length($0) + 1; next }
        at == count { exit }
        index($0, field[at + 1] ":") != 1 { wrong = 1; exit }
        { at++; octets += length($0) + 1 }
        END { if (wrong || at < count) exit 1; print octets + 0 }'
}

# with_domain: standard input, with a bare name in its From, To and Cc put in the domain.
with_domain() {
    sed -E "1,/^\$/{
        /^(From|To|Cc):/{
            s/<([a-z0-9]+)>/<\\1@$domain>/
            s/^([A-Za-z]+: *)([a-z0-9]+)( \\(.*)?\$/\\1\\2@$domain\\3/
        }
    }"
}

# without_fields FIELD...: prints stdin less the header fields of these names.
without_fields() {
    awk -v names="$*" '
        BEGIN { count = split(tolower(names), name, " ") }
        body { print; next }
        /^$/ { body = 1; print; next }
        /^[ \t]/ { if (!dropped) print; next }
        {
            dropped = 0
            for (i = 1; i <= count; i++)
                if (tolower($0) ~ "^" name[i] "[ \t]*:") dropped = 1
            if (!dropped) print
        }'
}

# has_field FILE PATTERN: the header has exactly one line like that.
has_field() {
    local found
    found=$(sed '/^$/q' "$1" | grep -Ec -e "$2" || true)
    [ "$found" = 1 ] && return
    why="$found header lines like $2 in what arrived"
    return 1
}

# arrived NAME MESSAGE: waits for exactly one message and compares it, byte by byte, with what
# was sent; says in $why what is wrong.
arrived() {
    local box=$1 expected=$work/$2.expected octets
    if ! await 30 has_stored "$box" 1; then
        why="nothing arrived for $box"
        return 1
    fi
    if [ "$(stored "$box")" != 1 ]; then
        why="$(stored "$box") copies arrived for $box"
        return 1
    fi
    # shellcheck disable=SC2086 # one word a field
    if ! octets=$(trace_length $server_trace <"$work/mail/$box/new/"*); then
        why="the message for $box does not begin with $server_trace"
        return 1
    fi
    tail -c "+$((octets + 1))" "$work/mail/$box/new/"* >"$work/arrived"
    if ! cmp -s "$work/arrived" "$expected"; then
        why="the message for $box differs: $(cmp "$work/arrived" "$expected" 2>&1 || true)"
        return 1
    fi
}
