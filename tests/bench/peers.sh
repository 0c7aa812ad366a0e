#!/bin/bash
# SPDX-License-Identifier: MIT
#
# make bench BENCH_PEERS=yes: sallyport beside other programs that hand a message to a submission
# server, and beside the least that could do it (minimal.cc). All of them run in one root
# directory (peers_setup.sh), against the same server of ours, with the same certificates. Each
# figure is the least of some runs, by `measure`. What one cannot do, or does not finish in time,
# is left empty; a program that cannot be had is named.
#
# nullmailer is left out: its daemon sends, and how long a message lay in its queue is not a
# client's figure. dma makes a process for each recipient: it gets 100 at most.
# shellcheck disable=SC2154 # names of the sourced file

# shellcheck source=tests/support/server.bash
. "$(dirname "$0")/../support/server.bash" || exit 1

here=$(cd "$(dirname "$0")" && pwd)
place=${BENCH_ROOT:-$(realpath "${builddir:-.}")/bench-root}
readonly here place root=$place/root
readonly secret=S3cret.pass # every configuration file can say this one
readonly offer='PIPELINING,SIZE 1000000000,8BITMIME,ENHANCEDSTATUSCODES,CHUNKING'
readonly programs=(sallyport minimal msmtp ssmtp dma esmtp s-nail curl)
readonly authorities=/etc/ssl/certs/bench.pem hashed=/bench/authorities
missing=()

has() {
    case $1 in
    sallyport | minimal) [ -x "$root/bench/$1" ] ;;
    ssmtp | dma) [ -x "$root/usr/sbin/$1" ] ;;
    *) [ -x "$root/usr/bin/$1" ] ;;
    esac
}

# ---- how each is told: sets $command ----

# command_of PROGRAM MODE PORT RECIPIENT...
command_of() {
    local program=$1 mode=$2 port=$3
    shift 3
    "use_${program/-/_}" "$mode" "$port" "$@"
}

use_sallyport() {
    relay_conf "$root/bench/sallyport.conf" "$2" "$1" "tls_ca = $hashed" \
        "password = $secret" 'max_recipients = 10000'
    command=(/bench/sallyport -C /bench/sallyport.conf -i "${@:3}")
}

use_minimal() {
    command=(/bench/minimal "$2" "$1" "$hashed" "$user" "$secret" "$sender" "${@:3}")
}

use_msmtp() {
    printf '%s\n' 'account default' 'host 127.0.0.1' "port $2" 'tls on' \
        "tls_starttls $([ "$1" = starttls ] && echo on || echo off)" \
        "tls_trust_file $authorities" 'auth plain' "user $user" "password $secret" \
        "from $sender" >"$root/bench/msmtprc"
    chmod 0600 "$root/bench/msmtprc"
    command=(/usr/bin/msmtp -C /bench/msmtprc "${@:3}")
}

use_ssmtp() {
    printf '%s\n' "mailhub=127.0.0.1:$2" 'UseTLS=YES' "AuthUser=$user" "AuthPass=$secret" \
        'AuthMethod=LOGIN' 'FromLineOverride=YES' >"$root/bench/ssmtp.conf"
    [ "$1" != starttls ] || echo 'UseSTARTTLS=YES' >>"$root/bench/ssmtp.conf"
    command=(/usr/sbin/ssmtp -C/bench/ssmtp.conf "-f$sender" "${@:3}")
}

