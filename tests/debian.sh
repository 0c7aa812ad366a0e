#!/bin/bash
# SPDX-License-Identifier: MIT
#
# debian.sh SUITE...: what the README promises of a bare Debian machine, for each of these
# releases: in a root directory that has nothing but the base system, git and make, `make demo`
# and `make check` are run as root in a fresh clone of the commit at hand (what is not committed
# is not in it). All that they print goes to standard output.
#
# debootstrap makes the roots from the mirror that this machine's own apt uses, in PLACE
# ($builddir/roots); they are kept there for the next run, which works on a copy. Nothing is
# installed on the machine, and what is mounted ends with the namespace that it is mounted in.
# A release that cannot be had is skipped.
# shellcheck disable=SC2154 # srcdir comes from the Makefile
set -uo pipefail
umask 022
export LC_ALL=C

place=$(realpath "${builddir:-.}")/roots
readonly place clone=/srv/sallyport bundle=/root/sallyport.bundle
failed=0
ran=0

verdict() {
    printf '%s debian %s\n' "$1" "$2"
    [ "$1" != FAIL ] || failed=1
}

cannot() {
    verdict SKIP "$1"
    exit 77
}

# ---- the bare root ----

# As apt sees them, of releases, not of their updates: the first that has the suite will do.
mirrors() {
    # shellcheck disable=SC2016 # the fields are apt's
    apt-get indextargets --format '$(REPO_URI) $(RELEASE)' 'Created-By: Packages' |
        awk '$2 !~ /[-\/]/ && !seen[$1]++ { print $1 }'
}

# bare_root SUITE
bare_root() {
    local suite=$1 mirror options
    [ ! -d "$place/$suite" ] || return 0
    : >"$place/$suite.log"
    for mirror in $(mirrors); do
        options=(--variant=minbase)
        case $mirror in https:*) options+=(--include=ca-certificates) ;; esac
        rm -rf --one-file-system "$place/$suite.new"
        if unshare --mount --pid --fork --kill-child --mount-proc debootstrap "${options[@]}" \
            "$suite" "$place/$suite.new" "$mirror" >>"$place/$suite.log" 2>&1; then
            mv "$place/$suite.new" "$place/$suite"
            return
        fi
    done
    tail -n 5 "$place/$suite.log"
    return 1
}

# How this machine reaches the mirror: names, proxies, log-ins, authorities of its own.
copy_network() {
    local root=$1
    cp -L /etc/resolv.conf /etc/hosts "$root/etc/"
    apt-config dump | grep -E '^Acquire::(https?|ftp|Check-[A-Za-z-]*)[: ]' |
        grep -vi auto-detect >"$root/etc/apt/apt.conf.d/90machine"
    cp -R /etc/apt/auth.conf* "$root/etc/apt/" 2>/dev/null
    if [ -d "$root/etc/ca-certificates" ]; then
        cp -R /usr/local/share/ca-certificates "$root/usr/local/share/" 2>/dev/null
        inside "$root" update-ca-certificates
    fi
}

# inside ROOT COMMAND...: with the devices of a container, none of the machine's environment
# but its proxies, and processes that end with the command.
# shellcheck disable=SC2016 # expanded by the inner shell
inside() {
    local root=$1 environment=(HOME=/root LC_ALL=C PATH=/usr/sbin:/usr/bin:/sbin:/bin
        DEBIAN_FRONTEND=noninteractive) name
    shift
    for name in http_proxy https_proxy no_proxy; do
        [ -z "${!name:-}" ] || environment+=("$name=${!name}")
    done
    unshare --mount --pid --fork --kill-child sh -ec '
        root=$1
        shift
        mount --bind "$root" "$root"
        mount -t proc proc "$root/proc"
        mount -t tmpfs -o mode=0755 tmpfs "$root/dev"
        mkdir "$root/dev/pts" "$root/dev/shm"
        mount -t devpts -o newinstance,ptmxmode=0666 devpts "$root/dev/pts"
        mount -t tmpfs -o mode=1777 tmpfs "$root/dev/shm"
        for device in null zero full random urandom tty; do
            : >"$root/dev/$device"
            mount --bind "/dev/$device" "$root/dev/$device"
        done
        ln -s pts/ptmx "$root/dev/ptmx"
        ln -s /proc/self/fd "$root/dev/fd"
        exec chroot "$root" /usr/bin/env -i "$@"
    ' inside "$root" "${environment[@]}" "$@" </dev/null
}

# ---- what is run in it ----

# prepare SUITE ROOT
prepare() {
    rm -rf --one-file-system "$2"
    cp -a "$place/$1" "$2"
    copy_network "$2"
    inside "$2" apt-get -q update &&
        inside "$2" apt-get -q -y --no-install-recommends install git make &&
        git -c safe.directory='*' -C "$srcdir" bundle create --quiet "$2$bundle" HEAD &&
        inside "$2" git clone --quiet "$bundle" "$clone"
}

versions() {
    # shellcheck disable=SC2016 # the fields are dpkg's
    inside "$1" dpkg-query --show --showformat='${Package} ${Version}\n' \
        g++ libboost-test-dev libinih-dev libsasl2-dev libssl-dev nlohmann-json3-dev
}

# commands SUITE: a copy in which something failed is kept, to look at.
commands() {
    local suite=$1 root=$place/$1.run command good=yes
    if ! prepare "$suite" "$root"; then
        verdict FAIL "$suite: git and make cannot be installed, or the tree not cloned"
        return
    fi
    for command in 'make demo' 'make check'; do
        printf -- '---- %s: %s\n' "$suite" "$command"
        if inside "$root" sh -c "cd $clone && exec $command" 2>&1; then
            verdict PASS "$suite: $command"
        else
            verdict FAIL "$suite: $command"
            good=no
        fi
    done
    versions "$root"
    [ $good = no ] || rm -rf --one-file-system "$root"
}

[ "$(id -u)" = 0 ] || cannot 'not root'
for program in apt-get debootstrap git unshare; do
    command -v $program >/dev/null || cannot "$program is not installed"
done
git -c safe.directory='*' -C "$srcdir" rev-parse --quiet --verify HEAD >/dev/null ||
    cannot 'no git clone'
mkdir -p "$place"
for suite in "$@"; do
    if ! bare_root "$suite"; then
        verdict SKIP "$suite: debootstrap cannot make a root here, see $place/$suite.log"
        continue
    fi
    ran=1
    commands "$suite"
done
[ $failed = 0 ] || exit 1
[ $ran = 1 ] || exit 77
