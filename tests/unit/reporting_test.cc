// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE reporting
#include <boost/test/unit_test.hpp>

#include <sstream>

#include "deliver/reporting.h"
#include "folder.h"

using namespace sallyport;

namespace {

const std::string peer = "mail[192.0.2.1]:465";

Recipient outcome(const std::string& address, ExitStatus status, const std::string& text) {
    Recipient result(address);
    result.status = status;
    result.text = text;
    result.relay = peer;
    return result;
}

Recipient accepted(const std::string& address) {
    return outcome(address, ExitStatus::ok, "250 queued");
}

Recipient refused(const std::string& address) {
    Recipient result =
        outcome(address, ExitStatus::no_user, peer + ": RCPT TO:<" + address + ">: 550 no");
    result.named = true;
    return result;
}

Recipient deferred(const std::string& address) {
    return outcome(address, ExitStatus::temp_fail, peer + ": greeting: 421 later");
}

Report report_of(std::vector<Recipient> outcomes) {
    Report report;
    report.size = 2;
    report.recipients = std::move(outcomes);
    return report;
}

/// The lines that the log has of it.
std::vector<std::string> logged(const Report& report, const std::string& from = "me@x") {
    const Folder folder;
    Log log({LogTarget::file, folder.path("log"), LogFormat::json}, "sallyport");
    Envelope envelope;
    envelope.reverse_path = from;
    Identity identity;
    identity.id = "id1";
    identity.uid = 33;
    log_report(log, report, envelope, identity);
    std::istringstream text(folder.read("log"));
    std::vector<std::string> lines;
    for (std::string line; std::getline(text, line);)
        lines.push_back(line);
    return lines;
}

bool has(const std::string& line, const std::string& part) {
    return line.find(part) != std::string::npos;
}

} // namespace

BOOST_AUTO_TEST_CASE(of_success_the_caller_hears_nothing) {
    BOOST_TEST(describe_failures(report_of({accepted("a@x"), accepted("b@x")})) == "");
}

BOOST_AUTO_TEST_CASE(a_refused_recipient_is_named_once) {
    BOOST_TEST(describe_failures(report_of({accepted("a@x"), refused("b@x")})) ==
               "sallyport: mail[192.0.2.1]:465: RCPT TO:<b@x>: 550 no\n");
}

BOOST_AUTO_TEST_CASE(each_refusal_has_its_line) {
    BOOST_TEST(describe_failures(report_of({refused("a@x"), refused("b@x")})) ==
               "sallyport: mail[192.0.2.1]:465: RCPT TO:<a@x>: 550 no\n"
               "sallyport: mail[192.0.2.1]:465: RCPT TO:<b@x>: 550 no\n");
}

BOOST_AUTO_TEST_CASE(who_is_concerned_by_the_same_failure) {
    std::vector<Recipient> outcomes{deferred("a@x")};
    const auto described = [&] { return describe_failures(report_of(outcomes)); };
    BOOST_TEST(described() ==
               "sallyport: mail[192.0.2.1]:465: greeting: 421 later (recipients: <a@x>)\n");
    outcomes.push_back(accepted("b@x"));
    outcomes.push_back(deferred("c@x"));
    outcomes.push_back(deferred("d@x"));
    BOOST_TEST(described() == "sallyport: mail[192.0.2.1]:465: greeting: 421 later "
                              "(recipients: <a@x>, <c@x>, <d@x>)\n");
    outcomes.push_back(deferred("e@x"));
    outcomes.push_back(deferred("f@x"));
    BOOST_TEST(described() == "sallyport: mail[192.0.2.1]:465: greeting: 421 later "
                              "(recipients: <a@x>, <c@x>, <d@x> and 2 more)\n");
}

/// One recipient's trouble may be that of others.
BOOST_AUTO_TEST_CASE(a_lost_recipient_does_not_hide_the_others) {
    std::vector<Recipient> outcomes{deferred("a@x")};
    outcomes.front().text = peer + ": RCPT TO:<a@x>: timed out";
    outcomes.front().named = true;
    BOOST_TEST(describe_failures(report_of(outcomes)) ==
               "sallyport: mail[192.0.2.1]:465: RCPT TO:<a@x>: timed out\n");
    outcomes.push_back(deferred("b@x"));
    outcomes.back().text = outcomes.front().text;
    BOOST_TEST(describe_failures(report_of(outcomes)) ==
               "sallyport: mail[192.0.2.1]:465: RCPT TO:<a@x>: timed out "
               "(recipients: <a@x>, <b@x>)\n");
}

