// SPDX-License-Identifier: MIT
//
// The entities of a message: what each header says, where each begins and ends, and that no
// octet is lost on the way.
#define BOOST_TEST_MODULE mime
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <ctime>

#include "message/mime.h"
#include "reencoding.h"

using namespace sallyport;

namespace {

/// What was heard, in a short form: H header, L leaf, F frame.
class Trace final : public EntityVisitor {
  public:
    explicit Trace(const std::string& input) {
        const Message message = message_of(input);
        visit_entities(message, *this);
        BOOST_TEST((octets == octets_of(message)), input.substr(0, 200));
    }

    void take_header(Header header, const Entity& entity) override {
        say("H", entity.type + (entity.sealed ? "!" : ""));
        octets += header.octets();
    }
    void take_leaf(std::string_view piece) override {
        if (last_ != "L")
            say("L", "");
        text += piece;
        octets += piece;
    }
    void end_leaf() override { text += '/'; }
    void take_frame(std::string_view piece) override {
        if (last_ != "F" && !piece.empty())
            say("F", "");
        octets += piece;
    }

    std::string events;
    std::string text;   ///< of the leaves, each with a slash after it
    std::string octets; ///< all

  private:
    void say(const char* kind, const std::string& what) {
        last_ = kind;
        events += std::string(events.empty() ? "" : " ") + kind + what;
    }
    std::string last_;
};

void check(const std::string& text, const std::string& events, const std::string& leaves) {
    const Trace trace(text);
    BOOST_TEST(trace.events == events);
    BOOST_TEST(trace.text == leaves);
}

Entity entity_of(const std::string& field) {
    Header header;
    if (!field.empty())
        header.append(Field(field + "\r\n"));
    return describe_entity(header);
}

/// A multipart/mixed with this boundary and text.
std::string mixed(const std::string& text, const std::string& boundary = "b") {
    return "Content-Type: multipart/mixed; boundary=\"" + boundary + "\"\n\n" + text;
}

} // namespace

BOOST_AUTO_TEST_CASE(what_is_meant_without_fields) {
    const Entity entity = entity_of("");
    BOOST_TEST(entity.type == "text/plain");
    BOOST_TEST(entity.encoding == "7bit");
    BOOST_TEST(entity.boundary == "");
    BOOST_TEST(!entity.sealed);
    BOOST_TEST(entity.is_identity());
}

BOOST_AUTO_TEST_CASE(types_and_boundaries) {
    for (const char* field :
         {"Content-Type: multipart/mixed; boundary=b",
          "content-type:MULTIPART/Mixed;Boundary=b",
          "Content-Type: multipart / mixed; boundary=b",
          "Content-Type: multipart/ (c) mixed; boundary=b",
          "Content-Type: multipart/mixed; charset=x; boundary=\"b\"",
          "Content-Type : (c) multipart/mixed (c\\)); (;)\r\n\tboundary (c) = \"\\b\" ; "
          "x=y",
          "Content-Type: multipart/mixed; x=\"; boundary=no\"; boundary=b",
          "Content-Type: multipart/mixed; x=\"\"; boundary=b",
          "Content-Type: multipart/mixed; xboundary=no; boundary=b; boundary=c"}) {
        const Entity entity = entity_of(field);
        BOOST_TEST(entity.type == "multipart/mixed", field);
        BOOST_TEST(entity.boundary == "b", field);
        BOOST_TEST(entity.is_multipart());
    }
    BOOST_TEST(
        entity_of("Content-Type: multipart/x; boundary=\"a b'()+_,-./:=?\"").boundary ==
        "a b'()+_,-./:=?");
    BOOST_TEST(entity_of("Content-Type: text/html").boundary == "");
    BOOST_TEST(entity_of("Content-Type:").type == "text/plain");
    BOOST_TEST(!entity_of("Content-Type: multipartial/x").is_multipart());
}

