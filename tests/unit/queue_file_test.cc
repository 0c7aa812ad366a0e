// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE queue_file
#include <boost/test/unit_test.hpp>

#include "queue/file.h"
#include "text/ascii.h"
#include "unit/failing.h"

using namespace sallyport;

namespace {

/// `lines` with the check and the empty line after them.
std::string checked(const std::string& lines) {
    return lines + "check " + check_of(lines) + "\n\n";
}

/// Everything before the lines for recipients.
const std::string head = "sallyport-queue 1\nid 4F09C2A17B3\ntime 1764380000\nsize 1021\n";
const std::string from = head + "from <me@example.org>\n";
const std::string full =
    head + "kind report\nfrom <me@example.org>\nret FULL\nenvid a+2Bb+20c\n"
           "body 8BITMIME\nsmtputf8 required allowed\nrequiretls\n"
           "to <a@example.com> NOTIFY=DELAY,SUCCESS ORCPT=rfc822;A+2Bb@example.com\n"
           "to <\"b> NOTIFY=NEVER\"@example.com> ORCPT=x>;>\n"
           "to <\xc3\xb6@[IPv6:::1]>\n";

void accepted(const std::string& lines) {
    const std::string text = checked(lines);
    BOOST_TEST(write_queue_header(read_queue_header(text)) == text);
}

Failure refusal_of(const std::string& text) {
    return failure_of([&] { return read_queue_header(text); });
}

/// Although the check is right.
void refused(const std::string& lines, const std::string& why) {
    const Failure failure = refusal_of(checked(lines));
    BOOST_TEST(failure.what() == why);
    BOOST_TEST(status_of(failure) == 65);
    BOOST_TEST((failure.fault() == Fault::local));
}

std::string replaced(std::string text, std::string_view part, std::string_view by) {
    return text.replace(text.find(part), part.size(), by);
}

std::string recipients(std::size_t count) {
    std::string lines;
    for (std::size_t i = 0; i < count; ++i)
        lines += "to <" + std::to_string(i) + "@x>\n";
    return lines;
}

} // namespace

BOOST_AUTO_TEST_CASE(a_header_is_written_in_one_way) {
    QueueHeader header;
    header.id = "4F09C2A17B3";
    header.arrived = 1764380000;
    header.size = 1021;
    header.envelope.reverse_path = "me@example.org";
    header.recipients.emplace_back("a@example.com");
    BOOST_TEST(write_queue_header(header) ==
               from + "to <a@example.com>\ncheck 852E035B\n\n");
    header.is_report = true;
    header.envelope.ret = "FULL";
    header.envelope.envelope_id = "a+b c";
    header.envelope.body = BodyType::eight_bit_mime;
    header.envelope.smtputf8 = header.envelope.smtputf8_allowed = true;
    header.envelope.require_tls = true;
    header.recipients = {
        Recipient("a@example.com", "DELAY,SUCCESS", "rfc822;A+2Bb@example.com"),
        Recipient("\"b> NOTIFY=NEVER\"@example.com", {}, "x>;>"),
        Recipient("\xc3\xb6@[IPv6:::1]")};
    BOOST_TEST(write_queue_header(header) == checked(full));
}

BOOST_AUTO_TEST_CASE(what_was_written_comes_back) {
    const QueueHeader header = read_queue_header(checked(full));
    BOOST_TEST(header.id == "4F09C2A17B3");
    BOOST_TEST(header.arrived == 1764380000);
    BOOST_TEST(header.size == 1021U);
    BOOST_TEST(header.is_report);
    const Envelope& envelope = header.envelope;
    BOOST_TEST(envelope.reverse_path == "me@example.org");
    BOOST_TEST(envelope.ret == "FULL");
    BOOST_TEST(envelope.envelope_id == "a+b c");
    BOOST_TEST((envelope.body == BodyType::eight_bit_mime));
    BOOST_TEST((envelope.smtputf8 && envelope.smtputf8_allowed && envelope.require_tls));
    BOOST_TEST((envelope.notify.empty() && envelope.recipients.empty()));
    BOOST_TEST_REQUIRE(header.recipients.size() == 3U);
    const Recipient& first = header.recipients.front();
    BOOST_TEST(first.address == "a@example.com");
    BOOST_TEST(first.notify == "DELAY,SUCCESS");
    BOOST_TEST(first.original_recipient == "rfc822;A+2Bb@example.com");
    BOOST_TEST((first.state() == Recipient::State::pending));
    BOOST_TEST(header.recipients[1].address == "\"b> NOTIFY=NEVER\"@example.com");
    BOOST_TEST(header.recipients[1].notify == "");
    BOOST_TEST(header.recipients[1].original_recipient == "x>;>");
    BOOST_TEST(header.recipients[2].address == "\xc3\xb6@[IPv6:::1]");
}

