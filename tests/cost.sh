#!/bin/bash
# SPDX-License-Identifier: MIT
#
# What a message costs everywhere, whatever built the program: round trips, the dialogue flight
# by flight, TLS records and writes, as much memory for every size of message, and which libraries
# it is linked with. Size and instructions, which depend on the compiler and the libraries, are the
# affair of `make bench`. The program itself sends to the submission server of tests/support.
# shellcheck disable=SC2154 # names of the sourced file

# shellcheck source=tests/support/server.bash
. "$(dirname "$0")/support/server.bash" || exit 1

readonly everything='PIPELINING,SIZE 300000000,8BITMIME,ENHANCEDSTATUSCODES,CHUNKING'
readonly pipelining_only='PIPELINING,SIZE 300000000,8BITMIME'
readonly nothing='8BITMIME'
readonly secured='EHLO/STARTTLS/TLS/TLS+EHLO' implicit='TLS/TLS/EHLO'

# expect NAME VALUE: of the connection that ended last.
expect() {
    [ "${seen[$1]}" = "$2" ] && return
    why="$1=${seen[$1]}, not $2"
    return 1
}

# as_expected ROUND_TRIPS DIALOGUE RECORDS: the message arrived, and at this cost; else $why.
as_expected() {
    [ "$status" = 0 ] || { why="exit status $status"; return 1; }
    next_connection || { why='no connection was made'; return 1; }
    expect faults none && arrived "$work/message" && expect user "$user" &&
        expect round_trips "$1" && expect dialogue "$2" && expect records "$3"
}

# cost NAME CONFIGURATION ROUND_TRIPS DIALOGUE RECORDS SEGMENTS. A segment that had to be sent
# again, by a machine that was too busy, is counted twice: then another message may show that
# one is enough.
cost() {
    local name=$1 configuration=$2 tries
    shift 2
    for tries in 1 2 3; do
        SALLYPORT_CONFIG=$work/$configuration send "$work/message" "$SALLYPORT" -i "$recipient"
        as_expected "$1" "$2" "$3" || { fail "$name" "$why"; return; }
        [ "${seen[segments]}" != "$4" ] || break
    done
    pass "$name: ${seen[round_trips]} round trips, ${seen[dialogue]}"
    if [ "${seen[segments]%%/*}" = 0 ]; then
        skip "$name: writes" 'the kernel does not count the segments of TCP'
    elif [ "${seen[segments]}" = "$4" ]; then
        pass "$name: one write a flight (${seen[segments]}; the second in a flight is TLS's)"
    else
        fail "$name: writes" "segments=${seen[segments]}, not $4, $tries times"
    fi
}

configure() {
    relay_conf "$work/starttls" "$starttls_port" starttls
    relay_conf "$work/implicit" "$implicit_port" implicit
}

round_trips() {
    local last=MAIL+RCPT+BDAT+QUIT
    start_server --offer "$everything" --login "$user:$password"
    configure
    message 1024 >"$work/message"
    cost 'STARTTLS' starttls 8 "$secured/AUTH/$last" 0/0/0/1/1/1 1/1/1/2/1/1
    cost 'implicit TLS' implicit 6 "$implicit/AUTH/$last" 0/0/1/1/1 1/1/1/1/1
    message 16200 >"$work/message"
    cost 'STARTTLS, 16 KiB' starttls 8 "$secured/AUTH/$last" 0/0/0/1/1/1 1/1/1/2/1/1
    cost 'implicit TLS, 16 KiB' implicit 6 "$implicit/AUTH/$last" 0/0/1/1/1 1/1/1/1/1
    stop_server

    last=MAIL+RCPT+DATA/text+QUIT
    start_server --offer "$pipelining_only" --login "$user:$password"
    configure
    message 1024 >"$work/message"
    cost 'STARTTLS, no CHUNKING' starttls 9 "$secured/AUTH/$last" \
        0/0/0/1/1/1/1 1/1/1/2/1/1/1
    cost 'implicit TLS, no CHUNKING' implicit 7 "$implicit/AUTH/$last" 0/0/1/1/1/1 1/1/1/1/1/1
    stop_server

    start_server --offer "$nothing" --login "$user:$password" --mechanisms LOGIN
    configure
    cost 'implicit TLS, no extensions, LOGIN' implicit 11 \
        "$implicit/AUTH/credentials/credentials/MAIL/RCPT/DATA/text/QUIT" \
        0/0/1/1/1/1/1/1/1/1/1 1/1/1/1/1/1/1/1/1/1/1
    stop_server
}

# peak: of $work/message, the least of three runs, in $peak; Linux is not exact about memory.
peak() {
    local run usage
    peak=
    for run in 1 2 3; do
        SALLYPORT_CONFIG=$work/implicit send "$work/message" \
            "$support/measure" "$work/usage" "$SALLYPORT" -i "$recipient"
        next_connection || true
        if [ "$status" != 0 ] || [ "${seen[messages]}" != 1 ]; then
            why="exit status $status, run $run"
            return 1
        fi
        usage=$(cat "$work/usage")
        usage=${usage#*max_rss_kb=}
        usage=${usage%% *}
        keep_least peak "$usage"
    done
}

memory() {
    local name='memory' small
    if [ "${SANITIZERS:-no}" = yes ]; then
        skip "$name" 'the sanitizers use more of it than the program'
        return
    fi
    message 1000 >"$work/message"
    peak || { fail "$name" "$why"; return; }
    small=$peak
    message 200000000 >"$work/message"
    peak || { fail "$name" "$why"; return; }
    if [ $((peak - small)) -le 1024 ]; then
        pass "$name: $small KiB for 1 KB, $peak KiB for 200 MB"
    else
        fail "$name" "$small KiB for 1 KB, but $peak KiB for 200 MB"
    fi
    name='memory for a From field of 2,000,000 names'
    { printf 'From: ' && yes a, | head -n 2000000 | tr -d '\n' && printf 'a\n\ntext\n'; } \
        >"$work/message"
    peak || { fail "$name" "$why"; return; }
    rm "$work/message"
    if [ $((peak - small)) -le 32768 ]; then
        pass "$name: $peak KiB"
    else
        fail "$name" "$peak KiB, $small KiB for 1 KB"
    fi
}

# Each costs every run its loading, and a bare container a file more.
libraries() {
    local name='shared libraries' needed
    if [ "${SANITIZERS:-no}" = yes ]; then
        skip "$name" 'the sanitizers bring libraries of their own'
        return
    fi
    needed=$(readelf -d "$SALLYPORT" |
        sed -n '/\[ld-/d; s/.*(NEEDED).*\[\([^].]*\).*/\1/p' | sort | tr '\n' ' ')
    case " $needed" in
    *' libstdc++ '*) skip "$name" 'this build loads libstdc++ at run time' ;;
    ' libc libcrypto libgcc_s libinih libsasl2 libssl ') pass "$name: $needed" ;;
    *) fail "$name" "$needed" ;;
    esac
}

begin
libraries
round_trips
start_server --discard --login "$user:$password"
configure
memory
finish
