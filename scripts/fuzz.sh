#!/bin/sh
# SPDX-License-Identifier: MIT
#
# fuzz.sh SOURCE TARGET...: lets each libFuzzer target search, from the corpus in SOURCE and
# from what earlier runs found, for FUZZ_SECONDS or FUZZ_RUNS inputs. Run in the build directory;
# what is found is kept in its directory corpus, and of an input that fails the name is printed.
set -u

source=$1
shift
if [ $# = 0 ]; then
    echo 'fuzz: no targets' >&2
    exit 1
fi
if [ -n "${FUZZ_RUNS:-}" ]; then
    bound=-runs=$FUZZ_RUNS
else
    bound=-max_total_time=${FUZZ_SECONDS:-10}
fi

# One for each processor at a time.
if [ $# -gt 1 ]; then
    printf '%s\n' "$@" | xargs -n 1 -P "$(nproc)" sh "$0" "$source"
    exit
fi

# The limit for one input is time on the clock: it is for what hangs, and must outlast a machine
# that stalls.
name=$(basename "$1" _fuzz)
log=corpus/$name.log
mkdir -p "corpus/$name"
if ! "./$1" "$bound" -timeout=120 -rss_limit_mb=2048 -max_len=65536 -print_final_stats=1 \
    -artifact_prefix="corpus/$name-" "corpus/$name" "$source/tests/fuzz/corpus/$name" \
    >"$log" 2>&1 </dev/null; then
    printf 'FAIL fuzz %s: see %s\n' "$name" "$PWD/$log"
    tail -n 40 "$log"
    exit 1
fi
runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")
printf 'PASS fuzz %s: %s runs\n' "$name" "$runs"
