#!/bin/bash
# SPDX-License-Identifier: MIT
#
# What somebody with a shell tries on a program with mode 2755: to learn the password of its
# configuration, to have it sent elsewhere, and to see, change or keep back the mail of others. Each
# case is one attack, and passes if that failed. At the end all that his calls have printed or
# written anywhere is searched for the password. The numbers are those of the table in SECURITY.md.
# shellcheck disable=SC2016,SC2154,SC2317 # for an inner shell; names of the sourced files; called by name

# shellcheck source=tests/support/server.bash
. "$(dirname "$0")/support/server.bash" || exit 1
# shellcheck source=tests/support/installation.bash
. "$(dirname "$0")/support/installation.bash" || exit 1

readonly attacker=54341 victim=54342

attack() { "${by_attacker[@]}" "$@"; }

# Where all that an attack says is kept; and what he may write.
expect_denied() {
    local name=$1
    shift
    if attack "$@" </dev/null >>"$work/loot/said" 2>&1; then
        fail "$name" 'it worked'
    else
        pass "$name"
    fi
}

# sends_only_here NAME VARIABLE=VALUE...: with these the message goes by the system's configuration,
# or not at all, and no file is made where the attacker may make one.
sends_only_here() {
    local name=$1 files
    shift
    files=$(find "$work/loot" | sort)
    send "$work/message" "${by_attacker[@]}" env "$@" "$work/sendmail" -i "$recipient"
    cat "$work/stdout" "$work/stderr" >>"$work/loot/said"
    if [ "$status" = 0 ] && ! { next_connection && arrived "$work/message"; }; then
        fail "$name" 'status 0, and nothing arrived where it belongs'
    elif [ "$status" -gt 78 ]; then
        fail "$name" "exit status $status"
    elif [ "$(find "$work/loot" | sort)" != "$files" ]; then
        fail "$name" 'a file was made'
    else
        pass "$name"
    fi
}

reading_cases() {
    expect_denied '1 the configuration cannot be read' cat "$sysconfdir/sallyport.conf"
    expect_denied '1 nor copied' cp "$sysconfdir/sallyport.conf" "$work/loot/conf"
    expect_denied '1 a link to it is no use' sh -c \
        'ln "$1" "$2" 2>/dev/null; cat "$2"' - "$work/etc/sallyport.conf" "$work/loot/link"
    attack cp "$work/sendmail" "$work/loot/copy"
    expect_denied '1 a copy of the program has no group' "$work/loot/copy" -bv "$recipient"
    rm -f "$work/loot/copy" "$work/loot/link"
}

environment_cases() {
    local library=$work/loot/library.so name
    printf '%s\n' '#include <fcntl.h>' \
        '__attribute__((constructor)) static void begin(void) {' \
        "    creat(\"$work/loot/taken\", 0666);" '}' >"$work/library.c"
    if HOME=$work ${CC:-cc} -shared -fPIC -o "$library" "$work/library.c" 2>/dev/null; then
        for name in LD_PRELOAD LD_AUDIT SASL_PATH OPENSSL_ENGINES OPENSSL_MODULES; do
            sends_only_here "4 to 6 a library by $name" "$name=$library"
        done
    else
        skip '4 a library of his' 'there is no C compiler'
    fi
    printf 'openssl_conf = it\n[it]\nengines = e\n[e]\nx = y\n[y]\ndynamic_path = %s\ninit = 1\n' \
        "$library" >"$work/loot/openssl.cnf"
    for name in "OPENSSL_CONF=$work/loot/openssl.cnf" "SSLKEYLOGFILE=$work/loot/keys" \
        "SASL_CONF_PATH=$work/loot" "LD_LIBRARY_PATH=$work/loot" "LD_DEBUG=all" \
        "LD_DEBUG_OUTPUT=$work/loot/debug" "GCONV_PATH=$work/loot" "MALLOC_TRACE=$work/loot/trace" \
        'GLIBC_TUNABLES=glibc.malloc.check=3' "NLSPATH=$work/loot/%N" "HOSTALIASES=$work/loot/said" \
        'RES_OPTIONS=debug' 'LOCALDOMAIN=example.com' "TZ=$work/loot/said" "TMPDIR=$work/loot" \
        "SSL_CERT_FILE=$work/loot/said" 'SALLYPORT_SENDER_DOMAIN=x' 'POSIXLY_CORRECT=1'; do
        sends_only_here "4 to 7 ${name%%=*}" "$name"
    done
    sends_only_here '16 an environment of a megabyte' "A=$(head -c 100000 /dev/zero | tr '\0' a)"
    for name in "SALLYPORT_URL=smtp://127.0.0.1:$closed" "SALLYPORT_RELAY_HOST=127.0.0.2" \
        "SALLYPORT_RELAY_PROXY=socks5://127.0.0.1:$closed" \
        'SALLYPORT_RELAY_ALLOW_PLAINTEXT_AUTH=yes' "SALLYPORT_CONFIG=$sysconfdir/sallyport.conf"; do
        send "$work/message" "${by_attacker[@]}" env "$name" "$work/sendmail" -i "$recipient"
        cat "$work/stdout" "$work/stderr" >>"$work/loot/said"
        if [ "$status" -ge 64 ] && [ "$status" -le 78 ] && nothing_sent; then
            pass "2, 3 ${name%%=*} gets nothing of the system's"
        else
            fail "2, 3 ${name%%=*} gets nothing of the system's" "exit status $status"
        fi
    done
    for name in XDG_CONFIG_HOME HOME; do
        sends_only_here "2 $name without a file" "$name=$work/loot"
    done
}

