#!/bin/bash
# SPDX-License-Identifier: MIT
#
# No octet of a password or token goes out before TLS has been verified: every packet on the
# loopback interface is captured (by tcpdump) while the program logs in by each mechanism, in
# each way that TLS begins, to servers that are good, that are somebody else's, and that take
# STARTTLS away; then the capture is searched for the secret in all its spellings. That it
# would be found is shown by a log-in in clear, which the configuration allows for once.
# shellcheck disable=SC2034,SC2154 # names of the sourced files

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=/dev/null
. "$here/lib.sh"
# shellcheck source=/dev/null
. "$here/servers.bash"
# shellcheck source=/dev/null
. "$here/cases.bash"

# base64 of it looks different at each of the three places where it may begin.
spellings() {
    local secret=$1 cut
    printf '%s\n' "$secret"
    for cut in 0 1 2; do
        # What surrounds it changes the first and the last characters.
        { head -c "$cut" /dev/zero && printf '%s' "$secret"; } | base64 -w 0 |
            sed -E 's/^.{4}//; s/.{4}$//'
        printf '\n'
    done
}

# in_capture SECRET: the capture holds it, in one spelling or another.
in_capture() {
    spellings "$1" >"$work/spellings"
    grep -aqFf "$work/spellings" "$work/packets.pcap"
}

capturing() {
    grep -qs '^tcpdump: listening' "$work/capture.out"
}

# Packets are written as they come; the last one is seen by its marker.
start_capture() {
    start capture /usr/bin/tcpdump -i lo -U -Z root -s 0 -w "$inside/packets.pcap" tcp
    if ! await 10 capturing; then
        skip_all "packets cannot be captured: $(head -c 200 "$work/capture.out")"
    fi
}

# Sends $1 in clear to a port where somebody listens, and waits until the capture has it.
mark_capture() {
    printf '%s\r\n' "$1" >"/dev/tcp/127.0.0.1/$starttls_port"
    if ! await 10 grep -aqF "$1" "$work/packets.pcap"; then
        printf 'FAIL credentials: the capture does not see what is sent\n'
        exit 1
    fi
}

# ---- a server that takes STARTTLS away, or that would take any log-in in clear ----

write_stripper() {
    cat >"$work/stripper.pl" <<-'PERL'
	use strict;
	use warnings;
	use IO::Socket::INET;
	$| = 1;
	$SIG{PIPE} = 'IGNORE';
	my $server = IO::Socket::INET->new(Listen => 5, LocalAddr => '127.0.0.1') or die;
	print 'ready ', $server->sockport, "\n";
	while (1) {
	    my $client = $server->accept or next;
	    print $client "220 here\r\n";
	    while (my $line = <$client>) {
	        if ($line =~ /^EHLO/) {
	            print $client "250-here\r\n250 AUTH PLAIN LOGIN\r\n";
	        } elsif ($line =~ /^AUTH LOGIN/) {
	            print $client "334 VXNlcm5hbWU6\r\n";
	        } elsif ($line =~ /^(AUTH|MAIL|RCPT|RSET)/ or $line !~ / /) {
	            print $client $line =~ /^QUIT/ ? "221 bye\r\n" : "250 ok\r\n";
	        } else {
	            print $client "502 what?\r\n";
	        }
	    }
	}
	PERL
}

start_stripper() {
    write_stripper
    start stripper /usr/bin/perl "$inside/stripper.pl"
    if ! await 10 grep -qs '^ready ' "$work/stripper.out"; then
        printf 'FAIL credentials: %s\n' "$(cat "$work/stripper.out")"
        exit 1
    fi
    stripper_port=$(sed -n 's/^ready //p' "$work/stripper.out")
}

# ---- cases ----

# attempt NAME STATUS PORT TLS LINE...: the status, and nothing in the capture.
attempt() {
    local name=$1 expected=$2 port=$3 tls=$4
    relay_conf conf "$port" "$tls" "${@:5}"
    prepare
    send small -C "$work/conf" -f "$sender" -i "alice@$domain"
    mark_capture "end of case $((++cases))"
    verdict "$name" kept_secret "$expected"
}

kept_secret() {
    expect_status "$1" || return 1
    for secret in "$password" "$token"; do
        in_capture "$secret" || continue
        why='the capture holds the secret'
        return 1
    done
}

readonly mechanisms=(PLAIN LOGIN CRAM-MD5 SCRAM-SHA-256 XOAUTH2 OAUTHBEARER)

# all_mechanisms NAME STATUS PORT TLS LINE...
all_mechanisms() {
    local mechanism secret
    for mechanism in "${mechanisms[@]}"; do
        secret="password = \"$password\""
        case $mechanism in *OAUTH*) secret="token_file = $work/token" ;; esac
        attempt "$mechanism, $1" "${@:2:3}" "auth = $mechanism" "$secret" "${@:5}"
    done
}

tls_cases() {
    local tls port
    for tls in implicit starttls; do
        port=${tls}_port
        all_mechanisms "$tls" 0 "${!port}" "$tls"
        all_mechanisms "$tls, another CA" 77 "${!port}" "$tls" "tls_ca = $work/other-ca.pem"
        all_mechanisms "$tls, another name" 77 "${!port}" "$tls" 'tls_name = other.test'
        attempt "$tls, another key" 77 "${!port}" "$tls" \
            "tls_pin = sha256//$(head -c 32 /dev/zero | base64)"
    done
    all_mechanisms 'STARTTLS taken away' 76 "$stripper_port" starttls
    all_mechanisms 'no TLS where it should be' 76 "$stripper_port" implicit
    all_mechanisms 'TLS where STARTTLS should be' 75 "$implicit_port" starttls 'timeout = 1'
}

allowed_case() {
    relay_conf conf "$stripper_port" none 'allow_plaintext_auth = yes' 'auth = PLAIN'
    send small -C "$work/conf" -f "$sender" -i "alice@$domain"
    mark_capture 'end of the last case'
    verdict 'what is sent in clear is found' in_capture "$password"
}

begin "${postfix_needs[@]}" "${dovecot_needs[@]}" /usr/bin/tcpdump /usr/bin/perl
why='the capture does not hold it'
cases=0
start_dovecot
start_stripper
write_token "$work/token" 600
token=$(cat "$work/token")
readonly token
start_capture
tls_cases
allowed_case
finish
