// SPDX-License-Identifier: MIT
//
// Every dialogue in memory: its replies whole, and one octet a read.
#include <cstdio>
#include <exception>

#include <boost/test/unit_test.hpp>

#include "support/dialogue_cases.h"
#include "support/memory_run.h"

using namespace sallyport;

namespace {

bool add_cases() {
    try {
        const auto dialogues = load_dialogues();
        add_dialogue_cases(dialogues, Run::memory, "", [](const Dialogue& dialogue) {
            return run_in_memory(dialogue, false);
        });
        add_dialogue_cases(dialogues, Run::octets, "octets/", [](const Dialogue& dialogue) {
            return run_in_memory(dialogue, true);
        });
        return !dialogues.empty();
    } catch (const std::exception& error) {
        std::fprintf(stderr, "%s\n", error.what());
        return false;
    }
}

} // namespace

int main(int argc, char** argv) {
    return boost::unit_test::unit_test_main(add_cases, argc, argv);
}
