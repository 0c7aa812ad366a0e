#!/bin/bash
# SPDX-License-Identifier: MIT
#
# Every exit status that needs no server, from the program itself: what it says, that nothing
# was sent, and that standard input was left alone where the manual says so. The statuses that
# a server causes have their dialogues. One is never seen here: 70 is a bug.
# shellcheck disable=SC2016,SC2154 # expanded by an inner shell; names of the sourced file

# shellcheck source=tests/support/server.bash
. "$(dirname "$0")/support/server.bash" || exit 1

readonly cannot=99 # of the program surroundings: there is no such situation here

# One line for the caller, and this text in it: the diagnosis, or what the log has in its place
# where it goes to standard error.
one_line() {
    why="standard error has not one line with $1"
    grep '^sallyport: ' "$work/stderr" >"$work/line" ||
        grep '^sallyport\[.* status=[bdm]' "$work/stderr" >"$work/line" || return 1
    [ "$(wc -l <"$work/line")" = 1 ] && grep -qF -e "$1" "$work/line"
}

# verdict NAME WANTED TEXT: of what was run last.
verdict() {
    if [ "$status" != "$2" ]; then
        fail "$1" "exit status $status, not $2"
    elif nothing_sent && one_line "$3" && [ ! -s "$work/stdout" ]; then
        pass "$2: $1"
    else
        fail "$1" "${why:-it says something on standard output}"
    fi
}

# stops NAME STATUS TEXT COMMAND...: with the message on standard input.
stops() {
    local name=$1 wanted=$2 text=$3
    shift 3
    send "$input" "$@"
    verdict "$name" "$wanted" "$text"
    input=$work/small
}

# Runs COMMAND with a standard input of which the first line must still be there afterwards.
run_unread() {
    local line
    exec {unread}<"$work/small"
    status=0
    timeout 120 "$@" <&"$unread" >"$work/stdout" 2>"$work/stderr" || status=$?
    read -r line <&"$unread" || line=
    exec {unread}<&-
    [ "$line" = "$(head -n 1 "$work/small")" ]
}

# refuses NAME TEXT COMMAND...: status 64, and standard input is not read.
refuses() {
    local name=$1 text=$2
    shift 2
    if run_unread "$@"; then
        verdict "$name" 64 "$text"
    else
        fail "$name" 'it has read standard input'
    fi
}

# answers NAME PATTERN COMMAND...: status 0, PATTERN on standard output, or nothing at all if
# there is none; standard input is not read.
answers() {
    local name=$1 pattern=$2
    shift 2
    if ! run_unread "$@"; then
        fail "$name" 'it has read standard input'
    elif [ "$status" != 0 ] || [ -s "$work/stderr" ]; then
        fail "$name" "exit status $status"
    elif [ -n "$pattern" ] && ! grep -Eq -e "$pattern" "$work/stdout"; then
        fail "$name" "no /$pattern/ on standard output"
    elif [ -z "$pattern" ] && [ -s "$work/stdout" ]; then
        fail "$name" 'it says something'
    else
        pass "0: $name"
    fi
}

# ---- 0: what sends nothing. There is no configuration, and none is needed. ----

answer_cases() {
    local empty='^Mail queue is empty$' name option
    for name in sendmail mailq newaliases; do
        ln -s "$SALLYPORT" "$work/$name"
    done
    answers '--version' '^sallyport [0-9.]+$' "$SALLYPORT" --version
    answers '--help' '^ +-t +.*' "$SALLYPORT" --help
    answers 'sendmail -bp' "$empty" "$work/sendmail" -bp
    answers 'mailq' "$empty" "$work/mailq"
    answers 'newaliases' '' "$work/newaliases"
    for option in -bi -I -bh -bH -q -qf -q30m -qRexample.org; do
        answers "sendmail $option" '' "$work/sendmail" "$option"
    done
}

# ---- 64, 65 ----

usage_cases() {
    local mode
    refuses 'unknown option' '-Z' "$program" -Z "$recipient"
    refuses 'unknown long option' '--' "$program" --verbose "$recipient"
    refuses 'missing value' '-f' "$program" -f
    refuses 'no recipient' 'recipient' "${configured[@]}"
    refuses 'malformed -B' '-B' "$program" -B 9BIT "$recipient"
    refuses 'a word that looks like a command' 'run sallyportctl check' "${configured[@]}" check
    for mode in d D t z a; do
        refuses "-b$mode" "-b $mode" "$program" "-b$mode" "$recipient"
    done
    for mode in -bp -bi -I -bh -q -q30m -bs; do
        refuses "$mode with a recipient" "$recipient" "$program" "$mode" "$recipient"
        refuses "$mode with -t" '-t' "$program" "$mode" -t
    done
    sed '/^To:/d' "$work/small" >"$work/input"
    input=$work/input
    stops 'no recipient in the header' 64 recipient "${configured[@]}" -t
}

