#!/bin/bash
# SPDX-License-Identifier: MIT
#
# What a person at a terminal is told when mail does not get out: to run sallyportctl check,
# where that is installed and helps. The directory of the programs is put in place within a mount
# namespace, with such a program or without.
# shellcheck disable=SC2016,SC2154 # expanded by an inner shell; names of the sourced file

# shellcheck source=tests/support/server.bash
. "$(dirname "$0")/../support/server.bash" || exit 1

readonly pointer='sallyport: to find out why, run: sallyportctl check'

expect_surroundings() {
    command -v script >/dev/null || skip_all 'script, of util-linux, is not installed'
    unshare=(unshare --mount)
    [ "$(id -u)" = 0 ] || unshare=(unshare --user --map-root-user --mount)
    "${unshare[@]}" mount -t tmpfs none "$work/home" 2>/dev/null ||
        skip_all 'there is no mount namespace to be had'
    place=${sbindir:?}
    until [ -d "$place" ]; do place=${place%/*}; done
    place=$(realpath "$place")
    case $place in
    / | "$(realpath /usr/bin)") skip_all "nothing can be mounted on $place" ;;
    esac
    case $SALLYPORT:$work in
    "$place"/* | *:"$place"/*) skip_all "the program to test is in $place, which would be hidden" ;;
    esac
}

# at_terminal TOOL COMMAND: a shell runs it with a terminal for standard error; TOOL is yes or no.
at_terminal() {
    status=0
    tool=$1 place=$place sbindir=$sbindir command=$2 "${unshare[@]}" sh -ec '
        mount -t tmpfs none "$place"
        mkdir -p "$sbindir"
        [ "$tool" = no ] || ln -s "$(command -v env)" "$sbindir/sallyportctl"
        exec timeout 60 script -qec "$command" /dev/null' \
        </dev/null >"$work/stdout" 2>"$work/stderr" || status=$?
    tr -d '\r' <"$work/stdout" >"$work/shown"
}

# points NAME STATUS TOOL COMMAND: the last line is the pointer.
points() {
    at_terminal "$3" "$4"
    if [ "$status" = "$2" ] && [ "$(tail -n 1 "$work/shown")" = "$pointer" ]; then
        pass "$1"
    else
        fail "$1" "exit status $status, and: $(cat "$work/shown")"
    fi
}

# says_nothing NAME STATUS TOOL COMMAND: there is none.
says_nothing() {
    at_terminal "$3" "$4"
    if [ "$status" = "$2" ] && ! grep -q sallyportctl "$work/shown" "$work/stderr"; then
        pass "$1"
    else
        fail "$1" "exit status $status, and: $(cat "$work/shown")"
    fi
}

failure_cases() {
    points 'nobody listens' 75 yes "$refused"
    points 'a log-in is refused' 77 yes "$program -C $work/wrong -i $recipient <$work/message"
    says_nothing 'the tool is not installed' 75 no "$refused"
    says_nothing 'standard error is a file' 75 yes "$refused 2>$work/errors"
    if grep -q refused "$work/errors" && ! grep -q sallyportctl "$work/errors"; then
        pass 'standard error that is a file has the diagnosis alone'
    else
        fail 'standard error that is a file has the diagnosis alone' "$(cat "$work/errors")"
    fi
}

caller_cases() {
    says_nothing 'the mail gets out' 0 yes "$program -C $work/conf -i $recipient <$work/message"
    says_nothing 'the address is wrong' 65 yes "$program -C $work/conf -i bob@ <$work/message"
    says_nothing '-bs' 0 yes "printf 'MAIL FROM:<$sender>\r\nQUIT\r\n' |
        $program -C $work/refused -bs"
}

# A set-group-ID run is for callers who may not read the configuration; but root may.
shared_cases() {
    local name='set-group-ID' group=54321 caller=54322
    if ! runs_set_gid "$group"; then
        skip "$name" 'not root, or it has no effect here'
        return
    fi
    cp "$SALLYPORT" "$work/shared"
    chown "0:$group" "$work/shared"
    chmod 2755 "$work/shared"
    local command="env SALLYPORT_URL=smtps://127.0.0.1:1 $work/shared -i $recipient <$work/message"
    points "$name, run by root" 75 yes "$command"
    says_nothing "$name, run by somebody else" 75 yes \
        "setpriv --reuid=$caller --regid=$caller --clear-groups $command"
}

begin
program=$SALLYPORT
expect_surroundings
start_server --login "$user:$password"
relay_conf "$work/conf" "$implicit_port" implicit
relay_conf "$work/wrong" "$implicit_port" implicit 'password = wrong'
relay_conf "$work/refused" 1 implicit
sed -i '/^\[log\]/,$d' "$work/conf" "$work/wrong" "$work/refused"
message 1024 >"$work/message"
refused="$program -C $work/refused -i $recipient <$work/message"
failure_cases
caller_cases
shared_cases
finish