BOOST_AUTO_TEST_CASE(what_is_not_there_is_not_made_up) {
    const QueueHeader header = read_queue_header(checked(from + "to <a@x>\n"));
    const Envelope& envelope = header.envelope;
    BOOST_TEST(!header.is_report);
    BOOST_TEST((!envelope.smtputf8 && !envelope.smtputf8_allowed && !envelope.require_tls));
    BOOST_TEST(!envelope.wants_notification());
    BOOST_TEST((envelope.body == BodyType::unspecified));
    BOOST_TEST(header.recipients.front().notify == "");
    BOOST_TEST(header.recipients.front().original_recipient == "");
    BOOST_TEST(
        read_queue_header(checked(head + "from <>\nto <a@x>\n")).envelope.reverse_path ==
        "");
    BOOST_TEST((read_queue_header(checked(from + "body 7BIT\nto <a@x>\n")).envelope.body ==
                BodyType::seven_bit));
    const auto only = [](const char* which) {
        return read_queue_header(checked(from + "smtputf8 " + which + "\nto <a@x>\n"))
            .envelope;
    };
    BOOST_TEST((only("required").smtputf8 && !only("required").smtputf8_allowed));
    BOOST_TEST((!only("allowed").smtputf8 && only("allowed").smtputf8_allowed));
}

BOOST_AUTO_TEST_CASE(the_check_is_fnv_1a) {
    BOOST_TEST(check_of("") == "811C9DC5");
    BOOST_TEST(check_of("a") == "E40C292C");
    BOOST_TEST(check_of("foobar") == "BF9CF968");
    BOOST_TEST(check_of("\xff") == "7A0B824E");
    BOOST_TEST(check_of(std::string(1, '\0')) == "050C5D1F");
}

BOOST_AUTO_TEST_CASE(an_id) {
    BOOST_TEST(is_queue_id("0123456789A"));
    BOOST_TEST(is_queue_id("FEDCBA98765"));
    for (const char* odd : {"", "0123456789", "0123456789AB", "0123456789a", "0123456789G",
                            ".123456789A", "0123456789 ", "0123456789\n"})
        BOOST_TEST(!is_queue_id(odd), odd);
    BOOST_TEST(!is_queue_id(std::string_view("0123456789\0", 11)));
}

BOOST_AUTO_TEST_CASE(every_cut_is_refused) {
    const std::string text = checked(full);
    for (std::size_t size = 0; size < text.size(); ++size)
        BOOST_TEST(status_of(refusal_of(text.substr(0, size))) == 65, size);
}

BOOST_AUTO_TEST_CASE(every_flipped_bit_is_refused) {
    const std::string text = checked(full);
    for (std::size_t at = 0; at < text.size(); ++at) {
        for (unsigned bit = 0; bit < 8; ++bit) {
            std::string flipped = text;
            flipped[at] = static_cast<char>(flipped[at] ^ 1 << bit);
            const Failure failure = refusal_of(flipped);
            const bool version = status_of(failure) == 76;
            BOOST_TEST((version ? at == text.find('1') : status_of(failure) == 65), at);
            BOOST_TEST(!has_control(failure.what()));
        }
    }
}

