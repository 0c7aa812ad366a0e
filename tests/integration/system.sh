#!/bin/bash
# SPDX-License-Identifier: MIT
#
# What writes to root by itself, each run as it comes from Debian: the cron daemons beside
# Debian's own, watchers of disks, packages, log-ins.
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
# shellcheck source=/dev/null
. "$here/stage.bash"
# shellcheck source=/dev/null
. "$here/programs.bash"

readonly web=web@$domain
readonly root=root@$domain
# ---- what watches ----

watchers() {
    local programs=$inside/programs
    deaf_program mdadm "$root" -t /sbin/mdadm --monitor --test --oneshot --mail root /dev/md0
    covers=(-programs/sudoers /etc/sudoers)
    lent deaf_program sudo "store@$domain" -t "${as_store[@]}" /bin/sh "$programs/sudo.sh"
    covers=()
    program 'smartd (its warning script)' "$root" '-i -t' /bin/sh "$programs/smartd.sh"
    mailq_case
}

mailq_done() {
    if [ "$status" != 0 ]; then
        why="its status is $status: $(head -c 300 "$work/caller.out")"
        return 1
    fi
    grep -q 'OK: postfix mailq reports queue is empty' "$work/caller.out" && return
    why="it said $(head -c 300 "$work/caller.out")"
    return 1
}

# It runs mailq, and sends nothing.
mailq_case() {
    local plugin=/usr/lib/nagios/plugins/check_mailq
    present check_mailq "$plugin" || return 0
    covers=(-stage/bin/sendmail /usr/bin/mailq)
    run_program LD_LIBRARY_PATH="$inside/stage/lib" "$plugin" -w 1 -c 2 -M postfix
    covers=()
    verdict check_mailq mailq_done
    row check_mailq 'not meant' -
    full_mailq_case "$plugin"
}

# 0 to 2: good, to be warned of, bad.
full_mailq_done() {
    [ "$status" = "$1" ] && grep -q "mailq.*[^0-9]$2[^0-9]" "$work/caller.out" && return
    why="its status is $status, not $1: $(head -c 300 "$work/caller.out")"
    return 1
}

