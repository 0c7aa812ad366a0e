#!/bin/bash
# SPDX-License-Identifier: MIT
#
# What sends a person's mail, or hands mail on for one, each run as it comes from Debian.
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
readonly all_three="alice@$domain bob@$domain root@$domain"

# ---- what developers use ----

developers() {
    local programs=$inside/programs
    lent deaf_program reportbug web@bugs.debian.org \
        '-f web@bugs.debian.org -oi -oem submit@bugs.debian.org' \
        "${as_store[@]}" /bin/sh "$programs/reportbug.sh"
    printf 'yes\n' >"$work/text"
    program 'devscripts (mass-bug)' "$root" -t /usr/bin/env DEBEMAIL="$web" /usr/bin/perl \
        /usr/bin/mass-bug --send --subject=Gruss "$programs/mailrc" "$inside/packages"
    : >"$work/text"
    boxes='alice bob'
    program 'git post-receive-email' "$web" "-t -f $web" /bin/sh "$programs/post_receive.sh"
    boxes='alice bob root'
    program 'PEAR Mail' "$web" "-i -f$web -- $all_three" /usr/bin/php "$programs/pear_mail.php"
    boxes=root
}

# ---- Alpine, which wants a terminal ----

# What on_stage does, as a script of its own that runs on the terminal.
write_terminal() {
    declare -f on_stage
    printf 'work=%q server_root=%q\nstty rows 24 cols 80\n(on_stage' "$work" "$server_root"
    printf ' %q' "${bare[@]}" HOME="$inside/stage/home" TERM=vt100 /usr/bin/alpine \
        -p "$inside/pinerc" "alice@$domain"
    printf ')\n'
}

alpine_places() {
    rm -f "$work/keys"
    mkfifo "$work/keys"
    printf '%s\n' "inbox-path=$inside/inbox" 'personal-name=Web' "user-domain=$domain" \
        'smtp-server=' "sendmail-path=$1" 'default-fcc=""' \
        'feature-list=quit-without-confirm,send-without-confirm' >"$work/pinerc"
    write_terminal >"$work/terminal"
    : >"$work/caller.out"
}

# The screen has the last of the composer's keys.
composing() {
    grep -aq AddrBk "$work/caller.out"
}

alpine_done() {
    if called && sendmail_done "$2"; then
        judge "$1" "$root" alice
    else
        row "$1" no no
        return 1
    fi
}

# alpine_case NAME ARGUMENTS [COMMAND]: ^X sends what is in the composer, and Alpine ends.
alpine_case() {
    present "$1" /usr/bin/alpine || return 0
    if ! command -v script >/dev/null; then
        skip "$1" 'no script(1) to make a terminal'
        return
    fi
    clear_stage
    alpine_places "${3:-}"
    SHELL=/bin/bash timeout 60 script -qfec "bash $work/terminal" /dev/null \
        <>"$work/keys" >"$work/caller.out" 2>&1 &
    await 20 composing || true
    printf '\030' >"$work/keys"
    wait "$!" || true
    verdict "$1" alpine_done "$1" "$2"
}

# ---- what hands mail on ----

filters() {
    local programs=$inside/programs amavis_port
    letter_for "store@$domain" >"$work/text"
    boxes=bob
    lent deaf_program 'Dovecot (Sieve redirect)' "$web" "-i -f $web -- bob@$domain" \
        "${as_store[@]}" /bin/sh "$programs/sieve.sh" "redirect \"bob@$domain\";"
    boxes=alice
    lent deaf_program 'Dovecot (Sieve vacation)' '' "-i -f '<>' -- alice@$domain" \
        "${as_store[@]}" /bin/sh "$programs/sieve.sh" 'vacation "away";' "alice@$domain"
    { printf 'From web Mon Jan  1 00:00:00 2024 remote from hub\n' && letter_for bob; } \
        >"$work/text"
    boxes=bob
    program 'UUCP, rmail' "hub!web@$domain" \
        "-G -oee -odi -oi -pUUCP:hub.UUCP '-fhub!web' bob@$domain" /usr/sbin/rmail \
        "bob@$domain"
    free_ports amavis_port
    letter_for alice >"$work/text"
    boxes='alice bob root'
    # shellcheck disable=SC2086 # one word a recipient
    lent program amavis "$web" "-G -i -f $web -- $all_three" "${as_store[@]}" \
        /bin/sh "$programs/amavis.sh" "$amavis_port" $all_three
    printf 'eins\n.\n..zwei\n' >"$work/text"
    boxes=root
    deaf_program 'INN (innmail)' "$root" '-oi -oem root' /usr/bin/env \
        INNCONF="$programs/inn.conf" /usr/bin/perl /usr/lib/news/bin/innmail -s Gruss root
    boxes='alice bob root'
    deaf_program Sympa "$web" \
        "-oi -odi -oem -N success,delay,failure -V00000042 -f $web -- $all_three" \
        /usr/bin/perl "$programs/sympa.pl"
}

letter_for() {
    printf 'From: Web <%s>\nTo: %s\nSubject: Gruss\nDate: Mon, 01 Jan 2024 00:00:00 +0000\n' \
        "$web" "$1"
    printf 'Message-ID: <1@%s>\n\neins\n.\n..zwei\nGr\303\274\303\237e\n' "$domain"
}

begin "${postfix_needs[@]}"
can_mount || skip_all 'no private mount namespace here'
start_postfix
set_stage
cp -r "$here/programs" "$work/"
: >"$work/text"
printf 'news\n' >"$work/packages"
boxes=root
developers
alpine_case 'Alpine -bs' '-bs -odb -oem'
alpine_case 'Alpine -t' '-oem -t -oi' '/usr/sbin/sendmail -oem -t -oi'
filters
finish
