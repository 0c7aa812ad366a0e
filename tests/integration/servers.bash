# shellcheck shell=bash disable=SC2034,SC2154 # names of lib.sh, and names for the tests
# SPDX-License-Identifier: MIT
#
# Sourced after lib.sh: Postfix, Exim and Dovecot, each configured from nothing inside the
# test's own directory. A start_SERVER function sets the ports, $server_log, and
# $server_trace, the fields which that server puts on top of what it stores.

# How many there are beside those who have names; a test may say so before it sources this.
readonly crowd=${crowd:-150}

# Everybody who has a mailbox; nosuch has none and is refused.
mailboxes() {
    printf '%s\n' alice bob root
    seq -f user%g "$crowd"
}

# make_store ACCOUNT: numbers, for the accounts exist in the servers' root only.
make_store() {
    mkdir -p "$work/mail"
    chown "$1:$1" "$work/mail"
}

# ---- Postfix ----

readonly postfix_needs=(/usr/sbin/postfix /usr/sbin/saslpasswd2)

postfix_main() {
    cat <<-MAIN
	compatibility_level = 3.7
	queue_directory = $inside/postfix/spool
	data_directory = $inside/postfix/data
	maillog_file = $inside/postfix.log
	maillog_file_prefixes = $inside
	smtpd_tls_loglevel = 1
	myhostname = submit.test
	mydestination =
	inet_interfaces = 127.0.0.1
	inet_protocols = ipv4
	mynetworks = 127.0.0.0/8
	alias_maps =
	alias_database =
	local_recipient_maps =
	notify_classes =
	smtp_host_lookup = native
	smtputf8_enable = yes
	message_size_limit = 20000000
	local_header_rewrite_clients =
	virtual_alias_maps = inline:{
	  { submit@bugs.debian.org = root@$domain },
	  { maintonly@bugs.debian.org = root@$domain } }
	virtual_mailbox_domains = $domain, example.org, example.com
	smtpd_sender_login_maps = inline:{ me@example.org=me@example.org }
	virtual_mailbox_base = $inside/mail
	virtual_mailbox_maps = texthash:$inside/postfix/etc/boxes
	virtual_mailbox_limit = 0
	virtual_uid_maps = static:905
	virtual_gid_maps = static:905
	smtpd_tls_cert_file = $inside/server.pem
	smtpd_tls_key_file = $inside/server.key
	smtpd_tls_session_cache_database =
	smtpd_tls_auth_only = yes
	smtpd_sasl_type = cyrus
	smtpd_sasl_path = smtpd
	smtpd_sasl_local_domain = submit.test
	smtpd_relay_restrictions = permit_sasl_authenticated, reject
	smtpd_recipient_restrictions =
	smtpd_forbid_bare_newline = reject
	smtpd_forbid_bare_newline_exclusions =
	MAIN
}

postfix_service() {
    printf '%s unix %s\n' "$1" "$2"
}

postfix_listener() {
    printf '127.0.0.1:%s inet n - n - - smtpd\n' "$1"
    shift
    printf '  -o %s\n' smtpd_sasl_auth_enable=yes "$@"
}

# Five listeners: STARTTLS, implicit TLS, STARTTLS with few recipients a transaction, implicit TLS
# where a log-in may use its own address only, and one without log-in for a relay in front.
postfix_master() {
    postfix_listener "$starttls_port" smtpd_tls_security_level=encrypt
    postfix_listener "$implicit_port" smtpd_tls_wrappermode=yes
    postfix_listener "$limited_port" smtpd_tls_security_level=encrypt smtpd_recipient_limit=20
    postfix_listener "$strict_port" smtpd_tls_wrappermode=yes \
        smtpd_sender_restrictions=reject_sender_login_mismatch
    printf 'submit unix n - n - - smtpd\n'
    printf '  -o %s\n' smtpd_relay_restrictions=permit_mynetworks,reject \
        smtpd_tls_security_level=may
    printf '127.0.0.1:%s inet n - n - - smtpd\n' "$backend_port"
    printf '  -o %s\n' smtpd_relay_restrictions=permit_mynetworks,reject \
        syslog_name=backend
    postfix_service cleanup 'n - n - 0 cleanup'
    postfix_service qmgr 'n - n 300 1 qmgr'
    postfix_service tlsmgr '- - n 1000? 1 tlsmgr'
    postfix_service rewrite '- - n - - trivial-rewrite'
    postfix_service bounce '- - n - 0 bounce'
    postfix_service defer '- - n - 0 bounce'
    postfix_service trace '- - n - 0 bounce'
    postfix_service error '- - n - - error'
    postfix_service retry '- - n - - error'
    postfix_service proxymap '- - n - - proxymap'
    postfix_service virtual '- n n - - virtual'
    postfix_service anvil '- - n - 1 anvil'
    printf 'postlog unix-dgram n - n - 1 postlogd\n'
}