option_cases() {
    local files
    files=$(find "$work/loot" | sort)
    for options in "-X$work/loot/log" "-oQ$work/loot" "-D$work/loot/log" '-d9.9' \
        "-OQueueDirectory=$work/loot" '-v'; do
        send "$work/message" "${by_attacker[@]}" "$work/sendmail" "$options" -i "$recipient"
        [ "$status" != 0 ] || next_connection || true
        cat "$work/stdout" "$work/stderr" >>"$work/loot/said"
        if [ "$(find "$work/loot" | sort)" != "$files" ]; then
            fail "8 $options" 'a file was made'
        elif [ "$status" != 0 ] && [ "$status" != 64 ]; then
            fail "8 $options" "exit status $status"
        elif grep -q 'AUTH\|EHLO' "$work/stdout" "$work/stderr"; then
            fail "8 $options" 'the dialogue is shown'
        else
            pass "8 $options"
        fi
    done
}

# A program of his that waits within a dialogue, after it has read the password.
start_dialogue() {
    mkfifo "$work/in" "$work/out"
    "${by_attacker[@]}" "$work/sendmail" -bs <"$work/in" >"$work/out" 2>"$work/stderr" &
    pid=$!
    exec {to}>"$work/in" {from}<"$work/out"
    read -r -t 60 line <&"$from" && [[ $line = 220* ]]
}

end_dialogue() {
    exec {to}>&- {from}<&-
    wait "$pid" || true
    rm "$work/in" "$work/out"
}

