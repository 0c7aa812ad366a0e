// SPDX-License-Identifier: MIT
//
// What programs read, against docs/*.schema.json.
#define BOOST_TEST_MODULE json
#include <boost/test/unit_test.hpp>

#include <cstdlib>
#include <fstream>
#include <iterator>

#include "ctl/json.h"
#include "ctl/queued.h"
#include "ctl/reports.h"
#include "ctl/schema.h"

using namespace sallyport;
using namespace sallyport::ctl;
using Json = nlohmann::json;

namespace {

std::string schema_text(const std::string& name) {
    const char* const top = std::getenv("srcdir");
    std::ifstream file((top != nullptr ? top : ".") + ("/docs/" + name + ".schema.json"));
    return {std::istreambuf_iterator<char>(file), {}};
}

void expect_valid(const std::string& schema, const std::string& text) {
    BOOST_TEST(text.ends_with("}\n"));
    BOOST_TEST(text.find('\n') + 1 == text.size());
    for (const std::string& fault : Schema(schema_text(schema)).faults(text))
        BOOST_ERROR(schema << fault);
}

std::vector<CheckReport> reports() {
    return {success(),           warnings(),       port_25_shut(),    log_in_switched_off(),
            wrong_certificate(), several_relays(), no_configuration()};
}

EffectiveConfig configuration() {
    EffectiveConfig config;
    EffectiveSection& relay = config.sections.emplace_back();
    relay.name = "relay";
    relay.values.push_back({"host", "smtp.example.org", "/etc/sallyport.conf:2"});
    EffectiveSection& backup = config.sections.emplace_back();
    backup.name = "relay backup";
    backup.values.push_back({"password", "(set)", "/etc/sallyport.conf:7"});
    EffectiveSection& sender = config.sections.emplace_back();
    sender.name = "sender";
    sender.values.push_back({"force", "both", "/etc/sallyport.conf:9"});
    config.errors = {"/etc/sallyport.conf:11: no such key"};
    return config;
}

std::vector<std::string> faults_of(const std::string& schema, const std::string& text) {
    return Schema(schema).faults(text);
}

} // namespace

BOOST_AUTO_TEST_CASE(every_report_is_what_the_schema_says) {
    for (const CheckReport& report : reports())
        expect_valid("check", check_json(report));
}

BOOST_AUTO_TEST_CASE(every_word_for_a_rung_and_a_state_is_in_the_schema) {
    CheckReport report = success();
    report.steps.clear();
    for (int rung = 0; rung <= static_cast<int>(Rung::data); ++rung) {
        for (int result = 0; result <= static_cast<int>(Result::skip); ++result)
            report.steps.push_back(
                step(static_cast<Rung>(rung), static_cast<Result>(result), "", 0, 0));
    }
    for (int state = 0; state <= static_cast<int>(PortState::unreachable); ++state)
        report.relays[0].ports.push_back({1, static_cast<PortState>(state), false, {}});
    for (const TlsMode mode : {TlsMode::implicit, TlsMode::starttls, TlsMode::none}) {
        report.relays[0].tls.mode = mode;
        expect_valid("check", check_json(report));
    }
}

