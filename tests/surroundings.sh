#!/bin/bash
# SPDX-License-Identifier: MIT
#
# Callers as they are: each of these surroundings has been met, and in each the program itself
# delivers a message, octet for octet, to the submission server of tests/support, or says why
# not by its exit status.
# shellcheck disable=SC2016,SC2154 # expanded by an inner shell; names of the sourced file

# shellcheck source=tests/support/server.bash
. "$(dirname "$0")/support/server.bash" || exit 1

readonly cannot=99 # of the program surroundings: there is no such situation here

# delivers NAME COMMAND...
delivers() {
    local name=$1
    shift
    if has_delivered "$input" "$expected" "$@"; then
        pass "$name"
    elif [ "$status" = "$cannot" ]; then
        skip "$name" "$(cat "$work/stderr")"
    else
        fail "$name" "$why"
    fi
    input=$work/small expected=$work/small
}

# gives NAME STATUS COMMAND...: nothing is sent.
gives() {
    local name=$1 wanted=$2
    shift 2
    send "$input" "$@"
    if [ "$status" = "$cannot" ]; then
        skip "$name" "$(cat "$work/stderr")"
    elif [ "$status" != "$wanted" ]; then
        fail "$name" "exit status $status, not $wanted"
    elif ! nothing_sent; then
        fail "$name" "$why"
    else
        pass "$name: exit status $wanted"
    fi
    input=$work/small expected=$work/small
}

# ---- the environment and the user ----

environment_cases() {
    local by_environment=(
        "SALLYPORT_URL=smtps://$user@127.0.0.1:$implicit_port" "SALLYPORT_PASSWORD=$password"
        "SALLYPORT_RELAY_TLS_CA=$work/mail/ca.pem" "SALLYPORT_FROM=$sender")
    local name uid

    delivers 'empty environment' env -i "${program[@]}"
    delivers 'nothing but its own settings in the environment' \
        env -i "${by_environment[@]}" "$SALLYPORT" -i "$recipient"
    delivers 'HOME is relative, PATH is empty' env HOME=. PATH= "${program[@]}"
    for name in nobody 54321; do
        if [ "$(id -u)" != 0 ]; then
            skip "run by uid $name" 'not root'
            continue
        fi
        uid=$(id -u "$name" 2>/dev/null || printf %s "$name")
        if ! setpriv --reuid "$uid" --regid "$uid" --clear-groups test -x "$SALLYPORT"; then
            skip "run by uid $name" "$SALLYPORT cannot be run by it"
            continue
        fi
        delivers "run by uid $name, in a directory closed to it" \
            bash -c 'mkdir -p -m 0700 closed; cd closed; exec "$@"' - \
            setpriv --reuid "$uid" --regid "$uid" --clear-groups \
            env -i "${by_environment[@]}" "$SALLYPORT" -i "$recipient"
    done
}

# ---- descriptors ----

descriptor_cases() {
    local closed
    # With -v, so that the program has something to write to each of them.
    for closed in '1>&-' '2>&-' '1>&- 2>&-'; do
        delivers "closed: $closed" bash -c "exec $closed; exec \"\$@\"" - "${program[@]}" -v
    done
    for closed in '0<&-' '0<&- 1>&-' '0<&- 2>&-' '0<&- 1>&- 2>&-'; do
        gives "closed: $closed" 74 \
            bash -c "exec $closed; exec \"\$@\"" - "${program[@]}" -v
    done
    delivers 'standard input is a socket' "$support/surroundings" socket -- "${program[@]}"
    { cat "$work/small"; printf '\004'; } >"$work/typed"
    input=$work/typed
    delivers 'standard input is a terminal' "$support/surroundings" terminal -- "${program[@]}"
    { cat "$work/small"; printf '.\n'; } >"$work/typed"
    input=$work/typed
    delivers 'standard input is a terminal, a lone dot ends the message' \
        "$support/surroundings" terminal -- "${program[@]/#-i/-v}"
    input=$work/large expected=$work/large
    delivers 'standard input is a pipe' bash -c 'cat | "$@"' - "${program[@]}"
    delivers 'standard output is /dev/full' bash -c 'exec "$@" >/dev/full' - "${program[@]}" -v
    delivers 'standard error is /dev/full' bash -c 'exec "$@" 2>/dev/full' - "${program[@]}"
    delivers 'nobody reads standard output and standard error' \
        bash -c 'mkfifo unread; exec 8<>unread 9>unread 8<&-; rm unread; exec "$@" >&9 2>&9' - \
        "${program[@]}" -v
    delivers 'leaked descriptors' "$support/surroundings" leaked -- "${program[@]}" -v
}

