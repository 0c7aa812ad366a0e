#!/bin/bash
# SPDX-License-Identifier: MIT
#
# make bench: what one delivery costs, beside what it should cost at most. The program itself
# sends to the submission server of tests/support, with TLS and a log-in, over the loopback
# interface. Round trips, system calls, instructions, memory and size mean the same on every
# machine with the same compiler and libraries: with BENCH_LIMITS=yes one of them that is over
# its limit fails. The limits are g++ 12's with -Os, on Debian 12. Nothing ever fails because it
# took long. Where a tool is missing a line SKIP says so, and the exit status is 77.
# shellcheck disable=SC2154 # names of the sourced file

# shellcheck source=tests/support/server.bash
. "$(dirname "$0")/../support/server.bash" || exit 1

readonly system_authorities=/etc/ssl/certs
readonly everything='PIPELINING,SIZE 1000000000,8BITMIME,ENHANCEDSTATUSCODES,CHUNKING'
readonly pipelining_only='PIPELINING,SIZE 1000000000,8BITMIME,ENHANCEDSTATUSCODES'
readonly many=10000 at_once=50 waiting=1000

row() {
    printf '%-58s %12s %12s\n' "$1" "$2" "$3"
}

# counted NAME LIMIT MEASURED: a row that can be held to its limit; both are in one unit.
counted() {
    row "$@"
    [ "${BENCH_LIMITS:-no}" = yes ] || return 0
    if awk -v limit="$2" -v measured="$3" 'BEGIN { exit measured + 0 <= limit + 0 }'; then
        printf 'FAIL %s: %s, and may be %s\n' "$1" "$3" "$2"
        failed=$((failed + 1))
    fi
}

have() {
    command -v "$1" >/dev/null && return
    skip "$2" "$1 is not installed"
    return 1
}

in_millions() {
    awk -v count="$1" 'BEGIN { printf "%.1f Mi", count / 1e6 }'
}

in_milliseconds() {
    awk -v microseconds="$1" 'BEGIN { printf "%.1f ms", microseconds / 1000 }'
}

# deliver CONFIGURATION COMMAND...: COMMAND has the program and its options after it; the
# benchmark ends if the message does not arrive.
deliver() {
    local configuration=$1
    shift
    SALLYPORT_CONFIG=$work/$configuration \
        send "$work/message" "$@" "$SALLYPORT" -i "$recipient"
    has_arrived
}

# deliver_to_many COMMAND...
deliver_to_many() {
    local recipients
    mapfile -t recipients < <(seq -f 'r%g@example.net' "$many")
    SALLYPORT_CONFIG=$work/many send "$work/message" "$@" "$SALLYPORT" -i "${recipients[@]}"
    has_arrived
}

has_arrived() {
    next_connection || seen[messages]=0
    [ "$status" = 0 ] && [ "${seen[messages]}" = 1 ] && return
    fail "${FUNCNAME[2]}" "exit status $status"
    finish
}

configure() {
    relay_conf "$work/starttls" "$starttls_port" starttls "tls_ca = $work/authorities"
    relay_conf "$work/implicit" "$implicit_port" implicit "tls_ca = $work/authorities"
    relay_conf "$work/bundled" "$implicit_port" implicit "tls_ca = $work/bundle.pem"
    relay_conf "$work/many" "$implicit_port" implicit "tls_ca = $work/authorities" \
        "max_recipients = $many"
}

# The authority of the test server among those of the system, in both forms that those have.
gather_authorities() {
    mkdir "$work/authorities"
    ln -s "$system_authorities"/*.0 "$work/authorities" 2>/dev/null || true
    ln -s "$work/mail/authorities"/*.0 "$work/authorities"
    cat "$system_authorities/ca-certificates.crt" "$work/mail/ca.pem" >"$work/bundle.pem" \
        2>/dev/null || true
}

# ---- what is counted ----

round_trips() {
    deliver starttls
    counted 'round trips on a port as 587 (STARTTLS)' 8 "${seen[round_trips]}"
    row '  flights' - "${seen[flights]}"
    row '  octets sent' - "${seen[received]}"
    deliver implicit
    counted 'round trips on a port as 465 (implicit TLS)' 6 "${seen[round_trips]}"
    row '  flights' - "${seen[flights]}"
}

# Of what valgrind ran last.
collected() {
    in_millions "$(sed -n 's/.*Collected : \([0-9]*\).*/\1/p' "$work/callgrind")"
}

