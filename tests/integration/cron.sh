#!/bin/bash
# SPDX-License-Identifier: MIT
#
# cron's mail through a real Postfix: first the call that Debian's cron makes, with its text,
# by a link named sendmail; then a real cron daemon that runs a job and mails its output.
# shellcheck disable=SC2034,SC2154 # names of the sourced files

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=/dev/null
. "$here/lib.sh"
# shellcheck source=/dev/null
. "$here/servers.bash"
# shellcheck source=/dev/null
. "$here/cases.bash"
# shellcheck source=/dev/null
. "$here/callers.bash"

# ---- the call ----

cron_text() {
    printf 'From: root (Cron Daemon)\nTo: root\n'
    printf 'Subject: Cron <root@submit> test -x /usr/sbin/anacron || run-parts /etc/cron.daily\n'
    printf 'MIME-Version: 1.0\nContent-Type: text/plain; charset=UTF-8\n'
    printf 'Content-Transfer-Encoding: 8bit\n'
    printf 'X-Cron-Env: <SHELL=/bin/sh>\nX-Cron-Env: <HOME=/root>\n'
    printf 'X-Cron-Env: <PATH=/usr/bin:/bin>\nX-Cron-Env: <LOGNAME=root>\n'
    printf '\n/etc/cron.daily/backup:\n.\n..\nKein Platz \303\274brig\n'
}

mail_from_cron() {
    expect_status 0 && expect_silence && arrived_with root "$work/cron.eml" Date Message-ID &&
        has_return_path root "root@$domain"
}

call_case() {
    mkdir "$work/bin"
    ln -s "$SALLYPORT" "$work/bin/sendmail"
    relay_conf conf "$starttls_port" starttls
    cron_text >"$work/cron.eml"
    prepare
    status=0
    env -i SALLYPORT_CONFIG="$work/conf" LOGNAME=root HOME=/root PATH=/usr/bin:/bin \
        timeout 60 "$work/bin/sendmail" -FCronDaemon -i -B8BITMIME -oem root \
        <"$work/cron.eml" >"$work/stdout" 2>"$work/stderr" || status=$?
    verdict 'the call of Debian cron' mail_from_cron
}

# ---- the daemon ----

# The program with those of its libraries that the servers' root lacks.
copy_program() {
    local library
    mkdir -p "$work/cron/lib" "$work/cron/bin"
    cp "$SALLYPORT" "$work/cron/bin/sendmail"
    { ldd "$SALLYPORT" 2>/dev/null || true; } | awk '$2 == "=>" && $3 ~ "^/" { print $3 }' |
        while read -r library; do
            [ -e "$server_root$library" ] || [ -e "$server_root${library#/usr}" ] ||
                [ -e "$server_root/usr$library" ] || cp -L "$library" "$work/cron/lib/"
        done
}

# Stands at /usr/sbin/sendmail; keeps the arguments, the message and the status.
write_sendmail() {
    cat >"$work/cron/sendmail" <<-SENDMAIL
	#!/bin/sh
	export SALLYPORT_CONFIG=$inside/cron/conf LD_LIBRARY_PATH=$inside/cron/lib
	printf '%s\n' "\$*" >$inside/cron/arguments
	tee $inside/cron/message | {
	    $inside/cron/bin/sendmail "\$@" >$inside/stdout 2>$inside/stderr
	    echo \$? >$inside/cron/status.new
	}
	mv $inside/cron/status.new $inside/cron/status
	SENDMAIL
    chmod 0755 "$work/cron/sendmail"
}

# A job at start, so that nobody waits for the next minute.
write_job() {
    mkdir -p "$work/cron/tabs" "$work/cron/run" "$work/cron/none"
    printf 'MAILTO=root\n@reboot . %s\n' "$inside/cron/job" >"$work/cron/tabs/root"
    chmod 0600 "$work/cron/tabs/root"
    printf '%s\n' "printf 'first\n.\n..dots\nlast\n'" >"$work/cron/job"
}

can_mount() {
    unshare --mount --propagation private mount --bind "$work" "$work" 2>/dev/null
}

# cron's own places in the servers' root are covered, in a mount namespace of its own, by ours.
start_cron() {
    # shellcheck disable=SC2016 # expanded by the inner shell
    setsid unshare --mount --propagation private /bin/sh -ec '
        root=$1 ours=$2
        mount --bind "$ours/sendmail" "$root/usr/sbin/sendmail"
        mount --bind "$ours/tabs" "$root/var/spool/cron/crontabs"
        mount --bind "$ours/run" "$root/run"
        mount --bind "$ours/none" "$root/etc/cron.d"
        mount --bind /dev/null "$root/etc/crontab"
        exec chroot "$root" /usr/sbin/cron -f
    ' cron "$server_root" "$work/cron" >"$work/cron.out" 2>&1 </dev/null &
    daemons+=("$!")
}

mail_from_daemon() {
    if ! await 30 test -e "$work/cron/status"; then
        why="cron did not call sendmail: $(cat "$work/cron.out")"
        return 1
    fi
    status=$(cat "$work/cron/status")
    if [ "$(cat "$work/cron/arguments")" != '-FCronDaemon -i -B8BITMIME -oem root' ]; then
        why="cron called with $(cat "$work/cron/arguments")"
        return 1
    fi
    expect_status 0 && expect_silence &&
        arrived_with root "$work/cron/message" Date Message-ID &&
        has_return_path root "root@$domain"
}

daemon_case() {
    local name='a real cron daemon'
    if ! can_mount; then
        skip "$name" 'no private mount namespace here'
        return
    fi
    copy_program
    write_sendmail
    write_job
    relay_conf cron/conf "$starttls_port" starttls "tls_ca = $inside/ca.pem"
    prepare
    start_cron
    verdict "$name" mail_from_daemon
}

begin "${postfix_needs[@]}" /usr/sbin/cron
start_postfix
call_case
daemon_case
finish