# What a stranger may give a careless program for a recipient. With each of them, but for these
# rules, somebody named on the line would get nothing, or all that the header names something.
recipient_cases() {
    local option long sendmail=("${configured[@]}" -i)
    for option in --version --help --foo -t -it -q -bp -bv -bs -I -C -h -f -F -r -B -N -R -V \
        -O -X -L -A -p -e -o -oMs -ifeve@example.net -Nnever -Z; do
        refuses "$option after a recipient" \
            "option $option: options go before recipients (or use --)" \
            "${sendmail[@]}" "$recipient" "$option" carol@example.net
        refuses "$option after a recipient, at the end" 'options go before recipients' \
            "${sendmail[@]}" "$recipient" "$option"
    done
    for long in --version --help; do
        refuses "$long with -t" "$long: not beside" "${sendmail[@]}" -t "$long"
        refuses "$long before -t" "$long: not beside" "$program" "$long" -t
        refuses "$long with -i" "$long: not beside" "$program" -i "$long"
        refuses "$long before a recipient" "$long: not beside" "$program" "$long" "$recipient"
    done
}

# sent NAME ENVELOPE COMMAND...: it arrives, from and to those in ENVELOPE, a word each.
sent() {
    local name=$1 envelope=$2 arrived_for
    shift 2
    send "$work/small" "$@"
    arrived_for=$(sed 's/.*:<\([^>]*\)>.*/\1/' "$work/mail/"*.env | paste -sd ' ')
    if [ "$status" = 0 ] && arrived "$work/small" && [ "$arrived_for" = "$envelope" ]; then
        pass "0: $name"
    else
        fail "$name" "exit status $status, for $arrived_for: $(cat "$work/stderr")"
    fi
}

argument_cases() {
    local sendmail=("${configured[@]}" -i -f alice@example.org)
    sent 'harmless options after a recipient' "carol@example.org $recipient dave@example.net" \
        "${sendmail[@]}" "$recipient" -i -nm -oi -oem -em -fcarol@example.org -FCarol -B7BIT \
        dave@example.net
    sent 'a TAB counts as a blank' "alice@example.org $recipient dave@example.net" \
        "${sendmail[@]}" -F $'A\tlice' $'\t'"$recipient" $'Dave\t<dave@example.net>\t'
    sent 'after -- all are recipients' "alice@example.org $recipient -t@example.net" \
        "${sendmail[@]}" "$recipient" -- -t@example.net
}

# 10,000 are sent, which `make bench` shows too; one more is nobody.
crowd_cases() {
    local name='more than 10,000 recipients' many
    local text="$name: split the list"
    mapfile -t many < <(seq -f 'r%g@example.net' 10001)
    if run_unread "${configured[@]}" -i "${many[@]}"; then
        verdict "$name" 65 "$text"
    else
        fail "$name" 'it has read standard input'
    fi
    { printf 'Bcc: %s\n' "${many[@]:1}" && cat "$work/small"; } >"$work/input"
    input=$work/input
    stops "$name, one of them an argument" 65 "$text" \
        "${configured[@]}" -t "${many[0]}"
    many[10000]='<r1@EXAMPLE.NET>'
    send "$work/small" "${configured[@]}" -i "${many[@]}"
    if [ "$status" = 0 ] && [ "$(cat "$work/mail/"*.env | grep -c '^RCPT')" = 10000 ]; then
        pass '0: 10,000 recipients and one of them twice'
    else
        fail '10,000 recipients and one of them twice' "exit status $status"
    fi
}