use_dma() {
    [ $# -le 102 ] || return 1
    mkdir -p "$root/etc/dma"
    printf '%s\n' 'SMARTHOST 127.0.0.1' "PORT $2" 'AUTHPATH /etc/dma/auth.conf' \
        'SECURETRANSFER' 'SPOOLDIR /var/spool/dma' >"$root/etc/dma/dma.conf"
    [ "$1" != starttls ] || echo 'STARTTLS' >>"$root/etc/dma/dma.conf"
    printf '%s|127.0.0.1:%s\n' "$user" "$secret" >"$root/etc/dma/auth.conf"
    chown 8 "$root/etc/dma/auth.conf" # dma becomes mail
    command=(/usr/sbin/dma -D -i -f "$sender" "${@:3}")
}

use_esmtp() {
    [ "$1" = starttls ] || return 1
    # libesmtp knows no other place to look for authorities.
    rm -f "$root/usr/lib/ssl/cert.pem"
    cp "$root$authorities" "$root/usr/lib/ssl/cert.pem"
    printf '%s\n' "hostname=localhost:$2" "username=$user" "password=$secret" \
        'starttls=required' >"$root/bench/esmtprc"
    chmod 0600 "$root/bench/esmtprc"
    command=(/usr/bin/esmtp -C /bench/esmtprc -f "$sender" "${@:3}")
}

use_s_nail() {
    local scheme=smtps
    [ "$1" != starttls ] || scheme=smtp
    command=(/usr/bin/s-nail -:/ -Sv15-compat -Sttycharset=utf-8
        "-Smta=$scheme://$user:$secret@localhost:$2" -Ssmtp-auth=plain -Ssmtp-use-starttls
        "-Stls-ca-file=$authorities" -Stls-verify=strict "-Sfrom=$sender" -r "$sender"
        -s test "${@:3}")
}

use_curl() {
    local scheme=smtps recipients=() one
    [ "$1" != starttls ] || scheme=smtp
    for one in "${@:3}"; do
        recipients+=(--mail-rcpt "$one")
    done
    command=(/usr/bin/curl -sS --ssl-reqd --url "$scheme://127.0.0.1:$2" --user "$user:$secret"
        --cacert "$authorities" --mail-from "$sender" "${recipients[@]}" --crlf -T -)
}

# ---- one run ----

inside() {
    timeout "${limit:-20}" chroot "$root" /usr/bin/env -i HOME=/root LC_ALL=C \
        PATH=/usr/bin:/bin "$@" <"$work/message" >"$work/stdout" 2>"$work/stderr"
}

# delivered STATUS: the message has arrived, perhaps in more than one session.
delivered() {
    [ "$1" = 0 ] && next_connection && [ "${seen[messages]:-0}" != 0 ]
}

usage() {
    sed "s/.*$1=\([0-9]*\).*/\1/" "$root/bench/usage"
}

# least RUNS PROGRAM MODE PORT RECIPIENT...: sets $wall, $cpu, $peak, $faults; false if it fails.
least() {
    local runs=$1 run value status
    shift
    wall='' cpu='' peak='' faults=''
    command_of "$@" || return 1
    for ((run = 0; run < runs; run++)); do
        nothing_sent || true
        status=0
        inside /bench/measure /bench/usage "${command[@]}" || status=$?
        delivered "$status" || return 1
        settle
        value=$(usage wall_us)
        [ -n "$wall" ] && [ "$wall" -le "$value" ] || wall=$value
        value=$(($(usage user_us) + $(usage system_us)))
        [ -n "$cpu" ] && [ "$cpu" -le "$value" ] || cpu=$value
        value=$(usage max_rss_kb)
        [ -n "$peak" ] && [ "$peak" -le "$value" ] || peak=$value
        value=$(usage page_faults)
        [ -n "$faults" ] && [ "$faults" -le "$value" ] || faults=$value
    done
}

# dma has a session for each recipient: what is left of them is waited for, not measured.
settle() {
    while read -r -t 0.05 <&"$server_out"; do :; done
}

# put PROGRAM ROW VALUE
put() {
    printf '%s\t%s\t%s\n' "$2" "$1" "$3" >>"$work/results"
}

milliseconds() {
    awk -v microseconds="$1" 'BEGIN { printf "%.1f", microseconds / 1000 }'
}

megabytes() {
    awk -v kilobytes="$1" 'BEGIN { printf "%.1f", kilobytes * 1.024 / 1000 }'
}

# ---- what is measured ----

start_up() {
    local program=$1 option=--version run least=''
    command_of "$program" implicit 1 "$recipient" || command_of "$program" starttls 1 x
    case $program in
    minimal) option= ;;
    ssmtp | esmtp | s-nail) option=-V ;;
    dma) option=-bp ;;
    esac
    for ((run = 0; run < 20; run++)); do
        inside /bench/measure /bench/usage "${command[0]}" ${option:+"$option"} || true
        [ -n "$least" ] && [ "$least" -le "$(usage wall_us)" ] || least=$(usage wall_us)
    done
    put "$program" 'start-up, ms' "$(milliseconds "$least")"
    instructions "${command[0]}" ${option:+"$option"}
    put "$program" 'start-up, Mi' "$count"
}

