#!/bin/sh
# SPDX-License-Identifier: MIT
#
# links.sh install|uninstall DESTDIR TARGET LINK... [-- TARGET LINK...]: makes each LINK a
# relative symbolic link to the TARGET before it, or takes it away. A file or a link that is not
# ours (another MTA's sendmail) is never replaced and never removed; where there is one, install
# makes no link at all, for half of two MTAs is none.
set -eu

verb=$1
root=$2
shift 2

# The way from the directory of LINK to TARGET, both absolute and free of "." and "..".
relative() {
    here=${1%/*} there=$2 up=
    while [ "${there#"$here"/}" = "$there" ]; do
        here=${here%/*}
        up=../$up
    done
    printf '%s\n' "$up${there#"$here"/}"
}

# each ACTION ARGUMENT...: calls it with the path of each link, and what that is to say.
each() {
    action=$1 target=
    shift
    for name in "$@"; do
        if [ "$name" = -- ]; then
            target=
        elif [ -z "$target" ]; then
            target=$name
        else
            "$action" "$root$name" "$(relative "$name" "$target")"
        fi
    done
}

is_ours() {
    [ "$(readlink "$1" || :)" = "$2" ]
}

look_at() {
    if ! is_ours "$@" && { [ -e "$1" ] || [ -L "$1" ]; }; then
        printf 'links: %s belongs to another program\n' "$1" >&2
        foreign=yes
    fi
}

make_link() {
    if ! is_ours "$@"; then
        mkdir -p "${1%/*}"
        printf ' ln -s %s %s\n' "$2" "$1"
        ln -s "$2" "$1"
    fi
}

remove_link() {
    if is_ours "$@"; then
        printf ' rm -f %s\n' "$1"
        rm -f "$1"
    fi
}

case $verb in
install)
    foreign=no
    each look_at "$@"
    if [ $foreign = yes ]; then
        printf 'links: no name was made: remove that program first\n' >&2
        exit 1
    fi
    each make_link "$@"
    ;;
uninstall) each remove_link "$@" ;;
*) printf 'links: no such verb: %s\n' "$verb" >&2 && exit 64 ;;
esac
