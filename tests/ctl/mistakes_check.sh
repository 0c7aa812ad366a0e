#!/bin/bash
# SPDX-License-Identifier: MIT
#
# The mistakes of a first hour, and what `sallyportctl check` advises, beside the mail path's
# own line: a table of the mistake, how long the check took, the advice, and that line. Both
# exit with the same status.
# shellcheck disable=SC2154 # names of the sourced file

# shellcheck source=tests/support/server.bash
. "$(dirname "$0")/../support/server.bash" || exit 1

# serve [NAME=VALUE]...: a server that says what it is told to; sets port and ca.
serve() {
    local line
    exec {server_in}>&- {server_out}<&- 2>/dev/null || true
    [ -z "$server_pid" ] || wait "$server_pid" || true
    rm -f "$work/server.in" "$work/server.out"
    mkfifo "$work/server.in" "$work/server.out"
    "$server" "$@" <"$work/server.in" >"$work/server.out" &
    server_pid=$!
    exec {server_in}>"$work/server.in" {server_out}<"$work/server.out"
    read -r -t 60 line <&"$server_out" || { printf 'FAIL the server does not start\n'; exit 1; }
    read -r _ port ca <<<"$line"
}

# conf LINE...: the configuration.
conf() {
    (umask 077 && printf '%s\n' "$@" >"$at")
}

# relay [LINE]...: one for the server; it has no log-in unless a line says so.
relay() {
    conf '[relay]' 'host = localhost' 'ip = 4' "port = $port" "tls_ca = $ca" 'timeout = 4' "$@"
}

# with_login [LINE]...
with_login() {
    relay 'user = me@example.org' 'password = S3cretS3cret' "$@"
}

# ids: of all advice in the report, a word each, but for what the sendmail of this machine is.
ids() {
    { grep -o '"\(advice":\|other_advice":\[\){"id":"[^"]*"\|},{"id":"[^"]*"' "$work/stdout" || true; } |
        sed 's/.*"id":"//; s/"$//; /^\(no\|other\)-sendmail$/d' | sort -u | tr '\n' ' '
}

# mistake NAME ID [OPTION]...: sallyport and `check OPTION...` are run by $at, and the latter
# advises ID, or nothing where that is empty. $as goes before both.
mistake() {
    local name=$1 id=$2 line expected found begun took
    shift 2
    send "$work/small" "${as[@]}" env "SALLYPORT_CONFIG=$at" SALLYPORT_LOG_TO=none \
        "$SALLYPORT" -f "$sender" "$recipient"
    expected=$status
    line=$(tail -n 1 "$work/stderr")
    begun=${EPOCHREALTIME/[.,]/}
    send /dev/null "${as[@]}" env "SALLYPORT_CONFIG=$at" "$ctl" check --json \
        --from "$sender" "$@"
    took=$(((${EPOCHREALTIME/[.,]/} - begun) / 100000))
    found=$(ids)
    printf '%-34.34s | %2d.%d s | %-28s | %s\n' "$name" $((took / 10)) $((took % 10)) \
        "${found% }" "${line//$work/...}" >>"$work/table"
    if grep -qF S3cretS3cret "$work/stdout" "$work/stderr"; then
        fail "$name" 'the secret is shown'
    elif [ "$status" != "$expected" ]; then
        fail "$name" "check exits with $status, sallyport with $expected; advice: $found"
    elif [ -z "$id$found" ]; then
        pass "$status: $name"
    elif [ -z "$id" ] || [[ " $found" != *" $id "* ]]; then
        fail "$name" "the advice is not $id but: ${found:-none}"
    else
        pass "$status: $name: $id"
    fi
}