# instructions COMMAND...: of all its processes together; sets $count.
instructions() {
    inside /usr/bin/valgrind.bin --tool=callgrind --trace-children=yes \
        --callgrind-out-file=/dev/null --log-file=/bench/callgrind.%p "$@" || true
    count=$(find "$root/bench" -name 'callgrind.*' -exec \
        sed -n 's/.*Collected : \([0-9]*\).*/\1/p' {} + |
        awk '{ sum += $1 } END { if (sum > 0) printf "%.1f", sum / 1e6 }')
    rm -f "$root"/bench/callgrind.*
}

small_message() {
    local program=$1 mode=$2 port=$3 far=$4 name=587 near_wall
    [ "$mode" = starttls ] || name=465
    least 10 "$program" "$mode" "$port" "$recipient" || return 0
    near_wall=$wall
    put "$program" "$name wall without delay, ms" "$(milliseconds "$wall")"
    put "$program" "$name cpu, ms" "$(milliseconds "$cpu")"
    put "$program" "$name round trips, counted by the server" "${seen[round_trips]}"
    put "$program" "$name flights" "${seen[flights]}"
    put "$program" "$name octets sent" "${seen[received]}"
    if [ "$mode" = implicit ]; then
        put "$program" 'max RSS, MB' "$(megabytes "$peak")"
        put "$program" 'page faults' "$faults"
    fi
    instructions "${command[@]}"
    settle
    put "$program" "$name instructions, Mi" "$count"
    system_calls "$program" "$name"
    least 2 "$program" "$mode" "$far" "$recipient" || return 0
    put "$program" "$name wall at $delay ms, ms" "$(milliseconds "$wall")"
    put "$program" "$name round trips, by the clock" \
        "$(awk -v t=$((wall - near_wall)) -v d="$delay" 'BEGIN { printf "%.1f", t / 1000 / d }')"
}

# Of the command itself and its children, not of what started it.
system_calls() {
    local mapped
    inside /usr/bin/strace -f -o /bench/trace "${command[@]}" || return 0
    settle
    put "$1" "$2 system calls" "$(grep -c '^[0-9]* *[a-z0-9_]*(' "$root/bench/trace")"
    [ "$2" = 465 ] || return 0
    mapped=$(sed -n 's/.*open[^"]*"\([^"]*\.so[.0-9]*\)".* = [0-9]*$/\1/p' "$root/bench/trace" |
        sort -u)
    put "$1" 'shared objects' "$(wc -w <<<"$mapped")"
    put "$1" 'their size, KB' "$(for one in $mapped; do
        stat -L -c %s "$root$one"
    done | awk '{ sum += $1 } END { printf "%d", sum / 1000 }')"
    put "$1" 'program, KB' "$(($(stat -L -c %s "$root${command[0]}") / 1000))"
}

sizes() {
    local program=$1 size
    for size in 1000000 10000000 100000000; do
        ln -sf "$work/message.$size" "$work/message"
        limit=60 least 2 "$program" implicit "$implicit_port" "$recipient" || continue
        put "$program" "$((size / 1000000)) MB wall, ms" "$(milliseconds "$wall")"
        put "$program" "$((size / 1000000)) MB cpu, ms" "$(milliseconds "$cpu")"
        put "$program" "$((size / 1000000)) MB max RSS, MB" "$(megabytes "$peak")"
    done
    ln -sf "$work/message.1024" "$work/message"
}

recipients() {
    local program=$1 many list
    for many in 1 10 100 1000 10000; do # dma stops at 100
        mapfile -t list < <(seq -f 'r%g@example.net' "$many")
        least 3 "$program" implicit "$implicit_port" "${list[@]}" || continue
        put "$program" "$many recipients, ms" "$(milliseconds "$wall")"
    done
    mapfile -t list < <(seq -f 'r%g@example.net' 100)
    least 1 "$program" implicit "$far_implicit" "${list[@]}" || return 0
    put "$program" "100 recipients at $delay ms, ms" "$(milliseconds "$wall")"
}

