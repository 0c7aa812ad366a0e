#!/bin/bash
# SPDX-License-Identifier: MIT
#
# peers_setup.sh PLACE: fetches the programs that sallyport is measured beside, as Debian ships
# them, and unpacks them with the libraries they need into PLACE/root, to be run by chroot.
# Nothing is installed. A package that cannot be had is left out; who wants it will say so.
# Status 77 where this cannot be done.
set -euo pipefail
umask 022
export LC_ALL=C

readonly place=$1
# They exclude each other in the package manager's eyes: each is fetched as if alone.
readonly peers=(msmtp ssmtp dma esmtp s-nail curl)
readonly needed_by_all=(
    libstdc++6 libc-bin ca-certificates coreutils strace valgrind libinih1 libsasl2-2 libssl3
)

cannot() {
    printf 'peers_setup: %s\n' "$1" >&2
    exit 77
}

fetch() {
    apt-get -qq -y --no-install-recommends --download-only \
        -o Dir::State::status="$place/empty-status" \
        -o Dir::Cache::archives="$place/archives" \
        -o APT::Sandbox::User=root -o Debug::NoLocking=true \
        install "$@" "${needed_by_all[@]}" >>"$place/apt.log" 2>&1 </dev/null
}

[ "$(id -u)" = 0 ] || cannot 'not root'
for program in apt-get dpkg-deb unshare; do
    command -v $program >/dev/null || cannot "no $program"
done
[ ! -e "$place/root/ready" ] || exit 0
rm -rf "$place"
mkdir -p "$place/archives/partial" "$place/root"
: >"$place/empty-status"
: >"$place/apt.log"
: >"$place/versions"
if ! fetch; then
    apt-get -qq -o DPkg::Lock::Timeout=500 update >>"$place/apt.log" 2>&1 </dev/null || true
    fetch || cannot "packages cannot be fetched, see $place/apt.log"
fi
for peer in "${peers[@]}"; do
    fetch "$peer" || printf 'peers_setup: %s cannot be fetched\n' "$peer" >&2
done
for package in "$place"/archives/*.deb; do
    dpkg-deb -x "$package" "$place/root"
    # shellcheck disable=SC2016 # the fields are dpkg-deb's
    dpkg-deb -W --showformat='${Package} ${Version}\n' "$package" >>"$place/versions"
done
rm -rf "$place/archives"

# What the maintainer scripts would have made, as far as it is needed.
root=$place/root
printf 'root:x:0:0:root:/root:/bin/sh\nmail:x:8:8:mail:/:/bin/false\n' >"$root/etc/passwd"
printf 'root:x:0:\nmail:x:8:\n' >"$root/etc/group"
printf '127.0.0.1 localhost\n' >"$root/etc/hosts"
printf 'passwd: files\ngroup: files\nhosts: files\n' >"$root/etc/nsswitch.conf"
printf 'example.org\n' >"$root/etc/mailname"
mkdir -p "$root/dev" "$root/tmp" "$root/root" "$root/etc/ssl/certs" "$root/var/spool/dma" \
    "$root/bench" "$root/proc"
chmod 1777 "$root/tmp"
chmod 0770 "$root/var/spool/dma"
chown 8:8 "$root/var/spool/dma" # dma becomes mail
[ -e "$root/dev/null" ] || mknod -m 0666 "$root/dev/null" c 1 3
[ -e "$root/dev/urandom" ] || mknod -m 0666 "$root/dev/urandom" c 1 9
# valgrind runs nothing that changes ids, and root needs none of it.
find "$root/usr" -type f -perm /6000 -exec chmod a-s {} +
chroot "$root" /sbin/ldconfig
cat "$root"/usr/share/ca-certificates/mozilla/*.crt >"$root/etc/ssl/certs/ca-certificates.crt"
: >"$root/ready"
