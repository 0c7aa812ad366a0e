// SPDX-License-Identifier: MIT
//
// What nobody may be shown of a log-in, however the server says it: the password, a line of
// base64 that was sent, 8 octets in a row of either. It knows what -v showed, and nothing
// of how the client decides.
#pragma once

#include <string>
#include <vector>

#include <sys/mman.h>
#include <unistd.h>

#include "base/unique_fd.h"
#include "require.h"
#include "smtp/wire.h"
#include "text/base64.h"

namespace sallyport {

/// Where -v writes to.
class Shown {
  public:
    [[nodiscard]] int fd() const { return file_.get(); }

    [[nodiscard]] std::vector<std::string> lines() const {
        std::vector<std::string> lines(1);
        std::string octets(1 << 16U, '\0');
        off_t at = 0;
        for (ssize_t size = 0; (size = ::pread(fd(), octets.data(), octets.size(), at)) > 0;
             at += size) {
            for (const char c : octets.substr(0, static_cast<std::size_t>(size))) {
                if (c == '\n')
                    lines.emplace_back();
                else
                    lines.back() += c;
            }
        }
        return lines;
    }

  private:
    UniqueFd file_{::memfd_create("shown", MFD_CLOEXEC)};
};

class CredentialModel {
  public:
    CredentialModel(const std::string& user, const std::string& password, bool plain)
        : password_(password), plain_(plain) {
        if (plain)
            sent_ = {encode_base64('\0' + user + '\0' + password)};
        else
            sent_ = {encode_base64(user), encode_base64(password)};
    }

    /// From a line with credentials to the verdict, of each connection; a remark
    /// begins one.
    void check_shown(const std::vector<std::string>& lines) const {
        bool begun = false;
        std::size_t sent = 0;
        std::string said;
        for (const std::string& line : lines) {
            if (!line.starts_with("< ")) {
                begun = line.starts_with("> AUTH ") || (begun && !is_next(line));
                sent = begun ? sent : 0;
                sent += line.starts_with("> ") && line.ends_with("(credentials)") ? 1U : 0U;
                said.clear();
            } else if (begun && sent > 0) {
                const auto reply = parse_reply_line(std::string_view(line).substr(2));
                said += reply ? reply->text : std::string_view(line).substr(2);
                check(line, sent);
                check(said, sent);
                begun = !reply || !reply->last || reply->code >= 300;
            }
        }
    }

    /// What failed; of PLAIN it is known that the first command had it all. That a server
    /// offered something it did before.
    void check_failure(const std::string& text) const {
        if (text.find(": AUTH") != text.find(": ") || text.find(": ") == text.npos)
            return;
        const auto offers = text.find("the server offers ");
        const auto behind = text.rfind(", auth = ");
        if (offers == text.npos || behind == text.npos || behind < offers)
            return check(text, plain_ ? 1 : 0);
        check(text.substr(0, offers), plain_ ? 1 : 0);
        check(text.substr(behind), plain_ ? 1 : 0);
    }

  private:
    /// Another command, or another connection.
    static bool is_next(const std::string& line) {
        return line != "> (credentials)" && line != "> *";
    }

    void check(const std::string& text, std::size_t sent) const {
        const std::string folded = lower_case(text);
        std::string bare = folded;
        std::erase(bare, ' ');
        check_pieces(folded, bare, password_);
        for (std::size_t i = 0; i < sent && i < sent_.size(); ++i)
            check_pieces(folded, bare, sent_[i]);
    }

    static void check_pieces(const std::string& folded, const std::string& bare,
                             const std::string& secret) {
        const std::string pieces = lower_case(secret);
        for (std::size_t at = 0; at + 8 <= pieces.size(); ++at) {
            require(folded.find(pieces.substr(at, 8)) == folded.npos);
            require(bare.find(pieces.substr(at, 8)) == bare.npos);
        }
    }

    std::string password_;
    std::vector<std::string> sent_; ///< in order
    bool plain_;
};

} // namespace sallyport
