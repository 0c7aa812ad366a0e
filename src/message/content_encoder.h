// SPDX-License-Identifier: MIT
//
// The transfer encodings of RFC 2045 6.7 and 6.8, made piece by piece, and text that is in
// one of them put into other lines.
#pragma once

#include <string>
#include <string_view>

namespace sallyport {

/// Octets in any pieces to lines of at most 76 characters, CRLF between them.
class ContentEncoder {
  public:
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

/// Text in base64 or quoted-printable, with other line ends. What it decodes to stays, also
/// where it breaks the rules. Blanks stay where they are: a line is longer by those in a
/// row at its end.
class LineWrapper : public ContentEncoder {
  public:
    explicit LineWrapper(bool base64) : base64_(base64) {}
    void encode(std::string_view octets, std::string& to) override;
    void finish(std::string& /*to*/) override {}

  private:
    void put(char c, bool begins_line, std::string& to);

    bool base64_;
    std::size_t column_ = 0;
    std::size_t since_equals_ = 3; ///< octets since the last "=", which counts
};

} // namespace sallyport
