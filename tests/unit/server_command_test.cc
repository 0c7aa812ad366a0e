// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE server_command
#include <boost/test/unit_test.hpp>

#include "failing.h"
#include "serve/server_command.h"
#include "text/ascii.h"

using namespace sallyport;

namespace {

template<class Call>
void check_refused(int code, const std::string& text, Call&& call) {
    const Refusal refusal = thrown<Refusal>(call);
    BOOST_TEST(refusal.code == code);
    BOOST_TEST(refusal.text == text);
    BOOST_TEST(refusal.enhanced == "5.5.4");
    BOOST_TEST(!has_control(refusal.text));
}

/// What a client is told of it: "451 4.3.0".
std::string told(const Failure& failure) {
    const Refusal refusal(failure);
    BOOST_TEST(refusal.text == failure.what());
    return std::to_string(refusal.code) + " " + refusal.enhanced;
}

void check_mail_refused(const std::string& argument, int code, const std::string& text) {
    BOOST_TEST_CONTEXT(argument)
    check_refused(code, text, [&] { return parse_mail(argument); });
}

void check_rcpt_refused(const std::string& argument, int code, const std::string& text) {
    BOOST_TEST_CONTEXT(argument)
    check_refused(code, text, [&] { return parse_rcpt(argument); });
}

} // namespace

BOOST_AUTO_TEST_CASE(verbs_and_what_follows) {
    const auto check = [](const char* line, const char* verb, const char* argument) {
        const ServerCommand command = parse_command(line);
        BOOST_TEST(command.verb == verb, line);
        BOOST_TEST(command.argument == argument, line);
    };
    check("QUIT", "QUIT", "");
    check("quit  ", "QUIT", "");
    check(" \tNoOp x y ", "NOOP", "x y");
    check("mail FROM:<a@x> SIZE=1", "MAIL", "FROM:<a@x> SIZE=1");
    check("RCPT\tto:<a@x>", "RCPT", "to:<a@x>");
    check("", "", "");
    check("MAILFROM:<a@x>", "MAILFROM:<A@X>", "");
}

BOOST_AUTO_TEST_CASE(the_status_code_of_a_reply_is_of_its_class) {
    BOOST_TEST(Refusal(550, "5.7.1", "no").enhanced == "5.7.1");
    BOOST_TEST(Refusal(452, "5.5.3", "later").enhanced == "4.5.3");
    BOOST_TEST(Refusal(550, "", "no").enhanced == "5.3.0");
}

BOOST_AUTO_TEST_CASE(what_the_server_says_is_passed_on) {
    const auto said = [](ExitStatus status, Fault fault, int code) {
        return told(Failure(status, fault, "no", "", code));
    };
    BOOST_TEST(said(ExitStatus::unavailable, Fault::message, 554) == "554 5.3.0");
    BOOST_TEST(said(ExitStatus::temp_fail, Fault::address, 452) == "452 4.3.0");
    // What it thinks of us is no matter of the client, whose line to us stays.
    BOOST_TEST(said(ExitStatus::temp_fail, Fault::address, 421) == "451 4.3.0");
    BOOST_TEST(said(ExitStatus::no_perm, Fault::relay, 535) == "451 4.3.0");
    BOOST_TEST(said(ExitStatus::unavailable, Fault::relay, 554) == "451 4.3.0");
}

BOOST_AUTO_TEST_CASE(what_we_find_wrong_is_the_messages_or_ours) {
    const auto found = [](ExitStatus status, Fault fault, const char* enhanced,
                          int code = 0) {
        return told(Failure(status, fault, "no", enhanced, code));
    };
    BOOST_TEST(found(ExitStatus::data_error, Fault::local, "5.1.3", 553) == "553 5.1.3");
    BOOST_TEST(found(ExitStatus::data_error, Fault::message, "5.3.4", 552) == "552 5.3.4");
    BOOST_TEST(found(ExitStatus::data_error, Fault::relay, "5.6.3") == "554 5.6.3");
    BOOST_TEST(found(ExitStatus::no_perm, Fault::local, "5.7.1", 550) == "550 5.7.1");
    BOOST_TEST(found(ExitStatus::config, Fault::local, "") == "451 4.3.5");
    BOOST_TEST(found(ExitStatus::temp_fail, Fault::in_doubt, "4.4.2") == "451 4.4.2");
}

