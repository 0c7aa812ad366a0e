// SPDX-License-Identifier: MIT
//
// The transfer encodings of RFC 2045 6.7 and 6.8, made piece by piece.
#pragma once

#include <string>
#include <string_view>

namespace sallyport {

/// Octets in any pieces to lines of at most 76 characters, CRLF between them.
class ContentEncoder {
  public:
    ContentEncoder() = default;
    ContentEncoder(const ContentEncoder&) = delete;
    ContentEncoder& operator=(const ContentEncoder&) = delete;
    virtual ~ContentEncoder() = default;

    /// Appends what is ready to `to`.
    virtual void encode(std::string_view octets, std::string& to) = 0;
    /// Appends what is left.
    virtual void finish(std::string& to) = 0;
};

/// CRLF stays a line end.
class QuotedPrintableEncoder : public ContentEncoder {
  public:
    void encode(std::string_view octets, std::string& to) override;
    void finish(std::string& to) override;

  private:
    void put(char c, bool quoted, std::string& to);
    void settle(bool before_line_end, std::string& to);

    std::size_t column_ = 0;
    char held_ = '\0'; ///< a CR or a blank: what follows decides
};

class Base64Encoder : public ContentEncoder {
  public:
    void encode(std::string_view octets, std::string& to) override;
    void finish(std::string& to) override;

  private:
    std::string line_; ///< octets of the next line
    bool first_ = true;
};

} // namespace sallyport
