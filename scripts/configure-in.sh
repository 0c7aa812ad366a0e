#!/bin/sh
# SPDX-License-Identifier: MIT
#
# configure-in.sh DIRECTORY SOURCE ARGUMENT...: configures SOURCE in DIRECTORY, unless that
# has been done with the same arguments; a changed configure script is noticed by the
# Makefile there.
set -eu

directory=$1
source=$2
shift 2

mkdir -p "$directory"
cd "$directory"
if [ -f config.status ] && [ "$(cat arguments 2>/dev/null)" = "$*" ]; then
    exit 0
fi
"$source/configure" --quiet "$@"
printf '%s\n' "$*" >arguments
