// SPDX-License-Identifier: MIT
//
// Where a test server leaves what it has accepted.
#pragma once

#include <cstdint>
#include <cstdio>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace sallyport {

/// Who a message is from and to, with the parameters that came along.
struct MailEnvelope {
    std::string from; ///< "<a@example.org> SIZE=12"
    std::vector<std::string> to;
};

/// The text of one message, octet for octet: `directory`/N.eml once it is whole, beside it
/// N.env with the envelope. With an empty `directory` it is looked at and thrown away.
class MailDrop {
  public:
    explicit MailDrop(const std::string& directory);
    MailDrop(const MailDrop&) = delete;
    MailDrop& operator=(const MailDrop&) = delete;
    ~MailDrop(); ///< of a message that did not become whole nothing is left

    void append(std::string_view octets);
    [[nodiscard]] std::uint64_t size() const { return size_; }
    /// RFC 5321 2.3.8: every CR has had its LF, and every LF its CR.
    [[nodiscard]] bool has_clean_lines() const {
        return !lone_line_feed_ && carriage_returns_ == line_feeds_;
    }
    [[nodiscard]] bool failed() const { return failed_; }

    /// What has come is the whole message. False if it could not be stored.
    bool finish(const MailEnvelope& envelope);

  private:
    struct FileCloser {
        void operator()(std::FILE* file) const {
            [[maybe_unused]] const int closed = std::fclose(file);
        }
    };
    using File = std::unique_ptr<std::FILE, FileCloser>;

    void check_lines(std::string_view octets);

    std::string stem_; ///< "directory/N", or empty
    File file_;
    std::uint64_t size_ = 0;
    char last_ = '\0';
    bool lone_line_feed_ = false;
    std::uint64_t line_feeds_ = 0;
    std::uint64_t carriage_returns_ = 0;
    bool failed_ = false;
};

} // namespace sallyport