# A program that reads replies and errors by one pipe, and a log that goes to standard error:
# every line it reads must be a reply.
dialogue_cases() {
    local name='-bs, standard error is standard output'
    { printf 'EHLO x\nMAIL FROM:<%s>\nRCPT TO:<%s>\nDATA\n' "$sender" "$recipient"
      sed 's/^\./../' "$work/small"; printf '.\nQUIT\n'; } >"$work/dialogue"
    input=$work/dialogue
    delivers "$name" bash -c 'exec "$@" 2>&1' - env "SALLYPORT_CONFIG=$work/conf" "$SALLYPORT" -bs
    only_replies "$name"
    printf 'DATA\nRSET\n' >"$work/dialogue"
    input=$work/dialogue
    gives "$name, failures" 65 bash -c '"$@" 2>&1 | cat; exit "${PIPESTATUS[0]}"' - \
        env "SALLYPORT_CONFIG=$work/conf" "$SALLYPORT" -bs
    only_replies "$name, failures"
    input=$work/dialogue
    gives "$name, no configuration" 78 bash -c 'exec "$@" 2>&1' - "$SALLYPORT" -C /nowhere -bs
    only_replies "$name, no configuration"
    printf 'QUIT\n' >"$work/dialogue"
    input=$work/dialogue
    gives '-bs, standard error by itself' 78 "$SALLYPORT" -C /nowhere -bs
    grep -q '^sallyport: /nowhere: ' "$work/stderr" || fail '-bs, standard error' 'is empty'
}

# The last command wrote replies and nothing else.
only_replies() {
    if grep -qv '^[2-5][0-9][0-9][ -]' "$work/stdout"; then
        fail "$1: replies only" "$(grep -v '^[2-5][0-9][0-9][ -]' "$work/stdout")"
    else
        pass "$1: replies only"
    fi
}

# ---- signals and limits ----

signal_cases() {
    delivers 'SIGPIPE and SIGCHLD ignored' "$support/surroundings" ignored -- "${program[@]}"
    delivers 'SIGPIPE and SIGCHLD ignored, the password from a command' \
        "$support/surroundings" ignored -- "${by_command[@]}"
    delivers 'all signals blocked, the password from a command' \
        "$support/surroundings" blocked -- "${by_command[@]}"
    relay_conf "$work/fatal/sallyport.conf" "$implicit_port" implicit \
        'password_command = kill -s TERM $PPID'
    send "$work/small" "$support/surroundings" blocked -- \
        env "XDG_CONFIG_HOME=$work/fatal" "$SALLYPORT" -i "$recipient" 2>/dev/null
    if [ "$status" = 143 ] && nothing_sent; then
        pass 'all signals blocked: SIGTERM ends the program all the same'
    else
        fail 'all signals blocked: SIGTERM' "exit status $status, not 143"
    fi
    stop_server
    start_server --login "$user:$password" --hang-up-at MAIL
    relay_conf "$work/hang-up" "$implicit_port" implicit
    SALLYPORT_CONFIG=$work/hang-up send "$work/large" "$SALLYPORT" -i "$recipient"
    if [ "$status" = 75 ] && ! arrived "$work/large"; then
        pass 'the server hangs up, SIGPIPE not ignored: exit status 75'
    else
        fail 'the server hangs up, SIGPIPE not ignored' "exit status $status, not 75"
    fi
    stop_server
    serve
}

place_cases() {
    delivers 'the working directory is deleted' \
        bash -c 'mkdir gone; cd gone; rmdir ../gone; exec "$@"' - "${program[@]}"
    input=$work/large expected=$work/large
    delivers 'umask 777' bash -c 'umask 777; exec "$@"' - "${program[@]}"
    input=$work/large expected=$work/large
    delivers 'RLIMIT_NOFILE 16' bash -c 'ulimit -n 16; exec "$@"' - "${program[@]}"
    input=$work/large expected=$work/large
    delivers 'RLIMIT_FSIZE 1 KiB, a message of 1 MB' \
        bash -c 'ulimit -f 1; exec "$@"' - "${program[@]}"
    if [ "${SANITIZERS:-no}" = yes ]; then
        skip '256 MiB of address space' 'the sanitizers want more'
        return
    fi
    input=$work/large expected=$work/large
    delivers '256 MiB of address space' bash -c 'ulimit -v 262144; exec "$@"' - "${program[@]}"
}

# ---- a root with nothing in it but the program ----

make_root() {
    local file
    mkdir "$work/root"
    cp "$SALLYPORT" "$work/root/sallyport"
    cp "$work/mail/ca.pem" "$work/conf" "$work/root"
    sed -i "s,$work/mail,," "$work/root/conf"
    ldd "$SALLYPORT" | grep -o '/[^ ]*' | while read -r file; do
        mkdir -p "$work/root${file%/*}"
        cp -L "$file" "$work/root$file"
    done
}

