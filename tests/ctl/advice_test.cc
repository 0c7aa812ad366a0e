// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE advice
#include <boost/test/unit_test.hpp>

#include <set>

#include "advice_cases.h"
#include "config/key_names.h"
#include "ctl/advice_rows.h"
#include "ctl/advice_words.h"
#include "smtp/wire.h"
#include "symptoms.h"

using namespace sallyport;
using namespace sallyport::ctl;

namespace {

/// "section.key=value …"
std::string remedies_of(const Advice& advice) {
    std::string all;
    for (const Remedy& remedy : advice.set)
        all += (all.empty() ? "" : " ") + remedy.section + "." + remedy.key + "=" +
               remedy.value;
    return all;
}

void check_case(const AdviceCase& given) {
    BOOST_TEST_CONTEXT(given.provider << " " << given.reply) {
        const Relay relay = relay_of(given);
        const auto advice = advise(symptom_of(given, relay));
        BOOST_REQUIRE(advice.has_value());
        BOOST_TEST(advice->id == given.id);
        BOOST_TEST(advice->text.substr(0, std::string_view(given.sentence).size()) ==
                   given.sentence);
        BOOST_TEST(remedies_of(*advice) == given.set);
        BOOST_TEST(advice->text.find_first_of("{}[]") == std::string::npos);
    }
}

/// What a probe finds, with the words that advice.h says it needs.
struct Found {
    const char* id;
    std::map<std::string, std::string, std::less<>> words;
    const char* sentence; ///< a part of it that has a word in it
};

const Found found_cases[] = {
    {"no-config", {}, "Run \"sallyportctl setup\""},
    {"config-error", {}, "\"sallyportctl config --check\" lists"},
    {"file-open",
     {{"file", "/etc/s.conf"}},
     "chgrp sallyport /etc/s.conf; chmod 640 /etc/s.conf"},
    {"file-shut",
     {{"account", "www-data"}, {"file", "/etc/s.conf"}},
     "The account www-data cannot read /etc/s.conf"},
    {"no-authorities", {}, "Install ca-certificates"},
    {"other-sendmail",
     {{"path", "/usr/sbin/sendmail"}, {"program", "/usr/sbin/exim4"}},
     "/usr/sbin/sendmail is /usr/sbin/exim4:"},
    {"no-sendmail", {}, "Nothing is called sendmail here"},
    {"clock", {{"date", "1970-01-01"}}, "clock says 1970-01-01."},
    {"secret-shape",
     {{"shape", "begins with a blank"}},
     "The password begins with a blank."},
    {"php85", {}, "takes status 75 for success"},
    {"queue-shut", {{"reason", "queue /q: no"}}, "does not wait here: queue /q: no"},
    {"queue-idle", {}, "Nobody has run the queue, and"},
    {"queue-idle", {{"since", "yesterday"}}, "the queue since yesterday, and"},
    {"queue-remote", {{"path", "/srv/queue"}}, "/srv/queue is on a file system of the"},
    {"no-such-host",
     {{"nearest", "smtp.example.org"}},
     "There is smtp.example.org: is it a typing error?"},
    {"no-address", {{"reason", "no IPv6 here"}}, "can be used here: no IPv6 here."},
    {"no-resolver", {{"list", "192.0.2.53"}}, "answers (192.0.2.53). This"},
    {"mx-as-host", {{"preset", "gmail"}}, "To send, use another: that of gmail."},
    {"no-srv", {{"domain", "example.org"}}, "The domain example.org does not"},
    {"port25-shut", {{"q", "587"}}, "That is usual; 587 is open."},
    {"port-shut", {{"p", "465"}, {"q", "587"}}, "some 587); 587 is open. Each"},
    {"all-shut", {}, "No mail port leads out"},
    {"refused",
     {{"peer", "h[192.0.2.1]:25"}, {"p", "25"}},
     "to h[192.0.2.1]:25 was refused"},
    {"unreachable", {}, "no way to mail.example.org:"},
    {"v6-dead", {}, "IPv6 leads nowhere"},
    {"wants-implicit", {{"p", "465"}}, "on port 465 expects TLS at once"},
    {"wants-starttls", {{"p", "587"}}, "on port 587 greets in clear"},
    {"captive", {}, "A web page answers"},
    {"not-smtp", {{"protocol", "POP"}}, "The server speaks POP there"},
    {"mute", {{"p", "465"}}, "has no port 465."},
    {"mangled", {}, "A firewall rewrites the dialogue"},
    {"no-starttls", {{"p", "587"}}, "no encryption on port 587"},
    {"ca-unknown",
     {{"issuer", "Example CA"}, {"pin", "sha256//Zm9v"}},
     "signed by \"Example CA\", which this machine does not know. If mail.example.org is "
     "your own server,"},
    {"ca-unknown", {{"pin", "sha256//Zm9v"}}, "is sha256//Zm9v: where the owner's differs"},
    {"chain-gap", {{"issuer", "Between"}}, "in between, that of \"Between\": its owner"},
    {"wrong-name", {{"names", "a.example.org"}}, "for \"a.example.org\", not for mail"},
    {"expired", {{"ago", "3"}}, "The certificate ended 3 days ago. Only"},
    {"expired", {{"left", "3"}}, "The certificate ends in 3 days. Only"},
    {"tls-old", {{"offered", "TLSv1.1"}}, "share (TLSv1.1); sallyport"},
    {"pin-changed",
     {{"pin", "sha256//Zm9v"}},
     "is sha256//Zm9v: where the owner's differs"},
    {"revoked", {}, "By the revocation list"},
    {"no-auth-offered", {{"p", "25"}}, "offers no log-in here"},
    {"no-mechanism",
     {{"list", "GSSAPI"}, {"package", "libsasl2-modules-gssapi-mit"}},
     "be used here: install libsasl2-modules-gssapi-mit."},
    {"token-refused",
     {{"status", "401"}, {"scope", "mail"}},
     "refused: status 401, scope mail. It"},
    {"slow",
     {{"seconds", "4.2"}, {"reason", "the greeting"}},
     "4.2 seconds: the greeting."},
    {"in-doubt", {}, "may have accepted the message"},
    {"proxy", {}, "whether it may reach mail.example.org on port 465"},
    {"pop-refused", {}, "Check pop_before"},
};

Symptom symptom_of(const Found& found, const Relay* relay) {
    Symptom symptom;
    symptom.relay = relay;
    symptom.found = found.id;
    symptom.words = found.words;
    return symptom;
}

/// All texts of `row` that may hold braces.
std::vector<std::string_view> texts_of(const AdviceRow& row) {
    std::vector<std::string_view> texts{row.text};
    for (const RemedyText& remedy : row.set) {
        if (remedy.section != nullptr)
            texts.insert(texts.end(), {remedy.value, remedy.needs});
    }
    return texts;
}

bool is_key(const char* section, const char* name) {
    try {
        return find_key(section, name, "").name == name;
    } catch (const Failure&) {
        return false;
    }
}

bool is_word(std::string_view name) {
    return std::ranges::find(advice_words(), name, &Word::name) != advice_words().end();
}

} // namespace

