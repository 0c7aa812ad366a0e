#!/bin/bash
# SPDX-License-Identifier: MIT
#
# Replays the arguments with which real programs call sendmail, as recorded from them or read
# in their source, each with a message of the kind it sends, through a real Postfix. The
# programs themselves, as far as they run here, are in programs.sh, system.sh, people.sh,
# cron.sh and php.sh.
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

# ---- messages ----

# Without Date and Message-ID, from a name that is not an address.
system_text() {
    printf 'From: root (Cron Daemon)\nTo: root\nSubject: Cron <root@submit> backup\n'
    printf 'MIME-Version: 1.0\nContent-Type: text/plain; charset=UTF-8\n'
    printf 'Content-Transfer-Encoding: 8bit\nX-Cron-Env: <SHELL=/bin/sh>\n'
    printf '\nfirst\n..\n.x\nKein Platz \303\274brig\n'
}

letter_text() {
    printf 'Date: Mon, 01 Jan 2024 00:00:00 +0000\nFrom: Web <web@%s>\n' "$domain"
    printf 'To: "A, lice" (x) <alice@%s>\nCc: friends: Bob <bob@%s>;\n' "$domain" "$domain"
    printf 'bcc :\n root@%s\nSubject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=\n' "$domain"
    printf 'MIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\n'
    printf 'Content-Transfer-Encoding: 8bit\n\neins\n..\n.x\nGr\303\274\303\237e\n'
}

# Sent on to bob alone.
resent_text() {
    printf 'Resent-From: web@%s\nResent-To: bob@%s\n' "$domain" "$domain"
    printf 'Resent-Date: Tue, 02 Jan 2024 00:00:00 +0000\nResent-Message-ID: <r@%s>\n' "$domain"
    printf 'Message-ID: <o@%s>\n' "$domain"
    letter_text | without_fields bcc
}

write_texts() {
    system_text >"$work/system.eml"
    letter_text >"$work/letter.eml"
    resent_text >"$work/resent.eml"
    sed 's/$/\r/' "$work/letter.eml" >"$work/crlf.eml"
    { letter_text && printf '.\n..\n'; } >"$work/dots.eml"
    { printf 'From web Mon Jan  1 00:00:00 2024\n' && letter_text; } >"$work/mbox.eml"
    printf 'eins\n..zwei\n' >"$work/bare.eml"
    dialogue | sed 's/$/\r/' >"$work/dialogue.eml"
}

dialogue() {
    printf 'EHLO localhost\nMAIL FROM:<%s>\n' "$web"
    printf 'RCPT TO:<%s>\n' "${three[@]}"
    printf 'DATA\n'
    letter_text | sed 's/^\./../'
    printf '.\nQUIT\n'
}

# expected_text NAME: what must arrive.
expected_text() {
    case $1 in
    bare) printf '\neins\n..zwei\n' ;;
    mbox) expected_text letter ;;
    *) tr -d '\r' <"$work/$1.eml" | without_fields bcc ;;
    esac
}

# ---- a call ----

call_done() {
    if expect_status 0 && speaks_only_if_asked; then
        judge "$@"
    else
        row "$1" no no
        return 1
    fi
}

speaks_only_if_asked() {
    case $arguments in
    *-bs* | *-v*) ;;
    *) expect_silence ;;
    esac
}

# Why a program that is named by itself is not run.
why_replayed() {
    case $1 in
    cronie* | vixie-cron* | dcron | fcron | Gitea | elm | TYPO3 | Nextcloud* | 'Mailman 2' | \
        *' of old')
        printf ' (not in Debian 12)'
        ;;
    *' recipe') printf ' (a line of a script)' ;;
    esac
}

