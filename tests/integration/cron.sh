#!/bin/bash
# SPDX-License-Identifier: MIT
#
# cron's mail through a real Postfix: first the call that Debian's cron makes, with its text,
# by a link named sendmail; then a real cron daemon that runs a job and mails its output, and
# the queue, by the line that the manual has.
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
    with_domain <"$work/cron.eml" >"$work/expected"
    expect_status 0 && expect_silence && arrived_with root "$work/expected" Date Message-ID &&
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
    verdict 'the call of Debian cron' row_of 'Debian cron (the call)' root mail_from_cron
}

# ---- the daemon ----

# A job at start, so that nobody waits for the next minute.
write_job() {
    mkdir -p "$work/cron/tabs" "$work/cron/run" "$work/cron/none"
    : >"$work/cron/crontab"
    {
        printf 'MAILTO=root\n@reboot . %s\n' "$inside/cron/job"
        printf '* * * * * SALLYPORT_CONFIG=%s LD_LIBRARY_PATH=%s %s -q\n' \
            "$inside/queued" "$inside/stage/lib" "$inside/stage/bin/sendmail"
    } >"$work/cron/tabs/root"
    chmod 0600 "$work/cron/tabs/root"
    printf '%s\n' "printf 'first\n.\n..dots\nlast\n'" >"$work/cron/job"
}

# A message in a queue that has another name within the servers' root.
queue_message() {
    relay_conf queued "$starttls_port" starttls
    printf '[queue]\ndirectory = %s\n' "$work/spool" >>"$work/queued"
    SALLYPORT_CONFIG=$work/queued "$SALLYPORT" -odq -f "root@$domain" "alice@$domain" \
        <"$work/cron.eml" 2>/dev/null || return
    sed -i "s,$work/,$inside/," "$work/queued"
}

# cron's own places in the servers' root are covered by ours.
start_cron() {
    stage_daemon cron -cron/tabs /var/spool/cron/crontabs -cron/run /run \
        -cron/none /etc/cron.d -cron/crontab /etc/crontab /usr/sbin/cron -f
}

mail_from_daemon() {
    called && expect_arguments '-FCronDaemon -i -B8BITMIME -oem root' || return 1
    status=$(cat "$work/stage/status")
    with_domain <"$work/stage/message" >"$work/expected"
    expect_status 0 && expect_silence &&
        arrived_with root "$work/expected" Date Message-ID &&
        has_return_path root "root@$domain"
}

daemon_case() {
    local name='a real cron daemon'
    if ! can_mount; then
        skip "$name" 'no private mount namespace here'
        return
    fi
    set_stage
    write_job
    clear_stage
    queue_message || fail 'a message is queued' 'it was not'
    start_cron
    verdict "$name" row_of 'Debian cron (the daemon)' root mail_from_daemon
    why='no run of the queue sent it'
    verdict 'a line of a crontab runs the queue' await 90 has_stored alice 1
}

begin "${postfix_needs[@]}" /usr/sbin/cron
start_postfix
call_case
daemon_case
finish
