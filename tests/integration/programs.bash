# shellcheck shell=bash disable=SC2034,SC2154 # names of lib.sh and of the tests
# SPDX-License-Identifier: MIT
#
# Sourced after stage.bash by the tests that run programs as they come from Debian: each runs in
# the servers' root, with the recorder at /usr/sbin/sendmail, and what arrives must be what it
# wrote, at the addresses it meant ($boxes), from the sender it named.

# What on_stage is to cover for the programs to come.
covers=()

# run_program COMMAND...: sets $status to the program's own.
run_program() {
    clear_stage
    status=0
    (on_stage "${covers[@]}" "${bare[@]}" HOME="$inside/stage/home" TZ=Asia/Tokyo "$@") \
        <"$work/text" >"$work/caller.out" 2>&1 || status=$?
}

present() {
    [ -e "$server_root$2" ] && return
    skip "$1" "no $2 in $server_root"
    return 1
}

# deaf_program NAME SENDER ARGUMENTS COMMAND...: it does not look at sendmail's status.
deaf_program() {
    local name=$1 from=$2 arguments=$3
    shift 3
    present "$name" "$1" || return 0
    run_program "$@"
    verdict "$name" program_done "$name" "$from" "$arguments"
}

# program ...: it must say by its own status that nobody listened at the relay's port.
program() {
    deaf_program "$@"
    [ -e "$server_root$4" ] || return 0
    cp -p "$work/stage/unreachable" "$work/stage/conf"
    run_program "${@:4}"
    verdict "$1, no server" failure_heard
    cp -p "$work/stage/working" "$work/stage/conf"
}

program_done() {
    if ended_well "$3"; then
        # shellcheck disable=SC2086 # one word a box
        judge "$1" "$2" $boxes
    else
        row "$1" no no
        return 1
    fi
}

ended_well() {
    if [ "$status" != 0 ]; then
        why="its status is $status: $(head -c 300 "$work/caller.out")"
        return 1
    fi
    called && sendmail_done "$1"
}

failure_heard() {
    expect_nothing_stored || return 1
    if [ "$status" = 0 ]; then
        why='it ended well'
        return 1
    fi
    case " $(cat "$work/stage/arguments") " in
    *' -bs '*) return ;;
    esac
    status=$(cat "$work/stage/status")
    expect_status 75
}

sendmail_done() {
    status=$(cat "$work/stage/status")
    expect_status 0 && expect_arguments "$1" || return 1
    expected_text >"$work/expected"
}

# What the program wrote; from a dialogue, what stands between DATA and the dot.
expected_text() {
    tr -d '\r' <"$work/stage/message" |
        case " $(cat "$work/stage/arguments") " in
        *' -bs '*) sed -n '/^DATA$/,/^\.$/{ /^DATA$/d; /^\.$/d; s/^\.//; p; }' ;;
        *) cat ;;
        esac | without_fields Bcc
}

# lent COMMAND...: some programs do not call sendmail as root; the stage is store's meanwhile.
lent() {
    clear_stage
    chown -R 905:905 "$work/stage" "$work/stdout" "$work/stderr"
    "$@"
    chown -R 0:0 "$work/stage" "$work/stdout" "$work/stderr"
}

readonly as_store=(/usr/bin/setpriv --reuid=905 --regid=905 --clear-groups)
