# shellcheck shell=bash
# SPDX-License-Identifier: MIT
#
# Sourced by setup.sh and lib.sh. Sets $place, where the servers are kept: $INTEGRATION_ROOT,
# else a directory under the build directory, which is where the tests are started from. A
# source tree that is not being built in has its builds in build/.

place=${INTEGRATION_ROOT:-}
if [ -z "$place" ]; then
    place=$PWD
    if [ -e "$place/configure.ac" ] && [ ! -e "$place/config.status" ]; then
        place=$place/build
    fi
    place=$place/integration-root
fi
case $place in
/*) ;;
*) place=$PWD/$place ;;
esac
readonly place