process_cases() {
    local file
    start_dialogue || { fail '9 to 12 a dialogue' "it does not begin"; return; }
    for file in mem maps environ auxv stack exe cwd fd/0 root map_files syscall; do
        expect_denied "10 /proc/PID/$file" sh -c 'cat "$1" || ls "$1/" || readlink "$1"' - \
            "/proc/$pid/$file"
    done
    if command -v strace >/dev/null; then
        expect_denied '9 a tracer that comes later' timeout 20 strace -p "$pid"
        send "$work/message" "${by_attacker[@]}" strace -f -o "$work/loot/calls" "$work/sendmail" -i "$recipient"
        if [ "$status" = 78 ] && nothing_sent; then
            pass '9 a tracer from the beginning has a program without the group'
        else
            fail '9 a tracer from the beginning has a program without the group' "status $status"
        fi
    else
        skip '9 a tracer' 'there is no strace'
    fi
    if command -v python3 >/dev/null; then
        # By number, since a C library need not know them: pidfd_open, pidfd_getfd.
        printf '%s\n' 'import ctypes, sys' 'libc = ctypes.CDLL(None, use_errno=True)' \
            'pid, buffer = int(sys.argv[1]), ctypes.create_string_buffer(8)' \
            'class Vector(ctypes.Structure):' \
            '    _fields_ = [("base", ctypes.c_void_p), ("size", ctypes.c_size_t)]' \
            'local = Vector(ctypes.addressof(buffer), 8)' \
            'remote = Vector(0x400000, 8)' \
            'got = libc.process_vm_readv(pid, ctypes.byref(local), 1, ctypes.byref(remote), 1, 0)' \
            'denied = got == -1 and ctypes.get_errno() == 1' \
            'taken = libc.syscall(438, libc.syscall(434, pid, 0), 0, 0)' \
            'sys.exit(1 if denied and taken == -1 and ctypes.get_errno() == 1 else 0)' \
            >"$work/loot/read.py"
        expect_denied '11 process_vm_readv, pidfd_getfd' python3 "$work/loot/read.py" "$pid"
    else
        skip '11 process_vm_readv, pidfd_getfd' 'there is no python3'
    fi
    expect_denied '12 limits of it are not his to change' prlimit --pid "$pid" --core=unlimited
    attack sh -c 'ulimit -c unlimited 2>/dev/null; kill -SEGV "$1"' - "$pid" || true
    end_dialogue
    if find "$work" /var/lib/systemd/coredump -name '*core*' -newer "$work/message" 2>/dev/null |
        grep -v '/loot/said' | grep -q .; then
        fail '12 no core is left' 'there is one'
    else
        pass '12 no core is left'
    fi
}

# A caller who stops his own program stops nobody else's mail.
stopping_cases() {
    start_dialogue || { fail '18 a dialogue' 'it does not begin'; return; }
    attack kill -STOP "$pid"
    use "$closed"
    check '18 while it stands still others queue' 0 '' by "$victim" "$work/sendmail" -i "$recipient"
    use "$implicit_port"
    check '18 and the queue is run' 0 'sent=1' run_as_runner "$work/plain" -v -qf
    nothing_sent || true
    attack kill -CONT "$pid"
    end_dialogue
}

limit_cases() {
    local limit
    for limit in --nofile=4 --as=20000000 --fsize=0 --nproc=1 --cpu=1 --stack=65536; do
        send "$work/message" "${by_attacker[@]}" prlimit "$limit" "$work/sendmail" -i "$recipient"
        cat "$work/stdout" "$work/stderr" >>"$work/loot/said"
        if [ "$status" = 0 ] && ! { next_connection && arrived "$work/message"; }; then
            fail "15 $limit" 'status 0, and nothing arrived'
        else
            pass "15 $limit"
        fi
    done
    for limit in '<&-' '>&-' '2>&-' '<&- >&- 2>&-'; do
        attack sh -c "exec \"\$0\" -i \"\$1\" $limit" "$work/sendmail" "$recipient" \
            <"$work/message" >>"$work/loot/said" 2>&1 || true
        nothing_sent || true
        pass "14 $limit"
    done
}

# What connections of attacks before have left to be told of.
forget_connections() {
    while ! nothing_sent; do :; done
}

