// SPDX-License-Identifier: MIT
#include "support/dialogue_cases.h"

#include <cstdio>
#include <string_view>

#include <boost/test/unit_test.hpp>
#include <netdb.h>

#include "net/idn.h"
#include "smtp/sasl.h"

namespace sallyport {

namespace {

/// Whether this machine has a resolver that knows what does not exist.
bool has_resolver() {
    addrinfo* found = nullptr;
    const int error = ::getaddrinfo("nowhere.invalid", nullptr, nullptr, &found);
    if (error == 0)
        ::freeaddrinfo(found);
    return error == EAI_NONAME;
}

bool has_mechanism(const std::string& name) {
    SaslClient client({"user", "", "", "localhost", 0, {}}, "secret");
    return client.start(name);
}

/// Why this is not to be had here; empty if it is.
std::string missing(const std::string& need, Run run) {
    if (need == "resolver")
        return run != Run::program || has_resolver() ? "" : "no resolver answers here";
    if (need == "libidn2")
        return to_ascii("a@ü.example").trouble;
    return has_mechanism(need) ? "" : "no plug-in for " + need + " is installed";
}

/// Why the dialogue cannot be run here; empty if it can.
std::string missing(const Dialogue& dialogue, Run run) {
    for (const auto& need : dialogue.needs) {
        std::string why = missing(need, run);
        if (!why.empty())
            return why;
    }
    return {};
}

} // namespace

void add_dialogue_cases(const std::vector<Dialogue>& dialogues, Run run,
                        const std::string& prefix, const RunDialogue& play) {
    namespace unit_test = boost::unit_test;
    for (const Dialogue& dialogue : dialogues) {
        if (!dialogue.runs.contains(run))
            continue;
        auto* const test_case = unit_test::make_test_case(
            [dialogue, play] {
                std::string all;
                for (const auto& difference : play(dialogue))
                    all += "\n  " + difference;
                BOOST_TEST(all.empty(), all);
            },
            prefix + dialogue.name, __FILE__, __LINE__);
        test_case->add_precondition([dialogue, run](unit_test::test_unit_id /*id*/) {
            const std::string why = missing(dialogue, run);
            if (!why.empty())
                std::printf("SKIP dialogue %s: %s\n", dialogue.name.c_str(), why.c_str());
            boost::test_tools::assertion_result runs(why.empty());
            runs.message() << why;
            return runs;
        });
        unit_test::framework::master_test_suite().add(test_case);
    }
}

} // namespace sallyport