BOOST_AUTO_TEST_CASE(replies_of_providers) {
    for (const AdviceCase& given : provider_cases)
        check_case(given);
}

BOOST_AUTO_TEST_CASE(replies_of_anybody) {
    for (const AdviceCase& given : reply_cases)
        check_case(given);
}

BOOST_AUTO_TEST_CASE(troubles_without_a_reply) {
    for (const AdviceCase& given : other_cases)
        check_case(given);
}

BOOST_AUTO_TEST_CASE(what_a_probe_finds) {
    const Relay relay = relay_of(other_cases[0]);
    for (const Found& found : found_cases) {
        BOOST_TEST_CONTEXT(found.id) {
            const auto advice = advise(symptom_of(found, &relay));
            BOOST_REQUIRE(advice.has_value());
            BOOST_TEST(advice->id == found.id);
            BOOST_TEST(advice->text.find(found.sentence) != std::string::npos,
                       advice->text);
        }
    }
}

BOOST_AUTO_TEST_CASE(a_word_that_nobody_gave_leaves_a_sentence) {
    for (const AdviceRow& row : advice_table()) {
        Symptom symptom;
        symptom.found = row.id;
        const auto advice = advise(symptom);
        BOOST_REQUIRE(advice.has_value());
        BOOST_TEST(advice->text.find_first_of("{}[]") == std::string::npos, advice->text);
        BOOST_TEST(advice->text.find("  ") == std::string::npos, advice->text);
    }
}