# replay CALLER SENDER MESSAGE BOXES ARG...: a dialogue is about the letter.
replay() {
    local caller from=$2 message=$3 boxes=$4 arguments
    caller="$1, replayed$(why_replayed "$1")"
    shift 4
    arguments=$*
    prepare
    expected_text "${message/dialogue/letter}" >"$work/expected"
    status=0
    env -i SALLYPORT_CONFIG="$work/conf" LOGNAME=root HOME=/root PATH=/usr/bin:/bin \
        timeout 60 "$work/bin/sendmail" "$@" \
        <"$work/$message.eml" >"$work/stdout" 2>"$work/stderr" || status=$?
    # shellcheck disable=SC2086 # one word a box
    verdict "$caller" call_done "$caller" "$from" $boxes
}

# by_header CALLER SENDER ARG...: the letter to those whom its header names.
by_header() {
    replay "$1" "$2" letter 'alice bob root' "${@:3}"
}

# by_argument CALLER SENDER ARG...: the same three are put after the arguments.
by_argument() {
    replay "$1" "$2" letter 'alice bob root' "${@:3}" "${three[@]}"
}

# to_root CALLER SENDER ARG...
to_root() {
    replay "$1" "$2" system root "${@:3}"
}

# by_dialogue CALLER ARG...
by_dialogue() {
    replay "$1" "$web" dialogue 'alice bob root' "${@:2}"
}

# asks CALLER ANSWER NAME ARG...: nothing is read or sent, and the status is 0.
asks() {
    local caller="$1, replayed" answer=$2 name=$3
    shift 3
    prepare
    status=0
    env -i SALLYPORT_CONFIG="$work/conf" PATH=/usr/bin:/bin \
        timeout 60 "$work/bin/$name" "$@" </dev/null >"$work/stdout" 2>"$work/stderr" || status=$?
    verdict "$caller" answered "$answer"
    row "$caller" 'not meant' -
}

answered() {
    expect_status 0 && expect_nothing_stored || return 1
    [ "$(cat "$work/stdout")" = "$1" ] && [ ! -s "$work/stderr" ] && return
    why="it said $(head -c 300 "$work/stdout" "$work/stderr")"
    return 1
}

# ---- the table ----

schedulers() {
    to_root 'cronie before 1.7' "$root" -FCronDaemon -i -odi -oem -oi -t -f root
    to_root 'cronie 1.7' '' -FCronDaemon -i -odi -oem -oi -t -f '<>'
    to_root 'Debian cron' "$root" -FCronDaemon -i -B8BITMIME -oem root
    to_root 'vixie-cron' "$root" -FCronDaemon -odi -oem -or0s root
    to_root 'vixie-cron of BSD' "$root" -FCronDaemon -odi -oem -oi -or0s -t
    to_root dcron "$root" -t -oem -i
    to_root fcron "$root" -Ffcron root
    to_root anacron "$root" -FAnacron -odi root
    to_root atd "$root" -i root
    to_root 'at of old' "$root" -oem root
}

services() {
    to_root logwatch "$root" -t
    by_argument Gitea "$web" -f "$web" -i
    by_header 'Zabbix recipe' "$root" -vt
    by_header 'Nagios recipe' "$root" -vt
    by_header 'Exim tools, -oMr and its value apart' "$root" -oMr local -oi -t
}

web_applications() {
    by_header 'PHP mail()' "$root" -t -i
    by_header 'PHP mail() with -f' "$web" -t -i "-f$web"
    by_header 'PHP mail() with -f twice' "$web" -t -i "-f$root" "-f$web"
    replay 'PHP mail(), CRLF' "$root" crlf 'alice bob root' -t -i
    by_header PHPMailer "$web" -oi "-f$web" -t
    by_header SwiftMailer "$root" -t
    by_header 'Symfony of old' "$web" -t -i "-f$web"
    by_argument 'Symfony Mailer' "$web" "-f$web" --
    by_header Rails "$root" -i -t
    by_argument 'Ruby mail' "$web" -i -f "$web" --
    by_argument nodemailer "$web" -i -f "$web"
    by_header MIME::Lite "$web" -t -oi -oem "-f$web"
    by_argument Email::Sender "$web" -i -f "$web" --
    by_header Mail::Mailer "$root" -t
    by_header Python "$root" -t -oi
    by_header RT "$root" -oi -t
    by_header 'RT with -f' "$web" -oi -t -f "$web"
}

