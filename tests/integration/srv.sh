#!/bin/bash
# SPDX-License-Identifier: MIT
#
# The submission servers of a domain, found by SRV records that a real dnsmasq serves, which is
# the only name server of the program under test; they lead to a real Postfix.
# shellcheck disable=SC2034,SC2154 # names of the sourced files

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=/dev/null
. "$here/lib.sh"
# shellcheck source=/dev/null
. "$here/servers.bash"
# shellcheck source=/dev/null
. "$here/cases.bash"

transactions() {
    log_count 'postfix/smtpd.*: client='
}

# ---- DNS ----

# service NAME TARGET PORT PRIORITY
service() {
    printf 'srv-host=%s,%s,%s,%s,0\n' "$@"
}

# The certificate is for submit.test. Each name server has an address of its own in 127/8, for
# its port cannot be chosen.
dnsmasq_conf() {
    local number
    printf '%s\n' no-resolv no-hosts local=/test/ user=root bind-interfaces \
        "listen-address=$dns_address" address=/mail.test/127.0.0.1 \
        address=/submit.test/127.0.0.1
    service _submissions._tcp.submit.test mail.test "$implicit_port" 0
    service _submission._tcp.submit.test mail.test "$starttls_port" 0
    service _submissions._tcp.closed.test mail.test "$closed_port" 0
    service _submission._tcp.closed.test mail.test "$starttls_port" 0
    service _submission._tcp.later.test submit.test "$starttls_port" 0
    service _submission._tcp.order.test mail.test "$starttls_port" 20
    service _submission._tcp.order.test mail.test "$closed_port" 10
    service _submission._tcp.unknown.test nowhere.test "$starttls_port" 0
    service _submission._tcp.unknown.test mail.test "$starttls_port" 10
    printf 'srv-host=_submission%s._tcp.never.test\n' '' s
    service _submission._tcp.many.test mail.test "$starttls_port" 1
    for ((number = 1; number < 100; number++)); do
        service _submission._tcp.many.test "a-name-of-some-length-$number.test" 25 100
    done
}

start_dnsmasq() {
    dns_address=127.$((RANDOM % 200 + 20)).$((RANDOM % 256)).$((RANDOM % 254 + 1))
    dnsmasq_conf >"$work/dnsmasq.conf"
    start dnsmasq /usr/sbin/dnsmasq -k -C "$inside/dnsmasq.conf" --pid-file=
    dnsmasq_pid=${daemons[-1]}
    if ! await 30 serves_names || ! kill -0 "$dnsmasq_pid"; then
        fail dnsmasq 'it does not start'
        cat "$work/dnsmasq.out"
        finish
    fi
    printf 'nameserver %s\n' "$dns_address" >"$work/resolv.conf"
}

serves_names() {
    (exec 3<>"/dev/tcp/$dns_address/53") 2>/dev/null
}

# The program with that name server and no other.
wrap_program() {
    printf '#!/bin/sh\nexec unshare -m sh -c '\''%s && exec "$@"'\'' sh %s "$@"\n' \
        "mount --bind $work/resolv.conf /etc/resolv.conf" "$SALLYPORT" >"$work/wrapped"
    chmod 0755 "$work/wrapped"
    SALLYPORT=$work/wrapped
}

# ---- cases ----

# asks DOMAIN [LINE]...
asks() {
    local relay="srv = $1"
    shift
    prepare
    relay_conf conf 25 starttls "$@"
    sed -i "s/^host = .*/$relay/; /^port = /d; /^tls = starttls$/d" "$work/conf"
    send small -C "$work/conf" -i -f "$sender" "alice@$domain"
}

# delivers NAME WAY DOMAIN [LINE]...: by the WAY that the log then names.
delivers() {
    local name=$1 way=$2
    shift 2
    asks "$@"
    verdict "$name" has_delivered "$way"
}

has_delivered() {
    expect_status 0 && expect_silence && arrived alice small && expect_transactions 1 &&
        expect_on_stderr "relay=$1"
}

# refuses NAME STATUS TEXT DOMAIN [LINE]...
refuses() {
    local name=$1 expected=$2 text=$3
    shift 3
    asks "$@"
    verdict "$name" has_refused "$expected" "$text"
}

has_refused() {
    expect_status "$1" && expect_on_stderr "$2" && expect_nothing_stored
}

servers() {
    local implicit="mail.test[127.0.0.1]:$implicit_port"
    local starttls="mail.test[127.0.0.1]:$starttls_port"
    local named='tls_name = submit.test'
    delivers 'TLS at once comes first' "$implicit" submit.test
    delivers 'only STARTTLS' "$starttls" submit.test 'tls = starttls '
    delivers 'STARTTLS where TLS at once is refused' "$starttls" closed.test "$named"
    delivers 'the next by priority' "$starttls" order.test "$named"
    delivers 'a target without an address' "$starttls" unknown.test "$named"
    delivers 'an answer that needs TCP' "$starttls" many.test "$named"
}

certificates() {
    local refusal="submit.test[127.0.0.1]:$starttls_port: TLS: certificate refused"
    refuses 'a certificate for the target alone' 77 "$refusal" later.test
    delivers 'a certificate that tls_name names' "submit.test[127.0.0.1]:" later.test \
        'tls_name = submit.test'
}

no_servers() {
    local step='looking up its submission servers:'
    refuses 'a domain that offers none' 68 "never.test: $step it names none" never.test
    refuses 'a domain that is none' 68 "none.test: $step it names none" none.test
    refuses 'TLS at once, which is not offered' 68 "later.test: $step" later.test \
        'tls = implicit '
    refuses 'a name server that refuses' 75 "other.invalid: $step no answer" other.invalid
    kill -STOP "$dnsmasq_pid"
    refuses 'a name server that is silent' 75 "submit.test: $step timed out" submit.test \
        'connect_timeout = 1'
    kill -CONT "$dnsmasq_pid"
}

begin "${postfix_needs[@]}" /usr/sbin/dnsmasq
unshare -m true 2>/dev/null || skip_all 'no mount name spaces here'
start_postfix
free_ports closed_port
start_dnsmasq
wrap_program
servers
certificates
no_servers
finish
