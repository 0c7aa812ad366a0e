#!/bin/bash
# SPDX-License-Identifier: MIT
#
# What bash, zsh and fish complete of sallyportctl's arguments, each by itself. zsh and fish are
# skipped where they are not installed.
# shellcheck disable=SC2016,SC2154 # expanded by an inner shell; names of the sourced file
# shellcheck disable=SC2317 # called by their names

# shellcheck source=tests/support/server.bash
. "$(dirname "$0")/../support/server.bash" || exit 1

# completes SHELL NAME LINE CANDIDATE...: what is typed goes on as these do, perhaps among others.
completes() {
    local shell=$1 name="$1: $2" line=$3 candidate
    shift 3
    status=0
    "complete_by_$shell" "$line" >"$work/candidates" 2>"$work/stderr" || status=$?
    for candidate; do
        if ! grep -qxF -e "$candidate" "$work/candidates"; then
            fail "$name" "no $candidate among: $(tr '\n' ' ' <"$work/candidates")"
            return
        fi
    done
    if [ "$status" = 0 ] && [ ! -s "$work/stderr" ]; then
        pass "$name"
    else
        fail "$name" "exit status $status"
    fi
}

# omits SHELL NAME LINE CANDIDATE...: it does not go on as any of these.
omits() {
    local shell=$1 name="$1: $2" line=$3 candidate
    shift 3
    "complete_by_$shell" "$line" >"$work/candidates" 2>"$work/stderr" || true
    for candidate; do
        if grep -qxF -e "$candidate" "$work/candidates"; then
            fail "$name" "$candidate is among: $(tr '\n' ' ' <"$work/candidates")"
            return
        fi
    done
    pass "$name"
}

# Each candidate as a whole word, a line each.
complete_by_bash() {
    COMP_WORDBREAKS=$' \t\n"'"'"'><=;|&(:' bash --norc --noprofile -c '
        . "$0" || exit
        COMP_LINE=$1 COMP_POINT=${#1}
        _sallyportctl sallyportctl
        typed=${1##* }
        [ "${#COMPREPLY[@]}" = 0 ] || printf "%s\n" "${COMPREPLY[@]/#/${typed%"${typed##*[=:]}"}}"' \
        "$work/completions/sallyportctl" "$1"
}

# A terminal of zsh has the completions that would be shown written to a pipe instead.
complete_by_zsh() {
    line=$1 completions=$work/completions timeout 60 zsh -f -c '
        zmodload zsh/zpty
        mkfifo $HOME/matches.$$ || exit 1
        zpty terminal "matches=$HOME/matches.$$ PATH=${(q)PATH} zsh -f -i"
        zpty -w terminal "PS1=; fpath=(${(q)completions} \$fpath); autoload -Uz compinit; compinit -u -D"
        zpty -w terminal "zle -C all-matches complete-word _generic"
        zpty -w terminal "zstyle \":completion:all-matches::::\" completer _all_matches _complete"
        zpty -w terminal "zstyle \":completion:all-matches:*\" insert yes"
        zpty -w terminal "tell() { print -rl -- \${(z)BUFFER} >\$matches; BUFFER= }; zle -N tell"
        zpty -w terminal "bindkey \"^X^A\" all-matches; bindkey \"^X^T\" tell; print re\"\"ady"
        zpty -r terminal shown "*ready*" || exit 1
        zpty -n -w terminal "$line"$'"'\\C-x\\C-a\\C-x\\C-t'"'
        cat $HOME/matches.$$
        zpty -d terminal
        rm $HOME/matches.$$'
}

complete_by_fish() {
    line=$1 timeout 60 fish --no-config -c '
        source $completions/sallyportctl.fish
        complete -C "$line" | cut -f 1'
}

cases_of() {
    completes "$1" 'a verb' 'sallyportctl che' check
    completes "$1" 'all verbs' 'sallyportctl ' check setup providers config queue completion help
    omits "$1" 'verbs that are not there yet' 'sallyportctl ' import token
    completes "$1" 'an option of the verb' 'sallyportctl check --' --to --no-auth --json
    omits "$1" 'no option of another verb' 'sallyportctl check --' --dry-run --names
    completes "$1" 'words of a choice' 'sallyportctl setup --force ' both envelope header no
    completes "$1" 'a provider' 'sallyportctl setup sendg' sendgrid
    completes "$1" 'a relay of the configuration' 'sallyportctl check --relay ' spare
    completes "$1" 'a shell' 'sallyportctl completion ' bash zsh fish
    completes "$1" 'a verb to be helped with' 'sallyportctl help che' check
    completes "$1" 'what to do with the queue' 'sallyportctl queue re' retry release remove
    completes "$1" 'a message of the queue' 'sallyportctl queue show ' "$waiting"
    omits "$1" 'none of another kind' 'sallyportctl queue show ' "$gone" list
    completes "$1" 'a message that failed' 'sallyportctl queue show --failed ' "$gone"
    completes "$1" 'a second message' "sallyportctl queue hold $gone " "$waiting"
    completes "$1" 'a file' "sallyportctl check --config $work/na" "$work/named"
}

begin
ctl=$(realpath "${SALLYPORTCTL:-$builddir/sallyportctl}")
mkdir "$work/bin" "$work/completions"
ln -s "$ctl" "$work/bin/sallyportctl"
export PATH=$work/bin:$PATH completions=$work/completions
printf '[relay]\nhost = smtp.example.org\n[relay spare]\nhost = mail.example.org\n' >"$work/conf"
printf '[queue]\ndirectory = %s\nreserve = 1M\n' "$work/queue" >>"$work/conf"
touch "$work/named"
export SALLYPORT_CONFIG=$work/conf
for to in waiting gone; do
    printf 'Subject: %s\n\n' "$to" | "$SALLYPORT" -odq "$to@example.org" 2>/dev/null
done
gone=$(sallyportctl queue list --names | head -n 1)
mv "$work/queue/queue/$(id -u)/$gone" "$work/queue/failed/"
waiting=$(sallyportctl queue list --names)
sallyportctl completion bash >"$work/completions/sallyportctl"
sallyportctl completion zsh >"$work/completions/_sallyportctl"
sallyportctl completion fish >"$work/completions/sallyportctl.fish"
for shell in bash zsh fish; do
    if command -v "$shell" >/dev/null; then
        cases_of "$shell"
    else
        skip "$shell" 'it is not installed'
    fi
done
completes bash 'a choice in the same word' 'sallyportctl check --color=al' --color=always
completes bash 'a variant of a provider' 'sallyportctl setup sendgrid:' sendgrid:eu
completes bash 'a word after an option and its value' 'sallyportctl --color never set' setup
finish
