#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Called by one whom sudoers does not name.
! /usr/bin/sudo /bin/true
