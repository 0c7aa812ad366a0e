#!/bin/bash
# SPDX-License-Identifier: MIT
#
# What README.md has a newcomer write and type, against a real Postfix where a log-in may use its
# own address only. Configuration, variables and commands are taken from the text as they stand
# there; only where the server is, and who vouches for it, is put in their place.
# shellcheck disable=SC2034,SC2154 # names of the sourced files

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=/dev/null
. "$here/lib.sh"
# shellcheck source=/dev/null
. "$here/servers.bash"
# shellcheck source=/dev/null
. "$here/cases.bash"

# block PATTERN: the indented lines of the README around the first that matches.
block() {
    awk -v pattern="$1" '
        /^    / { text = text substr($0, 5) "\n"; found = found || $0 ~ pattern; next }
        /^$/ { text = text "\n"; next }
        found { exit }
        { text = "" }
        END { printf "%s", text; exit !found }' "$srcdir/README.md"
}

# type_in PATTERN VARIABLE...: the command of that block, as a shell runs it with these variables.
type_in() {
    local command
    command=$(block "$1")
    shift
    status=0
    env -i PATH="$work/bin:/usr/bin:/bin" HOME="$work" "$@" timeout 60 /bin/sh -c "$command" \
        >"$work/stdout" 2>"$work/stderr" </dev/null || status=$?
}

# The lines that a machine in reach of smtp.example.org does without.
with_place() {
    sed "s|^host = smtp.example.org\$|host = 127.0.0.1\\nport = $strict_port\\n\
tls = implicit\\ntls_ca = $work/ca.pem|"
}

write_configurations() {
    block '^    .relay.$' | with_place >"$work/conf"
    sed '/^.sender.$/,/^$/d' "$work/conf" >"$work/conf-without-sender"
    printf '[log]\nto = stderr\n' | tee -a "$work/conf" >>"$work/conf-without-sender"
    chmod 0600 "$work/conf" "$work/conf-without-sender"
}

arrived_at() {
    expect_status 0 || return 1
    if ! await 30 has_stored "$1" 1; then
        why="nothing arrived for $1"
        return 1
    fi
    has_return_path "$1" me@example.org && has_field "$work/mail/$1/new/"* '^From: .*me@example\.org'
}

# What the [sender] of the README is for: this server takes nobody else's mail.
other_sender_refused() {
    expect_status 67 && expect_on_stderr 'Sender address rejected' && expect_nothing_stored
}

verified() {
    expect_status 0 && expect_nothing_stored || return 1
    grep -Fq '<you@example.com>: ' "$work/stdout" && return
    why='the recipient is not named'
    return 1
}

settings_of() {
    grep '^[a-z_]* = ' "$1"
}

same_as_shipped() {
    block '^    .relay.$' >"$work/shown"
    diff <(settings_of "$work/shown") <(settings_of "$srcdir/examples/sallyport.conf") \
        >"$work/stderr" && return
    why='they differ'
    return 1
}

file_cases() {
    verdict 'the configuration is that of the examples' same_as_shipped
    prepare
    type_in '^    printf ' SALLYPORT_CONFIG="$work/conf-without-sender"
    verdict 'without [sender] the server refuses the mail' other_sender_refused
    prepare
    type_in 'sendmail -v -bv' SALLYPORT_CONFIG="$work/conf"
    verdict 'the command that sends nothing' verified
    prepare
    type_in '^    printf ' SALLYPORT_CONFIG="$work/conf"
    verdict 'the first mail arrives' arrived_at you
}

# By the file as it stands there the mail of cron and PHP goes, too.
caller_cases() {
    local words
    prepare
    status=0
    printf 'From: root (Cron Daemon)\nTo: root\nSubject: Cron\n\nhello\n' |
        SALLYPORT_CONFIG=$work/conf "$work/bin/sendmail" -FCronDaemon -i -B8BITMIME -oem root \
            >"$work/stdout" 2>"$work/stderr" || status=$?
    verdict "cron's mail reaches whom [recipients] names" arrived_at admin
    prepare
    status=0
    read -r -a words < <(block sendmail_path |
        sed -n 's|^sendmail_path = "/usr/sbin/\(.*\)"$|\1|p')
    printf 'To: you@example.com\r\nSubject: PHP\r\nFrom: visitor@example.net\n\nhello\n' |
        SALLYPORT_CONFIG=$work/conf "$work/bin/${words[0]}" "${words[@]:1}" \
            >"$work/stdout" 2>"$work/stderr" || status=$?
    verdict "PHP's mail goes as php.ini has it" arrived_at you
}

container_case() {
    local variables
    printf 'secret\n' >"$work/secret"
    chmod 0600 "$work/secret"
    mapfile -t variables < <(block SALLYPORT_URL | grep . | sed -e "s|/run/secrets/smtp|$work/secret|" \
        -e "s|@smtp.example.org:465|@127.0.0.1:$strict_port?tls_ca=$work/ca.pem|")
    prepare
    status=0
    printf 'To: you@example.com\nSubject: container\nFrom: app@localhost\n\nhello\n' |
        env -i "${variables[@]}" "$work/bin/sendmail" -t -f app@localhost \
            >"$work/stdout" 2>"$work/stderr" || status=$?
    verdict 'by the variables of a container' arrived_at you
}

begin "${postfix_needs[@]}"
mkdir "$work/bin"
ln -s "$SALLYPORT" "$work/bin/sendmail"
start_postfix
write_configurations
file_cases
caller_cases
container_case
finish