BOOST_AUTO_TEST_CASE(another_version) {
    for (const char* number : {"0", "2", "18446744073709551615"}) {
        const Failure failure = refusal_of("sallyport-queue " + std::string(number) + "\n");
        BOOST_TEST(failure.what() == "of version " + std::string(number) +
                                         ", which this program does not know");
        BOOST_TEST(status_of(failure) == 76);
        BOOST_TEST((failure.fault() == Fault::local));
    }
    for (const char* odd : {"", "x", "-1", "18446744073709551616", "1 2"})
        BOOST_TEST(status_of(refusal_of("sallyport-queue " + std::string(odd) + "\n")) ==
                   65);
    refused(replaced(from, " 1\n", " 01\n") + "to <a@x>\n",
            "damaged: line 1: \"sallyport-queue 01\"");
}

BOOST_AUTO_TEST_CASE(other_text) {
    BOOST_TEST(refusal_of("").what() == std::string("damaged: line 1: \"\""));
    BOOST_TEST(refusal_of("From: me\n\x1b[2J\n").what() ==
               std::string("damaged: line 1: \"From: me\""));
    BOOST_TEST(refusal_of(head + "\x1b[2J\r\n\n").what() ==
               std::string("damaged: line 5: \"?[2J?\""));
    refused(std::string("\0", 1) + full, "damaged: line 1: \"?sallyport-queue 1\"");
    std::string crlf;
    for (const char c : checked(full))
        crlf += c == '\n' ? "\r\n" : std::string(1, c);
    BOOST_TEST(status_of(refusal_of(crlf)) == 65);
}

BOOST_AUTO_TEST_CASE(the_end_is_the_check_and_an_empty_line) {
    const std::string lines = from + "to <a@x>\n";
    const std::string text = checked(lines);
    const std::string check = check_of(lines);
    BOOST_TEST_REQUIRE(check != lower_case(check));
    for (const std::string& odd :
         {text + "\n", text + "x", lines + "check " + lower_case(check) + "\n\n",
          lines + "check " + check + " \n\n", lines + "check " + check + "0\n\n",
          lines + "check 00000000\n\n", lines + "\n", lines, lines + check + "\n\n",
          lines + "check " + check + "\n" + text})
        BOOST_TEST(status_of(refusal_of(odd)) == 65, odd);
    BOOST_TEST(refusal_of(lines + "check 00000000\n\n").what() ==
               std::string("damaged: line 7: \"check 00000000\""));
}

BOOST_AUTO_TEST_CASE(ids_and_numbers_are_bounded_and_have_one_form) {
    const auto with = [](std::string_view part, const std::string& by) {
        return replaced(from, part, by) + "to <a@x>\n";
    };
    accepted(with("time 1764380000", "time 0"));
    accepted(with("time 1764380000", "time 9007199254740992"));
    accepted(with("size 1021", "size 1"));
    accepted(with("size 1021", "size 9007199254740992"));
    refused(with("4F09C2A17B3", "4F09C2A17B"), "damaged: line 2: \"id 4F09C2A17B\"");
    refused(with("size 1021", "size 0"), "damaged: line 4: \"size 0\"");
    for (const std::string odd :
         {"", "-1", "+1", "01", "1 ", " 1", "0x1", "1\r", "9007199254740993",
          "18446744073709551615", "18446744073709551616"}) {
        BOOST_TEST(status_of(refusal_of(checked(with("1764380000", odd)))) == 65, odd);
        BOOST_TEST(status_of(refusal_of(checked(with("1021", odd)))) == 65, odd);
    }
}

BOOST_AUTO_TEST_CASE(values_have_one_form) {
    for (const std::string line :
         {"kind report", "ret FULL", "ret HDRS", "envid x", "body 7BIT", "body 8BITMIME",
          "smtputf8 required", "smtputf8 allowed", "smtputf8 required allowed",
          "requiretls"}) {
        const std::string before = line.starts_with("kind") ? head : from;
        const std::string after =
            line.starts_with("kind") ? "from <me@example.org>\nto <a@x>\n" : "to <a@x>\n";
        accepted(before + line + "\n" + after);
        for (const std::string& odd :
             {line + "\n" + line, line + " ", " " + line, line + "\r", upper_case(line),
              lower_case(line), line + std::string("\0", 1), line.substr(0, 4)}) {
            if (odd != line)
                BOOST_TEST(
                    status_of(refusal_of(checked(before + odd + "\n" + after))) == 65, odd);
        }
    }
    for (const std::string odd :
         {"kind", "kind reports", "ret", "ret ", "ret full", "ret BOTH", "body", "body ",
          "body BINARYMIME", "smtputf8", "smtputf8 ", "smtputf8 allowed required",
          "smtputf8 required  allowed", "smtputf8required", "requiretls yes", "notify x",
          "", "x"})
        BOOST_TEST(status_of(refusal_of(checked(from + odd + "\nto <a@x>\n"))) == 65, odd);
}

