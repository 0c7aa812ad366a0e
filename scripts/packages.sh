#!/bin/sh
# SPDX-License-Identifier: MIT
#
# packages.sh GOAL...: sees to it that what these targets of make need is installed. On
# Debian and its kin, as root, the missing packages are installed; otherwise they are named,
# and the status is 1. Where there is no dpkg it is left to configure to say what is
# missing.
set -eu

build='autoconf autoconf-archive automake g++ make pkgconf
    libinih-dev libsasl2-dev libssl-dev nlohmann-json3-dev'
check='ca-certificates libboost-test-dev libidn2-0 libsasl2-modules openssl'
terminals='expect fish zsh'
clang='clang libclang-rt-dev'

needed_for() {
    case $1 in
    check | check-allocation | demo) printf ' %s' "$check" ;;
    check-integration) printf ' %s' "$check" "$terminals" ;;
    dist) printf ' xz-utils' ;;
    distcheck) printf ' %s' "$check" xz-utils ;;
    check-sanitize | fuzz) printf ' %s' "$check" "$clang" ;;
    coverage) printf ' %s' "$check" gcovr python3 ;;
    mutation) printf ' %s' "$check" python3 ;;
    bench) printf ' %s' "$check" python3 strace valgrind ;;
    format) printf ' clang-format' ;;
    lint) printf ' %s' "$check" clang-format clang-tidy mandoc shellcheck ;;
    check-debian) printf ' %s' debootstrap git ;;
    check-packages) printf ' %s' "$check" blhc debhelper dpkg-dev fakeroot lintian rpm rpmlint \
        xz-utils ;;
    esac
}

# A package that is not known to dpkg at all gets no line from it.
missing_of() {
    installed=$(dpkg-query -W -f '${db:Status-Status} ${Package}\n' "$@" 2>/dev/null |
        sed -n 's/^installed //p')
    for package in "$@"; do
        printf '%s\n' "$installed" | grep -qxF "$package" || printf ' %s' "$package"
    done
}

# A machine as it comes from its image has no lists of packages yet.
install_packages() {
    apt="apt-get -q -y -o DPkg::Lock::Timeout=500 --no-install-recommends"
    export DEBIAN_FRONTEND=noninteractive
    $apt install "$@" </dev/null || {
        $apt update </dev/null
        $apt install "$@" </dev/null
    }
}

command -v dpkg-query >/dev/null || exit 0

wanted=$build$(for goal in "$@"; do needed_for "$goal"; done)
# shellcheck disable=SC2086 # the names are split on purpose, here and below
missing=$(missing_of $wanted)
[ -n "$missing" ] || exit 0

if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    printf 'installing:%s\n' "$missing"
    # shellcheck disable=SC2086
    install_packages $missing
else
    printf 'missing packages: sudo apt-get update && sudo apt-get install%s\n' "$missing" >&2
    exit 1
fi
