// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE refusal
#include <boost/test/unit_test.hpp>

#include "failing.h"
#include "smtp/refusal.h"
#include "support/talker.h"

using namespace sallyport;

namespace {

Failure refused(const Where& where, const Reply& reply, bool in_doubt = false) {
    const Transcript transcript;
    Talk talk;
    Wire wire(std::make_unique<Talker>(talk), "peer", transcript, std::chrono::seconds(1),
              Deadline::max());
    wire.set_in_doubt(in_doubt);
    return failure_of([&]() -> int { refuse(wire, where, reply); });
}

struct Row {
    Where where;
    int code;
    const char* text;
    int status;
    Fault fault;
    const char* enhanced;
};

const Row rows[] = {
    // transient, whatever the step and the text say
    {Step::greeting, 421, "4.3.2 busy", 75, Fault::address, "4.3.2"},
    {Step::greeting, 450, "busy", 75, Fault::address, "4.0.0"},
    {{Step::mail, ""}, 451, "5.1.1 odd", 75, Fault::address, "4.0.0"},
    {{Step::auth, "PLAIN"}, 454, "4.7.0 later", 75, Fault::address, "4.7.0"},
    {{Step::auth, "PLAIN"}, 432, "4.7.12", 75, Fault::address, "4.7.12"},
    {Step::end_of_data, 452, "4.3.1 full", 75, Fault::address, "4.3.1"},
    {Step::starttls, 454, "no TLS now", 75, Fault::address, "4.0.0"},
    // about the log-in
    {{Step::mail, ""}, 530, "5.7.0 log in first", 77, Fault::relay, "5.7.0"},
    {{Step::mail, ""}, 530, "log in first", 77, Fault::relay, "5.7.8"},
    {{Step::auth, "PLAIN"}, 534, "too weak", 77, Fault::relay, "5.7.8"},
    {{Step::auth, "PLAIN"}, 535, "5.7.8 no", 77, Fault::relay, "5.7.8"},
    {{Step::auth, "PLAIN"}, 538, "not in clear", 77, Fault::relay, "5.7.8"},
    {{Step::auth, "LOGIN"}, 500, "what", 77, Fault::relay, "5.7.8"},
    {{Step::auth, "LOGIN"}, 501, "5.5.4 what", 77, Fault::relay, "5.5.4"},
    {{Step::auth, "LOGIN"}, 554, "5.5.1 what", 77, Fault::relay, "5.5.1"},
    {{Step::mail, ""}, 550, "5.7.8 no", 77, Fault::relay, "5.7.8"},
    {{Step::mail, ""}, 534, "too weak", 77, Fault::relay, "5.7.8"},
    {{Step::mail, ""}, 535, "5.7.1 no", 77, Fault::relay, "5.7.1"},
    {Step::starttls, 538, "not in clear", 77, Fault::relay, "5.7.8"},
    {Step::ehlo, 550, "5.7.9 no", 77, Fault::relay, "5.7.9"},
    // too big
    {{Step::mail, ""}, 552, "5.3.4 too big", 65, Fault::message, "5.3.4"},
    {Step::end_of_data, 552, "5.3.4 too big", 65, Fault::message, "5.3.4"},
    {Step::end_of_data, 552, "5.2.2 mailbox full", 69, Fault::message, "5.2.2"},
    {Step::end_of_data, 552, "too big", 69, Fault::message, "5.0.0"},
    {Step::end_of_data, 554, "5.3.4 too big", 69, Fault::message, "5.3.4"},
    // the rest
    {Step::greeting, 554, "no service", 69, Fault::relay, "5.0.0"},
    {Step::ehlo, 554, "no service", 69, Fault::relay, "5.0.0"},
    {Step::helo, 550, "no", 69, Fault::relay, "5.0.0"},
    {Step::lhlo, 550, "no", 69, Fault::relay, "5.0.0"},
    {{Step::mail, ""}, 550, "5.1.8 who", 69, Fault::message, "5.1.8"},
    {{Step::mail, ""}, 550, "5.7.80 who", 69, Fault::message, "5.7.80"},
    {Step::data, 503, "5.5.1 no", 69, Fault::message, "5.5.1"},
    {Step::end_of_data, 554, "5.6.0 spam", 69, Fault::message, "5.6.0"},
};

} // namespace

BOOST_AUTO_TEST_CASE(every_negative_reply_has_its_meaning) {
    for (const Row& row : rows) {
        const Reply reply{row.code, {row.text}};
        const std::string shown = row.where.text() + ": " + reply.text();
        BOOST_TEST(static_cast<int>(status_of(row.where.step, reply)) == row.status, shown);
        const Failure failure = refused(row.where, reply);
        BOOST_TEST(status_of(failure) == row.status, shown);
        BOOST_TEST((failure.fault() == row.fault), shown);
        BOOST_TEST(failure.enhanced() == row.enhanced, shown);
        BOOST_TEST(failure.credentials_refused() == (row.status == 77), shown);
        BOOST_TEST(failure.reply_code() == row.code, shown);
        BOOST_TEST((failure.step() == row.where.step), shown);
        BOOST_TEST(failure.what() == "peer: " + shown);
    }
}

BOOST_AUTO_TEST_CASE(a_refusal_ends_the_doubt) {
    const Failure failure = refused(Step::end_of_data, {554, {"5.6.0 no"}}, true);
    BOOST_TEST((failure.fault() == Fault::message));
    BOOST_TEST(failure.what() == "peer: end of data: 554 5.6.0 no");
    BOOST_TEST(
        (refused(Step::end_of_data, {421, {"bye"}}, true).fault() == Fault::address));
}

BOOST_AUTO_TEST_CASE(a_reply_that_neither_grants_nor_refuses_is_out_of_place) {
    for (const int code : {220, 250, 334, 354}) {
        const Failure failure = refused(Step::end_of_data, {code, {"x"}});
        BOOST_TEST(status_of(failure) == 76);
        BOOST_TEST((failure.fault() == Fault::relay));
        BOOST_TEST(failure.what() ==
                   "peer: end of data: reply out of place: " + std::to_string(code) + " x");
    }
}

BOOST_AUTO_TEST_CASE(out_of_place_the_doubt_stays) {
    const Failure failure = refused(Step::end_of_data, {354, {"go on"}}, true);
    BOOST_TEST(status_of(failure) == 75);
    BOOST_TEST((failure.fault() == Fault::in_doubt));
    BOOST_TEST(failure.what() == "peer: end of data: reply out of place: 354 go on; "
                                 "the message may have been accepted");
}

BOOST_AUTO_TEST_CASE(what_the_server_says_is_shown_harmless) {
    const Failure failure = refused(Step::data, {554, {"\x1b[31m", "a\nb"}});
    BOOST_TEST(failure.what() == "peer: DATA: 554 ?[31m a?b");
}
