#!/bin/bash
# SPDX-License-Identifier: MIT
#
# `sallyportctl setup` by options and pipes: what it writes, for whom, what it refuses, and
# that sallyport delivers by it. Whenever it is killed, the old file or the new one is there.
# shellcheck disable=SC2016,SC2154 # expanded by an inner shell; names of the sourced file

# shellcheck source=tests/support/server.bash
. "$(dirname "$0")/../support/server.bash" || exit 1

secret=$password
readonly -a plan=(--user "$user" --password-stdin --from "$sender" --root "$recipient")

# ctl STATUS NAME OPTION...: `setup` with $secret on its standard input, what it says in
# $work/stdout and $work/stderr. Neither may hold the secret.
ctl() {
    local wanted=$1
    name=$2
    shift 2
    status=0
    printf '%s\n' "$secret" >"$work/secret"
    timeout 120 "${as[@]}" "$ctl" setup "$@" <"$work/secret" >"$work/stdout" \
        2>"$work/stderr" || status=$?
    if grep -qF "$secret" "$work/stdout" "$work/stderr"; then
        fail "$name" 'the secret is shown'
    elif [ "$status" != "$wanted" ]; then
        fail "$name" "exit status $status, expected $wanted"
    else
        return 0
    fi
    return 1
}

# says TEXT: standard error holds it; ends the case.
says() {
    if grep -qF -- "$1" "$work/stderr"; then
        pass "$name"
    else
        fail "$name" "it does not say: $1"
    fi
}

