#!/bin/bash
# SPDX-License-Identifier: MIT
#
# Programs that call /usr/sbin/sendmail, each run as it comes from Debian, with ours in that
# place, through a real Postfix. What arrives must be what the program wrote, line ends, Bcc
# and added fields aside, at the addresses it meant, from the sender it named; and the program
# must end well, and say so by its own status when no server is there.
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

# ---- programs that write to three people ----

readonly all_three="alice@$domain bob@$domain root@$domain"
readonly php=(/usr/bin/php -d extension=ctype -d extension=mbstring -d extension=iconv)

mailers() {
    local mailers=$inside/programs
    program MIME::Lite "$web" "-t -oi -oem -f$web" /usr/bin/perl "$mailers/mime_lite.pl"
    program Email::Sender "$web" "-i -f $web -- $all_three" \
        /usr/bin/perl "$mailers/email_sender.pl"
    program Mail::Mailer "root@$domain" -t /usr/bin/perl "$mailers/mail_mailer.pl"
    program 'Python subprocess' "root@$domain" '-t -oi' /usr/bin/python3 -B "$mailers/sendmail.py"
    program nodemailer "$web" "-i -f $web $all_three" /usr/bin/node "$mailers/nodemailer.js"
    deaf_program 'Ruby mail' "$web" "-i -f $web -- $all_three" /usr/bin/ruby "$mailers/ruby_mail.rb"
    program RT "$web" "-oi -t -f $web" /usr/bin/perl "$mailers/rt.pl"
}

php_mailers() {
    local mailers=$inside/programs sendmail=/usr/sbin/sendmail
    program PHPMailer "$web" "-t -i -oi -f$web -t" "${php[@]}" "$mailers/phpmailer.php"
    program 'Symfony Mailer -bs' "$web" -bs "${php[@]}" "$mailers/symfony.php" "$sendmail -bs"
    program 'Symfony Mailer -t' "$web" "-i -f$web -- $all_three" \
        "${php[@]}" "$mailers/symfony.php" "$sendmail -t -i"
    program 'SwiftMailer -bs' "$web" -bs "${php[@]}" "$mailers/swiftmailer.php" "$sendmail -bs"
    deaf_program 'SwiftMailer -t' "$web" "-t -i -f$web" \
        "${php[@]}" "$mailers/swiftmailer.php" "$sendmail -t -i"
    program Laravel "$web" '-bs -i' "${php[@]}" "$mailers/laravel.php" "$sendmail -bs -i"
}

readers() {
    local emacs=(/usr/bin/emacs-nox -Q --batch -l "$inside/programs/emacs.el")
    local to=(-s Gruss -b "root@$domain")
    program mutt "$web" "-oem -oi -f $web -- $all_three" /usr/bin/mutt -F /dev/null \
        -e "set from='Web <$web>' use_envelope_from" "${to[@]}" -c "bob@$domain" -- "alice@$domain"
    program neomutt "$web" "-oem -oi -f $web -- $all_three" /usr/bin/neomutt -F /dev/null \
        -e "set from='Web <$web>' use_envelope_from" "${to[@]}" -c "bob@$domain" -- "alice@$domain"
    deaf_program mpack "root@$domain" "-oi $all_three" /usr/bin/mpack -s Gruss \
        "$inside/programs/mailrc" "alice@$domain" "bob@$domain" "root@$domain"
    program s-nail "$web" "-i -f $web -- $all_three" /usr/bin/s-nail -:/ -S sendwait -S nosave \
        -S ttycharset=utf-8 -S "from=Web <$web>" -r "$web" "${to[@]}" -c "bob@$domain" \
        "alice@$domain"
    program bsd-mailx "$web" "-i -t -f $web" /usr/bin/env MAILRC="$inside/programs/mailrc" \
        /usr/bin/bsd-mailx -r "$web" "${to[@]}" -c "bob@$domain" "alice@$domain"
    program mailutils "$web" "-oi -f $web -t" /usr/bin/mail.mailutils -r "$web" -s Gruss \
        -a "Cc: bob@$domain" -a "Bcc: root@$domain" "alice@$domain"
    program 'git send-email' "$web" "-f $web -i $all_three" /bin/sh "$inside/programs/git.sh"
    program 'nmh -bs' "$web" '-bs -odb -oem -om' /bin/sh "$inside/programs/nmh.sh" sendmail/smtp Dcc
    program 'Emacs, message mode' "$web" "-oi -f $web -t" "${emacs[@]}" -f send-message
    program 'Emacs, mail mode' "$web" "-oi -f $web -oep -odi -t" "${emacs[@]}" -f send-mail
    deaf_program 'nmh -t' "root@$domain" '-t -i' /bin/sh "$inside/programs/nmh.sh" sendmail/pipe Cc
}