at_once() {
    local program=$1 begun pids=() pid good=yes
    command_of "$program" implicit "$implicit_port" "$recipient" || return 0
    begun=${EPOCHREALTIME/./}
    while [ "${#pids[@]}" -lt 50 ]; do
        inside "${command[@]}" &
        pids+=("$!")
    done
    for pid in "${pids[@]}"; do
        wait "$pid" || good=no
    done
    [ $good = yes ] || { settle; return 0; }
    put "$program" '50 at once, ms' "$(milliseconds $((${EPOCHREALTIME/./} - begun)))"
    settle
}

# A thousand messages, until the server has the last of them: of sallyport one run of a queue that
# has them, of curl one process that is told of all in a file, of msmtp and minimal as many calls.
backlog() {
    local program=$1 many=1000 arrived=0 begun
    command_of "$program" implicit "$implicit_port" "$recipient" || return 0
    # shellcheck disable=SC2016 # expanded by the inner shell
    case $program in
    sallyport) put_into_queue "$many" || return 0 ;;
    curl) tell_curl "$many" ;;
    minimal | msmtp) command=(/bench/sh -c 'while [ $((runs += 1)) -le "$0" ]; do
        "$@" </bench/small || exit
    done' "$many" "${command[@]}") ;;
    *) return 0 ;;
    esac
    nothing_sent || true
    begun=${EPOCHREALTIME/./}
    limit=300 inside "${command[@]}" &
    while [ "$arrived" -lt "$many" ] && next_connection; do
        arrived=$((arrived + ${seen[messages]:-0}))
    done
    wall=$((${EPOCHREALTIME/./} - begun))
    if wait "$!" && [ "$arrived" = "$many" ]; then
        put "$program" "$many messages, ms" "$(milliseconds "$wall")"
    fi
}

put_into_queue() {
    local run
    rm -rf "$root/bench/spool"
    mkdir -m 0700 "$root/bench/spool"
    relay_conf "$root/bench/sallyport.conf" "$implicit_port" implicit "tls_ca = $hashed" \
        "password = $secret" "max_messages = $1"
    printf '[queue]\ndirectory = /bench/spool\n' >>"$root/bench/sallyport.conf"
    for ((run = 0; run < $1; run++)); do
        inside "${command[@]:0:3}" -odq "${command[@]:3}" || return
    done
    command=(/bench/sallyport -C /bench/sallyport.conf -q)
}

tell_curl() {
    local run
    {
        printf '%s\n' silent show-error ssl-reqd crlf "user = $user:$secret" \
            "cacert = $authorities" "mail-from = $sender" "mail-rcpt = $recipient"
        for ((run = 0; run < $1; run++)); do
            printf '%s\n' "url = smtps://127.0.0.1:$implicit_port" 'upload-file = /bench/small'
        done
    } >"$root/bench/curlrc"
    command=(/usr/bin/curl -K /bench/curlrc)
}

distances() {
    local program=$1 one
    for one in 0 20 50 100; do
        if [ "$one" = 0 ]; then
            least 3 "$program" implicit "$implicit_port" "$recipient" || continue
        else
            start_relay "$one"
            least 1 "$program" implicit "$far_implicit" "$recipient" || wall=
        fi
        [ -z "$wall" ] || put "$program" "wall at $one ms, ms" "$(milliseconds "$wall")"
    done
    start_relay "$delay"
}

# ---- the place ----

