#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Prints the C++ files that clang-format answers for, one a line. Run from the top of the
# tree.
set -eu
find src ctl tests -name '*.cc' -o -name '*.h' | LC_ALL=C sort
