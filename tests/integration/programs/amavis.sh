#!/bin/sh
# SPDX-License-Identifier: MIT
#
# amavis.sh PORT RECIPIENT...: a message goes through the daemon, whose way on is sendmail.
set -e
programs=$(dirname "$0")
mkdir -p "$HOME/tmp"
AMAVIS_PORT=$1 /usr/bin/perl -T /usr/sbin/amavisd -c "$programs/amavis.conf" foreground \
    >"$HOME/log" 2>&1 </dev/null &
daemon=$!
status=0
/usr/bin/perl "$programs/amavis.pl" "$@" || status=$?
kill "$daemon"
wait "$daemon" || :
exit "$status"
