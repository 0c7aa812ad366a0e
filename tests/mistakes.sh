#!/bin/bash
# SPDX-License-Identifier: MIT
#
# The mistakes of a first hour, and what is said about each, word for word. Those that show
# in what a server says have their dialogues, most of them called mistake-*.
# shellcheck disable=SC2016,SC2154 # expanded by an inner shell; names of the sourced file

# shellcheck source=tests/support/server.bash
. "$(dirname "$0")/support/server.bash" || exit 1

readonly remedy='chgrp sallyport and chmod 0640; see Permissions in sallyport.conf(5)'
readonly no_shell_has_it=/usr/bin/no-such-program
readonly nobody_listens='Connection refused; nothing listens there: check host and port'

# says NAME STATUS TEXT COMMAND...: all of standard error is TEXT, in which "@:" is the
# configuration file and a colon.
says() {
    local name=$1 wanted=$2 text=${3//@:/$at:}
    shift 3
    send "$work/small" "$@"
    if [ "$status" = "$wanted" ] && [ "$(cat "$work/stderr")" = "$text" ]; then
        pass "$wanted: $name"
    else
        fail "$name" "exit status $status; expected was $wanted with: $text"
    fi
}

# mistake NAME STATUS TEXT LINE...: these lines are the configuration, and TEXT is said.
mistake() {
    local name=$1 wanted=$2 text=$3
    shift 3
    (umask 077 && printf '%s\n' "$@" >"$at")
    says "$name" "$wanted" "sallyport: $text" env "SALLYPORT_CONFIG=$at" \
        SALLYPORT_LOG_TO=none "$program" -i "$recipient"
}

# broken NAME TEXT LINE...: the same in [relay], with status 78.
broken() {
    local name=$1 text=$2
    shift 2
    mistake "$name" 78 "$text" '[relay]' 'host = 127.0.0.1' 'user = me' "$@"
}

relay_cases() {
    local host
    local one='host name alone is expected: 465 of NAME:465 goes into port, smtps:// into tls = implicit'
    mistake 'no host' 78 '@:1: [relay] needs a host, a provider or srv: set host = NAME' \
        '[relay]' 'port = 465'
    for host in smtp.example.org:587 smtps://smtp.example.org:465 smtp://smtp.example.org; do
        mistake "host = $host" 78 "@:2: host: a $one" '[relay]' "host = $host"
    done
    mistake 'host with a path' 78 '@:2: host: a host name or an address is expected' \
        '[relay]' 'host = smtp.example.org/x'
    broken 'a password without TLS' \
        '@:5: tls: the password would go in clear: set tls = starttls, or, in a file, allow_plaintext_auth = yes' \
        'password = S3cret' 'tls = none'
    broken 'a user without a password' \
        '@:3: user: a log-in needs a password, password_file, password_command, token_file or token_command; without one set auth = none'
    mistake 'a password without a user' 78 '@:3: password: a log-in needs a user' \
        '[relay]' 'host = 127.0.0.1' 'password = S3cret'
    broken 'tls = yes' \
        '@:4: tls: implicit (elsewhere SSL or TLS), starttls or none is expected' 'tls = yes'
    broken 'port = smtps' '@:4: port: a number from 1 to 65535 is expected' 'port = smtps'
    broken 'force = yes' '@:5: force: no, envelope, header or both is expected' \
        '[sender]' 'force = yes'
    mistake 'g-mail' 78 '@:2: provider: g-mail is not known; the nearest provider is gmail' \
        '[relay]' 'provider = g-mail'
    mistake 'a provider, and its host for the name' 78 \
        '@:2: provider: smtp.gmail.com is not known: set host = NAME instead; "sallyportctl providers" lists them' \
        '[relay]' 'provider = smtp.gmail.com'
    mistake 'ses without its region' 78 \
        '@:2: provider: write ses:REGION, for its host is email-smtp.REGION.amazonaws.com' \
        '[relay]' 'provider = ses'
    mistake 'a provider without a password' 78 \
        '@:2: provider: a log-in needs a password, password_file, password_command, token_file or token_command; without one set auth = none' \
        '[relay]' 'provider = sendgrid'
    mistake 'a provider that another host stands in for' 75 \
        "127.0.0.1: connecting: [127.0.0.1]:1: $nobody_listens (recipients: <$recipient>)" \
        '[relay]' 'port = 1' 'host = 127.0.0.1' 'provider = gmail'
    mistake 'force without an address' 78 '@:4: force: there is no envelope_from' \
        '[relay]' 'host = 127.0.0.1' '[sender]' 'force = both'
    mistake 'no [relay] for this sender' 78 \
        "no [relay] has a match for the sender <me@example.org>" \
        '[relay]' 'host = 127.0.0.1' 'match = *@example.com' '[sender]' \
        'envelope_from = me@example.org'
    mistake 'a sender who is not allowed' 77 \
        'sender <me@example.org>: [sender] allow does not name it' \
        '[relay]' 'host = 127.0.0.1' '[sender]' 'envelope_from = me@example.org' \
        'allow = *@example.com'
    mistake 'trailing blanks, CR LF and a byte order mark do no harm' 75 \
        "127.0.0.1: connecting: [127.0.0.1]:1: $nobody_listens (recipients: <$recipient>)" \
        $'\357\273\277[relay]\r' $'host = 127.0.0.1 \r' $'port = 1\t\r'
}

# Whose certificates are believed.
authority_cases() {
    local name text none=$work/none relay=('[relay]' 'host = 127.0.0.1' 'port = 1')
    local without='neither a PEM file with certificates nor a directory with hash links (openssl rehash makes them)'
    mistake 'tls_ca without certificates' 78 \
        "@:4: tls_ca: $work/small: $without" \
        "${relay[@]}" "tls_ca = $work/small"
    mistake 'tls_ca of an empty directory' 78 \
        "@:4: tls_ca: $work/home: $without" \
        "${relay[@]}" "tls_ca = $work/home"
    mistake 'no such tls_ca' 78 \
        "@:4: tls_ca: $none: No such file or directory" \
        "${relay[@]}" "tls_ca = $none"
    (umask 077 && printf '%s\n' "${relay[@]}" >"$at")
    for name in SSL_CERT_FILE SSL_CERT_DIR; do
        for text in "$none: No such file or directory" "$work/small: $without"; do
            says "$name = ${text##*/}" 75 "sallyport: $name: $text: ignored
sallyport: 127.0.0.1: connecting: [127.0.0.1]:1: $nobody_listens (recipients: <$recipient>)" \
                env "SALLYPORT_CONFIG=$at" SALLYPORT_LOG_TO=none "$name=${text%%: *}" \
                "$program" -i "$recipient"
        done
    done
    (umask 077 && printf 'tls_ca = %s\n' "$work/mail/ca.pem" >>"$at")
    says 'with tls_ca nobody asks for SSL_CERT_FILE' 75 \
        "sallyport: 127.0.0.1: connecting: [127.0.0.1]:1: $nobody_listens (recipients: <$recipient>)" \
        env "SALLYPORT_CONFIG=$at" SALLYPORT_LOG_TO=none "SSL_CERT_FILE=$none" \
        "$program" -i "$recipient"
    name='no authority at all'
    if ! unshare -m true 2>/dev/null; then
        skip "$name" 'there is no mount namespace to be had'
        return
    fi
    (umask 077 && printf '%s\n' "${relay[@]}" >"$at")
    says "$name" 78 "sallyport: no CA certificates found: install the package ca-certificates, or set tls_ca" \
        env -u SSL_CERT_FILE -u SSL_CERT_DIR unshare -m --propagation private /bin/sh -ec '
            for directory in /etc/ssl /etc/pki; do
                [ ! -d "$directory" ] || mount -t tmpfs tmpfs "$directory"
            done
            exec "$@"' - env "SALLYPORT_CONFIG=$at" SALLYPORT_LOG_TO=none "$program" -i "$recipient"
}

name_cases() {
    local sections='the sections are [relay], [sender], [recipients], [message], [log], [queue], [limits] and [exit]'
    broken 'a key that is nearly right' \
        '@:4: pasword is not known; the nearest key of [relay] is password' 'pasword = S3cret'
    broken 'a key that is nearly one of another section' \
        '@:4: forse is not known; the nearest key of [sender] is force' 'forse = both'
    broken 'force in [relay]' '@:4: force belongs to [sender]' 'force = both'
    broken 'root in [relay]' '@:4: root belongs to [recipients]' 'root = me@example.org'
    broken 'a key of no section' \
        '@:6: subject_prefix is not known; the keys of [exit] are tempfail' '' \
        '[exit]' 'subject_prefix = x'
    mistake '[smtp]' 78 "@:1: [smtp] is not known; $sections" '[smtp]' 'host = 127.0.0.1'
    mistake '[realy]' 78 "@:3: [realy] is not known; $sections" \
        '[relay]' 'host = 127.0.0.1' '[realy]' 'host = 127.0.0.1'
}

line_cases() {
    local equals='= is expected after a key; files of msmtp are not read'
    mistake 'no section' 78 '@:1: a key stands before any [section]: write [relay] above it' \
        'host = 127.0.0.1'
    mistake "msmtp's file" 78 '@:1: neither a [section] nor a key = value' defaults 'auth on'
    mistake "msmtp's file, without a first line" 78 "@:1: $equals" 'account default'
    mistake "ssmtp's file" 78 \
        '@:2: a key stands before any [section]: write [relay] above it' \
        '# for ssmtp' 'mailhub=smtp.example.org:587'
    broken 'a colon for the =' "@:4: $equals" 'port: 465'
    broken 'a no-break space' '@:4: a no-break space (U+00A0): type a plain one' \
        $'port\302\240= 465'
    mistake 'UTF-16' 78 '@:1: UTF-16: save it as UTF-8' $'\377\376['
    broken 'comment or password' \
        '@:4: is ; or # after a blank a comment or a part of the value? put the value in double quotes' \
        'password = S3cret ;x'
    broken 'an open quote' '@:4: the double quotes are not closed' 'password = "S3cret'
    broken 'text after the quotes' \
        '@:4: text after the closing double quote: put the whole value in quotes, and write \" for a quote in it' \
        'password = "S3"cret'
    broken 'an escape that is none' '@:4: inside double quotes only \" and \\ have a meaning' \
        'password = "S3\bcret"'
    broken 'an indented key' \
        '@:4: an indented line: a key begins in column 1, and no value goes on in the next line' ' port = 465'
    broken 'a key twice' '@:4: the key user stands here again' 'user = you'
}

# What a note says goes before the failure of the log-in or, as here, of the connection.
quote_cases() {
    local refused name text line wanted
    refused="sallyport: 127.0.0.1: connecting: [127.0.0.1]:1: $nobody_listens (recipients: <$recipient>)"
    local relay=('[relay]' 'host = 127.0.0.1' 'port = 1' 'user = me')
    for text in "'S3cret'" $'\342\200\234S3cret\342\200\235' $'\342\200\230S3cret\342\200\231' \
        $'\342\200\223S3cret' "'S3cret" "S3'cret" '"S3cret"' "S3cret'"; do
        (umask 077 && printf '%s\n' "${relay[@]}" "password = $text" >"$at")
        send "$work/small" env "SALLYPORT_CONFIG=$at" SALLYPORT_LOG_TO=stderr "$program" "$recipient"
        name="a password that is ${text//S3cret/...}"
        line="$at:5: password: the quotes around it are a part of it"
        case $text in
        "'S3cret'" | $'\342\200\230'* | $'\342\200\234'*) wanted=1 ;;
        *) wanted=0 ;;
        esac
        if [ "$(grep -c "^sallyport.* $line$" "$work/stderr")" = "$wanted" ]; then
            pass "$status: $name"
        else
            fail "$name" 'it is not said, or said in vain'
        fi
    done
    (umask 077 && printf 'S3cret \n' >"$work/secret")
    mistake 'a blank at the end of password_file' 75 \
        "@:5: password_file: $work/secret: the blank at its end is a part of it"$'\n'"$refused" \
        "${relay[@]}" "password_file = $work/secret"
    (umask 077 && printf 'S3cret\n\n' >"$work/secret")
    name=password_file
    mistake 'password_file of two lines' 78 \
        "@:5: $name: the secret has more than one line, or holds a NUL" \
        "${relay[@]}" "password_file = $work/secret"
    : >"$work/secret"
    mistake 'password_file is empty' 78 \
        "@:5: $name: the secret is empty" \
        "${relay[@]}" "password_file = $work/secret"
    mistake 'no password_file' 78 \
        "@:5: $name: $work/none: No such file or directory" \
        "${relay[@]}" "password_file = $work/none"
    mistake 'password_file from here' 78 "@:5: $name: a path that begins with / is expected" \
        "${relay[@]}" 'password_file = secret'
    (umask 077 && printf '%s\n' "${relay[@]}" "password_command = $no_shell_has_it" >"$at")
    send "$work/small" env "SALLYPORT_CONFIG=$at" SALLYPORT_LOG_TO=none "$program" "$recipient"
    if [ "$status" = 78 ] && grep -qx "sallyport: $at:5: password_command: the command cannot be run" "$work/stderr"; then
        pass '78: no such password_command'
    else
        fail 'no such password_command' "exit status $status"
    fi
}

