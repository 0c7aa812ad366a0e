#!/bin/bash
# SPDX-License-Identifier: MIT
#
# deb.sh TARBALL: builds the Debian packages from what `make dist` made and debian/, as a
# distribution would, and looks at what came out: lintian has nothing to say, and each
# package holds the files it is for. Prints PASS, FAIL or SKIP for each step.
# shellcheck disable=SC2154 # srcdir comes from the Makefile
set -euo pipefail

tarball=$(realpath "$1")
version=$(basename "$tarball" .tar.xz)
version=${version#sallyport-}

for tool in dpkg-buildpackage dh lintian; do
    if ! command -v "$tool" >/dev/null; then
        printf 'SKIP deb: %s is not installed\n' "$tool"
        exit 77
    fi
done
if [ ! -d "$srcdir/debian" ]; then
    printf 'SKIP deb: no debian/ in this source\n'
    exit 77
fi

work=$(mktemp -d "${TMPDIR:-/tmp}/sallyport-deb.XXXXXX")
trap 'rm -rf "$work"' EXIT
failed=0

verdict() {
    printf '%s deb %s\n' "$1" "$2"
    [ "$1" = PASS ] || failed=1
}

build() {
    cp "$tarball" "$work/sallyport_$version.orig.tar.xz"
    tar -xf "$tarball" -C "$work"
    cp -R "$srcdir/debian" "$work/sallyport-$version/debian"
    cd "$work/sallyport-$version"
    env -u MAKEFLAGS -u MFLAGS -u MAKELEVEL DEB_BUILD_OPTIONS=nocheck \
        dpkg-buildpackage -us -uc </dev/null
}

# The packages' files, without directories; a link with what it points to.
contents() {
    dpkg-deb --contents "$work/$1"_*.deb |
        awk '$1 !~ /^d/ { print $6 ($7 == "->" ? " " $8 : "") }'
}

holds() {
    local package=$1 path
    shift
    for path in "$@"; do
        if contents "$package" | grep -qxF "$path"; then
            verdict PASS "$package has $path"
        else
            verdict FAIL "$package lacks $path"
        fi
    done
}

# Nothing in /etc, for its configuration is the administrator's; nothing that runs as somebody
# else or that others could write to; and no script that runs at installation.
holds_no_surprise() {
    local found
    found=$(dpkg-deb --contents "$work/$1"_*.deb | awk '$2 != "root/root" || $1 ~ /[st]/ ||
        ($1 !~ /^l/ && $1 ~ /^........w/) || $6 ~ /^\.\/etc\// { print $1, $2, $6 }')
    found+=$(dpkg-deb --ctrl-tarfile "$work/$1"_*.deb | tar -t | grep -vxE '\./|\./control|\./md5sums' || true)
    if [ -z "$found" ]; then
        verdict PASS "$1 has files of root's only, none in /etc, and no scripts"
    else
        verdict FAIL "$1 has $found"
    fi
}

if (build) >"$work/log" 2>&1; then
    verdict PASS dpkg-buildpackage
else
    tail -n 100 "$work/log"
    verdict FAIL dpkg-buildpackage
    exit 1
fi

if lintian --fail-on error,warning,info "$work"/*.changes; then
    verdict PASS lintian
else
    verdict FAIL lintian
fi

if command -v blhc >/dev/null; then
    if blhc --all "$work/log"; then
        verdict PASS 'hardening flags everywhere'
    else
        verdict FAIL 'hardening flags everywhere'
    fi
else
    printf 'SKIP deb hardening flags: blhc is not installed\n'
fi

holds sallyport \
    ./usr/sbin/sallyport \
    ./usr/sbin/sallyportctl \
    ./usr/share/bash-completion/completions/sallyportctl \
    ./usr/share/zsh/vendor-completions/_sallyportctl \
    ./usr/share/fish/vendor_completions.d/sallyportctl.fish \
    ./usr/share/man/man8/sallyportctl.8.gz \
    ./usr/share/man/man7/sallyport-advice.7.gz \
    ./usr/share/doc/sallyport/examples/sendgrid.conf \
    ./usr/share/doc/sallyport/README.Debian \
    ./usr/share/doc/sallyport/queue.md.gz \
    ./usr/share/doc/sallyport/examples/sallyport.conf \
    ./usr/share/man/man8/sallyport.8.gz \
    ./usr/share/man/man5/sallyport.conf.5.gz
holds sallyport-mta \
    './usr/sbin/sendmail sallyport' \
    './usr/lib/sendmail ../sbin/sallyport' \
    './usr/bin/mailq ../sbin/sallyport' \
    './usr/bin/newaliases ../sbin/sallyport' \
    './usr/share/man/man8/sendmail.8.gz sallyport.8.gz' \
    './usr/share/man/man1/mailq.1.gz ../man8/sallyport.8.gz' \
    './usr/share/man/man1/newaliases.1.gz ../man8/sallyport.8.gz'
holds_no_surprise sallyport
holds_no_surprise sallyport-mta
exit "$failed"