data_cases() {
    local sendmail=("${configured[@]}" -i)
    stops 'bad recipient' 65 'recipient "bob@": a domain is missing before the end' \
        "${sendmail[@]}" 'bob@'
    stops 'bad sender' 65 'sender "alice@@example.org": a domain is missing before "@example.org"' \
        "${sendmail[@]}" -f alice@@example.org bob
    stops 'control character in an argument' 65 'control character' \
        "${sendmail[@]}" $'bob@example.net\nRCPT TO:<eve@example.com>'
    stops 'escape sequence in a name' 65 'control character' \
        "${sendmail[@]}" -F $'\e[31mBob' "$recipient"
    sed 's/^To:.*/To: <bob@example.net/' "$work/small" >"$work/input"
    input=$work/input
    stops 'bad recipient in the header' 65 \
        "To: \"<bob@example.net\": '>' is missing before the end" "${sendmail[@]}" -t
    sed $'s/^To:.*/To: \x02\x02bob@example.net/' "$work/small" >"$work/input"
    input=$work/input
    stops 'control character in the header' 65 'it holds a control character (^B)' \
        "${sendmail[@]}" -t
    { printf 'X-Null: a\0b\n'; cat "$work/small"; } >"$work/input"
    input=$work/input
    stops 'NUL in the header' 65 'NUL' "${sendmail[@]}" "$recipient"
    awk 'BEGIN { while (++i < 80000)
        print "X-Field-" i ": the quick brown fox jumps over the lazy dog" }' >"$work/input"
    input=$work/input
    stops 'header over 4 MiB' 65 '4 MiB' "${sendmail[@]}" "$recipient"
    stops 'message over size_limit' 65 'size_limit' env SALLYPORT_MESSAGE_SIZE_LIMIT=1000 \
        "${sendmail[@]}" "$recipient"
}

# ---- 71, 74, 75 ----

system_cases() {
    local name='no descriptor to put in the place of standard error'
    local sendmail=("${configured[@]}" -i "$recipient")
    # The text has nowhere to go.
    send "$work/small" bash -c 'exec "$@" 2>&-' - \
        "$support/surroundings" no-descriptor -- "${sendmail[@]}"
    if [ "$status" = "$cannot" ]; then
        skip "$name" 'no seccomp filter is to be had here'
    elif [ "$status" = 71 ] && nothing_sent; then
        pass "71: $name"
    else
        fail "$name" "exit status $status, not 71"
    fi
    stops 'standard input is closed' 74 'standard input' \
        bash -c 'exec "$@" <&-' - "${sendmail[@]}"
    input=$work
    stops 'standard input is a directory' 74 'standard input' "${sendmail[@]}"
    stops 'standard input cannot be read' 74 'standard input' \
        bash -c 'exec "$@" 0>"$HOME/written"' - "${sendmail[@]}"
}

temporary_cases() {
    local name='no disk space, and no memory' sendmail=("${configured[@]}" -i)
    message 70000000 >"$work/input"
    input=$work/input
    stops 'no disk space for 70 MB' 75 'no room' \
        bash -c 'ulimit -f 1; exec "$@"' - "${sendmail[@]}" "$recipient"
    input=$work/input
    stops 'no disk space for 70 MB, tempfail = 69' 69 'no room' \
        env SALLYPORT_EXIT_TEMPFAIL=69 bash -c 'ulimit -f 1; exec "$@"' - \
        "${sendmail[@]}" "$recipient"
    if [ "${SANITIZERS:-no}" = yes ]; then
        skip "$name" 'the sanitizers want more memory'
        return
    fi
    input=$work/input
    stops "$name" 75 'out of memory' bash -c 'ulimit -f 1 -v 65536; exec "$@"' - \
        "${sendmail[@]}" "$recipient"
    rm "$work/input"
}

# ---- 72 ----

alias_cases() {
    local aliases=$work/aliases
    printf 'loud: |/bin/cat\nempty:\n' >"$aliases"
    {
        cat "$work/conf"
        printf '[recipients]\naliases = %s\n' "$aliases"
    } >"$work/aliased"
    chmod 0600 "$work/aliased"
    local sendmail=(env "SALLYPORT_CONFIG=$work/aliased" "$program")
    stops 'an alias leads to a pipe' 72 "$aliases:1: pipes" "${sendmail[@]}" loud
    stops 'an alias leads to nobody' 72 "$aliases:2: empty leads to nobody" \
        "${sendmail[@]}" "$recipient" empty
    rm "$aliases"
    stops 'no alias file' 72 "$aliases: No such file" "${sendmail[@]}" root
}

# A library that cannot be loaded is none.
library_case() {
    local name='a domain that is not ASCII, without libidn2'
    mkdir "$work/lib"
    echo none >"$work/lib/libidn2.so.0"
    sed 's/^\[relay\]/&\nignore = smtputf8/' "$work/conf" >"$work/ascii"
    chmod 0600 "$work/ascii"
    send "$work/small" env LD_LIBRARY_PATH="$work/lib" "SALLYPORT_CONFIG=$work/ascii" \
        "$program" $'bob@b\303\274cher.example'
    if [ "$status" = 65 ] && one_line libidn2-0 && ! arrived "$work/small"; then
        pass "65: $name"
    else
        fail "$name" "exit status $status; $why"
    fi
}

# ---- nothing that the caller names is made, read or run ----

