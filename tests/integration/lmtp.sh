#!/bin/bash
# SPDX-License-Identifier: MIT
#
# LMTP to a real Dovecot, by a port and by a socket: messages byte by byte, and a verdict for
# each recipient.
# shellcheck disable=SC2034,SC2154 # names of the sourced files

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=/dev/null
. "$here/lib.sh"
# shellcheck source=/dev/null
. "$here/servers.bash"
# shellcheck source=/dev/null
. "$here/cases.bash"

# The quota of "full" is found out when the message has come, not before.
store_conf() {
    cat <<-CONF
	protocols = lmtp
	listen = 127.0.0.1
	base_dir = $inside/dovecot/run
	state_dir = $inside/dovecot/state
	log_path = $inside/dovecot.log
	mail_location = maildir:$inside/mail/%n
	mail_plugins = quota
	first_valid_uid = 905
	hostname = submit.test
	ssl = no
	auth_username_format = %n
	lmtp_rcpt_check_quota = no
	quota_full_tempfail = no
	passdb {
	  driver = passwd-file
	  args = $inside/dovecot/users
	}
	userdb {
	  driver = passwd-file
	  args = $inside/dovecot/users
	}
	plugin {
	  quota = count:User
	  quota_vsizes = yes
	}
	service lmtp {
	  inet_listener lmtp {
	    address = 127.0.0.1
	    port = $lmtp_port
	  }
	  unix_listener $inside/lmtp {
	    mode = 0666
	  }
	}
	CONF
}

start_store() {
    server_log=$work/dovecot.log
    free_ports lmtp_port
    make_store 905
    mkdir -p "$work/dovecot/run" "$work/dovecot/state"
    printf '%s:{PLAIN}x:905:905::/tmp::\n' alice bob >"$work/dovecot/users"
    printf 'full:{PLAIN}x:905:905::/tmp::userdb_quota_rule=*:bytes=10\n' >>"$work/dovecot/users"
    store_conf >"$work/dovecot/dovecot.conf"
    start store /usr/sbin/dovecot -F -c "$inside/dovecot/dovecot.conf"
    await_daemon store "$lmtp_port"
}

lmtp_conf() {
    printf '%s\n' '[relay]' 'protocol = lmtp' 'tls = none' "$@" \
        '[sender]' "domain = $domain" '[log]' 'to = stderr' >"$work/conf"
}

# all_there MESSAGE BOX...
all_there() {
    local message=$1 box
    shift
    expect_status 0 && expect_silence || return 1
    for box in "$@"; do
        arrived "$box" "$message" || return 1
    done
}

one_full() {
    expect_status 67 && arrived alice small && arrived bob small &&
        expect_on_stderr "end of data for <full@$domain>: 552 5.2.2" &&
        expect_on_stderr "RCPT TO:<nosuch@$domain>: 550 5.1.1" || return 1
    [ "$(stored full)" = 0 ] && return
    why='the full box has the message'
    return 1
}

# two_messages: the dialogue of -bs, a recipient at a time.
write_dialogue() {
    local to
    printf 'EHLO localhost\r\n'
    for to in alice full; do
        printf 'MAIL FROM:<%s>\r\nRCPT TO:<%s@%s>\r\nDATA\r\n' "$sender" "$to" "$domain"
        sed 's/$/\r/' "$work/small.eml"
        printf '.\r\n'
    done
    printf 'QUIT\r\n'
}

each_its_verdict() {
    expect_status 0 && arrived alice small || return 1
    [ "$(grep -Ec '^(250 2.0.0 accepted: |552 5.2.2 )' "$work/stdout")" = 2 ] && return
    why="the dialogue says $(cat "$work/stdout")"
    return 1
}

# Only a message for one has the field Delivered-To.
cases() {
    local how=$1 message server_trace='Return-Path Received'
    for message in small crlf dots eightbit big; do
        prepare
        send "$message" -C "$work/conf" -f "$sender" -i "alice@$domain" "bob@$domain"
        verdict "$how, $message" all_there "$message" alice bob
    done
    prepare
    send small -C "$work/conf" -f "$sender" -i \
        "alice@$domain" "full@$domain" "nosuch@$domain" "bob@$domain"
    verdict "$how, one box full and one unknown" one_full
    prepare
    server_trace='Return-Path Delivered-To Received'
    write_dialogue >"$work/dialogue.eml"
    send dialogue -C "$work/conf" -bs
    verdict "$how, -bs" each_its_verdict
}

begin /usr/sbin/dovecot /usr/lib/dovecot/lmtp
start_store
lmtp_conf 'host = 127.0.0.1' "port = $lmtp_port"
cases 'by a port'
lmtp_conf 'host = 127.0.0.1' "port = $lmtp_port" 'ignore = chunking'
cases 'by a port, DATA'
if [ ${#work} -lt 100 ]; then
    lmtp_conf "host = unix:$work/lmtp"
    cases 'by a socket'
else
    skip 'by a socket' "$work is too long a name for one"
fi
finish
