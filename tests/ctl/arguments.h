// SPDX-License-Identifier: MIT
//
// argv, as main() gets it.
#pragma once

#include <initializer_list>
#include <string>
#include <vector>

#include "ctl/options.h"

namespace sallyport::ctl {

/// What these arguments after the program's name are taken apart to.
inline Options options_of(std::initializer_list<const char*> arguments) {
    std::vector<std::string> words{"sallyportctl"};
    words.insert(words.end(), arguments.begin(), arguments.end());
    std::vector<char*> argv;
    for (std::string& word : words)
        argv.push_back(word.data());
    return Options(argv);
}

} // namespace sallyport::ctl