named_case() {
    local named=$work/named
    mkdir "$named" "$named/q"
    printf '#!/bin/sh\ntouch %s/run\n' "$named" >"$named/it"
    chmod 0755 "$named/it"
    find "$named" >"$work/before"
    send "$work/small" "${configured[@]}" -X "$named/x" -L "$named/l" -h 3 \
        -p "$named/p" -A "$named/it" -O "QueueDirectory=$named/q" -O "AliasFile=|$named/it" \
        -oQ"$named/q" -oA"$named/a" "$recipient"
    find "$named" >"$work/after"
    if [ "$status" = 0 ] && cmp -s "$work/before" "$work/after"; then
        pass '0: what -X, -A, -O and their like name is left alone'
    else
        fail 'what -X, -A, -O and their like name is left alone' "$(cat "$work/after" "$work/stderr")"
    fi
}

# ---- 78 ----

# misconfigured NAME TEXT LINE...: these lines are the configuration.
misconfigured() {
    local name=$1 text=$2
    shift 2
    (umask 077 && printf '%s\n' "$@" >"$work/wrong")
    stops "$name" 78 "$text" env "SALLYPORT_CONFIG=$work/wrong" "$program" "$recipient"
    if grep -q S3cret "$work/stderr"; then
        fail "$name" 'it shows the password'
    fi
}

file_cases() {
    local relay=('[relay]' 'host = 127.0.0.1') login=('user = alice' "password = \"$password\"")
    local at=$work/wrong
    misconfigured 'unknown section' "$at:3: [realy]" "${relay[@]}" '[realy]' 'host = x'
    misconfigured 'unknown key' "$at:3: " "${relay[@]}" 'hots = 127.0.0.1'
    misconfigured 'key that stands twice' "$at:3: " "${relay[@]}" 'host = 127.0.0.1'
    misconfigured 'value that makes no sense' "$at:3: port" "${relay[@]}" 'port = 99999'
    misconfigured 'indented key' "$at:3: " "${relay[@]}" ' port = 465'
    misconfigured 'comment or value?' "$at:3: " "${relay[@]}" 'password = S3cret ;x'
    misconfigured 'quotes not closed' "$at:3: " "${relay[@]}" 'password = "S3cret'
    misconfigured 'no section' "$at:1: " 'host = 127.0.0.1'
    misconfigured 'no host' 'host' '[relay]' 'port = 465'
    misconfigured 'no password' 'password' "${relay[@]}" 'user = alice'
    misconfigured 'two passwords' "$at:5: " "${relay[@]}" "${login[@]}" 'password_file = /x'
    misconfigured 'log-in without TLS' 'allow_plaintext_auth' \
        "${relay[@]}" "${login[@]}" 'tls = none'
    misconfigured 'unknown provider' "$at:3: provider" "${relay[@]}" 'provider = example'
    misconfigured 'queue without a directory' 'no directory in [queue]' \
        "${relay[@]}" '[queue]' 'when = never'
    misconfigured 'limit without a queue' 'no directory in [queue]' \
        "${relay[@]}" '[limits]' 'per_user = 1/1h'
    misconfigured 'no such tls_ca' "$at:3: tls_ca: $work/none" "${relay[@]}" "tls_ca = $work/none"
    misconfigured 'no such password_file' "$work/none" \
        "${relay[@]}" 'user = alice' "password_file = $work/none"
    misconfigured 'no such password_command' 'password_command' \
        "${relay[@]}" 'user = alice' "password_command = $work/none"
}

# wrong_file NAME TEXT FILE: FILE is given as the configuration.
wrong_file() {
    stops "$1" 78 "$2" "$program" -C "$3" "$recipient"
}

place_cases() {
    wrong_file 'no such file' "$work/none" "$work/none"
    wrong_file 'a directory' 'regular file' "$work"
    wrong_file 'a device' 'regular file' /dev/null
    mkfifo "$work/fifo"
    wrong_file 'a FIFO' 'regular file' "$work/fifo"
    cp "$work/conf" "$work/open"
    chmod 0644 "$work/open"
    stops 'a password that others can read' 78 'chmod' \
        env "SALLYPORT_CONFIG=$work/open" "$program" "$recipient"
    if [ "$(id -u)" != 0 ]; then
        chmod 0 "$work/open"
        wrong_file 'a file that cannot be read' "$work/open" "$work/open"
    fi
    stops '$SALLYPORT_CONFIG names no file' 78 "$work/none" \
        env "SALLYPORT_CONFIG=$work/none" "$program" "$recipient"
}

