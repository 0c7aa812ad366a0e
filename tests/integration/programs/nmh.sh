#!/bin/sh
# SPDX-License-Identifier: MIT
# nmh.sh MTS FIELD: the field that names a third person. With "Bcc" nmh would write two messages.
set -e
export MH="$HOME/mh_profile" MHMTSCONF="$HOME/mts.conf" LC_ALL=C.UTF-8
printf 'Path: %s/Mail\n' "$HOME" >"$MH"
printf 'mts: %s\nsendmail: /usr/sbin/sendmail\n' "$1" >"$MHMTSCONF"
mkdir -p "$HOME/Mail"
{
    printf 'From: Web <web@example.test>\nTo: alice@example.test\n'
    printf 'Cc: Bob <bob@example.test>\n%s: root@example.test\nSubject: nmh\n--------\n' "$2"
    cat
} >"$HOME/draft"
/usr/bin/mh/send "$HOME/draft"