# Sets $namespace to the options of unshare, or fails.
find_namespace() {
    namespace=(--mount)
    [ "$(id -u)" = 0 ] || namespace+=(--map-root-user)
    unshare "${namespace[@]}" mount --bind "$work" "$work" 2>/dev/null
}

# In a mount namespace of its own; the first argument says what else to do there.
root_cases() {
    local names=('no /etc, /proc, /dev or /tmp' 'read-only root and /tmp, no /etc, /proc, /dev')
    local bare=(/sallyport -i "$recipient") why_not='' namespace
    if [ "${SANITIZERS:-no}" = yes ]; then
        why_not='the sanitizers want /proc'
    elif ! find_namespace; then
        why_not='no mount namespace is to be had here'
    fi
    if [ -n "$why_not" ]; then
        skip "${names[0]}" "$why_not"
        skip "${names[1]}" "$why_not"
        return
    fi
    make_root
    local in_root=(env "ROOT=$work/root" unshare "${namespace[@]}" --propagation private
        /bin/sh -ec '
            mount --bind "$ROOT" "$ROOT"
            cd "$ROOT"
            eval "$0"
            exec env -i SALLYPORT_CONFIG=/conf "$(command -v chroot)" . "$@"')
    delivers "${names[0]}" "${in_root[@]}" : "${bare[@]}"
    input=$work/large expected=$work/large
    delivers "${names[0]}, a message of 1 MB" "${in_root[@]}" : "${bare[@]}"
    mkdir "$work/root/tmp"
    input=$work/large expected=$work/large
    delivers "${names[1]}, a message of 1 MB" \
        "${in_root[@]}" 'mount -o remount,bind,ro .' "${bare[@]}"
    delivers "${names[1]}, descriptors 1 and 2 closed" \
        "${in_root[@]}" 'mount -o remount,bind,ro .; exec >&- 2>&-' "${bare[@]}" -v
    gives "${names[1]}, all descriptors closed" 74 \
        "${in_root[@]}" 'mount -o remount,bind,ro .; exec <&- >&- 2>&-' "${bare[@]}" -v
}

# A message that is delivered and then held up is one that the caller sends again.
log_cases() {
    local name='the syslog daemon does not read' namespace
    if ! find_namespace; then
        skip "$name" 'no mount namespace is to be had here'
        return
    fi
    (umask 077 && sed 's/^to = stderr$/to = syslog/' "$work/conf" >"$work/to-syslog")
    delivers "$name" unshare "${namespace[@]}" --propagation private \
        /bin/sh -ec 'mount -t tmpfs tmpfs /dev; exec "$@"' - \
        "$support/surroundings" deaf-log -- env "SALLYPORT_CONFIG=$work/to-syslog" \
        "$SALLYPORT" -X note -i "$recipient"
}

# Whoever answers for a name decides how many addresses it has, and each may cost a timeout.
name_cases() {
    local name='a name with forty addresses' namespace count
    if ! find_namespace; then
        skip "$name" 'no mount namespace is to be had here'
        return
    fi
    seq -f '127.0.1.%g many.test' 40 >"$work/hosts"
    relay_conf "$work/many" 1 implicit 'ip = 4'
    sed -i 's/^host = .*/host = many.test/' "$work/many"
    send "$input" unshare "${namespace[@]}" --propagation private \
        /bin/sh -ec 'mount --bind "$0" /etc/hosts; exec "$@"' "$work/hosts" \
        env "SALLYPORT_CONFIG=$work/many" "$SALLYPORT" -i "$recipient"
    count=$(grep -o '127\.0\.1\.[0-9]*' "$work/stderr" | sort -u | wc -l)
    if grep -q 'looking up the name' "$work/stderr"; then
        skip "$name" 'names are not looked for in /etc/hosts'
    elif [ "$status" = 75 ] && [ "$count" = 4 ]; then
        pass "$name: four are tried"
    else
        fail "$name" "exit status $status, $count addresses tried"
    fi
}

# ---- what others can see of the process ----

# The password command of these cases looks at its parent, which is the program, and at itself.
write_probe() {
    cat >"$work/probe" <<END
#!/bin/bash
{
    grep -E '^Sig(Blk|Ign):' /proc/\$PPID/status | sed 's/^/parent /'
    grep '^Umask:' /proc/\$PPID/status | sed 's/^/parent /'
    grep -E '^Sig(Blk|Ign):' /proc/self/status | sed 's/^/child /'
    sed -n 's/^Max core file size *\([^ ]*\) .*/core limit \1/p' /proc/\$PPID/limits
    printf 'owner %s\n' "\$(stat -c %u /proc/\$PPID/status)"
    readlink /proc/\$\$/fd/* /proc/\$PPID/fd/* | sed 's/^/open /'
    (tr '\0' '\n' </proc/\$PPID/environ) 2>/dev/null | sed 's/^/parent environment /'
    cat /proc/\$PPID/cmdline /proc/\$\$/cmdline | tr '\0' '\n' | sed 's/^/argument /'
    tr '\0' '\n' </proc/\$\$/environ | sed 's/^/environment /'
} >"$work/open/seen"
cat "$work/open/secret"
END
    chmod 0755 "$work/probe"
    mkdir -m 1777 "$work/open"
    printf '%s\n' "$password" >"$work/open/secret"
}

# saw NAME PATTERN, did_not_see NAME PATTERN: lines of what the probe wrote.
saw() {
    if grep -Eq -e "$2" "$work/open/seen"; then
        pass "$1"
    else
        fail "$1" "no /$2/ in: $(grep -v '^environment' "$work/open/seen" | tr '\n' ';')"
    fi
}

did_not_see() {
    if [ -s "$work/open/seen" ] && ! grep -Eq -e "$2" "$work/open/seen"; then
        pass "$1"
    else
        fail "$1" "/$2/: $(grep -E -e "$2" "$work/open/seen" | tr '\n' ';')"
    fi
}

# Bits of the masks: SIGPIPE 13, SIGCHLD 17, SIGXFSZ 25.
visible_cases() {
    local name='the password from a command, under a caller who takes no care'
    "$support/surroundings" leaked -- "$work/probe" >"$work/stdout"
    grep -q '^open /dev/full' "$work/open/seen" || fail "$name" 'the test cannot fail'
    : >"$work/open/seen"
    delivers "$name" bash -c 'umask 0; exec "$@"' - env "SALLYPORT_TOKEN_X=$password" \
        "$support/surroundings" leaked ignored blocked -- "${by_command[@]}"
    saw 'the command has no signal blocked' '^child SigBlk:.0*$'
    saw 'SIGPIPE and SIGXFSZ are ignored, SIGCHLD is not' \
        '^parent SigIgn:.*[13579bdf].[02468ace][13579bdf]...$'
    did_not_see 'the command ignores neither SIGPIPE nor SIGCHLD' \
        '^child SigIgn:.*[13579bdf]....?$'
    saw 'the umask is 077' '^parent Umask:.0077'
    did_not_see 'neither the program nor the command has leaked descriptors' '^open /dev/full'
    saw 'no core file is written' '^core limit 0$'
    did_not_see 'no setting of ours in the environment of the command' '^environment SALLYPORT_'
    did_not_see 'no password in the environment of the command' '^environment .*S3cret'
    did_not_see 'no password in an argument' '^argument .*S3cret'
}

# Of a process that is not dumpable nobody but root can read the memory, the environment, or
# where descriptors lead; Linux shows that by the owner of its directory.
dumpable_case() {
    local name='nobody else can look into the process' as_user=(env)
    [ "$(id -u)" != 0 ] || as_user=(setpriv --reuid nobody --clear-groups env)
    if ! "${as_user[@]}" test -x "$SALLYPORT" || {
        [ "$(id -u)" = 0 ] && ! chown -R nobody "$work/config" "$work/open"
    }; then
        skip "$name" "$SALLYPORT cannot be run by nobody"
        return
    fi
    : >"$work/open/seen"
    delivers "$name: a delivery" "${as_user[@]}" "SALLYPORT_TOKEN_X=$password" "${by_command[@]}"
    saw "$name: it belongs to root" '^owner 0$'
    did_not_see "$name: its environment cannot be read" '^parent environment '
}

serve() {
    start_server --login "$user:$password"
    relay_conf "$work/conf" "$implicit_port" implicit
    mkdir -p "$work/config" "$work/fatal"
    relay_conf "$work/config/sallyport.conf" "$implicit_port" implicit \
        "password_command = exec $work/probe"
}

begin
cd "$work"
message 1024 >"$work/small"
message 1000000 >"$work/large"
input=$work/small expected=$work/small
program=("$(command -v env)" "SALLYPORT_CONFIG=$work/conf" "$SALLYPORT" -i "$recipient")
by_command=(env "XDG_CONFIG_HOME=$work/config" "$SALLYPORT" -i "$recipient")
write_probe
serve

environment_cases
descriptor_cases
dialogue_cases
signal_cases
place_cases
root_cases
log_cases
name_cases
visible_cases
dumpable_case
finish
