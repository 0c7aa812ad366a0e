#!/bin/bash
# SPDX-License-Identifier: MIT
#
# A copy of the program with mode 2755, run by a user who is nobody: what the system's
# configuration names is his to use and not to read, and where he names a configuration of his
# own there is nothing of the system's. The directory of the system's configuration is put in
# place within a mount namespace.
# shellcheck disable=SC2016,SC2154 # expanded by an inner shell; names of the sourced file

# shellcheck source=tests/support/server.bash
. "$(dirname "$0")/support/server.bash" || exit 1

readonly group=54321 caller=54322
readonly as_caller=(setpriv "--reuid=$caller" "--regid=$caller" --clear-groups)

# for_group PATH: readable by the program's group, and no further.
for_group() {
    chown "0:$group" "$1"
    chmod 0640 "$1"
}

# The system's configuration: relay_conf's, with these lines in [relay].
system_conf() {
    relay_conf "$work/etc/sallyport.conf" "$implicit_port" implicit "$@"
    for_group "$work/etc/sallyport.conf"
}

expect_surroundings() {
    [ "$(id -u)" = 0 ] || skip_all 'needs root, to give a file to a group'
    [ -d "$sysconfdir" ] || skip_all "there is no $sysconfdir to put a configuration in"
    unshare -m true 2>/dev/null || skip_all 'there is no mount namespace to be had'
    cp "$(command -v id)" "$work/id"
    chown "0:$group" "$work/id"
    chmod 2755 "$work/id"
    [ "$("${as_caller[@]}" "$work/id" -g 2>/dev/null)" = "$group" ] ||
        skip_all "set-group-ID has no effect in $work, or nobody else may enter it"
    cp "$SALLYPORT" "$work/sendmail"
    chown "0:$group" "$work/sendmail"
    chmod 2755 "$work/sendmail"
}

# delivers NAME [VARIABLE=VALUE]... [-- OPTION...]
delivers() {
    local name=$1
    shift
    if has_delivered "$work/message" "$work/message" \
        "${by_caller[@]}" env "$@" "$work/sendmail" -i "$recipient"; then
        pass "$name"
    else
        fail "$name" "$why"
    fi
}

# refuses STATUS NAME WORDS COMMAND...: this status, with these words, and no message is sent.
refuses() {
    local wanted=$1 name=$2 words=$3
    shift 3
    send "$work/message" "${by_caller[@]}" "$@"
    if [ "$status" != "$wanted" ] || ! grep -qF -e "$words" "$work/stderr"; then
        fail "$name" "exit status $status, and not $wanted with: $words"
    elif ! nothing_sent && [ "${seen[messages]}" != 0 ]; then
        fail "$name" 'a message was sent'
    elif grep -qF -e "$password" "$work/stderr" "$work/stdout"; then
        fail "$name" 'the password is told'
    else
        pass "$name"
    fi
}

system_cases() {
    system_conf
    delivers 'a password in the configuration of the system'
    system_conf "password_file = $work/secret"
    delivers 'password_file'
    system_conf "tls_cert = $work/client.pem" "tls_key = $work/client.key"
    delivers 'tls_cert and tls_key'
    chmod 0600 "$work/client.key"
    refuses 78 'tls_key that is not for the group' "tls_key: $work/client.key: user" \
        "$work/sendmail" -i "$recipient"
    system_conf
    sed -i "s,^to = .*,to = file:$work/log," "$work/etc/sallyport.conf"
    : >"$work/log"
    chown "0:$group" "$work/log"
    chmod 0660 "$work/log"
    delivers 'a log file'
    grep -q 'status=sent' "$work/log" || fail 'a log file' 'the line is not there'
    rm "$work/log"
    delivers 'a log file that is not there'
    [ ! -e "$work/log" ] || fail 'a log file that is not there' 'it was made'
    system_conf 'password_command = echo x'
    refuses 78 'a command' 'no command is run set-user-ID or set-group-ID' \
        "$work/sendmail" -i "$recipient"
    system_conf
    printf '[recipients]\naliases = %s\n' "$work/secret" >>"$work/etc/sallyport.conf"
    refuses 72 'aliases are read as the caller' 'may not read it' "$work/sendmail" -i root
}

