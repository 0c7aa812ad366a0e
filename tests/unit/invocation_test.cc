// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE invocation
#include <boost/test/unit_test.hpp>

#include "config/invocation.h"
#include "config/usage.h"
#include "failing.h"
#include "invoking.h"

using namespace sallyport;

BOOST_AUTO_TEST_CASE(real_callers) {
    check({
        {{"-t", "-i"}, "deliver t i"},                         // PHP
        {{"-t", "-i", "-fa@x"}, "deliver t i f=a@x"},          // mail()'s 5th argument
        {{"-oi", "-fa@x", "-t"}, "deliver t i f=a@x"},         // PHPMailer
        {{"-t"}, "deliver t"},                                 // Symfony Mailer, sudo
        {{"-i", "-t"}, "deliver t i"},                         // Rails
        {{"-t", "-oi", "-oem", "-fa@x"}, "deliver t i f=a@x"}, // MIME::Lite
        {{"-oi", "-f", "a@x", "-t"}, "deliver t i f=a@x"},     // mailutils
        {{"-ti"}, "deliver t i"},                              // busybox crond
        {{"-FCronDaemon", "-i", "-B8BITMIME", "-oem", "root"}, // Debian's cron
         "deliver i F=CronDaemon B=8 <root>"},
        {{"-FCronDaemon", "-i", "-odi", "-oem", "-oi", "-t", "-f", "root"}, // cronie
         "deliver t i f=root F=CronDaemon"},
        {{"-FCronDaemon", "-i", "-odi", "-oem", "-oi", "-t", "-f", "<>"},
         "deliver t i f=<> F=CronDaemon"},
        {{"-FAnacron", "-odi", "root"}, "deliver F=Anacron <root>"}, // anacron
        {{"-Ffcron", "root"}, "deliver F=fcron <root>"},             // fcron
        {{"-i", "-B", "8BITMIME", "user"}, "deliver i B=8 <user>"},  // systemd-cron
        {{"-i", "alice"}, "deliver i <alice>"},                      // at
        {{"-oi", "-oem", "-f", "a@x", "--", "b@y"}, "deliver i f=a@x <b@y>"}, // mutt
        {{"-i", "-r", "a@x", "--", "b@y"}, "deliver i f=a@x <b@y>"},          // s-nail
        {{"-i", "--", "rcpt1", "-alias"}, "deliver i <rcpt1> <-alias>"},
        {{"-f", "a@x", "-i", "b@y", "c@z"}, "deliver i f=a@x <b@y> <c@z>"}, // Gitea
        {{"-f", "fail2ban", "root"}, "deliver f=fail2ban <root>"},          // fail2ban
        {{"-f", "caller", "--", "to"}, "deliver f=caller <to>"},            // vacation
        {{"-f", ""}, "deliver f="},                                         // maildrop
        {{"-f", "<>", "a@x"}, "deliver f=<> <a@x>"},                        // Dovecot
        {{"-V00000042", "-N", "success,delay,failure", "a@x"},              // Sympa
         "deliver N=SUCCESS,DELAY,FAILURE V=00000042 <a@x>"},
        {{"-t", "-fraid@x"}, "deliver t f=raid@x"},                     // mdadm
        {{"-f", "a@x", "-oi", "-oem", "b@y"}, "deliver i f=a@x <b@y>"}, // reportbug
        {{"bob@x,", "-oem"}, "deliver <bob@x,>"},                       // procmail
        {{"-odb", "-oem", "-om", "a@x"}, "deliver <a@x>"},              // nmh
        {{"-or0s", "-oT3d", "-o7", "-o8", "-oL9", "-os", "-oAx", "-oQx", "root"},
         "deliver <root>"},                                      // older crons
        {{"-oi", "-odi", "-oem", "-t", "-vt"}, "deliver t i v"}, // recipes for Nagios
    });
}

BOOST_AUTO_TEST_CASE(letters_join) {
    check({
        {{"-it"}, "deliver t i"},
        {{"-toi"}, "deliver t i"},
        {{"-tioi"}, "deliver t i"},
        {{"-itfann@x"}, "deliver t i f=ann@x"},
        {{"-itf", "ann@x"}, "deliver t i f=ann@x"},
        {{"-itvF", "-i"}, "deliver t i v F=-i"}, // a value may begin with a hyphen
        {{"-tGmnUxci"}, "deliver t i"},
        {{"-o", "i"}, "deliver i"},
        {{"-vq30m"}, "run v"},
        {{"-f-t"}, "deliver f=-t"},
    });
}

