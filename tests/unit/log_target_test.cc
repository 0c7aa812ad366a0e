// SPDX-License-Identifier: MIT
//
// Where lines of the log go, and how many recipients one holds.
#define BOOST_TEST_MODULE log_target
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <regex>
#include <sstream>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/unique_fd.h"
#include "folder.h"
#include "system/log.h"

using namespace sallyport;
using Lines = std::vector<std::string>;

namespace {

Lines lines_of(const std::string& text) {
    std::istringstream stream(text);
    Lines lines;
    for (std::string line; std::getline(stream, line);)
        lines.push_back(line);
    BOOST_TEST((text.empty() || text.ends_with('\n')));
    return lines;
}

/// What `write` writes to standard error, in lines.
template<class Write>
Lines on_standard_error(Write&& write) {
    const UniqueFd caught(::memfd_create("stderr", MFD_CLOEXEC));
    const UniqueFd saved(::dup(STDERR_FILENO));
    ::dup2(caught.get(), STDERR_FILENO);
    write();
    ::dup2(saved.get(), STDERR_FILENO);
    std::string text(static_cast<std::size_t>(::lseek(caught.get(), 0, SEEK_END)), '\0');
    BOOST_TEST(::pread(caught.get(), text.data(), text.size(), 0) ==
               static_cast<ssize_t>(text.size()));
    return lines_of(text);
}

const std::string prefix = "sallyport[" + std::to_string(::getpid()) + "]: ";

LogEntry entry_to(Lines recipients) {
    LogEntry entry;
    entry.id = "id1";
    entry.to = std::move(recipients);
    entry.status = "sent";
    return entry;
}

Lines numbered_recipients(std::size_t count) {
    Lines recipients;
    for (std::size_t i = 0; i < count; ++i)
        recipients.push_back("recipient-number-" + std::to_string(i) + "@mail.example.org");
    return recipients;
}

/// The recipients that the lines name, in order.
Lines named_in(const Lines& lines, const std::string& pattern) {
    Lines found;
    const std::regex address(pattern);
    for (const auto& line : lines) {
        const auto begin = line.find(pattern.front() == '<' ? "to=<" : "\"to\":[");
        const std::string list = line.substr(begin, line.find(", relay=") - begin);
        for (std::sregex_iterator at(list.begin(), list.end(), address), end; at != end;
             ++at)
            found.push_back((*at)[1]);
    }
    return found;
}

} // namespace

BOOST_AUTO_TEST_CASE(to_standard_error) {
    Log log({LogTarget::standard_error, {}, LogFormat::text}, "sallyport");
    BOOST_TEST(log.on_standard_error());
    const auto lines = on_standard_error([&] {
        log.note("id1", "option -X: ignored\n\x1b[2J");
        log.note("", "no id yet", Priority::error);
        log.record(entry_to({"a@x"}), Priority::info);
    });
    BOOST_REQUIRE(lines.size() == 3U);
    BOOST_TEST(lines[0] == prefix + "id1: option -X: ignored??[2J");
    BOOST_TEST(lines[1] == prefix + "no id yet");
    BOOST_TEST(lines[2] == prefix + to_line(entry_to({"a@x"}), LogFormat::text));
}

BOOST_AUTO_TEST_CASE(to_standard_error_as_json) {
    Log log({LogTarget::standard_error, {}, LogFormat::json}, "sallyport");
    const auto lines = on_standard_error([&] {
        log.note("id1", "a \"b\"\n");
        log.note("", std::string(2000, 'x'));
        log.record(entry_to({"a@x"}), Priority::info);
    });
    BOOST_REQUIRE(lines.size() == 3U);
    BOOST_TEST(lines[0] == "{\"id\":\"id1\",\"note\":\"a \\\"b\\\"?\"}");
    BOOST_TEST(lines[1] == "{\"id\":\"\",\"note\":\"" + std::string(1024, 'x') + "...\"}");
    BOOST_TEST(lines[2] == to_line(entry_to({"a@x"}), LogFormat::json));
}

BOOST_AUTO_TEST_CASE(to_nobody) {
    Log log({LogTarget::none, {}, LogFormat::text}, "sallyport");
    BOOST_TEST(!log.on_standard_error());
    const auto lines = on_standard_error([&] {
        log.note("id1", "note");
        log.record(entry_to({"a@x"}), Priority::error);
    });
    BOOST_TEST(lines.empty());
}