BOOST_AUTO_TEST_CASE(of_several_fields_nobody_knows_which_counts) {
    for (const char* name :
         {"Content-Type: text/plain", "Content-Transfer-Encoding: 8bit"}) {
        Header header;
        header.append(Field(std::string(name) + "\r\n"));
        BOOST_TEST(!describe_entity(header).sealed);
        header.append(Field(std::string(name) + "\r\n"));
        BOOST_TEST(describe_entity(header).sealed);
    }
}

BOOST_AUTO_TEST_CASE(encodings) {
    for (const char* name : {"7bit", "8BIT", "Binary", " (c) 8bit (d)", "\r\n 7bit"})
        BOOST_TEST(
            entity_of(std::string("Content-Transfer-Encoding:") + name).is_identity(),
            name);
    for (const char* name : {"base64", "Quoted-Printable", "x-foo", "7bits"})
        BOOST_TEST(
            !entity_of(std::string("Content-Transfer-Encoding: ") + name).is_identity(),
            name);
}

BOOST_AUTO_TEST_CASE(a_message_without_parts) {
    check("A: 1\n\nx\ny\n", "Htext/plain F L", "x\r\ny\r\n/");
    check("", "Htext/plain F", "/");
    check("A: 1\n", "Htext/plain F", "/");
    check("Content-Type: text/plain; boundary=b\n\n--b\n\nx\n", "Htext/plain F L",
          "--b\r\n\r\nx\r\n/");
}

BOOST_AUTO_TEST_CASE(parts_and_what_stands_around_them) {
    check(mixed("preamble\n\n--b\n\none\n--b\nContent-Type: text/html\n\ntwo\n\n--b--\n"
                "epilogue\n\n"),
          "Hmultipart/mixed F Htext/plain F L F Htext/html F L F", "one/two\r\n/");
    check(mixed("--b\n\n\n--b--\n"), "Hmultipart/mixed F Htext/plain F L F", "/");
    check(mixed("--b\n\n--b--\n"), "Hmultipart/mixed F Htext/plain F", "/");
    check(mixed("--b\nA: 1\n--b\n\nx\n--b--\n"), "Hmultipart/mixed F Htext/plain F L F",
          "x/");
    check(mixed("no parts\n"), "Hmultipart/mixed F", "");
}

BOOST_AUTO_TEST_CASE(no_closing_delimiter) {
    check(mixed("--b\n\nx\n"), "Hmultipart/mixed F Htext/plain F L", "x\r\n/");
    check(mixed("--b\nA: 1\n"), "Hmultipart/mixed F", "");
    check(mixed("--b\n\nx\n--b"), "Hmultipart/mixed F Htext/plain F L F", "x/");
    check(mixed("--b\n"), "Hmultipart/mixed F", "");
}

BOOST_AUTO_TEST_CASE(delimiters_may_have_blanks_after_them) {
    check(mixed("--b \t\n\nx\n--b-- \t\n"), "Hmultipart/mixed F Htext/plain F L F", "x/");
}

BOOST_AUTO_TEST_CASE(blanks_at_the_end_of_a_boundary_are_no_part_of_it) {
    for (const char* boundary : {"b ", "b\t ", "b\n "}) {
        BOOST_TEST(Trace(mixed("--b\n\nx\n--b \n\ny\n--b--\n", boundary)).text == "x/y/");
        BOOST_TEST(Trace(mixed("--b --\n\nx\n", boundary)).text == "");
    }
    BOOST_TEST(entity_of("Content-Type: multipart/mixed; boundary=\" \"").boundary == "");
}

BOOST_AUTO_TEST_CASE(boundaries_that_look_like_each_other) {
    // The inner one ends as the outer one does when it is closed: the innermost counts.
    check(mixed("--b\n" + mixed("--b--\n\nx\n--b----\n\n", "b--") + "--b--\n"),
          "Hmultipart/mixed F Hmultipart/mixed F Htext/plain F L F", "x/");
    check(mixed("--b--\n" + mixed("--b\n\nx\n--b--\n--b--\n\ny\n--b----\n"), "b--"),
          "Hmultipart/mixed F Hmultipart/mixed F Htext/plain F L F Htext/plain F L F",
          "x/y/");
    // The same at two levels: the outer one counts again when the inner one is closed.
    check(mixed("--b\n" + mixed("--b\n\nx\n--b--\n--b\n\ny\n--b--\n--b\n\nz\n")),
          "Hmultipart/mixed F Hmultipart/mixed F Htext/plain F L F Htext/plain F L F",
          "x/y/");
}