file_cases() {
    conf '[relay]' 'port = 465'
    mistake 'no host' config-error
    conf '[relay]' 'host = smtp.example.org:587'
    mistake 'host and port in one' config-error
    conf '[relay]' 'host = localhost' 'user = me'
    mistake 'a user without a password' config-error
    conf '[relay]' 'host = localhost' 'user = me' 'password = S3cretS3cret ;x'
    mistake 'comment or password' config-error
    conf '[relay]' 'host = localhost' 'pasword = x'
    mistake 'an unknown key' config-error
    conf '[relay]' 'host = localhost' 'force = both'
    mistake 'a key in the wrong section' config-error
    conf '[smtp]' 'host = localhost'
    mistake 'an unknown section' config-error
    conf 'defaults' 'auth on'
    mistake "msmtp's file" config-error
    conf '[relay]' 'provider = gmial'
    mistake 'an unknown provider' config-error
    conf '[relay]' 'host = localhost' 'password = S3cretS3cret'
    mistake 'a password without a user' config-error
    conf '[relay]' 'host = localhost' 'user = me' 'password = S3cretS3cret' 'tls = none'
    mistake 'tls = none with a password' config-error
    conf 'host = localhost'
    mistake 'no section' config-error
    conf '[relay]' 'host: localhost'
    mistake 'a colon' config-error
    conf '[relay]' $'host\u00a0= localhost'
    mistake 'a no-break space' config-error
    conf '[relay]' 'host = localhost' '  port = 465'
    mistake 'an indented line' config-error
    conf '[relay]' 'host = localhost' 'host = localhost'
    mistake 'a key twice' config-error
    conf '[relay]' 'host = localhost' 'tls = yes'
    mistake 'tls = yes' config-error
    conf '[relay]' 'host = localhost' 'port = smtps'
    mistake 'port = smtps' config-error
    conf '[relay]' 'host = localhost' '[sender]' 'force = yes'
    mistake 'force = yes' config-error
    conf '[relay]' 'host = localhost' '[sender]' 'force = both'
    mistake 'force without a sender' config-error
    conf '[relay]' 'host = localhost' 'user = me' 'password = "S3cretS3cret'
    mistake 'a quote that is not closed' config-error
    conf '[relay]' 'host = localhost' 'user = me' 'password = "S3cretS3cret" x'
    mistake 'text after a quote' config-error
    conf '[relay]' 'host = localhost' 'user = me' 'password = "S3cretS3cret\b"'
    mistake 'a backslash' config-error
}

# Files that are not there, or not as they should be.
place_cases() {
    local none=$work/none
    at=$none
    mistake 'a file that is not there' config-error
    at=$work/home
    mistake 'a directory' config-error
    at=$work/open.conf
    conf '[relay]' 'host = localhost' 'user = me' 'password = S3cretS3cret'
    chmod 0644 "$at"
    mistake 'a password that others can read' config-error
    conf '[relay]' 'host = localhost'
    chmod 0666 "$at"
    mistake 'a file that others can write to' config-error
    chmod 0 "$at"
    [ "$(id -u)" != 0 ] || as=(setpriv --reuid=nobody "--regid=$(id -g nobody)" --clear-groups)
    mistake 'a file that may not be read' config-error
    as=()
    at=$work/sallyport.conf
    conf '[relay]' 'host = localhost' "tls_ca = $none"
    mistake 'no such tls_ca' config-error
    conf '[relay]' 'host = localhost' "tls_ca = $work/small"
    mistake 'tls_ca without certificates' config-error
    conf '[relay]' 'host = localhost' 'user = me' "password_file = $none"
    mistake 'no such password_file' config-error
    conf '[relay]' 'host = localhost' 'user = me' 'password_file = secret'
    mistake 'password_file without its directory' config-error
    : >"$work/empty"
    chmod 0600 "$work/empty"
    conf '[relay]' 'host = localhost' 'user = me' "password_file = $work/empty"
    mistake 'password_file is empty' config-error
}

command_cases() {
    serve
    relay 'tls = implicit' 'user = me' "password_command = $work/none"
    mistake 'no such password_command' config-error
}

# What the file has right is not complained of.
right_cases() {
    serve
    printf '\357\273\277[relay]\r\nhost = localhost  \r\nip = 4\r\nport = %s\r\ntls = implicit\r\ntls_ca = %s\r\n' \
        "$port" "$ca" >"$at"
    mistake 'blanks at an end, CRLF, a mark of order' '' --to "$recipient"
}

connection_cases() {
    conf '[relay]' 'host = 127.0.0.1' 'port = 1'
    mistake 'nobody listens' refused
    serve
    with_login 'tls = starttls'
    mistake 'tls = starttls, TLS at once' wants-implicit
    serve tls=starttls
    with_login 'tls = implicit'
    mistake 'tls = implicit, STARTTLS' wants-starttls
    serve tls=none
    with_login 'tls = starttls'
    mistake 'no STARTTLS' no-starttls
    serve raw=$'HTTP/1.1 400 Bad Request\r\n\r\n'
    with_login 'tls = starttls'
    mistake 'a web server' captive
    serve raw=$'* OK [CAPABILITY IMAP4rev1] ready\r\n'
    with_login 'tls = starttls'
    mistake 'an IMAP server' not-smtp
    serve tls=none greeting='(silence)'
    with_login 'tls = starttls'
    mistake 'a silent server' mute
    conf '[relay]' 'host = localhost' 'proxy = socks5://127.0.0.1:1'
    mistake 'nobody listens at the proxy' proxy
    serve tls=starttls greeting='421 4.7.0 too many connections from 192.0.2.1'
    with_login 'tls = starttls'
    mistake 'too many connections' later
}