BOOST_AUTO_TEST_CASE(the_order_is_fixed) {
    std::vector<std::string> lines;
    std::string_view rest = full;
    while (!rest.empty())
        lines.emplace_back(take_until(rest, '\n')) += '\n';
    for (std::size_t i = 0; i + 3 < lines.size(); ++i) {
        std::vector<std::string> swapped = lines;
        std::swap(swapped[i], swapped[i + 1]);
        std::string text;
        for (const auto& line : swapped)
            text += line;
        BOOST_TEST(status_of(refusal_of(checked(text))) == 65, lines[i]);
    }
    for (const char* needed : {"id ", "time ", "size ", "from "}) {
        std::string text;
        for (const auto& line : lines)
            text += line.starts_with(needed) ? "" : line;
        BOOST_TEST(status_of(refusal_of(checked(text))) == 65, needed);
    }
}

BOOST_AUTO_TEST_CASE(envelope_identifiers) {
    const auto with = [](const std::string& id) {
        return from + "envid " + id + "\nto <a@x>\n";
    };
    const std::string hundred(100, 'x');
    accepted(with(hundred));
    accepted(with("+2B+3D+20~!"));
    refused(with(hundred + "x"),
            "damaged: line 6: \"envid " + hundred.substr(0, 74) + "...\"");
    for (const std::string odd : {"", "+", "+2", "+2b", "+41", "a b", "a=b", "+0A", "+0D",
                                  "+00", "+7F", "+09", "+C3+B6", "\xc3\xb6", "a\r"})
        BOOST_TEST(status_of(refusal_of(checked(with(odd)))) == 65, odd);
}

BOOST_AUTO_TEST_CASE(addresses_are_parsed_and_canonical) {
    for (const std::string good :
         {"<a@x>", "<\"a b\"@x>", "<\"\\\"\"@x>", "<\"a\\\\\"@x>", "<a.b@x.y>",
          "<a@[1.2.3.4]>", "<\xc3\xb6@\xc3\xb6.example>", "<\"<>\"@x>", "<A@X>"}) {
        accepted(from + "to " + good + "\n");
        accepted(head + "from " + good + "\nto <a@x>\n");
    }
    for (const std::string odd : {"",
                                  "a@x",
                                  "<a@x",
                                  "<a>",
                                  "<\"a\"@x>",
                                  "< a@x>",
                                  "<a@x >",
                                  "<a@x> ",
                                  " <a@x>",
                                  "<a@x.>",
                                  "<a@x><b@x>",
                                  "<a@x>,<b@x>",
                                  "<a@x>x",
                                  "<@b:a@x>",
                                  "<a(c)@x>",
                                  "<a@x>(c)",
                                  "Name <a@x>",
                                  "<a@>",
                                  "<@x>",
                                  "<a@x y>",
                                  "<a@-x>",
                                  "<a@x>\r",
                                  "<\"a\nb\"@x>",
                                  "<\"a\rb\"@x>",
                                  "<\"a\tb\"@x>",
                                  "<\"\x7f\"@x>",
                                  "<\xff@x>",
                                  "<\xc2\x85@x>",
                                  "<\xe2\x80\xae@x>",
                                  "<\"a\\b\"@x>",
                                  "<\\root>",
                                  "<a@x>\n<b@x>"}) {
        BOOST_TEST(status_of(refusal_of(checked(from + "to " + odd + "\n"))) == 65, odd);
        BOOST_TEST(status_of(refusal_of(checked(head + "from " + odd + "\nto <a@x>\n"))) ==
                       65,
                   odd);
    }
    const std::string nul("<\"a\0b\"@x>", 9);
    BOOST_TEST(status_of(refusal_of(checked(from + "to " + nul + "\n"))) == 65);
    refused(from + "to <>\n", "damaged: line 6: \"to <>\"");
    refused(from + "to <root>\n", "damaged: line 6: \"to <root>\"");
    refused(from + "to <a@x\n", "address \"<a@x\": '>' is missing before the end");
}

