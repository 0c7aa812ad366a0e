#!/bin/bash
# SPDX-License-Identifier: MIT
#
# check-unprivileged.sh [MAKE-ARGUMENT]...: `make check` once more, by a user who is not root and
# belongs to no group. Run by root in a build directory where `make check` has been run. Source
# and build are copied to a directory of that user's, with their times, so that nothing is
# compiled again.
set -euo pipefail

readonly user=65534

cannot() {
    printf 'SKIP check-unprivileged: %s\n' "$1"
    exit 77
}

[ "$(id -u)" = 0 ] || cannot 'not root, so that make check is what it would be'
command -v setpriv >/dev/null || cannot 'setpriv is not installed'
grep -q '^srcdir = \.\.$' Makefile || cannot 'not in a directory of the source'

build=$PWD
copy=$(mktemp -d "${TMPDIR:-/tmp}/sallyport-unprivileged.XXXXXX")
trap 'rm -rf "$copy"' EXIT
trap 'exit 1' HUP INT TERM

# Of the directories below the build directory only those that hold parts of the program and
# its tests: the others are builds of their own, and large.
mkdir "$copy/build"
tar -C .. -cf - --exclude=./.git --exclude="./${build##*/}" . | tar -C "$copy" -xf -
tar -cf - Makefile config.* stamp-h1 libsallyport*.a sallyport sallyportctl completions \
    src ctl tests |
    tar -C "$copy/build" -xf -
chown -R "$user:$user" "$copy"

unset MAKEFLAGS MFLAGS MAKELEVEL
export HOME="$copy"
cd "$copy/build"
status=0
setpriv --reuid "$user" --regid "$user" --clear-groups --inh-caps=-all \
    make --no-print-directory "$@" \
    abs_srcdir="$copy" abs_builddir="$copy/build" check || status=$?
[ "$status" = 0 ] || find . -name test-suite.log -exec cat {} +
exit "$status"