BOOST_AUTO_TEST_CASE(every_level_is_found) {
    std::string text = "x\n";
    for (int level = 99; level >= 0; --level) {
        const std::string boundary = "b" + std::to_string(level * 37 % 100);
        text = mixed("--" + boundary + "\n" + text, boundary);
        if (level == 99)
            text = mixed("--" + boundary + "\n\nx\n", boundary);
    }
    for (int level = 0; level < 100; ++level) {
        const std::string delimiter = "--b" + std::to_string(level * 37 % 100);
        const Trace trace(text + delimiter + "\n\ny\n--b\n" + delimiter + "--\nz\n");
        BOOST_TEST(trace.text == "x/y\r\n--b/", level);
    }
}

namespace {

/// Hears nothing, so that what is measured is the search for delimiters.
class Deaf final : public EntityVisitor {
  public:
    void take_header(Header /*header*/, const Entity& /*entity*/) override {}
    void take_leaf(std::string_view /*octets*/) override {}
    void end_leaf() override {}
    void take_frame(std::string_view /*octets*/) override {}
};

/// Of the processor, for many lines that begin with hyphens.
std::clock_t time_at_depth(int depth) {
    std::string text;
    for (int level = 0; level < depth; ++level) {
        const std::string boundary = std::to_string(100 + level);
        text += mixed("--" + boundary + "\n", boundary);
    }
    text += "\n";
    for (int line = 0; line < 300'000; ++line)
        text += "--1\n";
    const Message message = message_of(text);
    Deaf visitor;
    const std::clock_t begin = std::clock();
    visit_entities(message, visitor);
    return std::clock() - begin;
}

} // namespace

BOOST_AUTO_TEST_CASE(what_a_line_costs_does_not_grow_with_the_depth) {
    // About twice as much; were each level tried, it would be 17 times.
    const std::clock_t flat =
        std::min({time_at_depth(1), time_at_depth(1), time_at_depth(1)});
    const std::clock_t deep =
        std::min({time_at_depth(100), time_at_depth(100), time_at_depth(100)});
    BOOST_TEST_MESSAGE(flat << ' ' << deep);
    BOOST_TEST(deep < 6 * flat);
}

BOOST_AUTO_TEST_CASE(lines_that_look_like_delimiters) {
    for (const char* line :
         {"--bb", " --b", "-b", "--", "---b", "--b-", "--b--x", "--b-- -", "x--b", "--B"})
        check(mixed("--b\n\n" + std::string(line) + "\n--b--\n"),
              "Hmultipart/mixed F Htext/plain F L F", std::string(line) + "/");
    check(mixed("--b\n\n--b" + std::string(2000, ' ') + "\n--b--\n"),
          "Hmultipart/mixed F Htext/plain F L F", "--b" + std::string(2000, ' ') + "/");
}

BOOST_AUTO_TEST_CASE(what_follows_the_last_delimiter_has_no_parts) {
    check(mixed("--b\n\nx\n--b--\n--b\n\ny\n"), "Hmultipart/mixed F Htext/plain F L F",
          "x/");
}

BOOST_AUTO_TEST_CASE(parts_in_parts) {
    const std::string inner = "Content-Type: multipart/mixed; boundary=bb\n\n--bb\n\nx\n";
    const std::string events = "Hmultipart/mixed F Hmultipart/mixed F Htext/plain F L F";
    check(mixed("--b\n" + inner + "--bb--\n--b--\n"), events, "x/");
    check(mixed("--b\n" + inner + "--b--\n--bb\n\ny\n"), events,
          "x/"); // the outer ends both
    check(mixed("--b\n" + inner + "--b\n\ny\n--bb\nz\n--b--\n"),
          events + " Htext/plain F L F", "x/y\r\n--bb\r\nz/");
    check(mixed("--b\n" + inner + "--bb--\n--b\n\ny\n--b--\n"),
          events + " Htext/plain F L F", "x/y/");
}

BOOST_AUTO_TEST_CASE(parts_too_deep_are_text) {
    std::string text;
    for (int depth = 0; depth < 120; ++depth) {
        const std::string name = "b" + std::to_string(depth);
        text += "Content-Type: multipart/mixed; boundary=" + name + "\n\n--" + name + "\n";
    }
    const Trace trace(text + "\nx\n");
    BOOST_TEST(trace.events.ends_with("Hmultipart/mixed! F L"));
}

BOOST_AUTO_TEST_CASE(attached_messages) {
    check("Content-Type: message/rfc822\n\nA: 1\n\nx\n",
          "Hmessage/rfc822 F Htext/plain F L", "x\r\n/");
    check(
        mixed("--b\nContent-Type: message/rfc822\n\nContent-Type: text/html\n\nx\n--b--\n"),
        "Hmultipart/mixed F Hmessage/rfc822 F Htext/html F L F", "x/");
    check("Content-Type: message/rfc822\nContent-Transfer-Encoding: base64\n\nQQ==\n",
          "Hmessage/rfc822! F L", "QQ==\r\n/");
    check("Content-Type: message/partial\n\nA: 1\n\nx\n", "Hmessage/partial! F L",
          "A: 1\r\n\r\nx\r\n/");
    check("Content-Type: message/rfc822\n\nA: 1\n", "Hmessage/rfc822 F", "");
}

BOOST_AUTO_TEST_CASE(a_digest) {
    check("Content-Type: multipart/digest; boundary=b\n\n--b\n\nA: 1\n\nx\n--b\n"
          "Content-Type: text/plain\n\ny\n--b--\n",
          "Hmultipart/digest F Hmessage/rfc822 F Htext/plain F L F Htext/plain F L F",
          "x/y/");
}

BOOST_AUTO_TEST_CASE(signatures) {
    check(mixed("--b\nContent-Type: multipart/signed; boundary=s\n\n--s\nContent-Type: "
                "message/rfc822\n\n\nx\n--s\n\ny\n--s--\n--b\n\nz\n--b--\n"),
          "Hmultipart/mixed F Hmultipart/signed F Hmessage/rfc822! F Htext/plain! F L F "
          "Htext/plain! F L F Htext/plain F L F",
          "x/y/z/");
    check("Content-Type: multipart/signed\n\nx\n", "Hmultipart/signed! F L", "x\r\n/");
}

BOOST_AUTO_TEST_CASE(a_header_that_is_none) {
    check(mixed("--b\nhello world\n\nx\n--b\n\ny\n--b--\n"),
          "Hmultipart/mixed F Htext/plain! L F Htext/plain F L F",
          "hello world\r\n\r\nx/y/");
}

BOOST_AUTO_TEST_CASE(lines_across_the_ends_of_blocks) {
    constexpr std::size_t block = 65536;
    for (std::size_t before = 0; before < 12; ++before) {
        const std::string long_line(2 * block - 70 - before, 'x');
        const Trace trace(mixed("--b\n\n" + long_line + "\n--b\n\ny\n--b--\n"));
        BOOST_TEST((trace.text == long_line + "/y/"), before);
        const std::string field = "A: " + std::string(block - 60 - before, 'x') + "\n";
        BOOST_TEST(Trace(mixed("--b\n" + field + "\ny\n--b--\n")).text == "y/");
    }
}

BOOST_AUTO_TEST_CASE(delimiters_within_a_long_line_are_none) {
    const std::string part(65536, 'x');
    for (std::size_t size = 65400; size < 65480; ++size) {
        const std::string line = std::string(size, 'x') + "--b--";
        BOOST_TEST((Trace(mixed("--b\n\n" + line + "\n--b--\n")).text == line + "/"));
    }
}