# postfix_login REALM USER PASSWORD
postfix_login() {
    printf '%s' "$3" | chroot "$server_root" /usr/sbin/saslpasswd2 -c -p \
        -u "$1" -f "$inside/postfix/etc/sasl/sasldb2" "$2"
}

postfix_sasl() {
    mkdir -p "$work/postfix/etc/sasl"
    cat >"$work/postfix/etc/sasl/smtpd.conf" <<-SASL
	pwcheck_method: auxprop
	auxprop_plugin: sasldb
	sasldb_path: $inside/postfix/etc/sasl/sasldb2
	mech_list: PLAIN LOGIN CRAM-MD5 SCRAM-SHA-256
	SASL
    postfix_login submit.test "$user" "$password"
    postfix_login example.org me secret
    chown 901:901 "$work/postfix/etc/sasl/sasldb2"
}

start_postfix() {
    server_log=$work/postfix.log
    server_trace='Return-Path X-Original-To Delivered-To Received'
    free_ports starttls_port implicit_port limited_port strict_port backend_port
    make_store 905
    mkdir -p "$work/postfix/etc" "$work/postfix/spool" "$work/postfix/data"
    chown 901:901 "$work/postfix/data"
    postfix_sasl
    postfix_main >"$work/postfix/etc/main.cf"
    postfix_master >"$work/postfix/etc/master.cf"
    mailboxes | awk -v at="@$domain " '{ print $0 at $0 "/" }' >"$work/postfix/etc/boxes"
    printf '%s\n' 'admin@example.org admin/' 'you@example.com you/' >>"$work/postfix/etc/boxes"
    chroot "$server_root" /usr/sbin/postfix -c "$inside/postfix/etc" check \
        >"$work/postfix.check" 2>&1 </dev/null || true
    start postfix /usr/lib/postfix/sbin/master -c "$inside/postfix/etc" -d
    await_daemon postfix "$backend_port"
}

# has_return_path BOX ADDRESS: the envelope sender of what Postfix stored.
has_return_path() {
    grep -Fxq -e "Return-Path: <$2>" "$work/mail/$1/new/"* && return
    why="the envelope sender is not $2: $(grep -h '^Return-Path' "$work/mail/$1/new/"*)"
    return 1
}

# ---- Exim ----

readonly exim_needs=(/usr/sbin/exim4)

# An access control list in $work/acl-connect, -mail, -rcpt or -data counts from its next
# session on.
exim_conf() {
    cat <<-CONF
	primary_hostname = submit.test
	exim_user = Debian-exim
	exim_group = Debian-exim
	deliver_drop_privilege = true
	spool_directory = $inside/exim
	log_file_path = $inside/exim-%slog
	log_selector = +smtp_no_mail +smtp_connection +received_recipients +tls_cipher
	pid_file_path = $inside/exim.pid
	keep_environment =
	local_interfaces = 127.0.0.1
	daemon_smtp_ports = $starttls_port : $implicit_port
	tls_on_connect_ports = $implicit_port
	tls_advertise_hosts = *
	tls_certificate = $inside/server.pem
	tls_privatekey = $inside/server.key
	tls_verify_certificates = $inside/ca.pem
	tls_try_verify_hosts = *
	auth_advertise_hosts = \${if eq{\$tls_in_cipher}{}{}{*}}
	recipients_max = 100
	domainlist local_domains = $domain
	host_lookup =
	rfc1413_hosts =
	acl_smtp_connect = \${if exists{$inside/acl-connect}{$inside/acl-connect}{accept}}
	acl_smtp_mail = \${if exists{$inside/acl-mail}{$inside/acl-mail}{accept}}
	acl_smtp_rcpt = \${if exists{$inside/acl-rcpt}{$inside/acl-rcpt}{rcpt}}
	acl_smtp_data = \${if exists{$inside/acl-data}{$inside/acl-data}{accept}}
	acl_smtp_predata = accept
	begin acl
	rcpt:
	  deny !authenticated = *
	  require verify = recipient
	  accept
	begin routers
	store:
	  driver = accept
	  domains = +local_domains
	  local_parts = lsearch;$inside/exim-boxes
	  transport = maildir
	begin transports
	maildir:
	  driver = appendfile
	  maildir_format
	  directory = $inside/mail/\$local_part_data
	  create_directory
	begin authenticators
	PLAIN:
	  driver = plaintext
	  public_name = PLAIN
	  server_prompts = :
	  server_condition = \${if and{{eq{\$auth2}{$user}}{eq{\$auth3}{$password}}}}
	  server_set_id = \$auth2
	LOGIN:
	  driver = plaintext
	  public_name = LOGIN
	  server_prompts = Username:: : Password::
	  server_condition = \${if and{{eq{\$auth1}{$user}}{eq{\$auth2}{$password}}}}
	  server_set_id = \$auth1
	CRAM_MD5:
	  driver = cram_md5
	  public_name = CRAM-MD5
	  server_secret = \${if eq{\$auth1}{$user}{$password}fail}
	  server_set_id = \$auth1
	NTLM:
	  driver = spa
	  public_name = NTLM
	  server_password = \${if eq{\$auth1}{$user}{$password}fail}
	  server_set_id = \$auth1
	EXTERNAL:
	  driver = external
	  public_name = EXTERNAL
	  server_advertise_condition = \$tls_in_certificate_verified
	  server_param2 = \${certextract{subject,CN}{\$tls_in_peercert}}
	  server_condition = \${if eq{\$auth2}{$user}}
	  server_set_id = \$auth2
	CONF
}

