// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE sasl
#include <boost/test/unit_test.hpp>

#include "smtp/sasl.h"

using namespace sallyport;
using Names = std::vector<std::string>;

namespace utf = boost::unit_test;

namespace {

SaslIdentity someone(std::string authzid = {}) {
    return {"user@example.org", std::move(authzid), "", "mail.example.org", 587, {}};
}

/// The case is skipped, and Boost.Test says why, where a plug-in is missing.
struct Installed {
    const char* mechanism;

    boost::test_tools::assertion_result operator()(utf::test_unit_id /*case*/) const {
        SaslClient client(someone(), "pw");
        boost::test_tools::assertion_result result(client.start(mechanism));
        result.message() << client.trouble();
        return result;
    }
};

} // namespace

BOOST_AUTO_TEST_CASE(ranking) {
    const Names offered{"LOGIN", "CRAM-MD5", "PLAIN", "SCRAM-SHA-256", "GSSAPI"};
    const auto rank = [&](const SaslWishes& wishes) {
        return rank_mechanisms(offered, {}, wishes);
    };
    BOOST_TEST(rank({}) == (Names{"SCRAM-SHA-256", "PLAIN", "LOGIN", "CRAM-MD5"}),
               boost::test_tools::per_element());
    BOOST_TEST(rank({.encrypted = false}) ==
                   (Names{"SCRAM-SHA-256", "CRAM-MD5", "PLAIN", "LOGIN"}),
               boost::test_tools::per_element());
    BOOST_TEST(rank_mechanisms(offered, {"LOGIN", "SCRAM-SHA-1", "GSSAPI"}, {}) ==
                   (Names{"LOGIN", "GSSAPI"}),
               boost::test_tools::per_element());
    BOOST_TEST(rank({.credential = Credential::token}).empty());
    BOOST_TEST(rank({.credential = Credential::none}).empty());
    BOOST_TEST(rank({.can_bind = true, .must_bind = true}).empty());
    BOOST_TEST(rank_mechanisms({}, {}, {}).empty());
}

