// SPDX-License-Identifier: MIT
//
// Every dialogue with the program itself, over TCP and TLS on the loopback interface.
#include <algorithm>
#include <csignal>
#include <cstdio>
#include <exception>
#include <memory>
#include <set>

#include <boost/test/unit_test.hpp>

#include "support/dialogue_cases.h"
#include "support/program_run.h"

using namespace sallyport;

namespace {

/// What a server can make the program exit with: none of these may lose its last dialogue.
void every_status_that_a_server_can_cause(const std::vector<Dialogue>& dialogues) {
    std::set<int> seen;
    bool doubt = false;
    for (const Dialogue& dialogue : dialogues) {
        if (!dialogue.runs.contains(Run::program))
            continue;
        seen.insert(dialogue.status);
        doubt = doubt || std::ranges::any_of(dialogue.log, [](const std::string& entry) {
                    return entry.starts_with("in-doubt");
                });
    }
    for (const int status : {0, 65, 67, 68, 69, 75, 76, 77})
        BOOST_TEST(seen.contains(status), "no dialogue exits with " << status);
    BOOST_TEST(doubt, "no dialogue ends in doubt");
}

bool add_cases() {
    try {
        std::signal(SIGPIPE, SIG_IGN);
        const auto dialogues = load_dialogues();
        const auto certificates = std::make_shared<const Certificates>();
        add_dialogue_cases(dialogues, Run::program, "",
                           [certificates](const Dialogue& dialogue) {
                               return run_program(dialogue, *certificates);
                           });
        boost::unit_test::framework::master_test_suite().add(
            boost::unit_test::make_test_case(
                [dialogues] { every_status_that_a_server_can_cause(dialogues); },
                "every_status_that_a_server_can_cause", __FILE__, __LINE__));
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