# ---- programs that write to one ----

one_box() {
    local root=root@$domain programs=$inside/programs
    boxes=root
    deaf_program anacron "$root" '-FAnacron -odi root' /usr/sbin/anacron -d -f -n -s \
        -t "$programs/anacrontab" -S "$inside/anacron"
    deaf_program logwatch "$root" -t /usr/sbin/logwatch --output mail --mailto root \
        --service cron --range all --detail high --logdir "$inside/logs"
    printf 'From: Root <%s>\nTo: list\nSubject: eins\n\neins\n.\n..zwei\n' "$root" >"$work/text"
    deaf_program formail "$root" '-oi -t' /usr/bin/procmail -m "$programs/reply.rc"
    boxes=alice
    deaf_program vacation "root@$domain" "-f root -- alice@$domain" \
        /bin/sh "$programs/vacation.sh" "alice@$domain" root
    boxes=bob
    deaf_program maildrop '' "-oi -f '' bob@$domain" /bin/sh "$programs/maildrop.sh" "bob@$domain"
    deaf_program procmail "$root" "-oi bob@$domain" /usr/bin/procmail -m "$programs/forward.rc"
}

# What a cron daemon has logged.
write_logs() {
    mkdir "$work/logs" "$work/anacron"
    date "+%b %e %H:%M:%S submit CRON[1]: (root) CMD (/etc/cron.daily/backup)" >"$work/logs/cron"
}

# ---- at ----

# at's own places in the servers' root are covered by ours.
readonly as_at=(-at/jobs /var/spool/cron/atjobs -at/spool /var/spool/cron/atspool
    -at/run /run "${bare[@]}" HOME=/root)

at_places() {
    mkdir -p "$work/at/jobs" "$work/at/spool" "$work/at/run"
    : >"$work/at/jobs/.SEQ"
    chmod 0600 "$work/at/jobs/.SEQ"
    chown -R 1:1 "$work/at/jobs" "$work/at/spool"
    chmod 1770 "$work/at/jobs" "$work/at/spool"
}

at_done() {
    if called && sendmail_done "$1"; then
        judge at "root@$domain" root
    else
        row at no no
        return 1
    fi
}

at_case() {
    present at /usr/sbin/atd || return 0
    clear_stage
    at_places
    stage_daemon atd "${as_at[@]}" /usr/sbin/atd -f
    await 10 test -s "$work/at/run/atd.pid" || true
    printf "printf 'eins\\\\n.\\\\n..zwei\\\\n'\n" >"$work/job"
    (on_stage "${as_at[@]}" /usr/bin/at -m now) <"$work/job" >"$work/caller.out" 2>&1 || true
    verdict at at_done '-i root'
}

begin "${postfix_needs[@]}"
can_mount || skip_all 'no private mount namespace here'
start_postfix
set_stage
cp -r "$here/programs" "$work/"
write_logs
printf 'eins\n.\n..zwei\n\nGr\303\274\303\237e\n' >"$work/text"
boxes='alice bob root'
mailers
php_mailers
readers
one_box
at_case
finish