BOOST_AUTO_TEST_CASE(what_a_proxy_refuses_may_come_again) {
    BOOST_TEST(told(Failure(ExitStatus::no_perm, Fault::address, "one", Step::socks,
                            {"the proxy says: not allowed"}, "5.7.1")) == "451 4.7.1");
}

BOOST_AUTO_TEST_CASE(paths) {
    const auto path = [](const char* argument) {
        return parse_mail(argument).sender.address();
    };
    BOOST_TEST(path("FROM:<a@x>") == "a@x");
    BOOST_TEST(path("from: <a@x>") == "a@x"); // not allowed, but met
    BOOST_TEST(path("FROM:\t<a@x>") == "a@x");
    BOOST_TEST(path("FROM:<>") == "");
    BOOST_TEST(path("FROM:< >") == "");
    BOOST_TEST(path("FROM:< a@x >") == "a@x");
    BOOST_TEST(path("FROM:<\"a>b\"@x> SIZE=5") == "\"a>b\"@x");
    BOOST_TEST(path("FROM:<\"a\\\">b\"@x>") == "\"a\\\">b\"@x");
    BOOST_TEST(path("FROM:<a@x>SIZE=5") == "a@x");
    BOOST_TEST(path("FROM:<@r,@q:a@x>") == "a@x");
    BOOST_TEST(parse_mail("FROM:<a@x>SIZE=5").size.value() == 5U);
    BOOST_TEST(parse_rcpt("to:<\xc3\xb6@x>").recipient.address() == "\xc3\xb6@x");
    BOOST_TEST(parse_rcpt("TO:<postmaster>").recipient.address() == "postmaster");
    for (const char* odd : {"", "FROM", "FROM:", "FROM:a@x", "FROM:a@x>", "FROM <a@x>",
                            "TO:<a@x>", "FROM:x<a@x>", "FROM:Bob <a@x>"})
        check_mail_refused(odd, 501, "FROM:<address> is expected");
    for (const char* odd : {"", "FROM:<a@x>", "TO:a@x", "TO"})
        check_rcpt_refused(odd, 501, "TO:<address> is expected");
    BOOST_TEST(thrown<Refusal>([] { return parse_rcpt("TO:<>"); }).code == 501);
}

/// One parser decides where a path ends and what it holds: there is no text that one takes
/// for quoted and another for a comment.
BOOST_AUTO_TEST_CASE(a_path_is_one_mailbox_or_refused) {
    for (const char* odd : {"<a@b.cd(\")>,<evil@x.org(\")>",
                            "<a@b.cd(\">\")>",
                            "<a@x(c)>",
                            "<(c)a@x>",
                            "<a@x, b@x>",
                            "<a@x,b@x>",
                            "<g:a@x;>",
                            "<a b@x>",
                            "<a@x b>",
                            "<Bob <a@x>>",
                            "<a@x",
                            "<\"a@x>",
                            "<a@x\\>",
                            "<\\root>",
                            "<a@>",
                            "<@x>",
                            "<@r:>",
                            "<a@x;b@x>",
                            "<@r,b@x>",
                            "<a@[1.2.3.4]x>"}) {
        const std::string path = odd;
        for (const auto& failure :
             {failure_of([&] { return parse_rcpt("TO:" + path); }),
              failure_of([&] { return parse_mail("FROM:" + path + " SIZE=1"); })}) {
            BOOST_TEST(status_of(failure) == 65, odd);
            BOOST_TEST(told(failure) == "553 5.1.3", odd);
        }
    }
    BOOST_TEST(thrown<Refusal>([&] { return parse_rcpt("TO:<a@x>,<b@x>"); }).code == 555);
}