# How many authorities are in one file is the machine's affair: that row is held to nothing.
instructions() {
    local count callgrind=(valgrind --tool=callgrind --callgrind-out-file=/dev/null
        --log-file="$work/callgrind")
    have valgrind instructions || return 0
    count=$(find -L "$work/authorities" -name '*.0' | wc -l)
    deliver implicit "${callgrind[@]}"
    counted "instructions, 465, $count authorities in a hashed directory" '26 Mi' "$(collected)"
    deliver starttls "${callgrind[@]}"
    counted 'instructions, 587, the same' '26 Mi' "$(collected)"
    count=$(grep -c '^-----BEGIN' "$work/bundle.pem")
    deliver bundled "${callgrind[@]}"
    row "instructions, 465, $count authorities in one file" '31 Mi' "$(collected)"
    deliver_to_many "${callgrind[@]}"
    counted "instructions, $many recipients" '235 Mi' "$(collected)"
    "${callgrind[@]}" "$SALLYPORT" --version >"$work/stdout"
    counted 'instructions of --version' '4.5 Mi' "$(collected)"
}

# fewest_calls CONFIGURATION: sets $fewest, the least of several runs. A server that is slow to
# answer, or whose answer comes in pieces, costs a wait or a reading more, which is the machine's
# affair.
fewest_calls() {
    local run
    fewest=''
    for ((run = 0; run < 5; run++)); do
        deliver "$1" strace -f -o "$work/trace"
        keep_least fewest "$(grep -c '^[0-9]* *[a-z0-9_]*(' "$work/trace")"
    done
}

system_calls() {
    have strace 'system calls, shared objects' || return 0
    if ! strace -f -o "$work/trace" true 2>/dev/null; then
        skip 'system calls, shared objects' 'strace may not trace here'
        return
    fi
    fewest_calls implicit
    counted 'system calls, 465' 260 "$fewest"
    fewest_calls starttls
    counted 'system calls, 587' 260 "$fewest"
    counted 'shared objects loaded' 6 "$(grep -c 'open.*\.so[.0-9]*".* = [0-9]' "$work/trace")"
}

size() {
    have strip 'size of the stripped program' || return 0
    strip -o "$work/stripped" "$SALLYPORT"
    counted 'size of the stripped program' '540 KiB' \
        "$(stat -c %s "$work/stripped" | awk '{ printf "%.1f KiB", $1 / 1024 }')"
}

# ---- what is measured: the least of several runs ----

# usage NAME: of what was measured last.
usage() {
    sed "s/.*$1=\([0-9]*\).*/\1/" "$work/usage"
}

# least RUNS CONFIGURATION: sets $wall, $cpu (microseconds), $peak (KiB) and $faults.
least() {
    local run
    wall='' cpu='' peak='' faults=''
    for ((run = 0; run < $1; run++)); do
        deliver "$2" "$support/measure" "$work/usage"
        keep_least wall "$(usage wall_us)"
        keep_least cpu "$(($(usage user_us) + $(usage system_us)))"
        keep_least peak "$(usage max_rss_kb)"
        keep_least faults "$(usage page_faults)"
    done
}

small_messages() {
    local run
    least 20 implicit
    counted 'memory at most, 1 KB' '8500 KB' "$((peak * 1024 / 1000)) KB"
    counted 'page faults' 480 "$faults"
    row 'cpu, 1 KB, 465' - "$(in_milliseconds "$cpu")"
    row 'time without any delay on the line, 1 KB, 465' - "$(in_milliseconds "$wall")"
    small_peak=$peak
    least 20 starttls
    row 'time without any delay on the line, 1 KB, 587' - "$(in_milliseconds "$wall")"
    wall=''
    for ((run = 0; run < 20; run++)); do
        "$support/measure" "$work/usage" "$SALLYPORT" --version >"$work/stdout"
        keep_least wall "$(usage wall_us)"
    done
    row 'time of --version' '1.9 ms' "$(in_milliseconds "$wall")"
}

large_messages() {
    message 100000000 >"$work/message"
    least 3 implicit
    row 'cpu, 100 MB' '180 ms' "$(in_milliseconds "$cpu")"
    message 200000000 >"$work/message"
    least 3 implicit
    counted 'memory more, 200 MB' '1000 KB' "$(((peak - small_peak) * 1024 / 1000)) KB"
    message 1024 >"$work/message"
}

many_recipients() {
    deliver_to_many "$support/measure" "$work/usage"
    row "time, $many recipients" '20 ms' "$(in_milliseconds "$(usage wall_us)")"
}