start_relay() {
    local answer
    stop_relay
    rm -f "$work/relay.in" "$work/relay.out"
    mkfifo "$work/relay.in" "$work/relay.out"
    "$bench/relay" "$(awk -v d="$1" 'BEGIN { print d / 2 }')" "$implicit_port" \
        "$starttls_port" <"$work/relay.in" >"$work/relay.out" &
    relay_pid=$!
    exec {relay_in}>"$work/relay.in" {relay_out}<"$work/relay.out"
    read -r -t 20 answer <&"$relay_out"
    answer=${answer#ready }
    far_implicit=${answer% *}
    far_starttls=${answer#* }
}

stop_relay() {
    [ -n "${relay_pid:-}" ] || return 0
    exec {relay_in}>&- {relay_out}<&-
    kill "$relay_pid" 2>/dev/null || true
    wait "$relay_pid" 2>/dev/null || true
    relay_pid=
}

furnish() {
    local size
    mount -t proc proc "$root/proc" 2>/dev/null || true
    strip -o "$root/bench/sallyport" "$SALLYPORT"
    strip -o "$root/bench/minimal" "$bench/minimal"
    cp "$support/measure" "$root/bench/measure"
    cat "$root/etc/ssl/certs/ca-certificates.crt" "$work/mail/ca.pem" >"$root$authorities"
    rm -rf "$root$hashed"
    mkdir "$root$hashed"
    cp -L "$work/mail/authorities"/*.0 /etc/ssl/certs/*.0 "$root$hashed"
    for size in 1024 1000000 10000000 100000000; do
        message "$size" >"$work/message.$size"
    done
    ln -sf "$work/message.1024" "$work/message"
    cp "$work/message.1024" "$root/bench/small"
    cp "$(command -v sh)" "$root/bench/sh"
}

version_of() {
    sed -n "s/^$1 //p" "$place/versions"
}

# shellcheck disable=SC2016 # the backquotes are for the reader
facts() {
    local program
    printf 'One message of 1 KB unless it says otherwise, TLS 1.3, a log-in with PLAIN (LOGIN or
CRAM-MD5 by those that cannot or will not), %s authorities trusted. Times in milliseconds are the
least of some runs; "at %s ms" is through a relay that delays each direction by half of that. A
field is empty where a program cannot do it, does not deliver, or takes more than its time limit.
ssmtp and dma do not check the certificate, which is most of why they look cheap. minimal is a
client of our own that does the same dialogue and nothing else. The last columns are sallyport
divided by msmtp and by minimal; Mi are millions of instructions, and a flight is what one side
says until it waits. Where the load of the machine was not near 0 (see below), times are too long
and differ from row to row; what is counted (round trips, instructions, system calls, memory,
octets) is not touched by it.\n\n' \
        "$(find -L "$root$hashed" -name '*.0' | wc -l)" "$delay"
    printf 'Measured by `make bench BENCH_PEERS=yes` on %s, %s processors (load %s), Linux %s, ' \
        "$(date -u +%F)" "$(nproc)" "$load" "$(uname -r | cut -d- -f1)"
    printf 'OpenSSL %s, libsasl2 %s.' "$(version_of libssl3)" "$(version_of libsasl2-2)"
    for program in "${programs[@]:2}"; do
        printf ' %s %s.' "$program" "$(version_of "$program")"
    done
    [ "${#missing[@]}" = 0 ] || printf ' Not to be had: %s.' "${missing[*]}"
    printf ' nullmailer is not measured: its daemon sends, when it likes.\n'
}

begin
load=$(cut -d' ' -f1 /proc/loadavg)
output=$(realpath -m "${BENCH_OUTPUT:-${builddir:-.}/docs}")
readonly load output
bench=$(realpath "${builddir:-.}")/tests/bench
[ "${SANITIZERS:-no}" != yes ] || skip_all 'the program has sanitizers in it'
# What is mounted here ends with this script.
if [ "${1:-}" != apart ]; then
    "$here/peers_setup.sh" "$place" || skip_all 'there are no peers, see above'
    rm -rf "$work"
    trap - EXIT
    exec unshare --mount "$0" apart
fi
readonly delay=${BENCH_DELAY:-50}
start_server --discard --offer "$offer" --login "$user:$secret" --mechanisms 'PLAIN LOGIN'
furnish
start_relay "$delay"
trap 'stop_relay; leave' EXIT
for program in "${programs[@]}"; do
    if ! has "$program"; then
        missing+=("$program")
        printf 'MISSING %s: its package cannot be had\n' "$program"
        continue
    fi
    printf '%s %s\n' "$(date +%T)" "$program"
    start_up "$program"
    small_message "$program" starttls "$starttls_port" "$far_starttls"
    small_message "$program" implicit "$implicit_port" "$far_implicit"
    sizes "$program"
    recipients "$program"
    at_once "$program"
    backlog "$program"
    distances "$program"
done
python3 "$here/report.py" "$work/results" "$output" "$(facts)"
printf '\nPASS peers: %s/bench.md and bench-*.svg\n' "$output"
