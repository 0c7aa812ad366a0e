#!/bin/bash
# SPDX-License-Identifier: MIT
#
# By other ways to a real Postfix: from an address of our choice, by a socket of this machine,
# and through real proxies, microsocks for SOCKS 5 and tinyproxy for HTTP.
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

# ---- proxies ----

start_socks() {
    free_ports socks_port guarded_socks_port
    start socks /usr/bin/microsocks -i 127.0.0.1 -p "$socks_port"
    await_daemon socks "$socks_port"
    start guarded_socks /usr/bin/microsocks -i 127.0.0.1 -p "$guarded_socks_port" \
        -u proxy-user -P 'p@ss:w'
    await_daemon guarded_socks "$guarded_socks_port"
}

# tinyproxy_conf PORT [LINE]...: it connects to the STARTTLS port and to no other.
tinyproxy_conf() {
    printf 'Port %s\nListen 127.0.0.1\nTimeout 60\nMaxClients 10\n' "$1"
    printf 'ConnectPort %s\nLogLevel Connect\n' "$starttls_port"
    shift
    printf '%s\n' "$@"
}

start_tinyproxy() {
    free_ports http_port guarded_http_port
    tinyproxy_conf "$http_port" >"$work/tinyproxy.conf"
    start http /usr/bin/tinyproxy -d -c "$inside/tinyproxy.conf"
    await_daemon http "$http_port"
    tinyproxy_conf "$guarded_http_port" 'BasicAuth proxy-user proxy-pass' \
        >"$work/guarded.conf"
    start guarded_http /usr/bin/tinyproxy -d -c "$inside/guarded.conf"
    await_daemon guarded_http "$guarded_http_port"
}

# ---- cases ----

# delivers NAME LINE...: by a relay with these further lines.
delivers() {
    local name=$1
    shift
    prepare
    relay_conf conf "$ports" starttls "$@"
    send small -C "$work/conf" -i -f "$sender" "alice@$domain"
    verdict "$name" has_delivered
}

has_delivered() {
    expect_status 0 && expect_silence && arrived alice small && expect_transactions 1 &&
        { [ -z "$logged" ] || expect_logged; }
}

expect_logged() {
    grep -Fq -e "$logged" "$work/stderr" "$server_log" && return
    why="no log says $logged"
    return 1
}

# refuses NAME STATUS TEXT LINE...
refuses() {
    local name=$1 expected=$2 text=$3
    shift 3
    prepare
    relay_conf conf "$ports" starttls "$@"
    send small -C "$work/conf" -i -f "$sender" "alice@$domain"
    verdict "$name" has_refused "$expected" "$text"
}

has_refused() {
    expect_status "$1" && expect_on_stderr "$2" && expect_nothing_stored
}

# What -v shows of a proxy, which is asked in the clear.
watched() {
    prepare
    relay_conf conf "$ports" starttls \
        "proxy = http://proxy-user:proxy-pass@127.0.0.1:$guarded_http_port"
    send small -C "$work/conf" -v -i -f "$sender" "alice@$domain"
    verdict 'HTTP with a log-in, watched' has_shown
}

has_shown() {
    expect_status 0 || return
    why="-v shows: $(head -n 6 "$work/stdout" | tr '\n' ';')"
    grep -qxF '> Proxy-Authorization: Basic (credentials)' "$work/stdout" &&
        grep -q '^< HTTP/1\.. 200 ' "$work/stdout" &&
        ! grep -qF -e proxy-pass -e cHJveHktdXNlcjpwcm94eS1wYXNz "$work/stdout"
}

source_address() {
    logged='[127.0.0.9]' delivers 'from an address of our choice' 'source_address = 127.0.0.9'
    refuses 'from an address that is not ours' 75 \
        'source_address 198.51.100.7: Cannot assign requested address' \
        'source_address = 198.51.100.7'
    refuses 'from an address of the other kind' 75 'of the kind of source_address ::1' \
        'source_address = ::1'
}

