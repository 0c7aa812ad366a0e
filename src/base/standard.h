// SPDX-License-Identifier: MIT
//
// What most sources take of the standard library, compiled once: see Makefile.am. No source
// leans on it: `make lint` reads each without it.
#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <cstring>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>