# Who may not read a file is told who he is. The caller is nobody where root runs the tests.
unreadable_cases() {
    local name file=$work/closed as=() said run
    local relay=('[relay]' 'host = 127.0.0.1' 'port = 1' 'user = me')
    name=$(id -un)
    if [ "$(id -u)" = 0 ]; then
        name=nobody
        as=(setpriv "--reuid=$name" "--regid=$(id -g $name)" --clear-groups)
    fi
    said="user $name ($(id -u "$name")) may not read it"
    # Not env by him: the program may stand where only root may go.
    run=(env "SALLYPORT_CONFIG=$at" SALLYPORT_LOG_TO=none "${as[@]}" "$program" -i "$recipient")
    printf 'S3cret\n' >"$file"
    chmod 0 "$file"
    printf '%s\n' "${relay[@]}" "password_file = $file" >"$at"
    chmod 0644 "$at"
    says 'password_file that may not be read' 78 \
        "sallyport: @:5: password_file: $file: $said: $remedy" "${run[@]}"
    printf '%s\n' "${relay[@]:0:3}" "tls_ca = $file" >"$at"
    says 'tls_ca that may not be read' 78 \
        "sallyport: @:4: tls_ca: $file: $said: $remedy" "${run[@]}"
    mkdir -m 0700 "$work/shut"
    mv "$file" "$work/shut"
    [ "$(id -u)" = 0 ] || chmod 0 "$work/shut"
    printf '%s\n' "${relay[@]:0:3}" "tls_ca = $work/shut/closed" >"$at"
    says 'a directory on the way that is shut' 78 \
        "sallyport: @:4: tls_ca: $work/shut/closed: $said" "${run[@]}"
    chmod 0700 "$work/shut"
    rm -r "$work/shut" "$at"
}