BOOST_AUTO_TEST_CASE(fields_stand_in_their_order) {
    const std::string text = check_json(log_in_switched_off());
    BOOST_TEST(text.starts_with(R"({"schema":1,"verb":"check","version":")"));
    BOOST_TEST(text.find(R"({"step":"auth","result":"fail",)") != text.npos);
    BOOST_TEST(text.find(R"("code":535,"enhanced":"5.7.139","reply":"535 5.7.139 Auth)") !=
               text.npos);
}

BOOST_AUTO_TEST_CASE(advice_has_its_first_key_and_all_of_several) {
    const Json shut = Json::parse(check_json(port_25_shut()));
    const Json advice = shut["relays"][0]["steps"][1]["advice"];
    BOOST_TEST(advice["id"] == "port25-shut");
    BOOST_TEST(advice["key"] == "port");
    BOOST_TEST(advice["value"] == "587");
    BOOST_TEST(!advice.contains("set"));

    const Json pinned = Json::parse(check_json(wrong_certificate()));
    const Json two = pinned["relays"][0]["steps"][2]["advice"];
    BOOST_TEST(two["key"] == "tls_ca");
    BOOST_TEST(two["value"].is_null());
    BOOST_TEST(two["set"].size() == 2U);
    BOOST_TEST(two["set"][1]["key"] == "tls_pin");
}

BOOST_AUTO_TEST_CASE(warnings_are_gathered_and_failures_are_not) {
    const Json json = Json::parse(check_json(warnings()));
    std::vector<std::string> ids;
    for (const Json& warning : json["warnings"])
        ids.push_back(warning["id"]);
    const std::vector<std::string> expected{"other-sendmail", "v6-dead", "port-shut"};
    BOOST_TEST(ids == expected, boost::test_tools::per_element());
    BOOST_TEST(json["relays"][0]["steps"][1]["other_advice"][0]["id"] == "port-shut");
    BOOST_TEST(Json::parse(check_json(port_25_shut()))["warnings"].empty());
}

BOOST_AUTO_TEST_CASE(octets_that_are_not_utf8_are_replaced) {
    CheckReport report = log_in_switched_off();
    report.relays[0].steps.back().reply = "535 caf\xe9";
    const std::string text = check_json(report);
    expect_valid("check", text);
    BOOST_TEST(text.find("535 caf\xef\xbf\xbd") != text.npos);
}

BOOST_AUTO_TEST_CASE(dates_are_those_of_rfc_3339) {
    const Json json = Json::parse(check_json(success()));
    BOOST_TEST(json["relays"][0]["tls"]["not_after"] == "2027-01-15T08:00:00Z");
}

BOOST_AUTO_TEST_CASE(no_certificate_is_null) {
    const Json json = Json::parse(check_json(port_25_shut()));
    BOOST_TEST(json["relays"][0]["tls"].is_null());
}

BOOST_AUTO_TEST_CASE(the_configuration_is_what_its_schema_says) {
    const std::string text = config_json(configuration(), 78);
    expect_valid("config", text);
    const Json json = Json::parse(text);
    BOOST_TEST(json["status"] == 78);
    BOOST_TEST(json["relay"][0]["host"]["value"] == "smtp.example.org");
    BOOST_TEST(json["relay"][0]["host"]["origin"] == "/etc/sallyport.conf:2");
    BOOST_TEST(json["relay"][1]["name"]["value"] == "backup");
    BOOST_TEST(json["relay"][1]["password"]["value"] == "(set)");
    BOOST_TEST(json["sender"]["force"]["value"] == "both");
    BOOST_TEST(json["errors"].size() == 1U);
    expect_valid("config", config_json({}, 0));
}

BOOST_AUTO_TEST_CASE(providers_are_what_their_schema_says) {
    std::vector<const Provider*> rows;
    for (const Provider& row : provider_table())
        rows.push_back(&row);
    const std::string text = providers_json(rows);
    expect_valid("providers", text);
    BOOST_TEST(Json::parse(text)["providers"].size() == rows.size());
}

BOOST_AUTO_TEST_CASE(a_failure_has_the_lists_of_its_verb) {
    for (const char* const verb : {"check", "config", "providers", "queue"}) {
        const std::string text = failure_json(verb, 64, "unknown option");
        expect_valid(verb, text);
        BOOST_TEST(Json::parse(text)["error"] == "unknown option");
    }
    const Json json = Json::parse(failure_json("", 64, "no \"verb\""));
    BOOST_TEST(json["verb"].is_null());
    BOOST_TEST(json["status"] == 64);
}

BOOST_FIXTURE_TEST_CASE(the_queue_is_what_its_schema_says, Queued) {
    QueueFacts facts;
    facts.action = "list";
    facts.directory = "/var/spool/sallyport";
    facts.messages = waiting();
    facts.messages.push_back(details("00000000003"));
    facts.messages.push_back(failed().front());
    facts.messages.front().outcome = "sent";
    facts.run.emplace();
    const std::string text = queue_json(facts);
    expect_valid("queue", text);
    const Json messages = Json::parse(text)["messages"];
    BOOST_TEST(messages[0]["sender"] == "MAILER-DAEMON");
    BOOST_TEST(messages[0]["next_try"].is_null());
    BOOST_TEST(messages[0]["outcome"] == "sent");
    BOOST_TEST(messages[1]["queue_name"] == "deferred");
    BOOST_TEST(messages[1]["arrival_time"] == now - 120);
    BOOST_TEST(messages[1]["recipients"].size() == 2U);
    BOOST_TEST(messages[1]["recipients"][0]["address"] == "b@example.com");
    BOOST_TEST(messages[1]["recipients"][0]["delay_reason"] ==
               "smtp.example.org: 450 4.2.0 later");
    BOOST_TEST(messages[1]["sent_to"][0] == "a@example.com");
    BOOST_TEST(messages[1]["next_try"] == now + 300);
    BOOST_TEST(messages[2]["queue_name"] == "hold");
    BOOST_TEST(messages[2]["in_doubt"] == true);
    BOOST_TEST(messages[3]["queue_id"] == "00000000005");
    BOOST_TEST(!messages[3].contains("sender"));
    BOOST_TEST(messages[4]["history"].size() == 4U);
    BOOST_TEST(messages[4]["header"][1] == " two");
    BOOST_TEST(messages[5]["queue_name"] == "failed");
    BOOST_TEST(messages[5]["recipients"][0]["delay_reason"] == "550 5.1.1 nobody ?");
}

/// With "-- VERB FILE": what a script had the program print.
BOOST_AUTO_TEST_CASE(what_the_program_printed_is_what_its_schema_says) {
    const auto& suite = boost::unit_test::framework::master_test_suite();
    if (suite.argc < 3)
        return;
    std::ifstream file(suite.argv[2]);
    expect_valid(suite.argv[1], {std::istreambuf_iterator<char>(file), {}});
}

BOOST_AUTO_TEST_CASE(the_validator_sees_every_fault) {
    BOOST_TEST(faults_of(R"({"pattern":"a"})", "1").size() == 1U);
    BOOST_TEST(faults_of(R"({"properties":{"a":{"maxItems":1}}})", "{}").size() == 1U);
    BOOST_TEST(faults_of(R"({"items":{"format":"date"}})", "[]").size() == 1U);
    BOOST_TEST(faults_of(R"({"type":"string"})", "1").size() == 1U);
    BOOST_TEST(faults_of(R"({"type":["string","null"]})", "null").empty());
    BOOST_TEST(faults_of(R"({"required":["a"]})", "{}").size() == 1U);
    BOOST_TEST(faults_of(R"({"enum":["a","b"]})", R"("c")").size() == 1U);
    BOOST_TEST(faults_of(R"({"const":1})", "2").size() == 1U);
    BOOST_TEST(faults_of(R"({"minimum":1})", "0").size() == 1U);
    BOOST_TEST(faults_of(R"({"maximum":1})", "2").size() == 1U);
    BOOST_TEST(faults_of(R"({"items":{"type":"null"}})", "[null,1]").size() == 1U);
    BOOST_TEST(faults_of(R"({"additionalProperties":false})", R"({"a":1})").size() == 1U);
    BOOST_TEST(faults_of(R"({"properties":{"a":{"type":"null"}}})", R"({"a":1})").size() ==
               1U);
    BOOST_TEST(faults_of(R"({"$ref":"#/$defs/a","$defs":{"a":{"const":1}}})", "2").size() ==
               1U);
    BOOST_TEST(faults_of("{}", "{").size() == 1U);
}
