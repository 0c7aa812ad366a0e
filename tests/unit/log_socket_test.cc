// SPDX-License-Identifier: MIT
//
// Lines for a syslog daemon: one that reads, one that does not, one that was restarted.
#define BOOST_TEST_MODULE log_socket
#include <boost/test/unit_test.hpp>

#include <regex>

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "folder.h"
#include "system/log.h"

using namespace sallyport;
using namespace std::chrono_literals;
using namespace std::string_literals;

namespace {

/// A daemon that reads only when it is told to.
class Daemon {
  public:
    Daemon(const std::string& path, int type)
        : fd_(::socket(AF_UNIX, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)) {
        sockaddr_un name{};
        name.sun_family = AF_UNIX;
        path.copy(name.sun_path, sizeof name.sun_path - 1);
        ::unlink(path.c_str());
        BOOST_REQUIRE(::bind(fd_.get(), reinterpret_cast<sockaddr*>(&name), sizeof name) ==
                      0);
        if (type == SOCK_STREAM)
            BOOST_REQUIRE(::listen(fd_.get(), 0) == 0);
    }

    /// What has come in one piece; empty if nothing has.
    std::string next() {
        char octets[8192];
        const ssize_t size = ::recv(fd_.get(), octets, sizeof octets, 0);
        return {octets, size > 0 ? static_cast<std::size_t>(size) : 0};
    }

    /// Likewise, of the connection made first.
    std::string next_of_stream() {
        if (!connection_)
            connection_ = UniqueFd(::accept4(fd_.get(), nullptr, nullptr, SOCK_NONBLOCK));
        char octets[8192];
        const ssize_t size = ::read(connection_.get(), octets, sizeof octets);
        return {octets, size > 0 ? static_cast<std::size_t>(size) : 0};
    }