certificate_cases() {
    serve shown=self_signed
    with_login 'tls = implicit'
    mistake 'self-signed' ca-unknown
    serve shown=expired
    with_login 'tls = implicit'
    mistake 'expired' expired
    serve shown=not_yet
    with_login 'tls = implicit'
    mistake 'not yet valid' clock
    serve shown=wrong_name
    with_login 'tls = implicit'
    mistake 'for another name' wrong-name
    serve shown=chain_gap
    with_login 'tls = implicit'
    mistake 'the issuer is not sent' chain-gap
    serve max=1.1
    with_login 'tls = implicit'
    mistake 'TLS 1.1' tls-old
}

login_cases() {
    serve auth='535 5.7.8 Error: authentication failed: UGFzc3dvcmQ6'
    with_login 'tls = implicit'
    mistake 'a wrong password' wrong-password
    relay 'tls = implicit' 'user = me@example.org' "password = 'S3cretS3cret'"
    mistake 'a password in single quotes' secret-shape
    serve mail='530 5.7.0 Authentication Required'
    relay 'tls = implicit'
    mistake 'no user' auth-wanted
    serve rcpt='553 5.7.1 <alice@example.org>: Sender address rejected: not logged in'
    relay 'tls = implicit'
    mistake 'no user, said at RCPT' auth-wanted
    serve mechanisms=XOAUTH2
    with_login 'tls = implicit'
    mistake 'a token is expected' no-mechanism
    serve mechanisms=
    with_login 'tls = implicit'
    mistake 'no log-in offered' no-auth-offered
    serve mechanisms=XOAUTH2 auth='334 eyJzdGF0dXMiOiI0MDEifQ==' auth_end='535 5.7.8 Username and Password not accepted.'
    printf 'S3cretS3cret\n' >"$work/token"
    chmod 0600 "$work/token"
    relay 'tls = implicit' 'user = me@example.org' "token_file = $work/token"
    mistake 'a token that has expired' token-refused
}

provider_cases() {
    serve auth='535 Authentication failed: Bad username / password'
    with_login 'tls = implicit' 'provider = sendgrid'
    mistake "SendGrid's user" sendgrid-user
    serve auth='534 5.7.9 Application-specific password required.'
    with_login 'tls = implicit' 'provider = gmail'
    mistake "Gmail's 534" gmail-app
    serve auth='535 5.7.8 Username and Password not accepted. BadCredentials'
    with_login 'tls = implicit' 'provider = gmail'
    mistake "Gmail's 535" gmail-app
    serve auth='535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Tenant.'
    with_login 'tls = implicit' 'provider = m365'
    mistake "Microsoft's SMTP AUTH" m365-auth-off
    serve auth='535 5.7.139 Authentication unsuccessful, basic authentication is disabled.'
    with_login 'tls = implicit' 'provider = m365'
    mistake "Microsoft's passwords" basic-off
    serve mail='550 The from address does not match a verified Sender Identity.'
    with_login 'tls = implicit' 'provider = sendgrid'
    mistake "SendGrid's senders" sendgrid-from
    serve end='554 Message rejected: Email address is not verified. The following identities failed the check: alice@example.org'
    with_login 'tls = implicit' 'provider = ses:eu-west-1'
    mistake "SES' senders" ses-unverified --to "$recipient"
}

