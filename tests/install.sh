#!/bin/sh
# SPDX-License-Identifier: MIT
#
# make install, install-links and uninstall, into an empty directory: what they put there,
# that they leave another MTA's names alone, that nothing stays behind, and what they say.
set -eu

work=$(mktemp -d "${TMPDIR:-/tmp}/sallyport-install.XXXXXX")
trap 'rm -rf "$work"' EXIT
root=$work/root

fail() {
    printf 'install: %s\n' "$1" >&2
    exit 1
}

# The make that runs this test has flags and a jobserver of its own.
run_make() {
    env -u MAKEFLAGS -u MFLAGS -u MAKELEVEL "${MAKE:-make}" -s DESTDIR="$root" \
        prefix=/usr datadir=/usr/share bindir=/usr/bin sbindir=/usr/sbin sysconfdir=/etc \
        mandir=/usr/share/man docdir=/usr/share/doc/sallyport "$@" >"$work/out" 2>&1
}

files() {
    (cd "$root" && find . ! -type d | LC_ALL=C sort)
}

run_make install || fail "make install: $(cat "$work/out")"
[ -x "$root/usr/sbin/sallyport" ] || fail 'no program'
[ -f "$root/usr/share/man/man8/sallyport.8" ] || fail 'no manual of the program'
[ -f "$root/usr/share/man/man5/sallyport.conf.5" ] || fail 'no manual of its configuration'
[ -x "$root/usr/sbin/sallyportctl" ] || fail 'no tool for the administrator'
for page in man7/sallyport-advice.7 man8/sallyportctl.8; do
    [ -f "$root/usr/share/man/$page" ] || fail "no manual $page"
done
for completion in bash-completion/completions/sallyportctl zsh/site-functions/_sallyportctl \
    fish/vendor_completions.d/sallyportctl.fish; do
    [ -s "$root/usr/share/$completion" ] || fail "no $completion"
done
for example in sallyport sendgrid; do
    [ -f "$root/usr/share/doc/sallyport/examples/$example.conf" ] || fail "no example $example"
done
[ ! -e "$root/etc" ] || fail 'it writes to /etc'
# Two programs, four manuals, three completions, eleven examples, two units of systemd.
[ "$(files | wc -l)" = 22 ] || fail "unexpected: $(files)"

run_make install-links || fail "make install-links: $(cat "$work/out")"
run_make install-links || fail "make install-links, again: $(cat "$work/out")"
for name in usr/sbin/sendmail usr/lib/sendmail usr/bin/mailq usr/bin/newaliases; do
    [ "$(readlink -f "$root/$name")" = "$root/usr/sbin/sallyport" ] || fail "no link $name"
done
for name in man8/sendmail.8 man1/mailq.1 man1/newaliases.1; do
    [ -f "$root/usr/share/man/$name" ] || fail "no manual $name"
done

run_make uninstall || fail "make uninstall: $(cat "$work/out")"
[ -z "$(files)" ] || fail "left behind: $(files)"

# Nothing of ours is made beside another's, whichever name is his, and all of his are named.
for name in usr/sbin/sendmail usr/bin/mailq usr/share/man/man1/mailq.1; do
    rm -rf "$root"
    mkdir -p "$root/usr/sbin" "$root/${name%/*}"
    echo other >"$root/$name"
    ! run_make install-links || fail "it does not mind another $name"
    grep -q "/$name belongs to another program" "$work/out" || fail "$(cat "$work/out")"
    [ "$(files)" = "./$name" ] || fail "made beside another $name: $(files)"
    run_make uninstall || fail "make uninstall: $(cat "$work/out")"
    [ "$(cat "$root/$name")" = other ] || fail "it took another $name away"
done

# On the machine at hand the next step is told, until there is a configuration.
install_here() {
    run_make DESTDIR= prefix="$root/usr" datadir="$root/usr/share" bindir="$root/usr/bin" sbindir="$root/usr/sbin" \
        sysconfdir="$root/etc" mandir="$root/usr/share/man" docdir="$root/usr/share/doc/sallyport" \
        install || fail "make install: $(cat "$work/out")"
}
rm -rf "$root"
run_make install || fail "make install: $(cat "$work/out")"
! grep -q Next "$work/out" || fail 'it tells a packager what to do next'
mkdir "$root/etc"
install_here
command=$(sed -n 's/^ *\(.*sallyportctl setup\)$/\1/p' "$work/out")
[ "$command" = "$root/usr/sbin/sallyportctl setup" ] ||
    fail "no command to go on with: $(cat "$work/out")"
printf 'secret\n' | $command --output "$root/etc/sallyport.conf" --host smtp.example.org \
    --user me@example.org --from me@example.org --root admin@example.org --password-stdin \
    --no-check >"$work/out" 2>&1 || fail "$command: $(cat "$work/out")"
grep -qx "ExecStart=$root/usr/sbin/sallyport -q" \
    "$root/usr/share/doc/sallyport/examples/sallyport-queue.service" ||
    fail 'the unit runs another program'
[ "$(stat -c %a "$root/etc/sallyport.conf")" = 600 ] || fail 'the configuration is not 0600'
install_here
! grep -q Next "$work/out" || fail 'it tells what has been done already'