# Mail that waits is his who has sent it.
queue_cases() {
    local id file
    use "$closed" 'max_count = 2'
    rm -rf "$spool"
    make_spool
    check '23 somebody queues' 0 '' by "$victim" "$work/sendmail" -i "$recipient"
    file=$(find "$spool/queue/$victim" -type f -name '[0-9A-F]*')
    id=${file##*/}
    expect_denied '21 the queue cannot be listed' ls "$spool/queue"
    expect_denied '21 a message cannot be read by its name' cat "$file"
    expect_denied '21 nor removed' rm -f "$file"
    expect_denied '21 nor moved' mv "$spool/queue/$victim" "$spool/queue/x"
    expect_denied '21 nor added to' sh -c 'echo x >>"$1"' - "$file"
    expect_denied '21 a member cannot either' setpriv --groups="$group" cat "$file"
    check '23 mailq shows nothing of it' 0 'No message of yours is queued' \
        attack "$work/sendmail" -bp
    use "$implicit_port" 'max_count = 2'
    forget_connections
    check '23 nor is it sent by its id' 0 '' attack "$work/sendmail" "-qI$id"
    if [ -e "$file" ] && nothing_sent; then
        pass '23 it still waits'
    else
        fail '23 it still waits' 'it is gone'
    fi
    use "$closed" 'max_count = 2'
    for _ in 1 2; do
        attack "$work/sendmail" -odq -i "$recipient" <"$work/message" \
            >>"$work/loot/said" 2>&1 || true
    done
    check '22 who has filled his part' 75 'it is full ([queue] max_count)' \
        attack "$work/sendmail" -odq -i "$recipient"
    check '22 has not filled that of others' 0 '' by "$victim" "$work/sendmail" -odq -i "$recipient"
}

# Whatever his umask is, the user who runs the queue can work on what he has queued.
umask_cases() {
    local mask modes
    use "$closed"
    for mask in 000 777; do
        rm -rf "$spool"
        make_spool
        attack sh -c "mkdir $work/loot/gone && cd $work/loot/gone && rmdir $work/loot/gone
            umask $mask; exec \"\$0\" -odq -i \"\$1\"" "$work/sendmail" "$recipient" \
            <"$work/message" >>"$work/loot/said" 2>&1 || true
        modes=$(find "$spool/queue/$attacker" -printf '%m ')
        if [ "$modes" = '2770 660 ' ]; then
            pass "17 umask $mask, and no working directory"
        else
            fail "17 umask $mask, and no working directory" "modes $modes"
        fi
    done
}

# As a member of the group, or in his own directory by a program that was taken over.
file_cases() {
    local own=$spool/queue/$attacker count
    forget_connections
    rm -f "$work/mail/"*.eml "$work/mail/"*.env
    use "$implicit_port"
    make_spool
    member "$attacker" "$work/plain" -odq -i "$recipient" <"$work/message" 2>>"$work/loot/said"
    member "$attacker" sh -c 'cd "$1" && one=$(echo ???????????) &&
        ln -s /etc/passwd 11111111111 && mkfifo 22222222222 && mkdir 33333333333 &&
        sed s/alice@/mallory@/ "$one" >44444444444 && ln -s /etc/passwd .55555555555 &&
        sed "s/$one/66666666666/" "$one" >66666666666 && mkfifo .bg0 .limit' - "$own"
    check '19, 20 a run over odd files' 0 'sent=1' run_as_runner timeout 60 "$work/plain" -v -qf
    nothing_sent || true
    count=$(find "$work/mail" -name '*.eml' | wc -l)
    if [ "$count" = 1 ] && ! grep -q mallory "$work/mail/"*.eml "$work/mail/"*.env; then
        pass '20 what is forged is not sent'
    else
        fail '20 what is forged is not sent' "$count arrived"
    fi
    member "$attacker" sh -c 'rm -f "$1/.bg0" "$1/.limit"' - "$own"
}

# Another server on the way: it has no certificate that counts.
redirection_cases() {
    use "$implicit_port" "" >/dev/null
    sed -i "s,^tls_ca = .*,tls_ca = $work/other.pem," "$work/etc/sallyport.conf"
    openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=other \
        -keyout /dev/null -out "$work/other.pem" 2>/dev/null
    chmod 0644 "$work/other.pem"
    sed -i '/^\[queue\]/,$d' "$work/etc/sallyport.conf"
    check '24 a server of his is not told the password' 77 'certificate' \
        attack "$work/sendmail" -i "$recipient"
    nothing_sent || true
}

search_for_password() {
    local found
    found=$(grep -rlF -e "$password" "$work/loot" "$spool" "$work/said" "$work/stdout" \
        "$work/stderr" 2>/dev/null || true)
    if [ -z "$found" ]; then
        pass '25 the password is nowhere'
    else
        fail '25 the password is nowhere' "it is in $found"
    fi
}

begin
install_it
by_attacker=("${in_place[@]}" setpriv "--reuid=$attacker" "--regid=$attacker" --clear-groups)
start_server --login "$user:$password"
message 1024 >"$work/message"
install -d -o "$attacker" -m 0755 "$work/loot"
: >"$work/loot/said"
make_spool
use "$implicit_port"
reading_cases
environment_cases
option_cases
process_cases
stopping_cases
limit_cases
queue_cases
umask_cases
file_cases
redirection_cases
search_for_password
finish
