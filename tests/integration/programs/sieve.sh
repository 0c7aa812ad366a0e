#!/bin/sh
# SPDX-License-Identifier: MIT
#
# sieve.sh SCRIPT [FROM]: a message from FROM to store goes through it.
set -e
cd "$HOME"
rm -rf .dovecot* sieve
printf 'require ["vacation"];\n%s\n' "$1" >.dovecot.sieve
printf '%s\n' 'mail_location = maildir:~/sieve' 'hostname = submit.test' \
    'postmaster_address = root@example.test' 'protocol lda {' \
    '  mail_plugins = sieve' '}' 'log_path = /dev/stderr' 'ssl = no' "base_dir = $HOME/run" \
    'plugin {' '  sieve = ~/.dovecot.sieve' '}' >dovecot.conf
exec /usr/lib/dovecot/dovecot-lda -c "$HOME/dovecot.conf" \
    -f "${2-web@example.test}" -a store@example.test