# He may name what he likes, and gets what a program without the bit would give him.
own_cases() {
    local own="SALLYPORT_CONFIG=$work/own"
    system_conf
    relay_conf "$work/own" "$implicit_port" implicit "password_file = $work/secret"
    chown "$caller:$caller" "$work/own"
    refuses 78 'a secret of the system in a file of his, by SALLYPORT_CONFIG' 'may not read it' \
        env "$own" "$work/sendmail" -i "$recipient"
    refuses 78 'a secret of the system in a file of his, by HOME' 'may not read it' \
        env "HOME=$work/home" "$work/sendmail" -i "$recipient"
    refuses 78 'the configuration of the system by -C' 'may not read it' \
        "$work/sendmail" -C "$work/etc/sallyport.conf" -i "$recipient"
    refuses 78 'a relay of his with the password of the system' 'a log-in needs a password' \
        env "SALLYPORT_URL=smtps://$user@127.0.0.1:$implicit_port" \
        "$work/sendmail" -i "$recipient"
    refuses 78 'one key of the relay is his' '[relay] needs a host' \
        env SALLYPORT_SENDER_DOMAIN=x SALLYPORT_RELAY_TIMEOUT=5s \
        "$work/sendmail" -i "$recipient"
    relay_conf "$work/own" "$implicit_port" implicit
    delivers 'a configuration of his own' "$own"
}

# Where the system takes the bit's effect away, that is said.
bitless_cases() {
    system_conf
    refuses 78 'no_new_privs' 'the set-group-ID bit of this program has no effect here' \
        setpriv --no-new-privs "$work/sendmail" -i "$recipient"
    if unshare -r true 2>/dev/null; then
        refuses 78 'a user namespace' 'the set-group-ID bit of this program has no effect' \
            unshare -r "$work/sendmail" -i "$recipient"
    else
        skip 'a user namespace' 'there is none to be had'
    fi
}

# What is left of the group once a dialogue has begun, and what -v shows.
afterwards_cases() {
    local name='nothing is left of the group' pid line
    system_conf "password_file = $work/secret"
    mkfifo "$work/in" "$work/out"
    "${by_caller[@]}" "$work/sendmail" -bs <"$work/in" >"$work/out" 2>"$work/stderr" &
    pid=$!
    exec {to}>"$work/in" {from}<"$work/out"
    if read -r -t 60 line <&"$from" && [[ $line = 220* ]] &&
        grep -q "^Gid:	$caller	$caller	$caller	$caller$" "/proc/$pid/status" &&
        grep -q "^Uid:	$caller	$caller	$caller	$caller$" "/proc/$pid/status" &&
        grep -q '^CapEff:	0*$' "/proc/$pid/status"; then
        pass "$name"
    else
        fail "$name" "$(grep -E '^(Uid|Gid|CapEff):' "/proc/$pid/status" | tr '\n' ' ')"
    fi
    exec {to}>&- {from}<&-
    wait "$pid" || true
    send "$work/message" "${by_caller[@]}" "$work/sendmail" -v -i "$recipient"
    next_connection || true
    if [ "$status" = 0 ] && [ ! -s "$work/stdout" ]; then
        pass '-v shows nothing of the dialogue'
    else
        fail '-v shows nothing of the dialogue' "exit status $status"
    fi
}

begin
if [ "${SANITIZERS:-no}" = yes ]; then
    skip_all 'a program with sanitizers in it reads its environment before it is looked at'
fi
mkdir "$work/etc" "$work/home/.config"
export HOME=/nonexistent
# Where $work/etc is the directory of the system's configuration.
by_caller=(unshare -m --propagation private /bin/sh -ec
    'mount --bind "$1" "$2"; shift 2; exec "$@"' - "$work/etc" "$sysconfdir" "${as_caller[@]}")
expect_surroundings
start_server --login "$user:$password"
message 1024 >"$work/message"
printf '%s\n' "$password" >"$work/secret"
for_group "$work/secret"
openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=client \
    -keyout "$work/client.key" -out "$work/client.pem" 2>/dev/null
for_group "$work/client.key"
for_group "$work/client.pem"
relay_conf "$work/home/.config/sallyport.conf" "$implicit_port" implicit \
    "password_file = $work/secret"
chown -R "$caller:$caller" "$work/home"
system_cases
own_cases
bitless_cases
afterwards_cases
finish