place_cases() {
    local name system file=$work/closed run=("$program" -C "$work/closed" "$recipient")
    system=$("$program" --help | sed -n 's,^  \(/.*/sallyport.conf\)$,\1,p')
    if [ -e "$system" ]; then
        skip 'no configuration' 'this system has one'
    else
        says 'no configuration' 78 "sallyport: $system: there is no such file, no [relay] in a file of yours, and SALLYPORT_URL is not set; see EXAMPLES in sallyport.conf(5)" \
            env -i "HOME=$work/home" "$program" "$recipient"
    fi
    says 'no such file' 78 "sallyport: $work/none: No such file or directory" \
        "$program" -C "$work/none" "$recipient"
    says 'a directory' 78 "sallyport: $work: not a regular file" \
        "$program" -C "$work" "$recipient"
    printf '[relay]\nhost = 127.0.0.1\nuser = me\npassword = S3cret\n' >"$file"
    chmod 0644 "$file"
    says 'a password that others can read' 78 \
        "sallyport: $file: it holds a password, and others can read it: chmod 0600, or 0640 with a group" \
        "${run[@]}"
    chmod 0666 "$file"
    says 'a file that others can write to' 78 \
        "sallyport: $file: others can write to it: chmod o-w" "${run[@]}"
    chmod 0 "$file"
    name=$(id -un)
    if [ "$(id -u)" = 0 ]; then
        name=nobody
        run=(setpriv "--reuid=$name" "--regid=$(id -g $name)" --clear-groups "${run[@]}")
    fi
    says 'a file that may not be read' 78 \
        "sallyport: $file: user $name ($(id -u "$name")) may not read it: $remedy" \
        "${run[@]}"
    if getent group sallyport >/dev/null && chgrp sallyport "$file" 2>/dev/null; then
        says 'a file of the group sallyport' 78 \
            "sallyport: $file: user $name ($(id -u "$name")) may not read it: usermod -aG sallyport $name, or SupplementaryGroups=sallyport in its unit" \
            "${run[@]}"
    fi
    rm "$file"
}