BOOST_AUTO_TEST_CASE(options_and_operands_in_any_order) {
    check({
        {{}, "deliver"},
        {{"-t", "a@x", "-i", "b@y"}, "deliver t i <a@x> <b@y>"},
        {{"--", "-t", "--", "a@x"}, "deliver <-t> <--> <a@x>"},
        {{"-t", "--"}, "deliver t"},
        {{"a@x", "--", "-t", "--help"}, "deliver <a@x> <-t> <--help>"},
        {{"-"}, "deliver <->"},
        {{"a@x", "-", "-i"}, "deliver i <a@x> <->"},
        {{""}, "deliver <>"},
        {{"a@x, b@y", "Bob <c@z>"}, "deliver <a@x, b@y> <Bob <c@z>>"},
        {{"\xc3\xa4@x"}, "deliver <\xc3\xa4@x>"},
    });
}

BOOST_AUTO_TEST_CASE(the_last_sender_counts) {
    check({
        {{"-f", "a@x", "-r", "b@y"}, "deliver f=b@y"},
        {{"-rb@y", "-fa@x"}, "deliver f=a@x"},
        {{"-fa@x", "-f", ""}, "deliver f="},
        {{"-f", "Name <a@x>"}, "deliver f=Name <a@x>"},
    });
}

BOOST_AUTO_TEST_CASE(modes_that_send_nothing) {
    check({
        {{"-bm"}, "deliver"},
        {{"-bp"}, "list"},
        {{"-b", "p"}, "list"},
        {{"-bi"}, "aliases"},
        {{"-I"}, "aliases"},
        {{"-bh"}, "nothing"},
        {{"-bH"}, "nothing"},
        {{"-q"}, "run"},
        {{"-qf"}, "run"},
        {{"-q30m"}, "run"},
        {{"-qRsite"}, "run"},
        {{"--help"}, "help"},
        {{"--version"}, "version"},
    });
}

BOOST_AUTO_TEST_CASE(when_to_send) {
    const auto timing = [](const char* option) {
        return parse_invocation(std::vector<const char*>{"sendmail", option, "a@x"}).timing;
    };
    BOOST_TEST((timing("-i") == Timing::configured));
    for (const char* now : {"-odi", "-ODeliveryMode=i", "-O deliverymode = interactive"})
        BOOST_TEST((timing(now) == Timing::interactive), now);
    for (const char* background : {"-odb", "-ODeliveryMode=background"})
        BOOST_TEST((timing(background) == Timing::background), background);
    for (const char* later : {"-odq", "-odd", "-ODeliveryMode=q"})
        BOOST_TEST((timing(later) == Timing::deferred), later);
    for (const char* odd : {"-od", "-odx", "-odqq", "-ODeliveryMode=", "-ODeliveryMode=x"})
        BOOST_TEST((timing(odd) == Timing::configured), odd);
}

BOOST_AUTO_TEST_CASE(which_messages_of_the_queue) {
    using Kind = QueueSelection::Kind;
    const auto selected = [](const char* option) {
        return parse_invocation(std::vector<const char*>{"sendmail", option}).selection;
    };
    for (const char* due : {"-q", "-q5m", "-q1h30m", "-q60"})
        BOOST_TEST((selected(due).kind == Kind::due), due);
    BOOST_TEST((selected("-qf").kind == Kind::all));
    BOOST_TEST((selected("-qIAB12").kind == Kind::id));
    BOOST_TEST(selected("-qIAB12").text == "AB12");
    BOOST_TEST((selected("-qRsite").kind == Kind::recipient));
    BOOST_TEST(selected("-qRsite").text == "site");
    BOOST_TEST((selected("-qSme@x").kind == Kind::sender));
    for (const char* odd : {"p5m", "G", "!I1", "I", "R", "S", "ff", "m5", "Q"})
        check_refused({(std::string("-q") + odd).c_str()},
                      std::string("option -q ") + odd +
                          ": a time, f, or I, R or S and a text are expected");
}

/// Else the message would be lost with status 0.
BOOST_AUTO_TEST_CASE(modes_that_send_nothing_want_no_recipient) {
    for (const char* mode :
         {"-bp", "-bi", "-I", "-bh", "-bH", "-q", "-qf", "-q30m", "-bs"}) {
        check_refused({mode, "a@x"},
                      "recipient a@x: in this mode no message is sent to it");
        check_refused({"-t", mode}, "option -t: it goes with -bm only");
    }
    check_refused({"-q", "30m"}, "recipient 30m: in this mode no message is sent to it");
    check_refused({"-t", "-bv", "a@x"}, "option -t: it goes with -bm only");
}

BOOST_AUTO_TEST_CASE(modes_that_talk_to_a_server) {
    check({
        {{"-bs"}, "serve"},                        // Symfony Mailer
        {{"-bs", "-i"}, "serve i"},                // Laravel
        {{"-bs", "-odb", "-oem", "-om"}, "serve"}, // nmh
        {{"-b", "s"}, "serve"},
        {{"-bv", "root"}, "verify <root>"},
        {{"-bv", "-bm", "a@x"}, "deliver <a@x>"}, // the last one counts
    });
}

