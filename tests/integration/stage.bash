# shellcheck shell=bash disable=SC2034,SC2154 # names of lib.sh and of the tests
# SPDX-License-Identifier: MIT
#
# Sourced after callers.bash by the tests whose callers look for /usr/sbin/sendmail. In a mount
# namespace of the caller's own a recorder stands there, which keeps the arguments, what it
# reads and the status, and hands all of it to the program. $work/stage holds what they share.

can_mount() {
    unshare --mount --propagation private mount --bind "$work" "$work" 2>/dev/null
}

# copy_program PROGRAM NAME: with those of its libraries that the servers' root lacks.
copy_program() {
    local program=$1 library
    mkdir -p "$work/stage/lib" "$work/stage/bin" "$work/stage/home"
    cp "$program" "$work/stage/bin/$2"
    { ldd "$program" 2>/dev/null || true; } | awk '$2 == "=>" && $3 ~ "^/" { print $3 }' |
        while read -r library; do
            [ -e "$server_root$library" ] || [ -e "$server_root${library#/usr}" ] ||
                [ -e "$server_root/usr$library" ] || cp -L "$library" "$work/stage/lib/"
        done
}

# The arguments go into one line, each in quotes where it needs them. Standard output reaches
# the caller too, who may be holding a dialogue.
write_recorder() {
    cat >"$work/stage/sendmail" <<-RECORDER
	#!/bin/sh
	cd $inside/stage || exit 78
	for argument do
	    case \$argument in
	    '' | *[!A-Za-z0-9@=:,./_+-]*) printf "'%s' " "\$argument" ;;
	    *) printf '%s ' "\$argument" ;;
	    esac
	done | sed 's/ \$//' >arguments
	tee message | {
	    SALLYPORT_CONFIG=$inside/stage/conf LD_LIBRARY_PATH=$inside/stage/lib \
	        bin/sendmail "\$@" 2>$inside/stderr
	    echo \$? >status.new
	} | tee $inside/stdout
	mv status.new status
	exit "\$(cat status)"
	RECORDER
    chmod 0755 "$work/stage/sendmail"
}

set_stage() {
    local closed_port
    free_ports closed_port
    copy_program "$SALLYPORT" sendmail
    write_recorder
    relay_conf stage/working "$starttls_port" starttls "tls_ca = $inside/ca.pem"
    relay_conf stage/unreachable "$closed_port" starttls "tls_ca = $inside/ca.pem"
    cp -p "$work/stage/working" "$work/stage/conf"
}

# What one call has left is gone before the next.
clear_stage() {
    prepare
    rm -f "$work"/stage/{arguments,message,status}
    : >"$work/stdout"
    : >"$work/stderr"
}

# on_stage [-COVER PATH]... COMMAND...: runs it in the servers' root, with the recorder in place
# and each PATH of the root covered by $work/COVER.
on_stage() {
    local covers=()
    while [[ $1 == -* ]]; do
        covers+=("$work/${1#-}" "$server_root$2")
        shift 2
    done
    # shellcheck disable=SC2016 # expanded by the inner shell
    exec setsid unshare --mount --propagation private /bin/sh -ec '
        root=$1 stage=$2 covers=$3
        shift 3
        mount --bind "$stage/sendmail" "$root/usr/sbin/sendmail"
        mount --bind /proc "$root/proc"
        while [ "$covers" -gt 0 ]; do
            mount --bind "$1" "$2"
            shift 2
            covers=$((covers - 2))
        done
        exec chroot "$root" "$@"
    ' stage "$server_root" "$work/stage" "${#covers[@]}" "${covers[@]}" "$@"
}

# What a caller's environment holds, and nothing of ours.
readonly bare=(/usr/bin/env -i LANG=C USER=root LOGNAME=root
    PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin)

# stage_daemon NAME ...: on_stage for a daemon that ends with the test.
stage_daemon() {
    local name=$1
    shift
    on_stage "$@" >"$work/$name.out" 2>&1 </dev/null &
    daemons+=("$!")
}

called() {
    await 20 test -e "$work/stage/status" && return
    why="sendmail was not called, or did not end: $(head -c 300 "$work/caller.out" 2>&1)"
    return 1
}

expect_arguments() {
    local found
    found=$(cat "$work/stage/arguments")
    [ "$found" = "$1" ] && return
    why="called with $found"
    return 1
}