proxy_cases() {
    mistake 'nobody listens at the proxy' 75 \
        "@:3: proxy: connecting: [127.0.0.1]:1: Connection refused (recipients: <$recipient>)" \
        '[relay]' 'host = smtp.example.org' 'proxy = socks5://127.0.0.1:1'
    # A server of TLS waits for more than the three octets that it gets.
    mistake 'the proxy is silent' 75 \
        "@:3: proxy: smtp.example.org:465 via 127.0.0.1[127.0.0.1]:$implicit_port: SOCKS: timed out (recipients: <$recipient>)" \
        '[relay]' 'host = smtp.example.org' "proxy = socks5://127.0.0.1:$implicit_port" \
        'port = 465' 'connect_timeout = 2'
    mistake 'the proxy is none' 76 \
        "@:3: proxy: smtp.example.org:465 via 127.0.0.1[127.0.0.1]:$starttls_port: SOCKS: this is no SOCKS 5 proxy (recipients: <$recipient>)" \
        '[relay]' 'host = smtp.example.org' "proxy = socks5://127.0.0.1:$starttls_port" 'port = 465'
}

recipient_cases() {
    local to run=(env "SALLYPORT_URL=smtp://127.0.0.1:1" SALLYPORT_LOG_TO=none)
    says 'no recipients' 64 \
        'sallyport: no recipients: name them as arguments, or give -t and a To, Cc or Bcc field' \
        "${run[@]}" "$program"
    for to in 'foo bar@@x:a comma is missing before "bar@@x"' \
        'me@@example.org:a domain is missing before "@example.org"' \
        'bob@:a domain is missing before the end'; do
        says "recipient ${to%%:*}" 65 "sallyport: recipient \"${to%%:*}\": ${to#*:}" \
            "${run[@]}" "$program" "${to%%:*}"
    done
    printf 'list: |/bin/cat\n' >"$work/aliases"
    says 'an alias with a pipe' 72 \
        "sallyport: $work/aliases:1: pipes, files and :include: are not for this program" \
        "${run[@]}" "SALLYPORT_RECIPIENTS_ALIASES=$work/aliases" "$program" list
}