configure_queue() {
    relay_conf "$work/queue" "$implicit_port" implicit "tls_ca = $work/authorities" \
        "max_messages = $waiting"
    sed -i 's/^to = stderr/to = none/' "$work/queue"
    mkdir -m 0700 "$work/spool" "$work/spool/run"
    touch "$work/spool/run/slot.0" # as if somebody ran it
    printf '[queue]\ndirectory = %s\nmax_count = 2000\n' "$work/spool" >>"$work/queue"
}

# enqueue [COMMAND]...: 4 KiB, on the disk when it ends.
enqueue() {
    if ! "$@" "$SALLYPORT" -C "$work/queue" -odq -i "$recipient" <"$work/queued"; then
        fail 'a queued message' "exit status $?"
        finish
    fi
}

# median NUMBER...: an odd number of them.
median() {
    printf '%s\n' "$@" | sort -n | sed -n "$((($# + 1) / 2))p"
}

# Writing to this disk, with us and without: the one right after the other, since the disk has
# moods.
disk_times() {
    local run begun ours=() least=()
    for ((run = 0; run < 21; run++)); do
        enqueue "$support/measure" "$work/usage"
        ours+=("$(usage wall_us)")
        begun=${EPOCHREALTIME/./}
        dd if="$work/queued" of="$work/spool/dd" bs=4096 conv=fsync 2>/dev/null
        least+=($((${EPOCHREALTIME/./} - begun)))
        rm "$work/spool/dd"
    done
    row '  median time of 21' '-' "$(in_milliseconds "$(median "${ours[@]}")")"
    row '  of dd conv=fsync, as large' '-' "$(in_milliseconds "$(median "${least[@]}")")"
}

queued_messages() {
    message 4096 >"$work/queued"
    configure_queue
    enqueue # which makes the directories
    if have strace 'fsync of a queued message' && strace -o "$work/trace" true 2>/dev/null; then
        enqueue strace -f -o "$work/trace"
        counted 'fsync and the like, 4 KiB that are only queued' 2 \
            "$(grep -cE 'f(data)?sync|syncfs' "$work/trace")"
    fi
    disk_times
    while [ "$(find "$work/spool/queue" -name '???????????' | wc -l)" -lt "$waiting" ]; do
        enqueue
    done
    nothing_sent || true
    "$support/measure" "$work/usage" "$SALLYPORT" -C "$work/queue" -q
    next_connection || seen[messages]=0
    counted "messages of $waiting that one run and connection leave" 0 \
        $((waiting - seen[messages]))
    row '  time' '-' "$(in_milliseconds "$(usage wall_us)")"
    counted '  memory at most' '12000 KB' "$(($(usage max_rss_kb) * 1024 / 1000)) KB"
}

# The clock stops when the last of them is done, as the server sees it.
all_at_once() {
    local begun ended pids=() pid
    begun=${EPOCHREALTIME/./}
    while [ "${#pids[@]}" -lt "$at_once" ]; do
        SALLYPORT_CONFIG=$work/implicit \
            "$SALLYPORT" -i "$recipient" <"$work/message" 2>/dev/null &
        pids+=("$!")
    done
    for pid in "${pids[@]}"; do
        next_connection
    done
    ended=${EPOCHREALTIME/./}
    for pid in "${pids[@]}"; do
        wait "$pid" || { fail "$at_once at once" "exit status $?"; return; }
    done
    row "time, $at_once at once" '190 ms' "$(in_milliseconds $((ended - begun)))"
}

begin
message 1024 >"$work/message"
start_server --discard --offer "$everything" --login "$user:$password"
gather_authorities
configure
if [ "${SANITIZERS:-no}" = yes ]; then
    skip_all 'a program with sanitizers in it says nothing about the program'
fi

printf 'One message of 1 KB unless said, TLS 1.3, AUTH PLAIN.\n\n'
row '' 'at most' measured
round_trips
instructions
system_calls
small_messages
large_messages
many_recipients
all_at_once
queued_messages
size
stop_server
start_server --discard --offer "$pipelining_only" --login "$user:$password"
configure
deliver starttls
counted 'round trips, 587, the server has no CHUNKING' 9 "${seen[round_trips]}"
deliver implicit
counted 'round trips, 465, the server has no CHUNKING' 7 "${seen[round_trips]}"

[ "$failed" = 0 ] || exit 1
[ "$skipped" = 0 ] || exit 77
printf '\nPASS bench\n'