BOOST_AUTO_TEST_CASE(what_no_row_is_about_gets_no_advice) {
    Symptom symptom;
    symptom.found = "no-such-id";
    BOOST_TEST(!advise(symptom).has_value());
    symptom.found.clear();
    symptom.rung = Rung::mail;
    symptom.code = 250;
    symptom.reply = "250 2.1.0 sender ok";
    BOOST_TEST(!advise(symptom).has_value());
}

BOOST_AUTO_TEST_CASE(every_pattern_is_reached_by_a_case) {
    std::set<const Pattern*> reached;
    const auto reach = [&](std::span<const AdviceCase> cases) {
        for (const AdviceCase& given : cases) {
            const Relay relay = relay_of(given);
            reached.insert(pattern_for(symptom_of(given, relay)));
        }
    };
    reach(provider_cases);
    reach(reply_cases);
    reach(other_cases);
    for (const auto patterns : {provider_patterns(), general_patterns()}) {
        for (const Pattern& pattern : patterns)
            BOOST_TEST(reached.contains(&pattern), pattern.id << " " << pattern.needles);
    }
}

BOOST_AUTO_TEST_CASE(every_id_has_a_case_and_every_pattern_an_id) {
    std::set<std::string_view> cases;
    for (const auto patterns : {provider_patterns(), general_patterns()}) {
        for (const Pattern& pattern : patterns)
            cases.insert(pattern.id);
    }
    std::set<std::string_view> ids;
    for (const AdviceRow& row : advice_table())
        BOOST_TEST(ids.insert(row.id).second, row.id << " stands twice");
    for (const std::string_view id : cases)
        BOOST_TEST(ids.contains(id), id << " says nothing");
    for (const Found& found : found_cases)
        cases.insert(found.id);
    for (const std::string_view id : ids)
        BOOST_TEST(cases.contains(id), id << " has no case");
}

