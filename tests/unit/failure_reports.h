// SPDX-License-Identifier: MIT
//
// Failure reports for tests: written, and taken apart.
#pragma once

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include "message/mime.h"
#include "queue/report.h"
#include "reencoding.h"
#include "text/ascii.h"

namespace sallyport {

inline const std::string peer = "mail[192.0.2.1]:465: ";

struct Fixture {
    Fixture() {
        identity.host_name = "host.example";
        identity.id = "id1";
        identity.now = std::chrono::sys_days(std::chrono::year(2026) / 11 / 24) +
                       std::chrono::hours(21) + std::chrono::seconds(5);
        identity.utc_offset = 3600;
        sender.domain = "example.org";
        about.arrived = std::chrono::system_clock::to_time_t(identity.now) - 86400;
        about.envelope.reverse_path = "me@example.org";
    }

    Progress::Fate& has(const std::string& address, const std::string& original = "") {
        failed.push_back(about.recipients.size());
        about.recipients.emplace_back(address, "", original);
        Progress::Fate fate;
        fate.state = Progress::State::refused;
        fate.code = 550;
        fate.enhanced = "5.1.1";
        fate.text = peer + "RCPT TO:<" + address + ">: 550 5.1.1 no such user";
        progress.recipients.push_back(fate);
        return progress.recipients.back();
    }

    [[nodiscard]] std::string written(const Message& about_message) const {
        return write_failure_report(about, progress, failed, about_message, to, sender,
                                    identity);
    }
    [[nodiscard]] std::string written() const { return written(message_of(text)); }

    QueueHeader about;
    Progress progress;
    std::vector<std::size_t> failed;
    std::string text = "Subject: Hello\nMessage-ID: <1@example.org>\n\nthe body\n";
    std::string to = "me@example.org";
    SenderSettings sender;
    Identity identity;
};

/// The outer header of a report, and its parts: header and body, octet by octet.
struct Report {
    explicit Report(const std::string& octets) {
        auto at = octets.find("\r\n\r\n");
        header = fields_of(octets.substr(0, at + 2));
        const Entity entity = describe_entity(header);
        type = entity.type;
        boundary = entity.boundary;
        const std::string delimiter = "\r\n--" + boundary;
        at += 2;
        while (octets.compare(at, delimiter.size() + 4, delimiter + "--\r\n") != 0) {
            BOOST_REQUIRE(octets.compare(at, delimiter.size() + 2, delimiter + "\r\n") ==
                          0);
            at += delimiter.size() + 2;
            const auto next = octets.find(delimiter, at);
            BOOST_REQUIRE(next != std::string::npos);
            const auto end = octets.find("\r\n\r\n", at);
            BOOST_REQUIRE(end <= next);
            headers.push_back(fields_of(octets.substr(at, end + 2 - at)));
            bodies.push_back(octets.substr(end + 4, next - end - 4));
            at = next;
        }
        BOOST_TEST(at + delimiter.size() + 4 == octets.size());
        BOOST_REQUIRE(bodies.size() == 3U);
    }

    static Header fields_of(const std::string& octets) {
        const auto header = parse_header(octets);
        BOOST_REQUIRE(header.has_value());
        return *header;
    }

    [[nodiscard]] std::string type_of(std::size_t part) const {
        const Entity entity = describe_entity(headers[part]);
        BOOST_TEST(entity.encoding == (has_eight_bit(bodies[part]) ? "8bit" : "7bit"));
        return entity.type;
    }

    Header header;
    std::string type;
    std::string boundary;
    std::vector<Header> headers;
    std::vector<std::string> bodies;
};

/// The groups of fields of a delivery status, each line end a "|".
inline std::vector<std::string> groups(const std::string& status) {
    std::vector<std::string> found;
    for (std::string left = status; !left.empty();) {
        const auto end = std::min(left.find("\r\n\r\n"), left.size());
        std::string group;
        for (const char c : left.substr(0, end)) {
            if (c != '\r')
                group += c == '\n' ? '|' : c;
        }
        found.push_back(group);
        left.erase(0, end + 4);
    }
    return found;
}

/// Wire form, and no line over the limit of RFC 5322.
inline void check_lines(const std::string& octets) {
    std::size_t line = 0;
    std::size_t longest = 0;
    bool good = octets.ends_with("\r\n");
    for (std::size_t at = 0; at < octets.size(); ++at) {
        if (octets[at] == '\r') {
            good = good && octets[at + 1] == '\n';
            longest = std::max(longest, std::exchange(line, 0));
            ++at;
        } else {
            good = good && octets[at] != '\n' && octets[at] != '\0';
            ++line;
        }
    }
    BOOST_TEST(good);
    BOOST_TEST(longest <= 998U);
}

inline bool holds(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

} // namespace sallyport