BOOST_AUTO_TEST_CASE(postfix_own_options) {
    check({
        {{"-O", "requiretls=yes"}, "deliver requiretls"},
        {{"-Osmtputf8=yes"}, "deliver smtputf8"},
        {{"-Osmtputf8=yes", "-Orequiretls=yes"}, "deliver requiretls smtputf8"},
        {{"-Orequiretls=yes", "-Orequiretls=no"}, "deliver"},
        {{"-Osmtputf8=yes", "-O", "smtputf8=no"}, "deliver"},
        {{"-ORequireTLS = Yes", "-OSmtputf8=NO"}, "deliver requiretls"},
    });
    check_refused({"-Orequiretls=maybe"},
                  "option -O requiretls=maybe: yes or no is expected");
    check_refused({"-Orequiretls"}, "option -O requiretls: yes or no is expected");
    BOOST_TEST(parse({"-Orequiretls=yes", "-Osmtputf8=no"}).notes.empty());
    BOOST_TEST(parse({"-Orequire=yes"}).notes.size() == 1U);
}

BOOST_AUTO_TEST_CASE(lists_of_notifications) {
    BOOST_TEST(parse_notify("Never").value() == "NEVER");
    BOOST_TEST(parse_notify("delay,Success").value() == "DELAY,SUCCESS");
    for (const char* bad : {"", "x", "NEVER,SUCCESS", "SUCCESS,NEVER", "SUCCESS,",
                            ",SUCCESS", "DELAY,DELAY", "SUCCESS, DELAY", "SUCCES"})
        BOOST_TEST(!parse_notify(bad), bad);
}

BOOST_AUTO_TEST_CASE(modes_that_are_refused) {
    for (const char* mode : {"d", "D"})
        check_refused({"-b", mode},
                      std::string("option -b ") + mode +
                          ": there is no daemon mode, since mail is sent at once");
    for (const char* mode : {"t", "S", "V", "ss", "a", "P", "z", "mm", ""})
        check_refused({"-b", mode}, std::string("option -b ") + mode +
                                        ": this mode is not known; nothing was read");
}

BOOST_AUTO_TEST_CASE(names_of_the_program) {
    BOOST_TEST(summary(parse({}, "/usr/bin/mailq")) == "list");
    BOOST_TEST(summary(parse({}, "mailq")) == "list");
    BOOST_TEST(summary(parse({}, "/usr/bin/newaliases")) == "aliases");
    BOOST_TEST(summary(parse({"a@x"}, "/usr/lib/sendmail")) == "deliver <a@x>");
    BOOST_TEST(summary(parse({}, "/mailq/x")) == "deliver");
    BOOST_TEST(parse({}, "/usr/sbin/sendmail").program == "sendmail");
    BOOST_TEST(parse({}, "").program == "");
    BOOST_TEST(summary(parse_invocation({})) == "deliver");
}

BOOST_AUTO_TEST_CASE(options_without_effect) {
    check({
        {{"-A", "c",   "-Am",   "-c", "-e", "m",  "-em", "-G", "-h", "3",
          "-L", "tag", "-Ltag", "-m", "-n", "-p", "x",   "-U", "-x", "a@x"},
         "deliver <a@x>"},
        {{"-O", "a=b", "-OQueueDirectory=/tmp", "-X", "/tmp/x", "-X/var/www/x.php", "a@x"},
         "deliver <a@x>"},
        {{"-oMrPROTO", "-oMsHOST", "-oMaADDR", "a@x"}, "deliver <a@x>"},
        {{"-oMr", "esmtp", "a@x"}, "deliver <a@x>"}, // as Exim's tools write it
    });
}

BOOST_AUTO_TEST_CASE(an_ignored_file_is_noted_and_not_made) {
    const Invocation invocation = parse({"-X/tmp/sallyport\x9b-test", "-O", "a=b"});
    BOOST_TEST(invocation.notes ==
                   (std::vector<std::string>{"option -X /tmp/sallyport?-test: ignored",
                                             "option -O a=b: ignored"}),
               boost::test_tools::per_element());
    BOOST_TEST(parse({"-oi", "-em", "-t"}).notes.empty());
}