BOOST_AUTO_TEST_CASE(to_a_file) {
    const Folder folder;
    const std::string path = folder.path("log");
    const auto lines = on_standard_error([&] {
        for (const char* text : {"first", "second"}) {
            Log log({LogTarget::file, path, LogFormat::text}, "sallyport");
            BOOST_TEST(!log.on_standard_error());
            log.note("id1", text);
        }
        Log log({LogTarget::file, path, LogFormat::json}, "sallyport");
        log.note("id1", "third");
    });
    BOOST_TEST(lines.empty());
    const auto written = lines_of(folder.read("log"));
    BOOST_REQUIRE(written.size() == 3U);
    const std::regex time("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\dZ ");
    BOOST_TEST(std::regex_replace(written[0], time, "TIME ") ==
               "TIME " + prefix + "id1: first");
    BOOST_TEST(std::regex_replace(written[1], time, "TIME ") ==
               "TIME " + prefix + "id1: second");
    BOOST_TEST(written[2] == "{\"id\":\"id1\",\"note\":\"third\"}");
    struct stat facts {};
    BOOST_REQUIRE(::stat(path.c_str(), &facts) == 0);
    BOOST_TEST((facts.st_mode & 0777U) == 0600U);
}

BOOST_AUTO_TEST_CASE(a_file_that_cannot_be_opened_means_standard_error) {
    const Folder folder;
    BOOST_REQUIRE(::mkfifo(folder.path("fifo").c_str(), 0600) == 0);
    for (const auto& path :
         {folder.path("fifo"), folder.path(""), folder.path("none/log")}) {
        const auto lines = on_standard_error([&] {
            Log log({LogTarget::file, path, LogFormat::json, "conf:7: to: "}, "sallyport");
            log.note("id1", "note");
            BOOST_TEST(log.on_standard_error());
            log.note("id1", "note");
        });
        BOOST_REQUIRE(lines.size() == 3U);
        BOOST_TEST(
            lines[0].starts_with("{\"id\":\"\",\"note\":\"conf:7: to: " + path + ": "));
        BOOST_TEST(lines[0].ends_with(": the log goes to standard error\"}"));
        BOOST_TEST(lines[1] == "{\"id\":\"id1\",\"note\":\"note\"}");
        BOOST_TEST(lines[2] == lines[1]);
    }
}

BOOST_AUTO_TEST_CASE(one_that_could_not_be_opened_before_is_no_file) {
    const Folder folder;
    LogSettings settings{LogTarget::file, folder.path("none"), LogFormat::text};
    BOOST_TEST(settings.open_file() == folder.path("none") +
                                           ": No such file or directory: the log goes to "
                                           "syslog");
    Log log(std::move(settings), "sallyport", LogSocket(folder.path("log")));
    const auto lines = on_standard_error([&] { log.note("id1", "note"); });
    BOOST_REQUIRE(lines.size() == 1U);
    BOOST_TEST(lines[0] == prefix + "id1: note");
}

BOOST_AUTO_TEST_CASE(syslog_that_nobody_listens_to_means_standard_error) {
    const Folder folder;
    Log log({LogTarget::syslog, {}, LogFormat::text}, "sallyport",
            LogSocket(folder.path("log")));
    const auto lines = on_standard_error([&] { log.note("id1", "note"); });
    BOOST_TEST(lines == (Lines{prefix + "id1: note"}), boost::test_tools::per_element());
    BOOST_TEST(log.on_standard_error());
}

BOOST_AUTO_TEST_CASE(many_recipients_take_several_lines) {
    const Lines recipients = numbered_recipients(500);
    Log log({LogTarget::standard_error, {}, LogFormat::text}, "sallyport");
    const auto lines =
        on_standard_error([&] { log.record(entry_to(recipients), Priority::info); });
    BOOST_TEST(lines.size() > 10U);
    BOOST_TEST(lines.size() < 50U);
    for (const auto& line : lines) {
        BOOST_TEST(line.size() < 1500U);
        BOOST_TEST(line.starts_with(prefix + "id1: uid=0, from=<>, size=0, to=<recipient"));
        BOOST_TEST(line.ends_with(", status=sent ()"));
    }
    BOOST_TEST(named_in(lines, "<([^>]*)>") == recipients,
               boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(each_line_of_many_recipients_is_json) {
    const Lines recipients = numbered_recipients(100);
    Log log({LogTarget::standard_error, {}, LogFormat::json}, "sallyport");
    const auto lines =
        on_standard_error([&] { log.record(entry_to(recipients), Priority::info); });
    BOOST_TEST(lines.size() > 1U);
    for (const auto& line : lines)
        BOOST_TEST((line.starts_with("{\"id\":\"id1\"") && line.ends_with("}")));
    BOOST_TEST(named_in(lines, "\"(recipient[^\"]*)\"") == recipients,
               boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(one_line_even_without_recipients_or_with_a_long_one) {
    Log log({LogTarget::standard_error, {}, LogFormat::text}, "sallyport");
    for (const Lines& recipients : {Lines{}, Lines{std::string(2000, 'x')}}) {
        const auto lines =
            on_standard_error([&] { log.record(entry_to(recipients), Priority::info); });
        BOOST_TEST(lines.size() == 1U);
    }
}