start_exim() {
    server_log=$work/exim-mainlog
    server_trace=Received
    free_ports starttls_port implicit_port
    make_store 904
    mkdir -p "$work/exim"
    mailboxes | sed 's/.*/&: &/' >"$work/exim-boxes"
    chown 904:904 "$work" "$work/exim" "$work/server.key"
    exim_conf >"$work/exim.conf"
    start exim /usr/sbin/exim4 -C "$inside/exim.conf" -bdf
    await_daemon exim "$starttls_port"
}

# ---- Dovecot's POP and its submission service, which hands on to the Postfix started before ----

readonly dovecot_needs=(/usr/sbin/dovecot /usr/lib/dovecot/submission-login
    /usr/lib/dovecot/pop3-login)

dovecot_conf() {
    cat <<-CONF
	protocols = submission pop3
	listen = 127.0.0.1
	base_dir = $inside/dovecot/run
	state_dir = $inside/dovecot/state
	log_path = $inside/dovecot.log
	auth_verbose = yes
	auth_debug = yes
	auth_failure_delay = 0
	mail_location = maildir:~/Maildir
	auth_mechanisms = plain login cram-md5 scram-sha-256 oauthbearer xoauth2
	disable_plaintext_auth = yes
	hostname = submit.test
	first_valid_uid = 905
	ssl = required
	ssl_cert = <$inside/server.pem
	ssl_key = <$inside/server.key
	submission_relay_host = 127.0.0.1
	submission_relay_port = $backend_port
	submission_relay_trusted = no
	passdb {
	  driver = oauth2
	  mechanisms = oauthbearer xoauth2
	  args = $inside/dovecot/oauth2.conf
	}
	passdb {
	  driver = passwd-file
	  args = $inside/dovecot/users
	}
	userdb {
	  driver = static
	  args = uid=905 gid=905 home=$inside/dovecot/home
	}
	service submission-login {
	  inet_listener submission {
	    port = $starttls_port
	  }
	  inet_listener submissions {
	    port = $implicit_port
	    ssl = yes
	  }
	}
	service pop3-login {
	  inet_listener pop3 {
	    port = $pop3_port
	  }
	  inet_listener pop3s {
	    port = $pop3s_port
	    ssl = yes
	  }
	}
	CONF
}

# Dovecot looks into the token itself: no other service is asked.
dovecot_tokens() {
    mkdir -p "$work/dovecot/keys/default/HS256"
    printf 'secret of the issuer' | base64 >"$work/dovecot/keys/default/HS256/default"
    cat >"$work/dovecot/oauth2.conf" <<-CONF
	introspection_mode = local
	local_validation_key_dict = fs:posix:prefix=$inside/dovecot/keys/
	username_attribute = sub
	CONF
}

base64url() {
    base64 -w 0 | tr '+/' '-_' | tr -d '='
}

# write_token FILE SECONDS: a JSON web token (RFC 7519) for $user, good for so long from now.
write_token() {
    local now text
    now=$(date +%s)
    text=$(printf '{"alg":"HS256","typ":"JWT"}' | base64url)
    text+=.$(printf '{"sub":"%s","iat":%d,"nbf":%d,"exp":%d}' "$user" $((now - 3600)) \
        $((now - 3600)) $((now + $2)) | base64url)
    text+=.$(printf '%s' "$text" | chroot "$server_root" /usr/bin/openssl dgst -sha256 \
        -hmac 'secret of the issuer' -binary | base64url)
    printf '%s\n' "$text" >"$1"
    chmod 0600 "$1"
}

start_dovecot() {
    start_postfix
    server_log=$work/dovecot.log
    server_trace='Return-Path X-Original-To Delivered-To Received Received'
    free_ports starttls_port implicit_port pop3_port pop3s_port
    mkdir -p "$work/dovecot/run" "$work/dovecot/state" "$work/dovecot/home"
    chown 905:905 "$work/dovecot/home"
    printf '%s:{PLAIN}%s\n' "$user" "$password" >"$work/dovecot/users"
    dovecot_tokens
    dovecot_conf >"$work/dovecot/dovecot.conf"
    start dovecot /usr/sbin/dovecot -F -c "$inside/dovecot/dovecot.conf"
    await_daemon dovecot "$starttls_port"
}
