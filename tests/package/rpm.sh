#!/bin/bash
# SPDX-License-Identifier: MIT
#
# rpm.sh TARBALL: builds the RPM packages from what `make dist` made, and looks at what came
# out. Prints PASS, FAIL or SKIP for each step. The tests are not run once more. On Debian, rpm
# knows no installed packages: what is to be there for the build is not asked of it.
# shellcheck disable=SC2154 # srcdir comes from the Makefile
set -euo pipefail

tarball=$(realpath "$1")
spec=$srcdir/rpm/sallyport.spec

for tool in rpmbuild rpmlint; do
    if ! command -v "$tool" >/dev/null; then
        printf 'SKIP rpm: %s is not installed\n' "$tool"
        exit 77
    fi
done

work=$(mktemp -d "${TMPDIR:-/tmp}/sallyport-rpm.XXXXXX")
trap 'rm -rf "$work"' EXIT
failed=0

# What rpm does to the installed files. Debian's brp-compress is written for bash and is
# called with another shell, where it does nothing; its brp-strip leaves the symbols.
# shellcheck disable=SC2016 # rpm sets that variable
after_install='bash /usr/lib/rpm/brp-compress; strip $RPM_BUILD_ROOT/usr/sbin/sallyport*'

verdict() {
    printf '%s rpm %s\n' "$1" "$2"
    [ "$1" = PASS ] || failed=1
}

build() {
    # What is in it counts here, not how fast it is.
    local options=(--define 'optflags -O0 -fno-lto')
    if [ -e /etc/debian_version ]; then
        # Fedora names the directory of %doc so.
        options+=(--nodeps --define "__os_install_post $after_install"
            --define '_docdir_fmt %%{NAME}')
    fi
    mkdir -p "$work/SOURCES"
    cp "$tarball" "$work/SOURCES"
    env -u MAKEFLAGS -u MFLAGS -u MAKELEVEL \
        rpmbuild -ba --nocheck "${options[@]}" --define "_topdir $work" "$spec" </dev/null
}

holds() {
    local path
    for path in "$@"; do
        if grep -qxF "$path" "$work/contents"; then
            verdict PASS "has $path"
        else
            verdict FAIL "lacks $path"
        fi
    done
}

if build >"$work/log" 2>&1; then
    verdict PASS rpmbuild
else
    tail -n 100 "$work/log"
    verdict FAIL rpmbuild
    exit 1
fi

if rpmlint --strict --config "$srcdir/rpm/rpmlint.toml" "$spec" \
    "$work"/RPMS/*/*.rpm "$work"/SRPMS/*.rpm; then
    verdict PASS rpmlint
else
    verdict FAIL rpmlint
fi

rpm -qpl "$work"/RPMS/*/sallyport-[0-9]*.rpm >"$work/contents" 2>/dev/null
holds /usr/sbin/sallyport /usr/sbin/sallyportctl /usr/sbin/sendmail /usr/lib/sendmail \
    /usr/bin/mailq /usr/bin/newaliases \
    /usr/share/bash-completion/completions/sallyportctl \
    /usr/share/zsh/site-functions/_sallyportctl \
    /usr/share/fish/vendor_completions.d/sallyportctl.fish \
    /usr/share/man/man8/sallyportctl.8.gz \
    /usr/share/doc/sallyport/queue.md \
    /usr/share/doc/sallyport/examples/sallyport.conf
exit "$failed"