  private:
    UniqueFd fd_;
    UniqueFd connection_;
};

struct Fixture {
    LogSocket socket(std::chrono::milliseconds patience = 50ms) const {
        LogSocket socket(path, patience);
        socket.may_wait();
        return socket;
    }
    /// The socket holds as many lines as the system lets it; the number of them.
    static int fill(LogSocket& socket, const std::string& line = "filling") {
        int count = 0;
        while (count < 100'000 && socket.send(line))
            ++count;
        return count;
    }

    static std::string without_time(const std::string& record) {
        const std::regex time("[A-Z][a-z]{2} [ 1-3][0-9] \\d\\d:\\d\\d:\\d\\d ");
        return std::regex_replace(record, time, "TIME ",
                                  std::regex_constants::format_first_only);
    }
    /// What follows the program's name in each record.
    static std::string ends_of(Daemon& daemon) {
        std::string ends;
        for (std::string record = daemon.next(); !record.empty(); record = daemon.next())
            ends += record.substr(record.find("]: ") + 3);
        return ends;
    }

    Folder folder;
    std::string path = folder.path("log");
};

} // namespace

BOOST_FIXTURE_TEST_CASE(datagrams, Fixture) {
    Daemon daemon(path, SOCK_DGRAM);
    LogSocket log(path);
    BOOST_TEST(log.is_there());
    BOOST_TEST(log.send("<22>one"));
    BOOST_TEST(log.send("<22>two"));
    BOOST_TEST(daemon.next() == "<22>one");
    BOOST_TEST(daemon.next() == "<22>two");
    BOOST_TEST(daemon.next() == "");
}

BOOST_FIXTURE_TEST_CASE(a_stream_of_records_that_end_in_nul, Fixture) {
    Daemon daemon(path, SOCK_STREAM);
    LogSocket log(path);
    BOOST_TEST(log.is_there());
    BOOST_TEST(log.send("<22>one"));
    BOOST_TEST(log.send("<22>two"));
    BOOST_TEST(daemon.next_of_stream() == "<22>one\0<22>two\0"s);
}

BOOST_FIXTURE_TEST_CASE(nobody, Fixture) {
    LogSocket log = socket();
    BOOST_TEST(!log.is_there());
    BOOST_TEST(!log.send("line"));
    { const Daemon gone(path, SOCK_DGRAM); }
    BOOST_TEST(!log.is_there());
    BOOST_TEST(!log.send("line"));
    BOOST_TEST((log.patience() == 50ms));
}

BOOST_FIXTURE_TEST_CASE(who_does_not_read_is_not_waited_for_before_it_is_said, Fixture) {
    const Daemon daemon(path, SOCK_DGRAM);
    LogSocket log(path, 50ms);
    BOOST_TEST(fill(log) < 100'000);
    BOOST_TEST((log.patience() == 50ms));
}

BOOST_FIXTURE_TEST_CASE(who_does_not_read_is_waited_for_once, Fixture) {
    Daemon daemon(path, SOCK_DGRAM);
    LogSocket log = socket();
    BOOST_TEST(fill(log) > 0);
    BOOST_TEST((log.patience() == 0ms));
    BOOST_TEST(log.is_there());
    BOOST_TEST(!log.send("line"));
    daemon.next();
    BOOST_TEST(log.send("line"));
    BOOST_TEST((LogSocket().patience() == 1s));
}

BOOST_FIXTURE_TEST_CASE(who_does_not_read_a_stream, Fixture) {
    Daemon daemon(path, SOCK_STREAM);
    LogSocket log = socket();
    BOOST_TEST(fill(log, std::string(1000, 'x')) > 0);
    BOOST_TEST((log.patience() == 0ms));
    std::size_t octets = 0;
    for (std::string piece = daemon.next_of_stream(); !piece.empty();
         piece = daemon.next_of_stream())
        octets += piece.size();
    BOOST_TEST(octets % 1001 == 0U); // no record was begun and not ended
    BOOST_TEST(log.send("line"));
    BOOST_TEST(daemon.next_of_stream() == "line\0"s);
}

BOOST_FIXTURE_TEST_CASE(who_does_not_accept_connections, Fixture) {
    const Daemon daemon(path, SOCK_STREAM);
    std::vector<LogSocket> callers;
    for (int i = 0; i < 10; ++i)
        callers.emplace_back(path).is_there();
    LogSocket log = socket();
    BOOST_TEST(log.is_there());
    BOOST_TEST(!log.send("line"));
    BOOST_TEST((log.patience() == 0ms));
}

BOOST_FIXTURE_TEST_CASE(a_daemon_that_is_restarted, Fixture) {
    LogSocket log = socket();
    for (const int type : {SOCK_DGRAM, SOCK_DGRAM, SOCK_STREAM, SOCK_STREAM, SOCK_DGRAM}) {
        Daemon daemon(path, type);
        BOOST_TEST(log.send("line"));
        BOOST_TEST((type == SOCK_DGRAM ? daemon.next() + '\0' : daemon.next_of_stream()) ==
                   "line\0"s);
    }
    BOOST_TEST(!log.send("line"));
    const Daemon late(path, SOCK_DGRAM);
    BOOST_TEST(log.send("line"));
    BOOST_TEST((log.patience() == 50ms));
}

BOOST_FIXTURE_TEST_CASE(the_lines_of_a_log, Fixture) {
    Daemon daemon(path, SOCK_DGRAM);
    Log log({LogTarget::syslog, {}, LogFormat::text}, "sallyport", LogSocket(path));
    BOOST_TEST(!log.on_standard_error());
    log.note("id1", "option -X: ignored\n");
    log.note("", "no id yet", Priority::error);
    LogEntry entry;
    entry.id = "id1";
    log.record(entry, Priority::info);
    log.record(entry, Priority::warning);
    const std::string name = "sallyport[" + std::to_string(::getpid()) + "]: ";
    BOOST_TEST(without_time(daemon.next()) ==
               "<21>TIME " + name + "id1: option -X: ignored?");
    BOOST_TEST(without_time(daemon.next()) == "<19>TIME " + name + "no id yet");
    BOOST_TEST(without_time(daemon.next()) ==
               "<22>TIME " + name + to_line(entry, LogFormat::text));
    BOOST_TEST(without_time(daemon.next()) ==
               "<20>TIME " + name + to_line(entry, LogFormat::text));
}

BOOST_FIXTURE_TEST_CASE(lines_that_are_lost_are_counted, Fixture) {
    Daemon daemon(path, SOCK_DGRAM);
    LogSocket filler(path);
    fill(filler);
    for (const LogFormat format : {LogFormat::text, LogFormat::json}) {
        Log log({LogTarget::syslog, {}, format}, "sallyport", LogSocket(path));
        BOOST_TEST(!log.on_standard_error());
        for (const char* text : {"one", "two", "three"})
            log.note("id1", text);
        while (!daemon.next().empty()) {
        }
        log.note("id1", "four");
        log.note("id1", "five");
        const bool json = format == LogFormat::json;
        BOOST_TEST(ends_of(daemon) ==
                   (json ? R"({"id":"","note":"lines lost before this: 3"})"
                           R"({"id":"id1","note":"four"})"
                           R"({"id":"id1","note":"five"})"
                         : "lines lost before this: 3id1: fourid1: five"));
        fill(filler);
    }
}