refusal_cases() {
    serve rcpt='553 5.7.1 <alice@example.org>: Sender address rejected: not owned by user me'
    with_login 'tls = implicit'
    mistake "another's sender address" own-address
    serve ehlo='504 5.5.2 <vm>: Helo command rejected: need fully-qualified hostname'
    with_login 'tls = implicit'
    mistake 'a name without dots' helo
    serve rcpt='451 4.7.1 Greylisted, please try again'
    with_login 'tls = implicit'
    mistake 'greylisted' later
    serve mail='501 5.1.7 <alice@example.org>: Bad sender address syntax'
    with_login 'tls = implicit'
    mistake 'no sender address' sender-domain
    serve rcpt='452 4.2.2 Mailbox full'
    with_login 'tls = implicit'
    mistake 'mailbox full' later
    serve mail='452 4.3.1 Insufficient system storage'
    with_login 'tls = implicit'
    mistake 'no storage' later
    serve auth='454 4.7.0 Temporary authentication failure'
    with_login 'tls = implicit'
    mistake 'the log-in is put off' too-many
    serve end='552 5.3.4 Message size exceeds fixed limit'
    with_login 'tls = implicit'
    mistake 'too large' too-large --to "$recipient"
    with_login 'tls = implicit' '[sender]' 'allow = *@example.com'
    mistake 'a sender that is not allowed' '' --to "$recipient"
    with_login 'tls = implicit' 'match = *@example.com'
    mistake 'no relay for the sender' '' --to "$recipient"
    serve rcpt='554 5.7.1 <bob@example.net>: Relay access denied'
    with_login 'tls = implicit'
    mistake 'relay access denied' login-refused --to "$recipient"
    serve rcpt='550 5.1.1 <bob@example.net>: no such user'
    with_login 'tls = implicit'
    mistake 'no such mailbox' no-mailbox
}

# within OPTION WORDS COMMAND: whether there is such a namespace; $as enters it, and COMMAND is
# run there first.
within() {
    local enter=(unshare "-$1")
    "${enter[@]}" true 2>/dev/null || enter=(unshare "-r$1")
    as=("${enter[@]}" sh -ec "$3"' && exec "$@"' -)
    "${as[@]}" true 2>/dev/null && return
    as=()
    skip "$2" 'there is no such namespace to be had'
    return 1
}

# Where nothing leads out.
network_cases() {
    within n 'no network' : || return 0
    conf '[relay]' 'host = smtp.example.org'
    mistake 'no name server answers' no-resolver
    conf '[relay]' 'host = 2001:db8::25'
    mistake 'no way there' unreachable
    as=()
}

# A firewall that drops: nothing comes back from an interface that leads nowhere.
firewall_cases() {
    within n 'ports that are shut' 'ip link add shut type veth peer end &&
        ip link set shut up && ip link set end up && ip address add 192.0.2.1/24 dev shut &&
        ip neigh add 192.0.2.25 lladdr 02:00:00:00:00:19 dev shut' || return 0
    conf '[relay]' 'host = 192.0.2.25' 'connect_timeout = 2'
    mistake 'all ports are dropped' all-shut
    conf '[relay]' 'host = 192.0.2.25' 'connect_timeout = 2' 'port = 25'
    mistake 'port 25, and all others, are dropped' all-shut
    as=()
}

# With no names but those of /etc/hosts one that is not there is known not to be.
name_cases() {
    printf 'hosts: files\n' >"$work/nsswitch"
    within m 'a host name with a typing error' "mount --bind $work/nsswitch /etc/nsswitch.conf" ||
        return 0
    conf '[relay]' 'host = smtp.exmaple.org'
    mistake 'a typing error in the host' no-such-host
    conf '[relay]' 'host = localhost' 'proxy = socks5://proxy.exmaple.org:1080'
    mistake 'a typing error in the proxy' proxy
    as=()
}

authority_cases() {
    # shellcheck disable=SC2016 # the inner shell expands it
    within m 'no authorities' 'for directory in /etc/ssl /etc/pki; do
        [ ! -d "$directory" ] || mount -t tmpfs tmpfs "$directory"; done' || return 0
    serve
    conf '[relay]' 'host = localhost' 'ip = 4' "port = $port" 'tls = implicit'
    mistake 'no authorities' no-authorities
    as=()
}

begin
ctl=${SALLYPORTCTL:-${builddir:-.}/sallyportctl}
server=${builddir:-.}/tests/ctl/loopback_server
[ -x "$ctl" ] || skip_all "there is no $ctl"
[ -x "$server" ] || skip_all "there is no $server"
# Where everybody may go.
mkdir "$work/bin"
cp "$SALLYPORT" "$ctl" "$work/bin"
SALLYPORT=$work/bin/${SALLYPORT##*/}
ctl=$work/bin/${ctl##*/}
server=$(realpath "$server")
message 1024 >"$work/small"
at=$work/sallyport.conf
as=()
exec {server_in}</dev/null {server_out}</dev/null

file_cases
place_cases
command_cases
right_cases
connection_cases
certificate_cases
login_cases
provider_cases
refusal_cases
network_cases
firewall_cases
name_cases
authority_cases
cat "$work/table"
finish
