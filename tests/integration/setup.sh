#!/bin/bash
# SPDX-License-Identifier: MIT
#
# Makes the real servers and callers available to the integration tests: Exim, Dovecot,
# Postfix, a Kerberos KDC, cron, mail readers, git and the mailers of four languages, as
# Debian ships them, unpacked with all the libraries they need into one directory that the tests
# chroot into.
# Nothing is installed: no maintainer script runs, no daemon starts, and the MTA packages, which
# exclude one another, lie side by side. Only the machine's lists of packages may be refreshed.
#
# The place is $INTEGRATION_ROOT (see place.bash). Status 77 where this machine cannot do it.
# shellcheck disable=SC2154 # $place comes from place.bash
set -euo pipefail
umask 022
export LC_ALL=C

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=/dev/null
. "$here/place.bash"

# What calls sendmail, with what the parts of Sympa, RT and amavis that send mail load.
readonly callers=(
    mutt neomutt s-nail bsd-mailx mailutils mpack nmh git-email
    at anacron logwatch procmail vacation maildrop
    perl libemail-sender-perl libmime-lite-perl libmailtools-perl
    python3 libphp-phpmailer php-mbstring php-symfony-mailer php-symfony-mime
    php-swiftmailer nodejs node-nodemailer ruby-mail php-mail php-pear
    reportbug popularity-contest debsecan apt-listchanges unattended-upgrades cron-apt
    smartmontools fail2ban mdadm sudo git dovecot-sieve inn2 busybox-static
    emacs-nox php-illuminate-mail php-illuminate-view
    alpine ncurses-base bash bsdutils gzip hostname libbg2 util-linux
    libio-stringy-perl libmime-tools-perl libnet-dns-perl libclass-singleton-perl
    libmime-encwords-perl libmime-charset-perl libunicode-linebreak-perl libintl-perl
    libtemplate-perl libdatetime-format-mail-perl libfile-nfslock-perl
    libhtml-stripscripts-parser-perl libhtml-tree-perl libhtml-format-perl
    libcrypt-urandom-perl libhttp-message-perl libnet-cidr-perl
    libfile-copy-recursive-perl libcgi-pm-perl libdbi-perl
    libxml-libxml-perl
    libuniversal-require-perl liblog-dispatch-perl libemail-address-perl
    libemail-address-list-perl libscope-upper-perl libsymbol-global-name-perl
    liblist-moreutils-perl libclone-perl liblocale-maketext-lexicon-perl
    liblocale-maketext-fuzzy-perl libencode-hanextra-perl libencode-detect-perl
    libberkeleydb-perl libmail-dkim-perl libconvert-uulib-perl libnet-libidn-perl
    libnet-server-perl libunix-syslog-perl libarchive-zip-perl libconvert-tnef-perl file
)

# A KDC, and what asks it for tickets.
readonly kerberos=(krb5-kdc krb5-admin-server krb5-user libsasl2-modules-gssapi-mit)

# The first list excludes the second only in the package manager's eyes: unpacked, the two MTAs
# share nothing but the name sendmail, which no test uses as it comes.
readonly postfix_and_others=(
    postfix sasl2-bin libsasl2-modules
    dovecot-core dovecot-submissiond dovecot-lmtpd dovecot-pop3d
    microsocks tinyproxy-bin dnsmasq-base
    php-cli cron
    tcpdump
    "${kerberos[@]}"
    "${callers[@]}"
    libc-bin coreutils dash findutils grep mawk sed
    libinih1 libssl3 libstdc++6
)
readonly exim=(exim4-daemon-heavy)

# Fetched without what they depend on: they exclude others of these, or ask for much that the
# part of them which sends mail does without.
readonly alone=(
    bcron systemd-cron rmail devscripts sympa amavisd-new request-tracker5
    monitoring-plugins-common monitoring-plugins-standard
)

cannot() {
    printf 'setup: %s\n' "$1" >&2
    exit 77
}

# Packages of one list and all they depend on are fetched as if nothing were installed.
fetch() {
    apt-get -qq -y --no-install-recommends --download-only \
        -o Dir::State::status="$place/empty-status" \
        -o Dir::Cache::archives="$place/archives" \
        -o APT::Sandbox::User=root \
        -o APT::Get::AllowUnauthenticated=false \
        -o Debug::NoLocking=true \
        install "$@" >"$place/apt.log" 2>&1 </dev/null
}

fetch_all() {
    fetch "${postfix_and_others[@]}" && fetch "${exim[@]}" && fetch_alone
}

# Into the same place as the others.
fetch_alone() {
    (cd "$place/archives" && apt-get -qq -o APT::Sandbox::User=root \
        -o APT::Get::AllowUnauthenticated=false download "${alone[@]}") \
        >>"$place/apt.log" 2>&1 </dev/null
}

# The place is emptied and filled again: it must be ours, or new.
claim_place() {
    mkdir -p "$place"
    if [ ! -e "$place/sallyport-integration" ]; then
        [ -z "$(ls -A "$place")" ] || cannot "$place holds other things; set INTEGRATION_ROOT"
        : >"$place/sallyport-integration"
    fi
}

