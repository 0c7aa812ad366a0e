#!/bin/bash
# SPDX-License-Identifier: MIT
#
# integration.sh [NAME...]: runs tests/integration/NAME.sh, or all of them, one after the
# other, after setup.sh has made the servers available. They print a line PASS, FAIL or SKIP
# for each case; a script that ends in 77 has left out everything it has, one that ends
# badly without saying FAIL gets that line here. Run in the build directory, with SALLYPORT
# and srcdir set.
# shellcheck disable=SC2154 # srcdir comes from the Makefile
set -uo pipefail

tests=$srcdir/tests/integration
log=integration.log

run() {
    local script=$1 name status
    name=$(basename "$script" .sh)
    printf '== %s\n' "$name"
    timeout --kill-after=10 600 "$script" >"$log" 2>&1 </dev/null
    status=$?
    cat "$log"
    case $status in
    0) grep -q '^PASS ' "$log" || printf 'FAIL %s: it says nothing\n' "$name" ;;
    77) grep -q '^SKIP ' "$log" || printf 'SKIP %s: it cannot run here\n' "$name" ;;
    *) grep -q '^FAIL ' "$log" || printf 'FAIL %s: exit status %d\n' "$name" "$status" ;;
    esac
}

scripts() {
    local script
    for script in "$tests"/*.sh; do
        case ${script##*/} in
        lib.sh | setup.sh) ;;
        *) printf '%s\n' "$script" ;;
        esac
    done
}

if [ $# -gt 0 ]; then
    chosen=("${@/#/$tests/}")
    chosen=("${chosen[@]/%/.sh}")
else
    mapfile -t chosen < <(scripts)
fi

"$tests/setup.sh" || [ $? = 77 ] || exit 1
for script in "${chosen[@]}"; do
    run "$script"
done | tee integration.out
rm -f "$log"

count() {
    grep -c "^$1 " integration.out || :
}
if grep -q '^ROW ' integration.out; then
    printf '%-40s  %-9s  %s\n' caller delivered bytes
    sed -n 's/^ROW //p' integration.out
fi
failed=$(count FAIL)
printf 'integration: %d passed, %d failed, %d skipped\n' \
    "$(count PASS)" "$failed" "$(count SKIP)"
[ "$failed" = 0 ]
