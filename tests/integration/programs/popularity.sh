#!/bin/sh
# SPDX-License-Identifier: MIT
#
# It reports once a week: each run is the first.
rm -f /var/log/popularity-contest*
exec /bin/sh /etc/cron.daily/popularity-contest --crond
