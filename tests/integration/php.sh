#!/bin/bash
# SPDX-License-Identifier: MIT
#
# PHP's mail(), by a real php-cli with the program as its sendmail_path, through a real Postfix.
# What PHP writes is recorded by a first call with a recorder in the program's place; what
# arrives must be that, line ends and added fields aside.
# shellcheck disable=SC2034,SC2154 # names of the sourced files

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=/dev/null
. "$here/lib.sh"
# shellcheck source=/dev/null
. "$here/servers.bash"
# shellcheck source=/dev/null
. "$here/cases.bash"
# shellcheck source=/dev/null
. "$here/callers.bash"

# php INI SCRIPT: the unpacked PHP with its own libraries, outside of the servers' root, so that
# it can run the program where it is.
php() {
    local loader=("$server_root"/lib*/ld-linux*.so.*)
    local libraries=("$server_root"/lib/*-linux-gnu* "$server_root"/usr/lib/*-linux-gnu*)
    timeout 120 "${loader[0]}" --library-path "$(IFS=:; printf '%s' "${libraries[*]}")" \
        "$server_root/usr/bin/php" -c "$work/$1.ini" "$work/$2.php"
}

write_ini() {
    printf '[mail function]\nsendmail_path = "%s"\n' "$2" >"$work/$1.ini"
}

# Takes the arguments that mail() adds, and only keeps what it reads.
write_recorder() {
    printf '#!/bin/sh\nexec cat >%s\n' "$work/recorded" >"$work/recorder"
    chmod 0755 "$work/recorder"
}

# mail_script NAME CALL: prints what mail() returned.
mail_script() {
    {
        cat <<-'PHP'
	<?php
	$body = "eins\n.\n..\n.x\n\nGr\u{fc}\u{df}e\n";
	$big = str_repeat("0123456789 abcdefghij\n", 14000);
	PHP
        printf 'var_dump(%s);\n' "$2"
    } >"$work/$1.php"
}

# What PHP writes for this call, as LF lines, less the fields that must not arrive.
record() {
    php recorder "$1" >/dev/null
    tr -d '\r' <"$work/recorded" | without_fields Bcc >"$work/$1.expected"
}

call() {
    prepare
    php ini "$1" >"$work/stdout" 2>"$work/stderr" || true
}

mail_returned() {
    grep -Fxq "bool($1)" "$work/stdout" && return
    why="mail() did not return $1: $(head -c 300 "$work/stdout")"
    return 1
}

# mail_arrived SCRIPT SENDER ADDED...
mail_arrived() {
    local script=$1 from=$2
    shift 2
    mail_returned true && arrived_with alice "$work/$script.expected" "$@" &&
        has_return_path alice "$from"
}

mail_case() {
    record "$2"
    call "$2"
    verdict "$1" row_of "PHP $1" alice mail_arrived "${@:2}"
}

copied() {
    mail_arrived copies "web@$domain" Date Message-ID &&
        arrived_with bob "$work/copies.expected" Date Message-ID &&
        arrived_with root "$work/copies.expected" Date Message-ID
}

mail_refused() {
    mail_returned false && expect_on_stderr "nosuch@$domain"
}

mail_failed() {
    mail_returned false && expect_nothing_stored
}

begin "${postfix_needs[@]}" /usr/bin/php
start_postfix
relay_conf conf "$starttls_port" starttls
write_ini ini "$SALLYPORT -t -i -C $work/conf"
write_recorder
write_ini recorder "$work/recorder"

to="'alice@$domain'"
from="\"From: Web <web@$domain>\\r\\nX-Odd:  two blanks\""
copies="'From' => 'web@$domain', 'Cc' => 'Bob <bob@$domain>', 'Bcc' => 'root@$domain'"
mail_script defaults "mail($to, 'a subject', \$body)"
mail_script headers "mail($to, 'a subject', \$body, $from)"
mail_script sender "mail($to, 'a subject', \$body, $from, '-fweb@$domain')"
mail_script big "mail($to, 'a subject', \$big, $from)"
mail_script copies "mail($to, 'a subject', \$body, [$copies], '-fweb@$domain')"
mail_script refused "mail('nosuch@$domain', 'a subject', \$body)"

mail_case 'mail() with three arguments' defaults "$(id -un)@$domain" From Date Message-ID
mail_case 'mail() with header fields' headers "$(id -un)@$domain" Date Message-ID
mail_case 'mail() with a sender' sender "web@$domain" Date Message-ID
mail_case 'mail() with a large message' big "$(id -un)@$domain" Date Message-ID
record copies
call copies
verdict 'mail() with Cc and Bcc' copied
call refused
verdict 'mail() is false for a refused recipient' mail_refused

relay_conf conf "$starttls_port" starttls 'password = wrong'
call defaults
verdict 'mail() is false for a refused log-in' mail_failed
free_ports closed_port
relay_conf conf "$closed_port" starttls
call defaults
verdict 'mail() is false when nobody listens' mail_failed
finish
