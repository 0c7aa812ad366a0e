#!/bin/bash
# SPDX-License-Identifier: MIT
#
# A queue of all users on a real disk: the commands of the manual make it, three users send, as
# members of the group and by a copy of the program with mode 2755, and nobody but the user
# who runs it sees what is another's. The system's configuration is put in place within a mount
# namespace.
# shellcheck disable=SC2016,SC2154,SC2317 # for an inner shell; names of the sourced file; called by name

# shellcheck source=tests/support/server.bash
. "$(dirname "$0")/support/server.bash" || exit 1
# shellcheck source=tests/support/installation.bash
. "$(dirname "$0")/support/installation.bash" || exit 1

readonly users=(54331 54332 0)

# waits NAME COUNT: so many messages.
waits() {
    local count
    count=$(find "$spool/queue" -path '*/queue/*/*' -type f -name '[0-9A-F]*' | wc -l)
    if [ "$count" = "$2" ]; then
        pass "$1"
    else
        fail "$1" "$count wait"
    fi
}

# stands PATH OWNER:GROUP MODE
stands() {
    local is
    is=$(stat -c '%u:%g %a' "$1" 2>/dev/null) || is=missing
    if [ "$is" = "$2 $3" ]; then
        pass "${1#"$spool/"} is $2 $3"
    else
        fail "${1#"$spool/"} is $2 $3" "it is $is"
    fi
}

sending_cases() {
    make_spool
    use "$closed"
    check 'a member sends in an outage' 0 '' member "${users[0]}" "$work/plain" -i "$recipient"
    check 'a user by the set-gid program' 0 '' by "${users[1]}" "$work/sendmail" -i "$recipient"
    check 'root' 0 '' by 0 "$work/sendmail" -i "$recipient"
    stands "$spool/queue/${users[0]}" "${users[0]}:$runners_group" 2770
    stands "$spool/queue/${users[1]}" "${users[1]}:$runners_group" 2770
    stands "$spool/queue/0" "0:$runners_group" 2770
    stands "$(find "$spool/queue/${users[1]}" -type f -name '[0-9A-F]*')" \
        "${users[1]}:$runners_group" 660
    check 'without group and bit nothing can be read' 78 'may not read it' \
        by "${users[0]}" "$work/plain" -i "$recipient"
    check 'mailq shows his own' 0 ' Kbytes in 1 Request.' \
        by "${users[1]}" "$work/sendmail" -bp
    check 'mailq of who has none says no more than it knows' 0 'No message of yours is queued' \
        by 54339 "$work/sendmail" -bp
    check 'root sees all' 0 ' Kbytes in 3 Requests.' by 0 "$work/sendmail" -bp
    check 'whose it is sees all' 0 ' Kbytes in 3 Requests.' run_as_runner "$work/plain" -bp
    check 'sallyportctl, too' 0 "\"uid\":${users[1]}" \
        by 0 "${SALLYPORT}ctl" queue list --json
    if [ "$(find "$spool/queue" -mindepth 1 -maxdepth 1 | wc -l)" = 3 ]; then
        pass 'looking makes nothing'
    else
        fail 'looking makes nothing' "$(ls "$spool/queue")"
    fi
}

running_cases() {
    use "$implicit_port"
    check 'a user sends what is his' 0 '' by "${users[1]}" "$work/sendmail" -qf
    waits 'and nothing else' 2
    check 'root runs it' 0 '' by 0 "$work/sendmail" -qf
    waits 'all are sent' 0
    stands "$spool/run/slot.0" "$runner:$runners_group" 660
    check 'the user who runs it has nothing left' 0 'Mail queue is empty' \
        run_as_runner "$work/plain" -bp
}

# What others have made where somebody's mail belongs.
stranger_cases() {
    use "$closed"
    make_spool
    member "${users[0]}" mkdir -m 0700 "$spool/queue/${users[1]}"
    member "${users[0]}" touch "$spool/queue/54340"
    check 'a name that somebody else took' 75 'somebody else has made queue/' \
        member "${users[1]}" "$work/plain" -i "$recipient"
    check 'a run' 0 '' run_as_runner "$work/plain" -q
    check 'moves it away' 0 '' member "${users[1]}" "$work/plain" -i "$recipient"
    check 'and a file, too' 0 '' member 54340 "$work/plain" -i "$recipient"
    waits 'both wait' 2
}

begin
install_it
start_server --login "$user:$password"
message 1024 >"$work/message"
sending_cases
running_cases
stranger_cases
finish