BOOST_AUTO_TEST_CASE(parameters_of_mail) {
    const MailArguments none = parse_mail("FROM:<a@x>");
    BOOST_TEST(!none.size);
    BOOST_TEST((none.body == BodyType::unspecified));
    BOOST_TEST(!none.smtputf8);
    BOOST_TEST(none.ret + none.envelope_id == "");
    const MailArguments all = parse_mail("FROM:<a@x> size=123  Body=8bitmime SmtpUtf8 "
                                         "RET=hdrs ENVID=a+2Bb AUTH=<> ");
    BOOST_TEST(all.size.value() == 123U);
    BOOST_TEST((all.body == BodyType::eight_bit_mime));
    BOOST_TEST(all.smtputf8);
    BOOST_TEST(all.ret == "HDRS");
    BOOST_TEST(all.envelope_id == "a+b");
    BOOST_TEST((parse_mail("FROM:<> BODY=7BIT").body == BodyType::seven_bit));
    BOOST_TEST(parse_mail("FROM:<> SIZE=18446744073709551615").size.value() == UINT64_MAX);
}

BOOST_AUTO_TEST_CASE(parameters_of_mail_that_are_refused) {
    const auto refused = [](const std::string& parameter, int code,
                            const std::string& text) {
        check_mail_refused("FROM:<a@x> " + parameter, code, text);
    };
    for (const char* size : {"SIZE", "SIZE=", "SIZE=x", "SIZE=-1", "SIZE=1x", "SIZE=+1",
                             "SIZE=18446744073709551616"})
        refused(size, 501, "parameter malformed: SIZE");
    for (const char* body : {"BODY", "BODY=", "BODY=BINARYMIME", "BODY=8BIT"})
        refused(body, 501, "parameter malformed: BODY");
    for (const char* ret : {"RET", "RET=", "RET=ALL"})
        refused(ret, 501, "parameter malformed: RET");
    for (const char* id : {"ENVID", "ENVID=", "ENVID=a=b", "ENVID=+2", "ENVID=+0A",
                           "ENVID=+00", "ENVID=\xc3\xb6", "ENVID=a+0Db", "ENVID=+C3+B6"})
        refused(id, 501, "parameter malformed: ENVID");
    refused("SMTPUTF8=x", 555, "parameter not known: SMTPUTF8");
    refused("NOTIFY=NEVER", 555, "parameter not known: NOTIFY");
    refused("X-\xff=1", 555, "parameter not known: X-?");
    refused("=1", 555, "parameter not known: ");
}

BOOST_AUTO_TEST_CASE(parameters_of_rcpt) {
    const RcptArguments all =
        parse_rcpt("TO:<a@x> notify=Success,delay ORCPT=rfc822;b+2Bc@y");
    BOOST_TEST(all.recipient.address() == "a@x");
    BOOST_TEST(all.notify == "SUCCESS,DELAY");
    BOOST_TEST(all.original_recipient == "rfc822;b+2Bc@y");
    BOOST_TEST(parse_rcpt("TO:<a@x> NOTIFY=never").notify == "NEVER");
    for (const char* odd :
         {"NOTIFY", "NOTIFY=", "NOTIFY=x", "NOTIFY=NEVER,DELAY", "NOTIFY=DELAY,DELAY"})
        check_rcpt_refused(std::string("TO:<a@x> ") + odd, 501,
                           "parameter malformed: NOTIFY");
    for (const char* odd : {"ORCPT", "ORCPT=", "ORCPT=b@y", "ORCPT=;b@y",
                            "ORCPT=rfc822;a=b", "ORCPT=rfc822;+2", "ORCPT=\xc3\xb6;b@y"})
        check_rcpt_refused(std::string("TO:<a@x> ") + odd, 501,
                           "parameter malformed: ORCPT");
    for (const char* odd : {"SIZE=1", "BODY=7BIT", "SMTPUTF8"})
        BOOST_TEST(thrown<Refusal>([&] {
                       return parse_rcpt(std::string("TO:<a@x> ") + odd);
                   }).code == 555);
}

BOOST_AUTO_TEST_CASE(chunks) {
    const auto check = [](const char* argument, std::uint64_t size, bool last) {
        const auto bdat = parse_bdat(argument);
        BOOST_REQUIRE_MESSAGE(bdat, argument);
        BOOST_TEST(bdat->size == size, argument);
        BOOST_TEST(bdat->last == last, argument);
    };
    check("0", 0, false);
    check("12345", 12345, false);
    check("0 LAST", 0, true);
    check("7  last", 7, true);
    check("007", 7, false);
    for (const char* odd :
         {"", "LAST", "x", "-1", "1x", "1 LAST x", "1 FIRST", "+1", "18446744073709551616"})
        BOOST_TEST(!parse_bdat(odd), odd);
}