BOOST_AUTO_TEST_CASE(ranking_by_what_there_is_to_log_in_with) {
    const Names offered{"PLAIN",       "XOAUTH2", "EXTERNAL",
                        "OAUTHBEARER", "NTLM",    "DIGEST-MD5"};
    BOOST_TEST(rank_mechanisms(offered, {}, {.credential = Credential::token}) ==
                   (Names{"OAUTHBEARER", "XOAUTH2"}),
               boost::test_tools::per_element());
    BOOST_TEST(rank_mechanisms(offered, {}, {.credential = Credential::none}) ==
                   (Names{"EXTERNAL"}),
               boost::test_tools::per_element());
    BOOST_TEST(rank_mechanisms(offered, {}, {}) == (Names{"PLAIN"}),
               boost::test_tools::per_element());
    BOOST_TEST(
        rank_mechanisms(offered, {"NTLM", "PLAIN"}, {.credential = Credential::token}) ==
            (Names{"NTLM", "PLAIN"}),
        boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(ranking_by_channel_binding) {
    const Names offered{"PLAIN", "SCRAM-SHA-1-PLUS", "SCRAM-SHA-512", "SCRAM-SHA-256-PLUS"};
    BOOST_TEST(
        rank_mechanisms(offered, {}, {.can_bind = true}) ==
            (Names{"SCRAM-SHA-256-PLUS", "SCRAM-SHA-1-PLUS", "SCRAM-SHA-512", "PLAIN"}),
        boost::test_tools::per_element());
    BOOST_TEST(rank_mechanisms(offered, {}, {}) == (Names{"SCRAM-SHA-512", "PLAIN"}),
               boost::test_tools::per_element());
    BOOST_TEST(rank_mechanisms(offered, {}, {.can_bind = true, .must_bind = true}) ==
                   (Names{"SCRAM-SHA-256-PLUS", "SCRAM-SHA-1-PLUS"}),
               boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(plain_without_any_plugin) {
    SaslClient client(someone(), "pass\xc3\xa4");
    BOOST_REQUIRE(client.start("PLAIN"));
    BOOST_TEST(client.initial().value() ==
               std::string("\0user@example.org\0pass\xc3\xa4", 24));
    BOOST_TEST(client.complete());
}

BOOST_AUTO_TEST_CASE(plain_for_somebody_else) {
    SaslClient client(someone("other"), "pw");
    BOOST_REQUIRE(client.start("PLAIN"));
    BOOST_TEST(client.initial().value() == std::string("other\0user@example.org\0pw", 25));
}

BOOST_AUTO_TEST_CASE(login_answers_in_turn_whatever_the_prompts) {
    SaslClient client(someone(), "pw");
    BOOST_REQUIRE(client.start("LOGIN"));
    BOOST_TEST(!client.initial());
    BOOST_TEST(client.step("Nom ?").value() == "user@example.org");
    BOOST_TEST(!client.complete());
    BOOST_TEST(client.step("").value() == "pw");
    BOOST_TEST(client.complete());
    BOOST_TEST(!client.step("more"));
}

BOOST_AUTO_TEST_CASE(xoauth2_without_any_plugin) {
    SaslClient client(someone(), "t0ken");
    BOOST_REQUIRE(client.start("XOAUTH2"));
    BOOST_TEST(client.initial().value() == "user=user@example.org\1auth=Bearer t0ken\1\1");
    BOOST_TEST(client.complete());
    BOOST_TEST(client.step("{\"status\":\"401\"}\r").value().empty());
    BOOST_TEST(client.complaint() == "{\"status\":\"401\"}?");
    BOOST_TEST(!client.complete());
    BOOST_TEST(!client.step("once more"));
}

BOOST_AUTO_TEST_CASE(oauthbearer_without_any_plugin) {
    SaslClient client({"a,b=c@example.org", "", "", "mail.example.org", 587, {}}, "t0ken");
    BOOST_REQUIRE(client.start("OAUTHBEARER"));
    BOOST_TEST(client.initial().value() ==
               "n,a=a=2Cb=3Dc@example.org,\1host=mail.example.org\1port=587\1"
               "auth=Bearer t0ken\1\1");
    BOOST_TEST(client.complete());
    BOOST_TEST(client.step("{}").value() == "\1");
    BOOST_TEST(client.complaint() == "{}");
    BOOST_REQUIRE(client.start("OAUTHBEARER"));
    BOOST_TEST(client.step("").value() == "\1");
    BOOST_TEST(!client.step(""));
    BOOST_REQUIRE(client.start("XOAUTH2"));
    BOOST_TEST(client.complaint().empty());
}

BOOST_AUTO_TEST_CASE(external_leaves_the_name_to_the_server_or_names_another) {
    SaslClient client({"", "", "", "mail.example.org", 587, {}}, "");
    BOOST_REQUIRE(client.start("EXTERNAL"));
    BOOST_TEST(client.initial().value().empty());
    BOOST_TEST(client.complete());
    SaslClient other({"", "other", "", "mail.example.org", 587, {}}, "");
    BOOST_REQUIRE(other.start("EXTERNAL"));
    BOOST_TEST(other.initial().value() == "other");
}

BOOST_AUTO_TEST_CASE(scram_says_what_it_knows_of_the_channel,
                     *utf::precondition(Installed{"SCRAM-SHA-256"})) {
    SaslIdentity bound = someone();
    bound.binding = {"tls-exporter", std::string(32, 'x')};
    SaslClient client(bound, "pw");
    BOOST_REQUIRE(client.start("SCRAM-SHA-256-PLUS"));
    BOOST_TEST(client.initial().value().starts_with("p=tls-exporter,,n="));
    BOOST_REQUIRE(client.start("SCRAM-SHA-256", true));
    BOOST_TEST(client.initial().value().starts_with("y,,n="));
    BOOST_REQUIRE(client.start("SCRAM-SHA-256"));
    BOOST_TEST(client.initial().value().starts_with("n,,n="));
    SaslClient unbound(someone(), "pw");
    BOOST_REQUIRE(unbound.start("SCRAM-SHA-256", true));
    BOOST_TEST(unbound.initial().value().starts_with("n,,n="));
}

BOOST_AUTO_TEST_CASE(a_client_can_begin_again) {
    SaslClient client(someone(), "pw");
    BOOST_REQUIRE(client.start("PLAIN"));
    BOOST_REQUIRE(client.start("LOGIN"));
    BOOST_TEST(client.step("").value() == "user@example.org");
}

BOOST_AUTO_TEST_CASE(unknown_mechanisms_do_not_start) {
    SaslClient client(someone(), "pw");
    BOOST_TEST(!client.start("ANONYMOUS"));
    BOOST_TEST(!client.start("SCRAM-SHA-3"));
}

BOOST_AUTO_TEST_CASE(cram_md5_of_rfc_2195, *utf::precondition(Installed{"CRAM-MD5"})) {
    SaslClient client({"tim", "", "", "host", 25, {}}, "tanstaaftanstaaf");
    BOOST_REQUIRE(client.start("CRAM-MD5"));
    BOOST_TEST(!client.initial());
    BOOST_TEST(client.step("<1896.697170952@postoffice.reston.mci.net>").value() ==
               "tim b913a602c7eda7a495b4e6e7334d3890");
    BOOST_TEST(client.complete());
}

BOOST_AUTO_TEST_CASE(scram_iterations_are_bounded,
                     *utf::precondition(Installed{"SCRAM-SHA-256"})) {
    const auto trouble = [](const std::string& after_the_salt) {
        SaslClient client(someone(), "pw");
        BOOST_REQUIRE(client.start("SCRAM-SHA-256"));
        const std::string first = client.initial().value();
        const std::string nonce = first.substr(first.find("r="));
        const bool answered =
            client.step(nonce + "x,s=QSXCR+Q6sek8bf92" + after_the_salt).has_value();
        BOOST_TEST(answered == client.trouble().empty());
        return client.trouble();
    };
    for (const char* count : {"4096", "4097", "15000", "4096,x=y"})
        BOOST_TEST(trouble(std::string(",i=") + count) == "");
    for (const char* count : {"1000001", "4294967296", "99999999999999999999"})
        BOOST_TEST(trouble(std::string(",i=") + count) ==
                   "SCRAM-SHA-256: the server wants more than 1,000,000 iterations");
    for (const char* count : {"0", "1", "4095", "0000", "1,i=4096"})
        BOOST_TEST(
            trouble(std::string(",i=") + count) ==
            "SCRAM-SHA-256: the server wants fewer than 4,096 iterations: a password "
            "is easily guessed from them; if you trust the server with it, set "
            "auth = PLAIN");
    for (const char* odd : {",i=+4096", ",i= 4096", ",i=-1", ",i=4096x", ",i=0x1000",
                            ",i=", ",i=,i=4096", ",I=4096", ""})
        BOOST_TEST(trouble(odd) ==
                   "SCRAM-SHA-256: the server does not say how many iterations it wants");
}

BOOST_AUTO_TEST_CASE(scram_server_that_cannot_prove_itself,
                     *utf::precondition(Installed{"SCRAM-SHA-256"})) {
    SaslClient client(someone(), "pw");
    BOOST_REQUIRE(client.start("SCRAM-SHA-256"));
    const std::string first = client.initial().value();
    const std::string nonce = first.substr(first.find("r="));
    client.step(nonce + "x,s=QSXCR+Q6sek8bf92,i=4096");
    BOOST_TEST(!client.complete());
    BOOST_TEST(!client.step("v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4="));
}

BOOST_AUTO_TEST_CASE(scram_nonce_that_is_not_ours,
                     *utf::precondition(Installed{"SCRAM-SHA-256"})) {
    SaslClient client(someone(), "pw");
    BOOST_REQUIRE(client.start("SCRAM-SHA-256"));
    BOOST_TEST(!client.step("r=somebodyelse,s=QSXCR+Q6sek8bf92,i=4096"));
}