download() {
    mkdir -p "$place/archives/partial"
    : >"$place/empty-status"
    fetch_all && return
    apt-get -qq -o DPkg::Lock::Timeout=500 update >"$place/apt.log" 2>&1 </dev/null ||
        cannot "apt-get update failed, see $place/apt.log"
    fetch_all || cannot "packages cannot be fetched, see $place/apt.log"
}

# What maintainer scripts would have made, as far as the servers ask for it.
write_accounts() {
    local etc=$1/etc
    cat >"$etc/passwd" <<-'PASSWD'
	root:x:0:0:root:/root:/bin/sh
	daemon:x:1:1:daemon:/:/bin/false
	nobody:x:65534:65534:nobody:/:/bin/false
	postfix:x:901:901:Postfix:/:/bin/false
	dovecot:x:902:902:Dovecot:/:/bin/false
	dovenull:x:903:903:Dovecot log-in:/:/bin/false
	Debian-exim:x:904:904:Exim:/:/bin/false
	store:x:905:905:mail store:/:/bin/false
	PASSWD
    cat >"$etc/group" <<-'GROUP'
	root:x:0:
	daemon:x:1:
	mail:x:8:
	shadow:x:42:
	nogroup:x:65534:
	postfix:x:901:
	dovecot:x:902:
	dovenull:x:903:
	Debian-exim:x:904:
	store:x:905:
	postdrop:x:906:
	sasl:x:907:postfix
	crontab:x:908:
	GROUP
    printf 'root:*:19000:0:99999:7:::\n' >"$etc/shadow"
    chmod 0640 "$etc/shadow"
    printf '127.0.0.1 localhost submit.test\n::1 localhost\n' >"$etc/hosts"
    printf 'passwd: files\ngroup: files\nshadow: files\nhosts: files\n' >"$etc/nsswitch.conf"
    printf 'submit.test\n' >"$etc/mailname"
}

write_devices() {
    local dev=$1/dev
    mkdir -p "$dev"
    mknod -m 0666 "$dev/null" c 1 3
    mknod -m 0666 "$dev/zero" c 1 5
    mknod -m 0666 "$dev/full" c 1 7
    mknod -m 0666 "$dev/random" c 1 8
    mknod -m 0666 "$dev/urandom" c 1 9
}

# A file system mounted "nodev" gives device nodes that cannot be opened.
check_devices() {
    head -c 1 "$1/dev/zero" >/dev/null 2>&1 ||
        cannot "$place is on a file system without device nodes; set INTEGRATION_ROOT"
}

# cron and atd ask PAM before each job; the packages' own files are made by their scripts.
write_pam() {
    local service
    for service in cron atd sudo other; do
        cat >"$1/etc/pam.d/$service" <<-'PAM'
	auth     required pam_permit.so
	account  required pam_permit.so
	password required pam_deny.so
	session  required pam_permit.so
	PAM
    done
}

# The names that the packages' scripts would have linked.
write_links() {
    local php
    php=$(find "$1/usr/bin" -name 'php[0-9]*' -type f -printf '%f' -quit)
    ln -s "$php" "$1/usr/bin/php"
    ln -s mawk "$1/usr/bin/awk"
    ln -s bsd-mailx "$1/usr/bin/mail"
    ln -s which.debianutils "$1/usr/bin/which"
    ln -s ../run "$1/var/run"
}

# Emacs warns of compiled Lisp without its source, and cannot load what says so.
write_sources() {
    find "$1/usr/share/emacs" -name '*.elc' | sed 's/c$//' | xargs touch -d '2000-01-01'
}

unpack() {
    local root=$1 package
    mkdir -p "$root"
    for package in "$place"/archives/*.deb; do
        dpkg-deb -x "$package" "$root"
    done
    mkdir -p "$root"/{proc,root,run,tmp,var/lib/postfix,var/spool/cron/crontabs}
    chmod 1777 "$root/tmp"
    write_links "$root"
    write_sources "$root"
    write_accounts "$root"
    write_devices "$root" 2>/dev/null || cannot 'device nodes cannot be made here'
    check_devices "$root"
    write_pam "$root"
    chroot "$root" /sbin/ldconfig || cannot 'chroot is not possible here'
    touch "$root/etc/postfix/dynamicmaps.cf"
    printf 'compatibility_level = 3.7\n' >"$root/etc/postfix/main.cf"
    : >"$root/etc/postfix/master.cf"
    : >"$root/etc/popularity-contest.conf"
}

main() {
    local stamp
    [ "$(id -u)" = 0 ] || cannot 'needs root, for chroot'
    command -v apt-get >/dev/null || cannot 'needs apt-get'
    command -v dpkg-deb >/dev/null || cannot 'needs dpkg-deb'
    claim_place
    exec 9>"$place/lock"
    flock 9
    stamp=$(sha256sum "${BASH_SOURCE[0]}")
    stamp=${stamp%% *}
    if [ "$(cat "$place/stamp" 2>/dev/null)" = "$stamp" ]; then
        printf 'setup: the servers are in %s\n' "$place/root"
        return
    fi

    rm -rf "$place/stamp" "$place/root" "$place/root.new" "$place/archives"
    download
    unpack "$place/root.new"
    rm -rf "$place/archives"
    mv "$place/root.new" "$place/root"
    printf '%s\n' "$stamp" >"$place/stamp"
    printf 'setup: unpacked the servers to %s\n' "$place/root"
}

main
