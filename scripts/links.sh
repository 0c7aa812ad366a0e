#!/bin/sh
# SPDX-License-Identifier: MIT
#
# links.sh install|uninstall DESTDIR TARGET LINK...: makes each LINK a relative symbolic
# link to TARGET, or takes it away. A file or a link that is not ours (another MTA's
# sendmail) is never replaced and never removed.
set -eu

verb=$1
root=$2
target=$3
shift 3

# The way from the directory of LINK to TARGET, both absolute and free of "." and "..".
relative() {
    here=${1%/*} there=$2 up=
    while [ "${there#"$here"/}" = "$there" ]; do
        here=${here%/*}
        up=../$up
    done
    printf '%s\n' "$up${there#"$here"/}"
}

install_link() {
    path=$root$1
    if [ "$(readlink "$path" || :)" = "$2" ]; then
        return
    fi
    if [ -e "$path" ] || [ -L "$path" ]; then
        printf 'links: %s belongs to another program: left as it is\n' "$path" >&2
        return 1
    fi
    mkdir -p "${path%/*}"
    printf ' ln -s %s %s\n' "$2" "$path"
    ln -s "$2" "$path"
}

uninstall_link() {
    path=$root$1
    if [ "$(readlink "$path" || :)" = "$2" ]; then
        printf ' rm -f %s\n' "$path"
        rm -f "$path"
    fi
}

status=0
for link in "$@"; do
    case $verb in
    install) install_link "$link" "$(relative "$link" "$target")" || status=1 ;;
    uninstall) uninstall_link "$link" "$(relative "$link" "$target")" ;;
    *) printf 'links: no such verb: %s\n' "$verb" >&2 && exit 64 ;;
    esac
done
exit "$status"