# With messages that wait: none, one and two of which it is to warn of one.
full_mailq_case() {
    local plugin=$1 count relay=(SALLYPORT_URL=smtp://127.0.0.1:1)
    mkdir -m 0700 "$work/waiting"
    for count in 1 2; do
        printf 'Subject: waits\n\n' | env "${relay[@]}" SALLYPORT_LOG_TO=none \
            SALLYPORT_QUEUE_DIRECTORY="$work/waiting" \
            "$SALLYPORT" -odq "root@$domain" 2>/dev/null
        covers=(-stage/bin/sendmail /usr/bin/mailq)
        run_program LD_LIBRARY_PATH="$inside/stage/lib" "${relay[@]}" \
            SALLYPORT_QUEUE_DIRECTORY="$inside/waiting" "$plugin" -w 1 -c 2 -M postfix
        covers=()
        verdict "check_mailq, $count waiting" full_mailq_done "$count" "$count"
    done
}

# A jail that nobody but the caller of the client fills; it writes of each ban alone.
fail2ban_places() {
    mkdir -p "$work/fail2ban/filter.d" "$work/fail2ban/run"
    cp -r "$server_root/etc/fail2ban/action.d" "$work/fail2ban/"
    printf '[Definition]\nfailregex = refused <HOST>\n' >"$work/fail2ban/filter.d/log-in.conf"
    printf '[Definition]\nloglevel = INFO\nlogtarget = %s\nsyslogsocket = auto\n%s\n%s\n%s\n' \
        "$inside/fail2ban/log" "socket = $inside/fail2ban/run/socket" \
        "pidfile = $inside/fail2ban/run/pid" 'dbfile = None' >"$work/fail2ban/fail2ban.conf"
    printf '[log-in]\nenabled = true\nbackend = polling\nlogpath = %s\nmaxretry = 1\n%s\n' \
        "$inside/fail2ban/log-ins" 'action = sendmail[actionstart=, actionstop=]' \
        >"$work/fail2ban/jail.conf"
    : >"$work/fail2ban/log-ins"
}

fail2ban_done() {
    if called && sendmail_done "$1"; then
        judge fail2ban "fail2ban@$domain" root
    else
        row fail2ban no no
        return 1
    fi
}

fail2ban_case() {
    local client=(/usr/bin/python3 -B /usr/bin/fail2ban-client -c "$inside/fail2ban")
    present fail2ban /usr/bin/fail2ban-server || return 0
    fail2ban_places
    clear_stage
    stage_daemon fail2ban "${bare[@]}" /usr/bin/python3 -B /usr/bin/fail2ban-server -f \
        -c "$inside/fail2ban" start
    await 20 test -S "$work/fail2ban/run/socket" || true
    (on_stage "${bare[@]}" "${client[@]}" set log-in banip 192.0.2.1) \
        >"$work/caller.out" 2>&1 </dev/null || true
    verdict fail2ban fail2ban_done '-f fail2ban root'
}

# ---- what looks after packages ----

# A package of which nothing is known but its news.
write_package() {
    local doc=$work/news/usr/share/doc/news
    mkdir -p "$work/news/DEBIAN" "$doc"
    printf '%s\n' 'Package: news' 'Version: 2' 'Architecture: all' \
        'Maintainer: Web <web@example.test>' 'Description: news' >"$work/news/DEBIAN/control"
    printf 'news (2) stable; urgency=low\n\n  * Gr\303\274\303\237e.\n  .\n\n%s\n' \
        ' -- Web <web@example.test>  Mon, 01 Jan 2024 00:00:00 +0000' |
        gzip -9n >"$doc/changelog.gz"
    dpkg-deb -b "$work/news" "$work/news.deb" >/dev/null
    printf 'Package: news\nStatus: install ok installed\nVersion: 1\n\n' >"$work/status"
}

# Its form is debsecan's own: a hole in one package.
write_holes() {
    mkdir -p "$work/holes"
    chroot "$server_root" /usr/bin/python3 -c '
import sys, zlib
sys.stdout.buffer.write(zlib.compress(b"""VERSION 1
CVE-2024-0001,,a hole

news,0,S    ,2,

news,news
"""))' >"$work/holes/bookworm"
}

# These leave marks in their own places, which are covered.
reporters() {
    local programs=$inside/programs
    boxes=alice
    covers=(-log /var/log -programs/popularity.conf /etc/popularity-contest.conf)
    program popularity-contest "$web" "-oi -f $web alice@$domain" \
        /bin/sh "$programs/popularity.sh"
    boxes=root
    covers=(-log /var/log -lib /var/lib/cron-apt)
    deaf_program cron-apt "$root" '-t -oi' /bin/sh /usr/sbin/cron-apt "$programs/cron_apt.conf"
    covers=(-log /var/log -run /run)
    deaf_program unattended-upgrades "$root" '-oi -t' /usr/bin/env \
        APT_CONFIG="$programs/upgrades.conf" /usr/bin/python3 -B /usr/bin/unattended-upgrade
    covers=()
}

news() {
    deaf_program debsecan "$root" -t /usr/bin/python3 -B /usr/bin/debsecan --suite bookworm \
        --source "file://$inside/holes" --status "$inside/status" --history "$inside/history" \
        --format report --mailto root
    deaf_program apt-listchanges "$root" '-oi -t' /usr/bin/python3 -B \
        /usr/bin/apt-listchanges --frontend=mail --email-address=root --which=both \
        --show-all "$inside/news.deb"
}

# ---- other cron daemons ----

# A netstring: a number, the user, the command and its surroundings, each with a NUL after it.
write_bcron_job() {
    printf '%s\0' 1 root "printf 'first\\n.\\n..dots\\n'" MAILTO=root PATH=/usr/bin:/bin \
        SHELL=/bin/sh >"$work/job"
    { printf '%d:' "$(stat -c %s "$work/job")" && cat "$work/job" && printf ,; } >"$work/text"
}

schedulers() {
    local programs=$inside/programs
    write_bcron_job
    deaf_program bcron "$root" '-FCronDaemon -i -odi -oem -t' /usr/sbin/bcron-exec
    : >"$work/text"
    deaf_program systemd-cron "$root" '-i -B8BITMIME root' /usr/bin/env \
        PATH="$programs:/usr/sbin:/usr/bin:/bin" /usr/bin/python3 -B \
        /lib/systemd-cron/mail_on_failure backup.service
}

# This one knows no job at start (it crashes on "@reboot"): it starts its job at the next
# minute, while other cases run, and the job waits to be told to end.
start_busybox() {
    [ -e "$server_root/bin/busybox" ] || return 0
    mkdir -p "$work/tabs"
    mkfifo "$work/go"
    printf 'MAILTO=root\n* * * * * . %s\n' "$inside/wait" >"$work/tabs/root"
    printf '%s\n' "read -r go <$inside/go" \
        "printf 'first\n..\n..dots\n'" >"$work/wait"
    stage_daemon crond -run /run "${bare[@]}" /bin/busybox crond -f -L /dev/null \
        -c "$inside/tabs"
}

busybox_done() {
    if called && sendmail_done "$1"; then
        judge 'busybox crond' "$root" root
    else
        row 'busybox crond' no no
        return 1
    fi
}

busybox_case() {
    present 'busybox crond' /bin/busybox || return 0
    clear_stage
    # shellcheck disable=SC2016 # expanded by the inner shell
    timeout 90 /bin/sh -c 'echo >"$1"' go "$work/go" || true
    verdict 'busybox crond' busybox_done -ti
}

begin "${postfix_needs[@]}"
can_mount || skip_all 'no private mount namespace here'
start_postfix
set_stage
cp -r "$here/programs" "$work/"
chmod 0440 "$work/programs/sudoers"
mkdir -p "$work"/{log/cron-apt,lib,run}
write_package
write_holes
: >"$work/text"
boxes=root
start_busybox
watchers
fail2ban_case
reporters
news
schedulers
busybox_case
finish