# A file that -C names and root does not own opens nothing for whoever has made it: what is said
# of a path is the same, whatever is there.
stranger_cases() {
    local key name path ways at=$work/strange
    local begin=$'[relay]\nport = '$implicit_port$'\n'
    local paths=("$work/none" "$work/small" "$work" "$work/mail/ca.pem" "$work/fifo" /dev/null)
    for key in tls_ca tls_crl tls_cert tls_key password_file token_file 'host = unix:' \
        '[recipients] aliases' '[log] to = file:'; do
        ways=$key
        [[ $key == *=* ]] || ways+=' = '
        [[ $key == host* ]] || ways=$'host = 127.0.0.1\n'$ways
        : >"$work/said"
        for path in "${paths[@]}"; do
            printf '%s%s%s\n' "$begin" "${ways/\] /]$'\n'}" "$path" >"$at"
            [ "$(id -u)" != 0 ] || chown 65534 "$at"
            send "$work/small" "$program" -C "$at" "$recipient"
            { echo "$status"; cat "$work/stderr"; } >>"$work/said"
        done
        name="a stranger's file with $key"
        if [ "$(sort -u "$work/said" | wc -l)" != 2 ] || ! grep -qx 78 "$work/said"; then
            fail "$name" "$(sort -u "$work/said" | tr '\n' ';')"
        else
            verdict "$name" 78 ": not taken from a file that -C names and root does not own"
        fi
    done
    relay_conf "$at" "$implicit_port" implicit 'tls_name = localhost'
    sed -i '/^tls_ca/d' "$at"
    [ "$(id -u)" != 0 ] || chown 65534 "$at"
    send "$work/small" env "SSL_CERT_FILE=$work/mail/ca.pem" "SALLYPORT_PASSWORD=wrong" \
        "$program" -C "$at" "$recipient"
    if [ "$status" = 0 ] && arrived "$work/small"; then
        pass "0: a stranger's file without them, and no variable counts"
    else
        fail "a stranger's file without them" "exit status $status; $why"
    fi
}

# wrong_environment NAME TEXT VARIABLE...: these are all there are.
wrong_environment() {
    local name=$1 text=$2
    shift 2
    stops "$name" 78 "$text" env -i "$@" "$program" "$recipient"
    if grep -q S3cret "$work/stderr"; then
        fail "$name" 'it shows the password'
    fi
}

environment_cases() {
    local url=SALLYPORT_URL=smtps://alice@127.0.0.1 secret=SALLYPORT_PASSWORD=S3cret
    wrong_environment 'URL of no known kind' SALLYPORT_URL \
        SALLYPORT_URL=http://alice:S3cret@127.0.0.1
    wrong_environment 'URL with a bad port' SALLYPORT_URL SALLYPORT_URL=smtp://127.0.0.1:0
    wrong_environment 'log-in without TLS in a URL' SALLYPORT_URL \
        SALLYPORT_URL=smtp://alice:S3cret@127.0.0.1
    wrong_environment 'allow_plaintext_auth in a variable' ALLOW_PLAINTEXT_AUTH \
        "$url" "$secret" SALLYPORT_RELAY_ALLOW_PLAINTEXT_AUTH=yes
    wrong_environment 'allow_plaintext_auth in a URL' allow_plaintext_auth \
        "$url?allow_plaintext_auth=yes" "$secret"
    wrong_environment 'password and password file' PASSWORD \
        "$url" "$secret" SALLYPORT_PASSWORD_FILE=/x
    wrong_environment 'no such password file' SALLYPORT_PASSWORD_FILE \
        "$url" "SALLYPORT_RELAY_TLS_CA=$work/mail/ca.pem" "SALLYPORT_PASSWORD_FILE=$work/none"
    wrong_environment 'bad value in a variable' SALLYPORT_RELAY_TIMEOUT \
        "$url" "$secret" SALLYPORT_RELAY_TIMEOUT=soon
    # Should there be a system file after all, this recipient keeps the message from leaving.
    send "$work/small" env -i "$program" 'bob@'
    if [ "$status" = 65 ]; then
        skip 'no configuration at all' 'this system has one'
    else
        verdict 'no configuration at all' 78 sallyport.conf
    fi
}

begin
start_server --login "$user:$password"
relay_conf "$work/conf" "$implicit_port" implicit
message 1024 >"$work/small"
input=$work/small
program=$SALLYPORT
configured=(env "SALLYPORT_CONFIG=$work/conf" "$program")

answer_cases
usage_cases
recipient_cases
crowd_cases
argument_cases
data_cases
system_cases
temporary_cases
file_cases
place_cases
stranger_cases
alias_cases
library_case
named_case
environment_cases
finish
