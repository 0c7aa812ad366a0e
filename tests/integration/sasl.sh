#!/bin/bash
# SPDX-License-Identifier: MIT
#
# Mechanisms that no packaged server offers, or few do, against the server side of libsasl2:
# SCRAM tied to the TLS channel, EXTERNAL by a client certificate, GSSAPI with a real KDC,
# DIGEST-MD5 and NTLM.
# shellcheck disable=SC2034,SC2154 # names of the sourced files

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=/dev/null
. "$here/lib.sh"
# shellcheck source=/dev/null
. "$here/servers.bash"
# shellcheck source=/dev/null
. "$here/cases.bash"
# shellcheck source=/dev/null
. "$here/stage.bash"

readonly kerberos_realm=SUBMIT.TEST
sasl_env=()
before_call=()

# ---- the server ----

# The program and the server both run in the servers' root: its plug-ins and its Kerberos.
set_sasl_stage() {
    copy_program "$SALLYPORT" sendmail
    copy_program "$builddir/tests/support/sasl_server" sasl_server
    printf '%s' "$password" | chroot "$server_root" /usr/sbin/saslpasswd2 -c -p \
        -u submit.test -f "$inside/sasldb2" "$user"
}

# start_sasl NAME ARG...: sets $port to where it listens, and $server_log to what it says.
start_sasl() {
    local name=$1
    shift
    start "$name" /usr/bin/env "${sasl_env[@]}" LD_LIBRARY_PATH="$inside/stage/lib" \
        "$inside/stage/bin/sasl_server" --certificate "$inside/server.pem" \
        --key "$inside/server.key" --sasldb "$inside/sasldb2" "$@"
    server_log=$work/$name.out
    if ! await 10 grep -qs '^ready ' "$server_log"; then
        printf 'FAIL %s: %s\n' "$name" "$(cat "$server_log")"
        exit 1
    fi
    port=$(sed -n 's/^ready //p' "$server_log")
}

# ---- a call ----

# call LINE...: a message with these lines in [relay].
call() {
    {
        printf '[relay]\nhost = 127.0.0.1\nport = %s\ntls = implicit\n' "$port"
        printf 'tls_ca = %s\n' "$inside/ca.pem"
        printf '%s\n' "$@" "[sender]" "domain = $domain" "[log]" "to = stderr"
    } >"$work/conf"
    chmod 0600 "$work/conf"
    mark_log
    status=0
    "${before_call[@]}" chroot "$server_root" /usr/bin/env -i "${sasl_env[@]}" \
        LD_LIBRARY_PATH="$inside/stage/lib" timeout 60 "$inside/stage/bin/sendmail" \
        -C "$inside/conf" -f "$sender" -i "alice@$domain" \
        <"$work/small.eml" >"$work/stdout" 2>"$work/stderr" || status=$?
}

logged_in() {
    expect_status 0 && expect_silence || return 1
    [ "$(new_log | head -n 2)" = "login $1"$'\n'"message $(wire_size small)" ] && return
    why="the server says $(new_log)"
    return 1
}

wire_size() {
    sed 's/$/\r/' "$work/$1.eml" | wc -c
}

not_logged_in() {
    expect_status 77 && expect_on_stderr "$2" || return 1
    [ "$(new_log)" = "$1" ] && return
    why="the server says $(new_log), expected $1"
    return 1
}

# by NAME USER LINE...: a log-in by the mechanism that is the name's first word.
by() {
    call "${@:3}"
    verdict "$1" logged_in "${1%%[, ]*} $2"
}

# refused NAME LOG TEXT LINE...
refused() {
    call "${@:4}"
    verdict "$1" not_logged_in "$2" "$3"
}

readonly who=$user@submit.test
readonly login=("user = $user" "password = \"$password\"")

# ---- mechanisms with a password ----

bound_cases() {
    local hash
    start_sasl bound --mechanisms 'SCRAM-SHA-512 SCRAM-SHA-256 SCRAM-SHA-1 PLAIN'
    by SCRAM-SHA-512-PLUS "$who" "${login[@]}"
    for hash in 256 1; do
        by "SCRAM-SHA-$hash-PLUS" "$who" "${login[@]}" "auth = SCRAM-SHA-$hash-PLUS"
    done
    by 'SCRAM-SHA-256-PLUS, and nothing less' "$who" "${login[@]}" 'require_channel_binding = yes' \
        'auth = PLAIN SCRAM-SHA-256 SCRAM-SHA-256-PLUS'
    refused 'SCRAM-SHA-512-PLUS, wrong password' 'refused SCRAM-SHA-512-PLUS' '535 5.7.8' \
        "user = $user" 'password = wrong'

    start_sasl bound-1.2 --tls-max 1.2 --mechanisms 'SCRAM-SHA-256 PLAIN'
    by 'SCRAM-SHA-256-PLUS with TLS 1.2' "$who" "${login[@]}"

    start_sasl hidden --hide-plus --mechanisms 'SCRAM-SHA-256 PLAIN'
    refused 'an offer of -PLUS that somebody took away' 'refused SCRAM-SHA-256' '535 5.7.8' \
        "${login[@]}"
    by 'SCRAM-SHA-256 as it is named' "$who" "${login[@]}" 'auth = SCRAM-SHA-256'
    refused 'channel binding required and not offered' '' 'require_channel_binding' \
        "${login[@]}" 'require_channel_binding = yes'
}