BOOST_AUTO_TEST_CASE(requests_for_notifications_and_bodies) {
    check({
        {{"-N", "never"}, "deliver N=NEVER"},
        {{"-NSuccess,failure,DELAY"}, "deliver N=SUCCESS,FAILURE,DELAY"},
        {{"-Nfailure"}, "deliver N=FAILURE"},
        {{"-R", "full"}, "deliver R=FULL"},
        {{"-Rhdrs"}, "deliver R=HDRS"},
        {{"-V", "a+b=c d"}, "deliver V=a+b=c d"},
        {{"-B7BIT"}, "deliver B=7"},
        {{"-B", "8bitmime"}, "deliver B=8"},
    });
    for (const char* bad : {"", "x", "never,success", "success,", ",success",
                            "success,success", "success, delay"})
        BOOST_TEST(parse({"-N", bad}).notes.front() ==
                   std::string("option -N ") + bad + ": ignored");
    BOOST_TEST(parse({"-Rx"}).notes.front() == "option -R x: ignored");
    check_refused({"-BX"}, "option -B X: 7BIT or 8BITMIME is expected");
    const std::string most(100, 'e');
    BOOST_TEST(parse({"-V", most.c_str()}).envelope_id == most);
    for (const std::string& bad : {std::string(), most + "e", std::string("\xc3\xa4")})
        BOOST_TEST(parse({"-V", bad.c_str()}).notes.size() == 1U);
}

BOOST_AUTO_TEST_CASE(unknown_options) {
    check_refused({"-d0.1"}, "option -d: not known");
    check_refused({"-tZ"}, "option -Z: not known");
    check_refused({"-\xc3\xa4"}, "option -?: not known");
    for (const char* odd : {"--foo", "--helpme", "-t-", "-E", "-s", "-1"})
        BOOST_TEST(status_of(failure_of([&] { return parse({odd}); })) == 64, odd);
}

BOOST_AUTO_TEST_CASE(missing_values) {
    check_refused({"-f"}, "option -f: address is missing after it");
    check_refused({"-tF"}, "option -F: name is missing after it");
    for (const Option& option : option_table()) {
        const std::string argument = std::string("-") + option.letter;
        if (option.value == OptionValue::required)
            BOOST_TEST(status_of(failure_of([&] { return parse({argument.c_str()}); })) ==
                       64);
        else
            BOOST_CHECK_NO_THROW(parse({argument.c_str()}));
    }
}

BOOST_AUTO_TEST_CASE(control_characters_anywhere) {
    for (int octet = 1; octet < 0x80; ++octet) {
        if ((octet >= ' ' && octet != 0x7f) || octet == '\t')
            continue;
        const std::string odd = std::string("a") + static_cast<char>(octet) + "b";
        for (const Arguments& arguments :
             {Arguments{odd.c_str()}, Arguments{"-f", odd.c_str()},
              Arguments{"-F", odd.c_str()}, Arguments{"-V", odd.c_str()},
              Arguments{"-C", odd.c_str()}, Arguments{"--", odd.c_str()},
              Arguments{"-X", odd.c_str()}}) {
            const Failure failure = failure_of([&] { return parse(arguments); });
            BOOST_TEST(status_of(failure) == 65);
            BOOST_TEST(failure.what() ==
                       std::string("a control character in the argument \"a?b\""));
        }
        BOOST_TEST(status_of(failure_of([&] { return parse({}, odd.c_str()); })) == 65);
    }
    BOOST_TEST(status_of(failure_of([] {
                   return parse({"-f", "a@x.com>\r\nRCPT TO:<evil@x.com"});
               })) == 65);
}

BOOST_AUTO_TEST_CASE(the_usage_text) {
    const std::string text = usage_text("sendmail");
    BOOST_TEST(text.starts_with("usage: sendmail [option ...] [recipient ...]\n"));
    std::string row;
    for (const Option& option : option_table()) {
        std::string line = std::string("\n  -") + option.letter;
        if (option.value == OptionValue::required)
            line += " " + std::string(option.value_name) + " ";
        else if (option.value == OptionValue::joined)
            line += "[" + std::string(option.value_name) + "] ";
        const bool ignored = option.purpose.empty();
        BOOST_TEST(holds(text, line) == !ignored, line);
        BOOST_TEST(holds(text, std::string(option.purpose) + "\n"));
        if (ignored)
            row += std::string(" -") + option.letter;
    }
    BOOST_TEST(holds(text, "\n " + row + "   are ignored\n"), row);
    for (const char* named :
         {"/sallyport.conf\n", "~/.config/sallyport.conf", "-C file", "SALLYPORT_URL",
          "SALLYPORT_PASSWORD_FILE", "SALLYPORT_FROM", "SALLYPORT_SENDER_FORCE=both",
          "sendmail -v -bv you@example.com", "journalctl -t sallyport", "/var/log/mail.log",
          "/dev/log"})
        BOOST_TEST(holds(text, named), named);
    for (std::size_t begin = 0; begin < text.size(); begin = text.find('\n', begin) + 1)
        BOOST_TEST(text.find('\n', begin) - begin <= 80U);
}
