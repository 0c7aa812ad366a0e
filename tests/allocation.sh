#!/bin/bash
# SPDX-License-Identifier: MIT
#
# make check-allocation: a message is sent while each allocation of the program fails in turn,
# alone or with all that follow it, and then with ever less address space. However
# it ends, it ends with a status that is true: 0, and the message has arrived once; or 75, and it
# has not arrived, or the text says that it may have been accepted. It is never sent twice, and
# no signal ends the program.
# shellcheck disable=SC2154,SC2317 # names of the sourced file; functions that are called by name

# shellcheck source=tests/support/server.bash
. "$(dirname "$0")/support/server.bash" || exit 1

[ "${SANITIZERS:-no}" = no ] || skip_all 'the sanitizers have an allocator of their own'
begin
shim=$support/failing_malloc.so
[ -e "$shim" ] || skip_all 'there is no failing_malloc.so'
marks=$work/marks
mkdir "$marks"

count_files() {
    local files=("$work/mail/"*.eml)
    [ -e "${files[0]}" ] || files=()
    echo "${#files[@]}"
}

# attempt SETTING... COMMAND...: sends what $input holds; sets $status and $copies, how often the
# message has arrived. What comes before the program itself has all the memory it wants.
attempt() {
    local connections
    rm -f "$marks"/* "$work/mail/"*.eml "$work/mail/"*.env
    status=0
    timeout 60 env LD_PRELOAD="$shim" FAIL_DIRECTORY="$marks" SALLYPORT_CONFIG="$work/conf" "$@" \
        <"$input" >"$work/stdout" 2>"$work/stderr" || status=$?
    connections=$(wc -l 2>/dev/null <"$marks/connected" || echo 0)
    while [ "$connections" -gt 0 ]; do
        next_connection || { why='the connection does not end'; return 1; }
        connections=$((connections - 1))
    done
    copies=$(count_files)
}

# What the caller is told is true; else $why.
is_true() {
    why="exit status $status, $copies copies arrived"
    [ "$copies" -le 1 ] || return 1
    case $status in
    0) [ "$copies" = 1 ] ;;
    75) [ "$copies" = 0 ] || grep -q 'may have been accepted' "$work/stderr" ;;
    127) [ "$copies" = 0 ] && ! [ -e "$marks/failed" ] ;; # the loader had no room
    *) return 1 ;;
    esac || return 1
    why="exit status $status, and nothing is said"
    [ "$status" = 0 ] || [ -s "$work/stderr" ]
}

# The same of the client of -bs: 250 to the end of the message, or a doubt, if it has arrived.
is_true_to_client() {
    why="exit status $status, $copies copies arrived, and the client was told: $(tail -n 2 "$work/stdout")"
    [ "$copies" -le 1 ] || return 1
    case $status in
    0 | 75) ;;
    *) return 1 ;;
    esac
    if grep -q '^250 2.0.0 accepted' "$work/stdout"; then
        [ "$copies" = 1 ]
    else
        [ "$copies" = 0 ] || grep -q 'may have been accepted' "$work/stdout"
    fi
}

# count NAME WHERE: of the attempt that has ended.
count() {
    ends[status]=$((${ends[status]:-0} + 1))
    "$judge" && return
    bad=$((bad + 1))
    # What differs only in where it happened is shown once.
    local kind
    kind="$status $(sed 's/^[^ ]* [^ ]* //; s/[0-9]//g' "$work/stderr" | tail -n 1)"
    [ -z "${shown[$kind]:-}" ] || return 0
    shown[$kind]=yes
    fail "$1, $2" "$why"
}

# How many allocations ARGUMENT... makes, to within what differs from one time to the next.
allocations() {
    local least=0 most=1024 middle
    while attempt FAIL_AT="$most" "$SALLYPORT" "$@" && [ -e "$marks/failed" ]; do
        least=$most
        most=$((2 * most))
    done
    while [ $((most - least)) -gt 1 ]; do
        middle=$(((least + most) / 2))
        attempt FAIL_AT="$middle" "$SALLYPORT" "$@"
        if [ -e "$marks/failed" ]; then least=$middle; else most=$middle; fi
    done
    echo "$least"
}

# each_allocation NAME STEP SETTING ARGUMENT...: each of them, or of those between the first and
# the last 500, which are OpenSSL's, each STEPth.
each_allocation() {
    local name=$1 step=$2 setting=$3 at total ends=() bad=0 tried=0
    shift 3
    declare -A shown=()
    total=$(allocations "$@")
    for ((at = 1; at <= total + 20; at++)); do
        [ "$at" -le 500 ] || [ "$at" -gt $((total - 500)) ] || [ $((at % step)) = 0 ] || continue
        attempt FAIL_AT="$at" "$setting" "$SALLYPORT" "$@" || break
        count "$name" "allocation $at"
        tried=$((tried + 1))
    done
    report "$name, $tried of $total allocations" "$bad"
}

# From what is too little for the loader to what is enough twenty times in a row.
address_space() {
    local size ends=() bad=0 enough=0
    declare -A shown=()
    for ((size = 4096; enough < 20 && size < 100000; size += 64)); do
        attempt prlimit --as=$((size * 1024)) "$SALLYPORT" -i "$recipient" || break
        [ "$status" = 0 ] && enough=$((enough + 1)) || enough=0
        count 'address space' "$size KiB"
    done
    report "address space, to $size KiB" "$bad"
}

# report NAME BAD: how often it ended with which status, of $ends.
report() {
    local said='' end
    for end in "${!ends[@]}"; do
        said+=" ${ends[end]} times $end"
    done
    [ "$2" != 0 ] || pass "$1:$said"
}

message 1024 >"$work/message"
start_server --login "$user:$password"
relay_conf "$work/conf" "$implicit_port" implicit
sed -i 's/^\[relay\]/[relay one]/' "$work/conf"
relay_conf "$work/second" "$starttls_port" starttls
sed -n '/^\[relay\]/,/^\[sender\]/p' "$work/second" |
    sed 's/^\[relay\]/[relay two]/; /^\[sender\]/d' >>"$work/conf"
input=$work/message
judge=is_true
attempt "$SALLYPORT" -i "$recipient"
if [ "$status" != 0 ] || [ "$copies" != 1 ]; then
    fail 'with enough memory' "exit status $status, $copies copies arrived"
    finish
fi
each_allocation 'one fails' 1 FAIL_ON=no -i "$recipient"
each_allocation 'it and all that follow fail' 7 FAIL_ON=yes -i "$recipient"
address_space
input=$work/dialogue
judge=is_true_to_client
{
    printf 'EHLO client\r\nMAIL FROM:<%s>\r\nRCPT TO:<%s>\r\nDATA\r\n' "$sender" "$recipient"
    sed 's/$/\r/' "$work/message"
    printf '.\r\nQUIT\r\n'
} >"$input"
each_allocation '-bs, one fails' 7 FAIL_ON=no -bs
each_allocation '-bs, it and all that follow fail' 7 FAIL_ON=yes -bs
finish