named_cases() {
    local mechanism
    start_sasl named --mechanisms 'DIGEST-MD5 NTLM'
    for mechanism in DIGEST-MD5 NTLM; do
        by "$mechanism" "$who" "${login[@]}" "auth = $mechanism"
        refused "$mechanism, wrong password" "refused $mechanism" '535 5.7.8' \
            "user = $user" 'password = wrong' "auth = $mechanism"
    done
    by 'DIGEST-MD5 with a realm' "$who" "${login[@]}" 'auth = DIGEST-MD5' 'realm = submit.test'
    refused 'what has to be named is not used unnamed' '' 'no mechanism in common' "${login[@]}"
}

# ---- EXTERNAL ----

external_cases() {
    make_client_certificate "$user"
    local certificate=("tls_cert = $inside/client.pem" "tls_key = $inside/client.key")
    start_sasl external --clients "$inside/ca.pem" --mechanisms 'EXTERNAL PLAIN'
    by EXTERNAL "$who" "${certificate[@]}"
    by 'EXTERNAL as it is named' "$who" "${certificate[@]}" 'auth = EXTERNAL'
    by 'PLAIN beside a client certificate' "$who" "${certificate[@]}" "${login[@]}"
    refused 'EXTERNAL for somebody else' 'refused EXTERNAL' '535 5.7.8' \
        "${certificate[@]}" 'authzid = other'
}

# ---- plug-ins that are not there ----

missing_cases() {
    local plugins
    if ! can_mount; then
        skip 'a missing plug-in' 'no private mount namespace here'
        return
    fi
    plugins=$(dirname "$(find "$server_root/usr/lib" -name libplain.so -print -quit)")
    mkdir "$work/none"
    start_sasl missing --mechanisms 'SCRAM-SHA-256 DIGEST-MD5 GSSAPI PLAIN'
    # shellcheck disable=SC2016 # expanded by the inner shell
    before_call=(unshare --mount --propagation private /bin/sh -ec '
        mount --bind "$1" "$2"
        shift 2
        exec "$@"' cover "$work/none" "$plugins")
    by 'PLAIN, as the plug-in of a better one is missing' "$who" "${login[@]}"
    refused 'SCRAM-SHA-256, plug-in missing' '' \
        'SCRAM-SHA-256: its plug-in is missing: install libsasl2-modules (Debian)' \
        "${login[@]}" 'auth = SCRAM-SHA-256'
    refused 'DIGEST-MD5, plug-in missing' '' 'or cyrus-sasl-md5 (Fedora)' \
        "${login[@]}" 'auth = DIGEST-MD5'
    refused 'GSSAPI, plug-in missing' '' 'install libsasl2-modules-gssapi-mit (Debian)' \
        'auth = GSSAPI' 'tls_name = submit.test'
    before_call=()
}

# ---- GSSAPI ----

kerberos_needs() {
    [ -e "$server_root/usr/sbin/krb5kdc" ] && [ -e "$server_root/usr/bin/kinit" ]
}

kdc() {
    chroot "$server_root" /usr/bin/env "${sasl_env[@]}" "$@" >>"$work/kerberos.out" 2>&1
}

start_kdc() {
    local kdc_port
    free_ports kdc_port
    mkdir -p "$work/kdc"
    cat >"$work/kdc/krb5.conf" <<-CONF
	[libdefaults]
	    default_realm = $kerberos_realm
	    dns_lookup_kdc = false
	    dns_canonicalize_hostname = false
	    rdns = false
	    udp_preference_limit = 1
	[realms]
	    $kerberos_realm = {
	        kdc = 127.0.0.1:$kdc_port
	        database_name = $inside/kdc/principal
	        key_stash_file = $inside/kdc/stash
	        acl_file = $inside/kdc/acl
	        kdc_listen = 127.0.0.1:$kdc_port
	        kdc_tcp_listen = 127.0.0.1:$kdc_port
	    }
	[domain_realm]
	    127.0.0.1 = $kerberos_realm
	CONF
    sasl_env=(KRB5_CONFIG="$inside/kdc/krb5.conf" KRB5_KDC_PROFILE="$inside/kdc/krb5.conf"
        KRB5_KTNAME="$inside/kdc/keytab" KRB5CCNAME="FILE:$inside/kdc/tickets")
    kdc /usr/sbin/kdb5_util create -s -P master -r "$kerberos_realm"
    kdc /usr/sbin/kadmin.local addprinc -pw "$password" "$user"
    kdc /usr/sbin/kadmin.local addprinc -randkey smtp/submit.test
    kdc /usr/sbin/kadmin.local ktadd -k "$inside/kdc/keytab" smtp/submit.test
    start kdc /usr/bin/env "${sasl_env[@]}" /usr/sbin/krb5kdc -n -P "$inside/kdc/pid"
    await_daemon kdc "$kdc_port"
}

gssapi_cases() {
    if ! kerberos_needs; then
        skip GSSAPI "no krb5kdc in $server_root"
        return
    fi
    start_kdc
    start_sasl gssapi --mechanisms GSSAPI
    refused 'GSSAPI without a ticket' '' 'GSSAPI: ' 'auth = GSSAPI' 'tls_name = submit.test'
    printf '%s\n' "$password" | chroot "$server_root" /usr/bin/env "${sasl_env[@]}" \
        /usr/bin/kinit "$user" >>"$work/kerberos.out" 2>&1
    by GSSAPI "$who" 'auth = GSSAPI' 'tls_name = submit.test'
}

begin "${postfix_needs[@]}"
[ -x "$builddir/tests/support/sasl_server" ] || skip_all 'no sasl_server was built'
set_sasl_stage
bound_cases
named_cases
external_cases
missing_cases
gssapi_cases
finish