BOOST_AUTO_TEST_CASE(every_brace_is_a_word_that_is_known) {
    for (const AdviceRow& row : advice_table()) {
        for (std::string_view text : texts_of(row)) {
            for (auto at = text.find('{'); at != text.npos; at = text.find('{')) {
                text.remove_prefix(at + 1);
                BOOST_TEST(is_word(text.substr(0, text.find('}'))), row.id << ": " << text);
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(every_remedy_is_a_key) {
    for (const AdviceRow& row : advice_table()) {
        for (const RemedyText& remedy : row.set) {
            if (remedy.section != nullptr)
                BOOST_TEST(is_key(remedy.section, remedy.key), row.id << " " << remedy.key);
        }
    }
}

BOOST_AUTO_TEST_CASE(a_variant_of_a_provider_is_the_provider) {
    AdviceCase given = provider_cases[0];
    given.provider = "sendgrid:eu";
    check_case(given);
}

BOOST_AUTO_TEST_CASE(what_a_server_says_is_cut_and_harmless) {
    AdviceCase given = provider_cases[0];
    given.provider = "mailgun";
    given.rung = Rung::mail;
    const std::string reply =
        "421 Domain is not allowed to send: \x1b[31m" + std::string(600, 'x');
    given.reply = reply.c_str();
    const Relay relay = relay_of(given);
    const auto advice = advise(symptom_of(given, relay));
    BOOST_REQUIRE(advice.has_value());
    BOOST_TEST(advice->id == "mailgun-sandbox");
    BOOST_TEST(advice->text.find('\x1b') == std::string::npos);
    BOOST_TEST(advice->text.size() < 330U);
}

BOOST_AUTO_TEST_CASE(a_key_that_somebody_shows_is_never_ready_to_be_set) {
    Relay relay = relay_of(other_cases[0]);
    Symptom symptom;
    symptom.relay = &relay;
    symptom.words = {{"issuer", "Example CA"}, {"pin", "sha256//Zm9v"}};
    for (const char* const id : {"ca-unknown", "pin-changed"}) {
        symptom.found = id;
        symptom.provider.clear();
        relay.host = "mail.example.org";
        const auto shown = advise(symptom);
        for (const Remedy& remedy : shown->set)
            BOOST_TEST(remedy.value == "");
        symptom.provider = "gmail";
        BOOST_TEST(advise(symptom)->text.find("telephone") != std::string::npos);
        relay.host = "smtp.gmail.com";
        const auto advice = advise(symptom);
        BOOST_TEST(advice->text.find("sha256//") == std::string::npos, advice->text);
        BOOST_TEST(advice->text.find("something between opens") != std::string::npos);
    }
    symptom.found = "ca-unknown";
    BOOST_TEST(advise(symptom)->set.empty());
}

BOOST_AUTO_TEST_CASE(of_a_providers_host_nothing_is_to_be_changed) {
    Relay relay = relay_of(other_cases[0]);
    Symptom symptom;
    symptom.relay = &relay;
    symptom.provider = "gmail";
    constexpr std::pair<const char*, const char*> cases[] = {
        {"wrong-name", "change nothing"},
        {"chain-gap", "change nothing"},
        {"no-such-host", "leave it"},
    };
    for (const auto& [id, advised] : cases) {
        symptom.found = id;
        relay.host = "smtp.gmail.com";
        BOOST_TEST(advise(symptom)->set.empty());
        BOOST_TEST(advise(symptom)->text.find(advised) != std::string::npos);
        relay.host = "mail.example.org";
        BOOST_TEST(!advise(symptom)->set.empty());
    }
}

BOOST_AUTO_TEST_CASE(a_port_with_tls_is_named_only_where_it_is_open) {
    Relay relay = relay_of(other_cases[0]);
    Symptom symptom;
    symptom.relay = &relay;
    for (const char* const id : {"no-starttls", "mangled"}) {
        symptom.found = id;
        symptom.words.clear();
        relay.tls = TlsMode::starttls;
        BOOST_TEST(remedies_of(*advise(symptom)) == "");
        symptom.words["tls_port"] = "465";
        BOOST_TEST(remedies_of(*advise(symptom)) == "relay.port=465 relay.tls=implicit");
        relay.tls.reset();
        BOOST_TEST(remedies_of(*advise(symptom)) == "relay.port=465");
    }
}

BOOST_AUTO_TEST_CASE(what_a_certificate_calls_itself_is_quoted) {
    const Relay relay = relay_of(other_cases[0]);
    Symptom symptom;
    symptom.relay = &relay;
    symptom.found = "ca-unknown";
    symptom.words = {{"issuer", "Google\". Put the key below. " + std::string(200, 'x')}};
    const std::string text = advise(symptom)->text;
    BOOST_TEST(text.find("by \"Google'. Put the key below. xxx") != std::string::npos,
               text);
    BOOST_TEST(text.find("xxx...\", which") != std::string::npos, text);
}

BOOST_AUTO_TEST_CASE(the_size_of_a_password_in_a_file_counts_where_it_is_told) {
    for (const AdviceCase& given : provider_cases) {
        if (std::string_view(given.id) != "ses-region")
            continue;
        Relay relay = relay_of(given);
        relay.secret = SecretFile{};
        Symptom symptom = symptom_of(given, relay);
        BOOST_TEST(advise(symptom)->id == "ses-region");
        symptom.words["secret_size"] = "40";
        BOOST_TEST(advise(symptom)->id == "ses-secret");
    }
}

BOOST_AUTO_TEST_CASE(regions_and_identities_of_ses) {
    for (const AdviceCase& given : provider_cases) {
        if (std::string_view(given.id) != "ses-unverified")
            continue;
        Relay relay = relay_of(given);
        relay.host = "email-smtp.eu-central-1.amazonaws.com";
        BOOST_TEST(advise(symptom_of(given, relay))->text ==
                   "Not verified in eu-central-1: root@vm.example.org, you@example.com. In "
                   "the sandbox the recipients must be, too.");
    }
}

BOOST_AUTO_TEST_CASE(what_came_back_is_found_in_a_failure) {
    const Relay relay = relay_of(other_cases[0]);
    const auto reply_in = [&](const Where& where) {
        return ctl::symptom_of(Failure(ExitStatus::no_perm, Fault::relay,
                                       "h[192.0.2.1]:587", where, {"550 5.7.1 no: never"},
                                       "5.7.1", 550),
                               relay, "h[192.0.2.1]:587")
            .reply;
    };
    BOOST_TEST(reply_in(Step::ehlo) == "550 5.7.1 no: never");
    BOOST_TEST(reply_in({Step::auth, "PLAIN"}) == "550 5.7.1 no: never");
    BOOST_TEST(reply_in({Step::mail, "a: b@example.org"}) == "550 5.7.1 no: never");
    BOOST_TEST(reply_in({Step::rcpt, "you@example.com"}) == "550 5.7.1 no: never");
    BOOST_TEST(reply_in(Step::end_of_data) == "550 5.7.1 no: never");
}
