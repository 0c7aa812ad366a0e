#!/bin/sh
# SPDX-License-Identifier: MIT
#
# vacation.sh WHO USER: WHO writes to USER, who is away.
set -e
printf 'Subject: away\n\nI am away.\n..\n' >"$HOME/vacation.msg"
/usr/bin/vacation -I -f "$HOME/vacation.db"
printf 'From %s Thu Jan  1 00:00:00 2026\nFrom: %s\nTo: %s\nSubject: x\n\nhi\n' "$1" "$1" "$2" |
    /usr/bin/vacation -f "$HOME/vacation.db" -m "$HOME/vacation.msg" "$2"
