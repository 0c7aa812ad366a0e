#!/bin/sh
# SPDX-License-Identifier: MIT
#
# A report with all that reportbug would ask for. It takes no address in ".test".
printf 'eins\n.\n..zwei\n' >"$HOME/report"
exec /usr/bin/env HTTPLIB2_CA_CERTS="$HOME/report" \
    /usr/bin/python3 -B /usr/bin/reportbug \
    --no-config-files --offline --no-query-bts --no-check-available --no-check-installed \
    --no-bug-script --no-cc-menu --no-tags-menu --no-verify --no-paranoid --no-compress --no-cc \
    --ui=text --bts=debian --mta=/usr/sbin/sendmail --email=web@bugs.debian.org --realname=Web \
    --draftpath="$HOME" --subject=Gruss --severity=minor --package-version=2 \
    --body-file="$HOME/report" --mode=expert news