# Without a network no name server answers; whoever may not leave it is not asked.
resolver_cases() {
    local name='no name server answers' alone=(unshare -n)
    "${alone[@]}" true 2>/dev/null || alone=(unshare -rn)
    if ! "${alone[@]}" true 2>/dev/null; then
        skip "$name" 'there is no network namespace to be had'
        return
    fi
    (umask 077 && printf '[relay]\nhost = smtp.example.org\n' >"$at")
    local why='looking up the name: Temporary failure in name resolution; does a name server of /etc/resolv.conf answer?'
    local run=("${alone[@]}" env "SALLYPORT_CONFIG=$at" SALLYPORT_LOG_TO=none "$program" "$recipient")
    says "$name" 75 "sallyport: smtp.example.org: $why (recipients: <$recipient>)" "${run[@]}"
    (umask 077 && printf 'proxy = http://proxy.example.org:8080\n' >>"$at")
    says 'nobody knows the name of the proxy' 75 \
        "sallyport: @:3: proxy: proxy.example.org: $why (recipients: <$recipient>)" "${run[@]}"
}

variable_cases() {
    local secret=SALLYPORT_PASSWORD=S3cret name nearest
    (umask 077 && printf '[relay]\nhost = 127.0.0.1\nuser = me\npassword = S3cret\n' >"$at")
    says "the server by a variable, the password by the file" 78 \
        'sallyport: @:4: password: not used where a variable names a server: set the password by one, too' \
        env "SALLYPORT_CONFIG=$at" SALLYPORT_LOG_TO=none SALLYPORT_RELAY_HOST=127.0.0.1 \
        "$program" "$recipient"
    for name in HOST:RELAY_HOST USER:RELAY_USER FORM:FROM RELAY_HOTS:RELAY_HOST ULR:URL; do
        nearest=${name#*:} name=${name%:*}
        says "SALLYPORT_$name" 78 "sallyport: the variable SALLYPORT_$name is not known: ignored; is it SALLYPORT_$nearest?
sallyport: SALLYPORT_PASSWORD: [relay] needs a host, a provider or srv: set host = NAME" \
            env -i "$secret" "SALLYPORT_$name=x" "SALLYPORT_SERVICE_HOST=10.0.0.1" \
            SALLYPORT_PORT=tcp://10.0.0.1:25 "$program" "$recipient"
    done
}

# Where the log goes to standard error, nobody is told twice.
log_cases() {
    local text name='a failure is in the log alone where both go to standard error'
    (umask 077 && printf '[relay]\nhost = 127.0.0.1\nport = 1\n[log]\nto = stderr\n' >"$at")
    send "$work/small" env "SALLYPORT_CONFIG=$at" "$program" "$recipient"
    if [ "$status" = 75 ] && [ "$(wc -l <"$work/stderr")" = 1 ] &&
        grep -q '^sallyport\[.*status=deferred (.*; nothing listens there: check host and port)$' \
            "$work/stderr"; then
        pass "75: $name"
    else
        fail "$name" "exit status $status"
    fi
    for name in none/log small/log home; do
        (umask 077 && printf '[relay]\nhost = 127.0.0.1\nport = 1\n[log]\nto = file:%s\n' \
            "$work/$name" >"$at")
        case $name in
        none/log) text='No such file or directory' ;;
        small/log) text='Not a directory' ;;
        home) text='Is a directory' ;;
        esac
        send "$work/small" env "SALLYPORT_CONFIG=$at" "$program" "$recipient"
        sed 's/^sallyport\[[0-9]*\]: //; s/^[0-9A-Za-z]*: uid=.*/the entry/' "$work/stderr" >"$work/line"
        if [ "$(cat "$work/line")" = "$at:5: to: $work/$name: $text: the log goes to standard error
the entry" ]; then
            pass "$status: a log that cannot be opened, $text"
        else
            fail "a log that cannot be opened, $text" 'this is not what is said'
        fi
    done
    (umask 077 && printf '[relay]\nhost = 127.0.0.1\nport = 1\n[log]\nto = stderr\n' >"$at")
    name='a person at a terminal is told what failed, and no more'
    if ! script -qec true /dev/null </dev/null >/dev/null 2>&1; then
        skip "$name" 'script(1) makes no terminal here'
        return
    fi
    status=0
    SALLYPORT_CONFIG=$at script -qec "'$program' '$recipient' <'$work/small'" /dev/null \
        </dev/null >"$work/stderr" 2>&1 || status=$?
    if [ "$status" = 75 ] && [ "$(wc -l <"$work/stderr")" = 1 ] &&
        grep -q '^sallyport: 127.0.0.1: connecting' "$work/stderr"; then
        pass "75: $name"
    else
        fail "$name" "exit status $status"
    fi
}

# A message that waits for its server says so first.
verbose_case() {
    local name='-v says where it is going, and who says so'
    (umask 077 && printf '[relay]\nhost = 127.0.0.1\nport = 1, 465\ntls = starttls\n' >"$at")
    send "$work/small" env "SALLYPORT_CONFIG=$at" SALLYPORT_LOG_TO=none \
        SALLYPORT_RELAY_PORT=1 "$program" -v "$recipient"
    if [ "$(cat "$work/stdout")" = "* $at:1: connecting to 127.0.0.1, port 1 (STARTTLS)" ]; then
        pass "$status: $name"
    else
        fail "$name" "it says $(cat "$work/stdout")"
    fi
}

begin
start_server --login "$user:$password"
message 1024 >"$work/small"
program=$SALLYPORT
at=$work/sallyport.conf
# The machine may have no authorities.
export "SSL_CERT_FILE=$work/mail/ca.pem" "SSL_CERT_DIR=$work/mail/authorities"

relay_cases
name_cases
line_cases
quote_cases
authority_cases
unreadable_cases
place_cases
proxy_cases
recipient_cases
resolver_cases
variable_cases
log_cases
verbose_case
finish
