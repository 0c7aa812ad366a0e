#!/bin/sh
# SPDX-License-Identifier: MIT
#
# What smartd runs for a disk that fails.
export SMARTD_MAILER=/usr/share/smartmontools/smartd-runner SMARTD_ADDRESS=root
export SMARTD_MESSAGE='Device: /dev/sda, FAILED SMART self-check'
export SMARTD_FAILTYPE=Health SMARTD_PREVCNT=0 SMARTD_DEVICEINFO='disk'
exec /bin/sh /usr/share/smartmontools/smartd_warning.sh