mail_readers() {
    by_argument mutt "$web" -oem -oi -f "$web" --
    by_argument 'mutt with 8BITMIME' "$web" -oem -oi -B8BITMIME -f "$web" --
    by_argument 'mutt with DSN' "$web" -oem -oi -f "$web" -N failure,delay -R full --
    replay 'mutt, bounce' "$web" resent bob -oem -oi -f "$web" -- "bob@$domain"
    by_argument s-nail "$web" -i -f "$web" --
    by_argument 's-nail of old' "$web" -i -r "$web" --
    by_header bsd-mailx "$web" -i -t -f "$web"
    by_header mailutils "$web" -oi -f "$web" -t
    by_argument 'git send-email' "$web" -f "$web" -i
    by_header 'Emacs' "$web" -oi -f "$web" -odb -oem -t
    by_argument 'Emacs, message mode' "$web" -oi -f "$web" -B8BITMIME -oem
    by_argument elm "$root" -oi -oem -om
    by_argument mpack "$root" -oi
    by_header nmh "$root" -t -i
    replay 'nmh dist' "$root" resent bob -t -i
    by_dialogue 'nmh -bs' -bs -odb -oem -om
    by_dialogue 'Symfony -bs' -bs
    by_dialogue 'Laravel' -bs -i
    by_dialogue 'SwiftMailer -bs' -bs
    by_dialogue 'TYPO3' -bs
    by_dialogue 'Nextcloud, smtp mode' -bs
}

# Those who send nothing, and are told so.
queue_keepers() {
    asks mailq 'Mail queue is empty' mailq
    asks 'sendmail -bp' 'Mail queue is empty' sendmail -bp
    asks newaliases '' newaliases
    asks 'postinst scripts' '' sendmail -bi
    asks 'if-up and ppp scripts' '' sendmail -q
    asks 'if-up and ppp scripts, -qf' '' sendmail -qf
}

filters() {
    replay maildrop '' letter bob -f '' "bob@$domain"
    replay vacation "$root" letter alice -f root -- "alice@$domain"
    replay procmail "$root" mbox 'alice bob' -oi "bob@$domain," "alice@$domain"
    replay 'formail, reply' "$root" letter 'alice bob root' -oi -t
    by_argument 'Mailman 2' "$web" -f "$web" --
    by_argument amavis "$web" -G -i -f "$web" --
    by_argument 'rmail of old' "$web" -oee -odb -oi -oMrUUCP -oMshost.test "-f$web"
}

# By hand and in scripts.
people() {
    replay 'echo, without a header' "$root" bare 'alice' "alice@$domain"
    replay 'dots with -i' "$root" dots 'alice bob root' -t -i
    replay 'dots with -oi' "$root" dots 'alice bob root' -toi
    by_header 'letters joined' "$web" "-itf$web"
    by_header '-bm and -tioi' "$root" -bm -tioi
    replay 'a list in one argument' "$root" letter 'alice bob root' \
        "Alice <alice@$domain>, bob@$domain" root
    by_argument 'name and brackets in -f' "$web" -f "Web <$web>"
    by_argument 'the value of -B apart' "$web" -i -B 8BITMIME -f "$web"
    by_argument 'brackets in -f' "$web" -f "<$web>"
    by_argument 'options of sendmail 8' "$root" -O ErrorMode=m -OTimeout.iwait=1m -om -L tag -h 3 -U
    by_argument '-oX of old' "$root" -oT3d -o7 -o8 -oL9 -os -e m -m -n
    replay 'options after recipients' "$web" letter alice "alice@$domain" "-f$web" -i
}

begin "${postfix_needs[@]}"
start_postfix
readonly root=root@$domain web=web@$domain
readonly three=("alice@$domain" "bob@$domain" "root@$domain")
relay_conf conf "$starttls_port" starttls
mkdir "$work/bin"
for name in sendmail mailq newaliases; do
    ln -s "$SALLYPORT" "$work/bin/$name"
done
write_texts
schedulers
services
web_applications
mail_readers
filters
people
queue_keepers
finish
