// SPDX-License-Identifier: MIT
//
// Whose server, mailbox or mail exchanger a name is, and how a row looks.
#define BOOST_TEST_MODULE provider_facts
#include <boost/test/unit_test.hpp>

#include <algorithm>

#include "ctl/provider_facts.h"
#include "ctl/provider_text.h"
#include "text/ascii.h"
#include "unit/failing.h"

using namespace sallyport;
using namespace sallyport::ctl;

namespace {

std::string key_of(const Provider* provider) {
    return provider != nullptr ? provider->key : "none";
}

const Provider& row(std::string_view key) {
    const auto table = provider_table();
    const auto found = std::ranges::find(table, key, [](const Provider& provider) {
        return std::string_view(provider.key);
    });
    if (found == table.end())
        throw std::logic_error("no such row");
    return *found;
}

std::size_t widest_line(std::string_view text) {
    std::size_t widest = 0;
    while (!text.empty())
        widest = std::max(widest, take_until(text, '\n').size());
    return widest;
}

Look look_of(unsigned width) {
    Look look;
    look.width = width;
    return look;
}

} // namespace

BOOST_AUTO_TEST_CASE(whose_server_a_host_is) {
    BOOST_TEST(key_of(provider_of_host("smtp.gmail.com")) == "gmail");
    BOOST_TEST(key_of(provider_of_host("SMTP.EU.SendGrid.net.")) == "sendgrid");
    BOOST_TEST(key_of(provider_of_host("email-smtp.eu-west-1.amazonaws.com")) == "ses");
    BOOST_TEST(key_of(provider_of_host("mail12.conoha.ne.jp")) == "conoha");
    for (const char* other : {"gmail.com", "xsmtp.gmail.com", "smtp.gmail.com.evil.example",
                              "email-smtp..amazonaws.com", "email-smtp.a.b.amazonaws.com",
                              "email-smtp.amazonaws.com", "smtp.example.org", ""})
        BOOST_TEST(key_of(provider_of_host(other)) == "none", other);
}

BOOST_AUTO_TEST_CASE(how_a_host_is_written) {
    BOOST_TEST(preset_of_host("smtp.sendgrid.net") == "sendgrid");
    BOOST_TEST(preset_of_host("smtp.eu.sendgrid.net") == "sendgrid:eu");
    BOOST_TEST(preset_of_host("smtp-broadcasts.postmarkapp.com") == "postmark:broadcast");
    BOOST_TEST(preset_of_host("EMAIL-SMTP.AP-Northeast-1.amazonaws.com") ==
               "ses:ap-northeast-1");
    BOOST_TEST(preset_of_host("smtp.example.org").empty());
}

/// What is written comes back, for every host of the table but those that may be anybody's.
BOOST_AUTO_TEST_CASE(every_host_is_found_and_means_itself) {
    for (const Provider& provider : provider_table()) {
        if (std::string_view(provider.variants) == "DOMAIN")
            continue;
        for (const PresetName& preset : preset_names(provider)) {
            std::string name = preset.name;
            const auto at = name.find(':');
            if (at != name.npos && name[at + 1] >= 'A' && name[at + 1] <= 'Z')
                name.replace(at + 1, name.npos, "a1");
            BOOST_TEST(preset_of_host(read_preset(name, "x").host) == name);
        }
    }
}

BOOST_AUTO_TEST_CASE(whose_mailbox_a_domain_has) {
    BOOST_TEST(key_of(provider_of_domain("GoogleMail.com")) == "gmail");
    BOOST_TEST(key_of(provider_of_domain("hotmail.com")) == "outlook");
    BOOST_TEST(key_of(provider_of_domain("mail.gmail.com")) == "none");
    BOOST_TEST(key_of(provider_of_domain("")) == "none");
    BOOST_TEST(preset_of_domain("gmx.de") == "gmx");
    BOOST_TEST(preset_of_domain("gmx.com") == "gmx:com");
    BOOST_TEST(preset_of_domain("example.org").empty());
}

BOOST_AUTO_TEST_CASE(whose_customers_an_exchanger_serves) {
    BOOST_TEST(key_of(provider_of_exchanger("aspmx.l.google.com.")) == "gmail");
    BOOST_TEST(key_of(provider_of_exchanger("example-org.mail.protection.outlook.com")) ==
               "m365");
    BOOST_TEST(key_of(provider_of_exchanger("in1-smtp.MessagingEngine.com")) == "fastmail");
    for (const char* other : {"notgoogle.com", "google.com.evil.example", "com", ""})
        BOOST_TEST(key_of(provider_of_exchanger(other)) == "none", other);
}

BOOST_AUTO_TEST_CASE(ways_to_write_a_row) {
    const auto names = preset_names(row("gmx"));
    BOOST_REQUIRE(names.size() == 2U);
    BOOST_TEST(names[0].name == "gmx");
    BOOST_TEST(names[1].name == "gmx:com");
    BOOST_TEST(names[1].host == "mail.gmx.com");
    BOOST_TEST(preset_names(row("ses")).front().name == "ses:REGION");
}

BOOST_AUTO_TEST_CASE(a_line_of_the_list) {
    BOOST_TEST(listed({&row("acs"), &row("ses")}) ==
               "acs         Azure Communication Services  smtp.azurecomm.net 587\n"
               "ses:REGION  Amazon SES                    email-smtp.REGION.amazonaws.com "
               "465 587 2465 2587\n");
    BOOST_TEST(listed({}).empty());
}

BOOST_AUTO_TEST_CASE(all_that_is_known_of_one) {
    BOOST_TEST(described(row("gmx"), look_of(60)) == "gmx  GMX\n"
                                                     "  write     provider = gmx\n"
                                                     "  host      mail.gmx.net\n"
                                                     "  variants  gmx:com: mail.gmx.com\n"
                                                     "  ports     465 587\n"
                                                     "  user      the full address\n"
                                                     "  password  password\n"
                                                     "  log-in    PLAIN LOGIN\n"
                                                     "  senders   the mailbox and its "
                                                     "aliases, and nobody else\n"
                                                     "  mailboxes gmx.de gmx.net gmx.at "
                                                     "gmx.ch gmx.com\n"
                                                     "  advice    smtp-off own-address\n"
                                                     "  source    Mozilla ISPDB\n");
}

BOOST_AUTO_TEST_CASE(the_facts_of_every_row_fit_the_screen) {
    for (const unsigned width : {40U, 80U, 200U}) {
        for (const Provider& provider : provider_table()) {
            const std::string text = described(provider, look_of(width));
            BOOST_TEST(text.find("  advice ") != 0U);
            // A host's name is not divided.
            BOOST_TEST(widest_line(text) <= std::max(width, 62U), text);
            if (width == 80)
                BOOST_TEST(widest_line(text) <= width, text);
        }
    }
}

BOOST_AUTO_TEST_CASE(what_is_not_known_has_no_line) {
    const std::string text = described(row("onamae"), look_of(80));
    BOOST_TEST(!holds(text, "log-in "));
    BOOST_TEST(!holds(text, "mailboxes"));
    BOOST_TEST(holds(described(row("sonet"), look_of(80)), "(several programs agree)"));
    BOOST_TEST(
        holds(described(row("sendgrid"), look_of(80)), "user      the word apikey\n"));
}