# is FILE [MODE OWNER:GROUP]: it has the mode and the owner that are usual here, or these; ends
# the case.
is() {
    local facts
    facts=$(stat -c '%a %u:%g' "$1" 2>/dev/null || echo 'is not there')
    if [ "$facts" = "${*:2}" ] || { [ $# = 1 ] && [ "$facts" = "$usual" ]; }; then
        pass "$name"
    else
        fail "$name" "$1: $facts"
    fi
}

# fresh: an empty directory $etc, and $file in it.
fresh() {
    rm -rf "${work:?}/etc"
    mkdir "$work/etc"
    file=$work/etc/sallyport.conf
}

delivery_cases() {
    fresh
    local trusting=(env "SSL_CERT_FILE=$work/mail/ca.pem")
    as=("${trusting[@]}")
    ctl 0 'the server is checked before and after' --host 127.0.0.1 --port "$implicit_port" \
        "${plan[@]}" --output "$file" && says 'Try it: '
    name='a server with TLS at once is known by its first words'
    if grep -q '^tls = "implicit"' "$file"; then pass "$name"; else fail "$name" 'it is not'; fi
    send /dev/null "${trusting[@]}" "SALLYPORT_CONFIG=$file" SALLYPORT_LOG_TO=stderr \
        "$SALLYPORT" -bv "$recipient"
    if [ "$status" = 0 ]; then
        pass 'sallyport logs in by the file'
    else
        fail 'sallyport logs in by the file' "exit status $status"
    fi
    fresh
    rm -f "$work/mail/"*.eml
    ctl 0 'a test message' "127.0.0.1:$starttls_port" "${plan[@]}" --output "$file" \
        --to "$recipient" && grep -q '^tls = "starttls"' "$file" &&
        if ls "$work/mail/"*.eml >"$work/stderr" 2>&1; then
            pass "$name"
        else
            fail "$name" 'none has arrived'
        fi
    fresh
    secret='Wr0ng pass' ctl 77 'the status is that of the check' --host 127.0.0.1 \
        --port "$implicit_port" --tls implicit "${plan[@]}" --output "$file" && is "$file"
    as=()
}

file_cases() {
    fresh
    local old='[relay]
host = old.example
'
    local -a options=(--host mail.example.org "${plan[@]}" --no-check --output "$file")
    ctl 0 'a new file is readable by its owner alone' "${options[@]}" && is "$file"
    ctl 0 'the same again is nothing to do' "${options[@]}" && says 'nothing to do'
    ctl 0 'what is taken for granted is said' "${options[@]}" --port 10025 --yes &&
        says 'mail.example.org, port 10025: TLS is taken to begin by STARTTLS, unless --tls'
    ctl 0 'and the first file again' "${options[@]}" --yes && is "$file"
    printf '%s' "$old" >"$file"
    chmod 0644 "$file"
    ctl 73 'a file that is there needs --yes' "${options[@]}" && says 'replaced with --yes only'
    [ "$(cat "$file")" = "${old%$'\n'}" ] || fail "$name" 'it was changed'
    ctl 0 '--yes replaces it, and shows what changes' "${options[@]}" --yes &&
        says '-host = old.example'
    is "$file"
    name='the one before is kept, and others cannot read it'
    is "$file.bak" 640 "$(id -u):$(id -g)"
    secret='another one' ctl 0 'a changed secret is not shown' "${options[@]}" --yes &&
        says '+password = (changed)'
    ctl 0 '--add appends a relay' sendgrid --password-file /run/secret --no-check \
        --output "$file" --add backup --yes && says '+[relay backup]'
    ctl 64 'a queue is not added with a relay' sendgrid --password-file /run/secret --no-check \
        --output "$file" --add third --queue yes && says 'option --queue: not with --add'
    ctl 73 'a relay is not added twice' sendgrid --password-file /run/secret --no-check \
        --output "$file" --add backup --yes && says 'stands there already'
    ctl 66 'a relay is added to a file that is there' sendgrid --password-file /run/secret \
        --no-check --output "$work/etc/none" --add backup && says 'there is no such file'
}

place_cases() {
    fresh
    local -a options=(--host mail.example.org "${plan[@]}" --no-check)
    ln -s "$work/etc/target" "$file"
    ctl 73 'a symbolic link' "${options[@]}" --output "$file" && says 'it is a symbolic link'
    [ ! -e "$work/etc/target" ] || fail "$name" 'it was followed'
    mkdir "$work/etc/open"
    chmod 1777 "$work/etc/open"
    ctl 73 'a directory of everybody' "${options[@]}" --output "$work/etc/open/conf" &&
        says 'others may write to this directory'
    fresh
    ctl 0 '-C names the file, too' "${options[@]}" -C "$file" && is "$file"
}

dry_cases() {
    fresh
    ctl 0 '--dry-run prints and writes nothing' sendgrid --from "$sender" --root "$recipient" \
        --dry-run --output "$file" &&
        if [ -e "$file" ]; then
            fail "$name" 'a file is there'
        elif grep -q '^password = "(secret)"' "$work/stdout"; then
            pass "$name"
        else
            fail "$name" "$(cat "$work/stdout")"
        fi
    secret='some+secret+key' ctl 0 'the password of SES is not shown' ses:eu-central-1 \
        --user AKIAEXAMPLE --iam-secret-stdin --from "$sender" --root "$recipient" \
        --dry-run && ! grep -F BMXhUYlu5Z3gSXVQ "$work/stdout" "$work/stderr" && pass "$name"
    secret='some+secret+key' ctl 0 'the password of SES is derived' ses:eu-central-1 \
        --user AKIAEXAMPLE --iam-secret-stdin --from "$sender" --root "$recipient" \
        --no-check --output "$file" &&
        if grep -qF 'BMXhUYlu5Z3gSXVQORxlVa7XPaz91aGWdfHxvkOZdWZ2' "$file" &&
            ! grep -qF "some+secret" "$file"; then
            pass "$name"
        else
            fail "$name" 'it is not in the file'
        fi
}

queue_cases() {
    fresh
    local queue=$work/etc/lib/queue run=${sbindir:-/usr/sbin}/sallyport
    if [ "$(id -u)" = 0 ]; then run+=" -C $file -q"; else run="SALLYPORT_CONFIG=$file $run -q"; fi
    local -a options=(--host mail.example.org "${plan[@]}" --no-check --output "$file")
    ctl 0 'no queue where nobody asks for one' "${options[@]}" &&
        if grep -q queue "$file"; then fail "$name" "$(cat "$file")"; else pass "$name"; fi
    ctl 0 'a queue that is only shown' --host mail.example.org "${plan[@]}" --queue "$queue" \
        --dry-run && grep -qF "directory = \"$queue\"" "$work/stdout" &&
        if [ -e "$queue" ]; then fail "$name" 'it was made'; else pass "$name"; fi
    ctl 73 'a queue without a word' "${options[@]}" --queue "$queue" && says '--yes only'
    ctl 0 'a queue' "${options[@]}" --queue "$queue" --yes && is "$queue" 700 "$(id -u):$(id -g)"
    says "*/5 * * * * $run"
    name='what is made above it is as usual'
    is "$work/etc/lib" 755 "$(id -u):$(id -g)"
    ctl 0 'the same again is nothing to do' "${options[@]}" --queue yes && says 'nothing to do'
    rm -r "$queue"
    printf 'keep_failed = 1d\n' >>"$file"
    ctl 0 'its section is kept' "${options[@]}" --yes && grep -qx 'keep_failed = 1d' "$file" &&
        is "$queue" 700 "$(id -u):$(id -g)"
    ctl 0 'and is moved' "${options[@]}" --yes --queue "$queue.2" &&
        grep -qx 'keep_failed = 1d' "$file" && ! grep -qF "\"$queue\"" "$file" &&
        is "$queue.2" 700 "$(id -u):$(id -g)"
    ctl 0 'or dropped' "${options[@]}" --yes --queue no &&
        if grep -q queue "$file"; then fail "$name" "$(cat "$file")"; else pass "$name"; fi
    touch "$queue.3"
    cp "$file" "$work/before"
    ctl 73 'a file is no directory' "${options[@]}" --yes --queue "$queue.3" &&
        says "$queue.3: the directory cannot be made: File exists"
    mkdir "$queue.4"
    chmod 1777 "$queue.4"
    ctl 73 'nor is a directory of everybody a queue' "${options[@]}" --yes --queue "$queue.4" &&
        says "queue $queue.4: others may write there"
    if cmp -s "$file" "$work/before"; then pass "$name"; else fail "$name" 'it was written'; fi
    ctl 0 'a slash at its end' "${options[@]}" --yes --queue "$queue.5/" &&
        is "$queue.5" 700 "$(id -u):$(id -g)"
    fresh
    as=(env "SALLYPORT_URL=smtps://mail.example.org" "SALLYPORT_QUEUE_DIRECTORY=$work/etc/q")
    ctl 0 'that of the environment' --from-env --no-check --output "$file" &&
        is "$work/etc/q" 700 "$(id -u):$(id -g)"
    as=()
}

# refused STATUS NAME TEXT OPTION...
refused() {
    local text=$3
    fresh
    ctl "$1" "$2" "${@:4}" --output "$file" && says "$text"
    [ ! -e "$file" ] || fail "$2" 'a file was written'
}

mistake_cases() {
    refused 64 'nothing is said, and nobody can be asked' '--from, --root are missing'
    refused 64 'no user' 'options --user, --password-stdin, ' brevo
    refused 64 'a password in the first word' 'asked for later' 'me:S3cret@mail.example.org'
    refused 64 'no secret' 'options --password-stdin, ' sendgrid
    refused 64 'no sender' 'options --from, --root are ' sendgrid --password-file /s
    refused 64 'a sender that is none' 'option --from: ' sendgrid --password-file /s --from '<>'
    refused 64 'a temporary key of Amazon' 'ASIA' ses:eu-west-1 --user ASIAX --iam-secret-stdin
    refused 64 'a port that is none' 'option --port: ' sendgrid --port 0
    refused 64 'the environment and more' 'option --from-env: ' sendgrid --from-env
    refused 64 'a queue beside the environment' 'option --from-env: ' --from-env --queue yes
    refused 64 'a queue somewhere' 'option --queue: yes, no or a path' sendgrid \
        --password-file /s --from "$sender" --root "$recipient" --no-check --queue spool
    refused 64 'the object of a check that is left out' 'option --json: ' sendgrid --no-check \
        --json
    refused 64 'and of a file that is only shown' 'option --json: ' sendgrid --dry-run --json
    refused 64 'a secret in an option' '--password: ' sendgrid --password S3cret
    refused 66 'a provider that nobody knows' 'the nearest is sendgrid' sendgird
    refused 78 'a password in clear' 'the password would go in clear' --host mail.example.org \
        --tls none "${plan[@]}" --no-check
    refused 78 'no environment' 'SALLYPORT_URL: it is not set' --from-env
}

environment_cases() {
    fresh
    as=(env SALLYPORT_URL=smtps://me%40example.org@mail.example.org
        "SALLYPORT_PASSWORD=$secret" SALLYPORT_FROM=me@example.org SALLYPORT_SENDER_FORCE=both)
    ctl 0 'what the variables say is written' --from-env --no-check --output "$file" &&
        if grep -qxF "password = \"$secret\"" "$file" && grep -qx 'force = both' "$file"; then
            pass "$name"
        else
            fail "$name" 'it is not in the file'
        fi
    ctl 0 'once more is nothing to do' --from-env --no-check --output "$file" &&
        says 'nothing to do'
    ctl 0 'without the secret when it is only shown' --from-env --dry-run &&
        if grep -qxF 'password = (secret)' "$work/stdout"; then
            pass "$name"
        else
            fail "$name" "$(cat "$work/stdout")"
        fi
    as+=($'SALLYPORT_RELAY_HELO=x\n[sender]\nforce = no')
    fresh
    ctl 78 'a variable opens no section' --from-env --no-check --output "$file" &&
        says 'SALLYPORT_RELAY_HELO: '
    as=()
}

owner_cases() {
    name='owners and groups'
    [ "$(id -u)" = 0 ] || { skip "$name" 'only root can give files away'; return; }
    unshare -m true 2>/dev/null || { skip "$name" 'no mount namespace is to be had'; return; }
    local -a options=(--host mail.example.org "${plan[@]}" --no-check)
    fresh
    printf 'root:x:0:\nsenders:x:54321:\n' >"$work/group"
    as=(env "GROUP=$work/group" unshare -m --propagation private /bin/sh -ec
        'mount --bind "$GROUP" /etc/group && exec "$@"' -)
    ctl 0 'root without the group' "${options[@]}" --output "$file" && is "$file" 600 0:0
    says 'groupadd -r sallyport'
    ctl 0 'a group that is named' "${options[@]}" --output "$file" --readable-by senders --yes &&
        is "$file" 640 0:54321
    says 'can read the password'
    ctl 64 'a group that there is not' "${options[@]}" --output "$file" --readable-by none --yes &&
        says 'there is no such group'
    printf 'sallyport:x:54322:\n' >>"$work/group"
    fresh
    ctl 0 'root with the group' "${options[@]}" --output "$file" && is "$file" 640 0:54322
    says 'usermod -a -G sallyport'
    chown 0:0 "$file"
    chmod 0600 "$file"
    ctl 0 'the same again gives it to a group made since' "${options[@]}" --output "$file" --yes &&
        is "$file" 640 0:54322
    chgrp 54321 "$file"
    printf '# by hand\n' >>"$file"
    ctl 0 'a group that was let in stays so' "${options[@]}" --output "$file" --yes &&
        is "$file" 640 0:54321
    ctl 0 'a file to which a relay is added keeps its group' sendgrid --password-file /s \
        --no-check --output "$file" --add backup --yes && is "$file" 640 0:54321
    says 'warning: every member of the group senders can read the password'
    chmod 6666 "$file"
    ctl 0 'and of its mode what is usual' sendgrid --password-file /s --no-check \
        --output "$file" --add third --yes && is "$file" 640 0:54321
    chown 12345 "$file"
    ctl 73 'nothing is added to the file of somebody else' sendgrid --password-file /s \
        --no-check --output "$file" --add fourth --yes && says 'somebody else owns this file'
    mkdir "$work/etc/theirs"
    chown 12345 "$work/etc/theirs"
    ctl 73 'a directory of somebody else' "${options[@]}" --output "$work/etc/theirs/conf" &&
        says 'somebody else owns this directory'
    mkdir "$work/etc/home"
    chown 12345:12345 "$work/etc/home"
    as=(setpriv --reuid=12345 --regid=12345 --clear-groups env "HOME=$work/etc/home")
    if "${as[@]}" test -x "$ctl"; then
        ctl 0 'somebody has a file of his own' "${options[@]}" &&
            is "$work/etc/home/.config/sallyport.conf" 600 12345:12345
        says 'cron jobs of root and the web server do not read it'
        ctl 0 'and a queue' "${options[@]}" --queue yes --yes &&
            is "$work/etc/home/.local/share/sallyport/queue" 700 12345:12345
        says "put this line into your crontab (crontab -e):"
        named_file_case
    else
        skip 'somebody has a file of his own' "$ctl is not for others"
    fi
    as=()
}

# A file that -C names may have a queue only where it is root's.
named_file_case() {
    local mine=$work/etc/home/mine.conf run
    ctl 0 'and a file elsewhere' "${options[@]}" --queue yes --output "$mine" &&
        says "*/5 * * * * SALLYPORT_CONFIG=$mine ${sbindir:-/usr/sbin}/sallyport -q"
    name='by which his queue is run'
    run=$(sed -n 's|^ *\*/5 \* \* \* \* \(.*=[^ ]* \).*|\1|p' "$work/stderr")
    if "${as[@]}" /bin/sh -c "$run$SALLYPORT -q" 2>"$work/stdout"; then
        pass "$name"
    else
        fail "$name" "$(cat "$work/stdout")"
    fi
}

# Whose mail waits in a directory that was there.
queue_owner_cases() {
    local queue=$work/etc/spool
    local -a options=(--host mail.example.org "${plan[@]}" --no-check --yes)
    fresh
    install -d -o 12345 -g 12345 -m 0700 "$queue"
    ctl 0 'the queue of somebody else' "${options[@]}" --output "$file" --queue "$queue" &&
        says 'Only mail of root and of 12345 waits there;'
    is "$queue/queue" 700 12345:12345
    rm -r "$queue"
    ctl 0 "root's queue" "${options[@]}" --output "$file" --queue "$queue" &&
        says "Only root's mail waits there;"
    rm -r "$queue"
    install -d -o 0 -g 54321 -m 0710 "$queue"
    install -d -o 12345 -g 12345 -m 3773 "$queue/queue"
    install -d -o 12345 -g 12345 -m 0700 "$queue/failed"
    install -d -o 12345 -g 12345 -m 0711 "$queue/run"
    ctl 0 'a queue of all users' "${options[@]}" --output "$file" --queue "$queue" &&
        says 'The mail of all users waits there, and this run sends it.'
    is "$queue" 710 0:54321
    chmod 0711 "$queue"
    ctl 73 'one that everybody may enter' "${options[@]}" --output "$file" --queue "$queue" &&
        says "queue $queue: others may write there"
    chmod 0710 "$queue"
    install -d -o 12346 "$work/etc/home"
    as=(setpriv --reuid=12346 --regid=12346 --groups=54321 env "HOME=$work/etc/home")
    if "${as[@]}" test -x "$ctl"; then
        ctl 0 'and so for one of them' "${options[@]}" --queue "$queue" &&
            says 'The mail of all users waits there; this run sends yours alone.'
    else
        skip 'and so for one of them' "$ctl is not for others"
    fi
    as=()
}

# killed_at CALL: it is killed at each such call in turn; sets $calls. What is there then is a
# whole file, and nobody else can read one that is not.
killed_at() {
    local call=$1 number=0 there found
    status=137
    while [ "$status" != 0 ]; do
        number=$((number + 1))
        rm -rf "${work:?}/etc"
        mkdir "$work/etc"
        cp "$work/old" "$file"
        status=0
        strace -f -o "$work/trace" -e "trace=$call" \
            -e "inject=$call:signal=KILL:when=$number" "$ctl" setup --host mail.example.org \
            "${plan[@]}" --no-check --yes --output "$file" <"$work/secret" \
            >"$work/stdout" 2>"$work/stderr" || status=$?
        for there in "$file" "$file.bak"; do
            [ "$there" = "$file" ] || [ -e "$there" ] || continue
            cmp -s "$there" "$work/old" || cmp -s "$there" "$work/new" || return 1
        done
        found=$(find "$work/etc" -type f -perm /007)
        [ -z "$found" ] || return 1
        [ "$number" -lt 500 ] || return 1
    done
    calls=$((number - 1))
    cmp -s "$file" "$work/new" && cmp -s "$file.bak" "$work/old"
}

killing_cases() {
    local call name='killed at any moment'
    strace -o /dev/null true 2>/dev/null || { skip "$name" 'there is no strace'; return; }
    umask 077
    fresh
    ctl 0 "$name" --host mail.example.org "${plan[@]}" --no-check --output "$file" || return 0
    cp "$file" "$work/new"
    printf '[relay]\nhost = old.example\n' >"$work/old"
    for call in openat read write fchmod fchmodat fsync linkat renameat unlinkat close; do
        name="killed at $call"
        if ! killed_at "$call" 2>/dev/null; then # nor does the shell tell of each
            fail "$name" "neither the old file nor the new one is there whole"
        elif [ "$calls" = 0 ]; then
            fail "$name" 'it is never called'
        else
            pass "$name ($calls times)"
        fi
    done
    umask 022
}

begin
ctl=$(realpath "${SALLYPORTCTL:-$builddir/sallyportctl}")
[ -x "$ctl" ] || skip_all "there is no $ctl"
as=()
usual="600 $(id -u):$(id -g)"
if [ "$(id -u)" = 0 ] && senders=$(getent group sallyport); then
    senders=${senders%:*}
    usual="640 0:${senders##*:}"
fi
start_server --login "$user:$password"
delivery_cases
file_cases
place_cases
dry_cases
queue_cases
mistake_cases
environment_cases
owner_cases
[ "$(id -u)" != 0 ] || queue_owner_cases
killing_cases
finish
