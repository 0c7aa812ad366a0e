// SPDX-License-Identifier: MIT
//
// Command lines, and in one line what was understood of them.
#pragma once

#include <boost/test/unit_test.hpp>

#include <string>
#include <vector>

#include "config/invocation.h"
#include "failing.h"

namespace sallyport {

using Arguments = std::vector<const char*>;

inline constexpr const char* modes[] = {"serve",   "verify",  "deliver", "list",   "run",
                                        "aliases", "nothing", "help",    "version"};

/// All that is not as it is without options, in a fixed order.
inline std::string summary(const Invocation& invocation) {
    std::string text = modes[static_cast<int>(invocation.mode)];
    const auto add = [&](const char* name, const std::string& value) {
        text += std::string(" ") + name + "=" + value;
    };
    if (invocation.recipients_from_header)
        text += " t";
    if (!invocation.dot_ends_message)
        text += " i";
    if (invocation.verbose)
        text += " v";
    if (invocation.sender)
        add("f", *invocation.sender);
    if (invocation.full_name)
        add("F", *invocation.full_name);
    if (invocation.config_file)
        add("C", *invocation.config_file);
    if (invocation.body != BodyType::unspecified)
        add("B", invocation.body == BodyType::seven_bit ? "7" : "8");
    if (!invocation.notify.empty())
        add("N", invocation.notify);
    if (!invocation.ret.empty())
        add("R", invocation.ret);
    if (!invocation.envelope_id.empty())
        add("V", invocation.envelope_id);
    if (invocation.require_tls)
        text += " requiretls";
    if (invocation.smtputf8)
        text += " smtputf8";
    for (const std::string& recipient : invocation.recipients)
        text += " <" + recipient + ">";
    return text;
}

inline Invocation parse(const Arguments& arguments, const char* program = "sendmail") {
    Arguments argv{program};
    argv.insert(argv.end(), arguments.begin(), arguments.end());
    return parse_invocation(argv);
}

struct Row {
    Arguments arguments;
    const char* summary;
};

inline void check(const std::vector<Row>& rows) {
    for (const Row& row : rows)
        BOOST_TEST(summary(parse(row.arguments)) == row.summary);
}

inline void check_refused(const Arguments& arguments, const std::string& why) {
    const Failure failure = failure_of([&] { return parse(arguments); });
    BOOST_TEST(status_of(failure) == 64);
    BOOST_TEST((failure.fault() == Fault::local));
    BOOST_TEST(failure.what() == why + " (see --help)");
}

} // namespace sallyport