BOOST_AUTO_TEST_CASE(a_configuration_error_concerns_no_recipient) {
    const std::string why = "conf:5: password_file: /p: No such file or directory";
    const auto wrong = [&](const char* address) {
        Recipient result = outcome(address, ExitStatus::config, why);
        result.enhanced = "4.3.5";
        result.relay.clear();
        return result;
    };
    const Report report = report_of({wrong("a@x"), wrong("b@x")});
    BOOST_TEST(describe_failures(report) == "sallyport: " + why + "\n");
    const auto lines = logged(report);
    BOOST_REQUIRE(lines.size() == 1U);
    BOOST_TEST(has(lines[0], "\"dsn\":\"4.3.5\",\"status\":\"misconfigured\""));
}

BOOST_AUTO_TEST_CASE(remarks_come_first) {
    Report report = report_of({refused("a@x")});
    report.notes = {"conf:7: password_file: /p: others can read it"};
    BOOST_TEST(describe_failures(report) ==
               "sallyport: conf:7: password_file: /p: others can read it\n"
               "sallyport: mail[192.0.2.1]:465: RCPT TO:<a@x>: 550 no\n");
}

BOOST_AUTO_TEST_CASE(one_line_in_the_log_for_all_who_met_the_same_fate) {
    const auto lines =
        logged(report_of({accepted("a@x"), refused("b@x"), accepted("c@x")}));
    BOOST_REQUIRE(lines.size() == 2U);
    BOOST_TEST(lines[0] ==
               "{\"id\":\"id1\",\"uid\":33,\"from\":\"me@x\",\"size\":2,"
               "\"to\":[\"a@x\",\"c@x\"],\"relay\":\"mail[192.0.2.1]:465\",\"tls\":\"\","
               "\"delay\":0,\"delays\":[0,0,0,0],\"dsn\":\"2.0.0\",\"status\":\"sent\","
               "\"reply\":\"250 queued\"}");
    BOOST_TEST(has(lines[1], "\"to\":[\"b@x\"]"));
    BOOST_TEST(has(lines[1], "\"dsn\":\"5.0.0\",\"status\":\"bounced\",\"reply\":\"mail"));
}

BOOST_AUTO_TEST_CASE(fates_in_the_log) {
    const auto line = [](const Recipient& outcome) {
        const auto lines = logged(report_of({outcome}));
        BOOST_REQUIRE(lines.size() == 1U);
        return lines.front();
    };
    BOOST_TEST(has(line(deferred("a@x")), "\"dsn\":\"4.0.0\",\"status\":\"deferred\""));
    Recipient doubtful = deferred("a@x");
    doubtful.doubt();
    doubtful.enhanced = "4.4.2";
    BOOST_TEST(has(line(doubtful), "\"dsn\":\"4.4.2\",\"status\":\"in-doubt\""));
    for (const ExitStatus status :
         {ExitStatus::data_error, ExitStatus::no_host, ExitStatus::unavailable,
          ExitStatus::protocol, ExitStatus::no_perm})
        BOOST_TEST(has(line(outcome("a@x", status, "x")), "\"status\":\"bounced\""));
    Recipient lost = deferred("a@x");
    lost.relay.clear();
    BOOST_TEST(has(line(lost), "\"relay\":\"none\""));
    Recipient secure = accepted("a@x");
    secure.tls = "TLSv1.3";
    secure.enhanced = "2.1.5";
    secure.delays.connect = std::chrono::milliseconds(50);
    BOOST_TEST(has(line(secure), "\"tls\":\"TLSv1.3\",\"delay\":0.05,"
                                 "\"delays\":[0,0.05,0,0],\"dsn\":\"2.1.5\""));
}

BOOST_AUTO_TEST_CASE(doubt_is_not_the_same_fate_as_failure) {
    Recipient doubtful = deferred("b@x");
    doubtful.doubt();
    BOOST_TEST(logged(report_of({deferred("a@x"), doubtful})).size() == 2U);
    BOOST_TEST(logged(report_of({deferred("a@x"), deferred("b@x")})).size() == 1U);
}

BOOST_AUTO_TEST_CASE(notes_and_the_null_sender_in_the_log) {
    Report report = report_of({accepted("a@x")});
    report.notes = {"8-bit text"};
    const auto lines = logged(report, "");
    BOOST_REQUIRE(lines.size() == 2U);
    BOOST_TEST(lines[0] == "{\"id\":\"id1\",\"note\":\"8-bit text\"}");
    BOOST_TEST(has(lines[1], "\"from\":\"\""));
}