# The certificate is for the name that the proxy alone can resolve.
named() {
    sed -i 's/^host = .*/host = submit.test/' "$work/conf"
    send small -C "$work/conf" -i -f "$sender" "alice@$domain"
    verdict "$1" has_delivered
}

socks() {
    local proxy=127.0.0.1:$socks_port
    logged="via 127.0.0.1[127.0.0.1]:$socks_port" \
        delivers 'SOCKS 5' "proxy = socks5://$proxy"
    prepare
    named 'SOCKS 5 resolves the name'
    delivers 'SOCKS 5 with a log-in' \
        "proxy = socks5://proxy-user:p%40ss%3Aw@127.0.0.1:$guarded_socks_port"
    refuses 'SOCKS 5 without the log-in' 77 'SOCKS: the proxy ' \
        "proxy = socks5://127.0.0.1:$guarded_socks_port"
    refuses 'SOCKS 5 with a wrong log-in' 77 'SOCKS: the proxy refuses the log-in' \
        "proxy = socks5://proxy-user:wrong@127.0.0.1:$guarded_socks_port"
    ports="$closed_port, $starttls_port" delivers 'SOCKS 5: the second port' \
        "proxy = socks5://$proxy"
    ports=$closed_port refuses 'SOCKS 5: nobody listens' 75 \
        'SOCKS: the proxy says: Connection refused' "proxy = socks5://$proxy"
}

http() {
    local proxy=127.0.0.1:$http_port
    logged="via 127.0.0.1[127.0.0.1]:$http_port" \
        delivers 'HTTP' "proxy = http://$proxy"
    prepare
    named 'HTTP resolves the name'
    delivers 'HTTP with a log-in' \
        "proxy = http://proxy-user:proxy-pass@127.0.0.1:$guarded_http_port"
    watched
    refuses 'HTTP without the log-in' 77 'CONNECT: the proxy says: 407 ' \
        "proxy = http://127.0.0.1:$guarded_http_port"
    refuses 'HTTP with a wrong log-in' 77 'CONNECT: the proxy says: 40' \
        "proxy = http://proxy-user:wrong@127.0.0.1:$guarded_http_port"
    ports="$implicit_port, $starttls_port" delivers 'HTTP: the second port' \
        "proxy = http://$proxy"
    ports=$implicit_port refuses 'HTTP: a port that the proxy forbids' 77 \
        'CONNECT: the proxy says: 403 ' "proxy = http://$proxy"
    refuses 'a proxy that is none' 76 'CONNECT: this is no HTTP proxy: 220 ' \
        "proxy = http://127.0.0.1:$starttls_port"
    refuses 'a proxy that nobody is' 75 'connecting: [127.0.0.1]:' \
        "proxy = http://127.0.0.1:$closed_port"
}

socket() {
    local path=$work/postfix/spool/public/submit
    if [ ${#path} -gt 107 ]; then
        skip 'a socket of this machine' 'the path of the directory is too long'
        return
    fi
    printf '[relay]\nhost = unix:%s\n[sender]\ndomain = %s\n[log]\nto = stderr\n' \
        "$path" "$domain" >"$work/conf"
    prepare
    send small -C "$work/conf" -i -f "$sender" "alice@$domain"
    logged="relay=unix:$path" verdict 'a socket of this machine' has_delivered
    sed -i "2atls = starttls\ntls_name = submit.test\ntls_ca = $work/ca.pem" "$work/conf"
    prepare
    send small -C "$work/conf" -i -f "$sender" "alice@$domain"
    verdict 'a socket with TLS' has_delivered
    sed -i 's/submit.test/other.test/' "$work/conf"
    prepare
    send small -C "$work/conf" -i -f "$sender" "alice@$domain"
    verdict 'a socket with the wrong certificate' has_refused 77 'TLS: certificate refused'
}

begin "${postfix_needs[@]}" /usr/bin/microsocks /usr/bin/tinyproxy
start_postfix
start_socks
start_tinyproxy
free_ports closed_port
ports=$starttls_port
logged=
source_address
socket
socks
http
finish
