# shellcheck shell=bash disable=SC2016,SC2034,SC2154,SC2317 # for an inner shell; names of server.bash and of tests; called by name
# SPDX-License-Identifier: MIT
#
# Sourced after server.bash by the tests that need what packages will install: a program with
# mode 2755, its configuration, and a queue of all users. Who is named by a number has no account.
# The system's configuration is put in place within a mount namespace of each caller's own.

readonly group=54321 runner=54322 runners_group=54323
readonly closed=1 # a port at which nobody listens

# by USER COMMAND...: without the group.
by() {
    local who=$1
    shift
    "${in_place[@]}" setpriv "--reuid=$who" "--regid=$who" --clear-groups "$@"
}
# member USER COMMAND...
member() {
    local who=$1
    shift
    "${in_place[@]}" setpriv "--reuid=$who" "--regid=$who" "--groups=$group" "$@"
}
run_as_runner() {
    "${in_place[@]}" setpriv "--reuid=$runner" "--regid=$runners_group" "--groups=$group" "$@"
}

expect_surroundings() {
    [ "$(id -u)" = 0 ] || skip_all 'needs root, to be several users'
    [ -d "$sysconfdir" ] || skip_all "there is no $sysconfdir to put a configuration in"
    unshare -m true 2>/dev/null || skip_all 'there is no mount namespace to be had'
    install -o 0 -g "$group" -m 2755 "$(command -v id)" "$work/id"
    [ "$(by 54331 "$work/id" -g 2>/dev/null)" = "$group" ] ||
        skip_all "set-group-ID has no effect in $work, or nobody else may enter it"
    rm "$work/id"
}

# As in sallyport.conf(5), with numbers.
make_spool() {
    rm -rf "$spool"
    install -d -o 0 -g "$group" -m 0710 "$spool"
    install -d -o "$runner" -g "$runners_group" -m 3773 "$spool/queue"
    install -d -o "$runner" -g "$runners_group" -m 0700 "$spool/failed"
    install -d -o "$runner" -g "$runners_group" -m 0711 "$spool/run"
}

# use PORT LINE...: the system's configuration.
use() {
    relay_conf "$work/etc/sallyport.conf" "$1" implicit
    shift
    printf '[queue]\ndirectory = %s\nreserve = 0\n' "$spool" >>"$work/etc/sallyport.conf"
    [ $# = 0 ] || printf '%s\n' "$@" >>"$work/etc/sallyport.conf"
    chown "0:$group" "$work/etc/sallyport.conf"
    chmod 0640 "$work/etc/sallyport.conf"
}

# check NAME STATUS WORDS COMMAND...: that status, and the words somewhere in what it says.
check() {
    local name=$1 expected=$2 words=$3 status=0
    shift 3
    "$@" <"$work/message" >"$work/said" 2>&1 || status=$?
    if [ "$status" != "$expected" ] || ! grep -qF -e "$words" "$work/said"; then
        fail "$name" "exit status $status, and not $expected with: $words; $(head -c 300 "$work/said")"
    elif grep -qF -e "$password" "$work/said"; then
        fail "$name" 'the password is told'
    else
        pass "$name"
    fi
}


# install_it: to be called after begin; leaves the test where that cannot be had.
install_it() {
    [ "${SANITIZERS:-no}" = no ] ||
        skip_all 'a program with sanitizers in it reads its environment before it is looked at'
    mkdir "$work/etc"
    spool=$work/spool
    export HOME=/nonexistent
    in_place=(unshare -m --propagation private /bin/sh -ec
        'mount --bind "$1" "$2"; shift 2; exec "$@"' - "$work/etc" "$sysconfdir")
    expect_surroundings
    install -o 0 -g "$group" -m 2755 "$SALLYPORT" "$work/sendmail"
    install -m 0755 "$SALLYPORT" "$work/plain" # where everybody may start it
}