BOOST_AUTO_TEST_CASE(an_address_fits_a_line) {
    const std::string local(address_limit - 2, 'x');
    accepted(from + "to <" + local + "@y>\n");
    accepted(head + "from <" + local + "@y>\nto <a@x>\n");
    for (const std::string& lines :
         {from + "to <x" + local + "@y>\n", head + "from <x" + local + "@y>\nto <a@x>\n"})
        BOOST_TEST(holds(refusal_of(checked(lines)).what(), "more than 985 octets"));
}

BOOST_AUTO_TEST_CASE(wishes_of_a_recipient) {
    for (const std::string good :
         {" NOTIFY=NEVER", " NOTIFY=FAILURE", " NOTIFY=DELAY,FAILURE,SUCCESS",
          " ORCPT=rfc822;a+2B@x", " ORCPT=x-y;", " NOTIFY=NEVER ORCPT=rfc822;a"})
        accepted(from + "to <a@x>" + good + "\n");
    for (const std::string odd : {" NOTIFY",
                                  " NOTIFY=",
                                  " NOTIFY=never",
                                  " NOTIFY=FAILURE,NEVER",
                                  " NOTIFY=FAILURE,FAILURE",
                                  " NOTIFY=FAILURE,",
                                  " NOTIFY=X",
                                  "  NOTIFY=NEVER",
                                  "NOTIFY=NEVER",
                                  " NOTIFY=NEVER NOTIFY=NEVER",
                                  " ORCPT=rfc822;a NOTIFY=NEVER",
                                  " ORCPT=",
                                  " ORCPT=rfc822",
                                  " ORCPT=;a",
                                  " ORCPT=rfc822;a=b",
                                  " ORCPT=rfc822;+2",
                                  " ORCPT=rfc822;\xc3\xb6",
                                  " ORCPT=\xc3\xb6;a",
                                  " ORCPT=\x1b;a",
                                  " ORCPT=rfc822;a\x7f",
                                  " ORCPT=rfc822;a ORCPT=rfc822;a",
                                  " X=1",
                                  " "})
        BOOST_TEST(status_of(refusal_of(checked(from + "to <a@x>" + odd + "\n"))) == 65,
                   odd);
}

BOOST_AUTO_TEST_CASE(how_many_recipients) {
    refused(from, "damaged: line 6: \"check " + check_of(from) + "\"");
    accepted(from + recipients(recipients_limit));
    refused(from + recipients(recipients_limit + 1),
            "damaged: line 10006: \"to <10000@x>\"");
}

BOOST_AUTO_TEST_CASE(no_mailbox_is_there_twice) {
    accepted(from + "to <a@x>\nto <A@x>\n");
    refused(from + "to <a@x>\nto <a@X>\n", "damaged: line 7: \"to <a@X>\"");
    refused(from + "to <a@x>\nto <b@x>\nto <a@x> NOTIFY=NEVER\n",
            "damaged: line 8: \"to <a@x> NOTIFY=NEVER\"");
}

BOOST_AUTO_TEST_CASE(what_could_not_be_read_is_not_written) {
    QueueHeader header = read_queue_header(checked(from + "to <a@x>\n"));
    const std::size_t others = write_queue_header(header).size();
    std::string& original = header.recipients.front().original_recipient;
    original = "rfc822;";
    original.append(queue_header_limit - others - std::string(" ORCPT=rfc822;").size(),
                    'x');
    const std::string text = write_queue_header(header);
    BOOST_TEST(text.size() == queue_header_limit);
    BOOST_TEST((write_queue_header(read_queue_header(text)) == text));
    original += 'x';
    const Failure failure = failure_of([&] { return write_queue_header(header); });
    BOOST_TEST(failure.what() == std::string("the recipients fill more than 4 MiB of a "
                                             "queue file: split the list"));
    BOOST_TEST(status_of(failure) == 65);
    BOOST_TEST(refusal_of(text + "x").what() ==
               std::string("damaged: more than 4 MiB of header"));
}
