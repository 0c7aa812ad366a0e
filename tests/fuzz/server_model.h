// SPDX-License-Identifier: MIT
//
// What happened on a connection, as a server with a good memory would tell it: which copies
// of the message it took for whom. It knows the octets both ways and nothing of the client.
#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "require.h"
#include "support/talker.h"

namespace sallyport {

/// One copy of the message whose last octet was written.
struct Copy {
    std::vector<std::string> certain;  ///< recipients for whom it was accepted
    std::vector<std::string> possible; ///< those, and the ones who cannot know
    /// For whom the server's replies contradict each other, or are more than the commands:
    /// a client may say that it is in doubt, and who reads less carefully what he read.
    std::vector<std::string> unclear;
};

class ServerModel {
  public:
    /// `texts` are the forms that the message may have, whole, with CRLF. `greets`: the
    /// first reply answers nothing.
    ServerModel(const Talk& talk, const std::vector<std::string>& texts, bool greets)
        : commands_(talk.heard), broken_(talk.broken), texts_(texts),
          next_(greets ? 1 : 0) {
        read_codes(talk.read);
    }

    /// Follows the dialogue; aborts on what no client may write.
    std::vector<Copy> copies() {
        while (!commands_.empty()) {
            const auto line = take_line();
            if (!line.empty())
                take_command(line.substr(0, line.size() - 2));
        }
        return std::move(copies_);
    }

  private:
    struct Asked {
        std::string address;
        int code = absent;
    };
    static constexpr int absent = -1;
    static constexpr int malformed = 0;

    static bool grants(int code) { return code / 100 == 2; }
    static bool may_grant(int code) { return code < 400; }

    /// Codes of whole replies, RFC 5321 4.2; what follows a malformed one is absent.
    void read_codes(std::string_view octets) {
        int code = absent;
        for (auto end = octets.find('\n'); end != octets.npos; end = octets.find('\n')) {
            std::string_view line = octets.substr(0, end);
            octets.remove_prefix(end + 1);
            if (line.ends_with('\r'))
                line.remove_suffix(1);
            const int now = code_of(line);
            if (now == malformed || (code != absent && code != now))
                return codes_.push_back(malformed);
            const bool last = line.size() == 3 || line[3] == ' ';
            code = last ? absent : now;
            if (last)
                codes_.push_back(now);
        }
        if (!octets.empty() || code != absent)
            codes_.push_back(malformed); // half of one
    }

    static int code_of(std::string_view line) {
        const bool good = line.size() >= 3 && line[0] >= '2' && line[0] <= '5' &&
                          line[1] >= '0' && line[1] <= '5' && is_digit(line[2]) &&
                          (line.size() == 3 || line[3] == ' ' || line[3] == '-');
        return good ? (line[0] - '0') * 100 + (line[1] - '0') * 10 + line[2] - '0'
                    : malformed;
    }

    /// The reply to the next command.
    int take_code() {
        const int code = next_ < codes_.size() ? codes_[next_] : absent;
        ++next_;
        gone_ = gone_ || code == 421;
        return code;
    }

    /// RFC 5321 3.8: a 421 to a recipient ends the session unless the server had accepted
    /// another, or says more.
    int take_rcpt_code() {
        const bool accepted = std::ranges::any_of(
            asked_, [](const Asked& asked) { return grants(asked.code); });
        const bool gone = gone_;
        const int code = take_code();
        gone_ = gone || (code == 421 && !accepted && next_ >= codes_.size());
        return code;
    }

    /// The next line with its end; what a broken connection cut off is none.
    std::string_view take_line() {
        const auto end = commands_.find("\r\n");
        require(end != commands_.npos || broken_);
        const auto line = commands_.substr(0, end == commands_.npos ? 0 : end + 2);
        commands_.remove_prefix(line.empty() ? commands_.size() : line.size());
        return line;
    }

    void take_command(std::string_view line) {
        require(!has_control(line));
        if (continues_log_in_) {
            continues_log_in_ = take_code() / 100 == 3;
        } else if (line.starts_with("MAIL FROM:<")) {
            begin();
            mail_ = take_code();
        } else if (line.starts_with("RCPT TO:<")) {
            const auto address = line.substr(9, line.rfind('>') - 9);
            asked_.push_back({std::string(address), take_rcpt_code()});
        } else if (line == "DATA") {
            take_data();
        } else if (line.starts_with("BDAT ")) {
            take_chunk(line.substr(5));
        } else {
            require(line.starts_with("EHLO ") || line.starts_with("HELO ") ||
                    line.starts_with("AUTH ") || line == "STARTTLS" || line == "RSET" ||
                    line == "QUIT");
            continues_log_in_ = take_code() / 100 == 3 && line.starts_with("AUTH ");
        }
    }

    void begin() {
        asked_.clear();
        received_.clear();
        chunks_granted_ = true;
        chunk_refused_ = false;
        gone_ = false;
    }

    /// RFC 5321 4.5.2, undone.
    void take_data() {
        if (take_code() / 100 != 3)
            return;
        while (!commands_.empty()) {
            std::string_view line = take_line();
            if (line == ".\r\n")
                return finish(take_code());
            if (line.starts_with('.'))
                line.remove_prefix(1);
            received_ += line;
        }
        require(begins_a_text());
    }

    void take_chunk(std::string_view arguments) {
        const bool last = arguments.ends_with(" LAST");
        const std::string number(arguments.substr(0, arguments.size() - (last ? 5 : 0)));
        const std::size_t size = std::strtoul(number.c_str(), nullptr, 10);
        require(std::to_string(size) == number && (commands_.size() >= size || broken_));
        if (commands_.size() < size)
            return commands_.remove_prefix(commands_.size());
        received_ += commands_.substr(0, size);
        commands_.remove_prefix(size);
        require(begins_a_text());
        const int code = take_code();
        if (last)
            return finish(code);
        chunks_granted_ = chunks_granted_ && grants(code);
        chunk_refused_ = chunk_refused_ || !may_grant(code);
    }

    void finish(int verdict) {
        Copy copy;
        bool nobody = true;
        const bool left = commands_.empty() || commands_ == "QUIT\r\n";
        const bool unclear = (left && next_ < codes_.size()) ||
                             (!grants(mail_) && grants(verdict)) || broken_;
        for (const Asked& asked : asked_) {
            if (grants(mail_) && grants(asked.code) && chunks_granted_ && grants(verdict))
                copy.certain.push_back(asked.address);
            nobody = nobody && !may_grant(asked.code);
            if (unclear)
                copy.unclear.push_back(asked.address);
            if (may_grant(mail_) && may_grant(asked.code) && !chunk_refused_ && !gone_ &&
                may_grant(verdict))
                copy.possible.push_back(asked.address);
        }
        // To DATA without a recipient the answer is a lone dot.
        require(is_a_text() || (received_.empty() && nobody));
        copies_.push_back(std::move(copy));
    }

    [[nodiscard]] bool begins_a_text() const {
        return std::ranges::any_of(texts_, [this](const std::string& text) {
            return text.starts_with(received_);
        });
    }

    [[nodiscard]] bool is_a_text() const {
        return std::ranges::find(texts_, received_) != texts_.end();
    }

    std::string_view commands_; ///< not yet looked at
    bool broken_;
    const std::vector<std::string>& texts_;
    std::vector<int> codes_;
    std::size_t next_;
    bool continues_log_in_ = false;
    int mail_ = absent;
    std::vector<Asked> asked_;
    std::string received_;
    bool chunks_granted_ = true;
    bool chunk_refused_ = false;
    bool gone_ = false; ///< 421
    std::vector<Copy> copies_;
};

} // namespace sallyport
