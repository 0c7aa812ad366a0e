// SPDX-License-Identifier: MIT
//
// A DNS message (RFC 1035 4), read from its front to its end. Strangers write it: no read
// goes beyond its end, and after one that would nothing more is read.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include <netinet/in.h>

#include <arpa/nameser.h>
#include <resolv.h>

namespace sallyport {

class DnsReader {
  public:
    /// What stands before the data of a record.
    struct Record {
        std::uint16_t type = 0;
        std::uint16_t kind = 0;
        std::ptrdiff_t end = 0; ///< where the next one begins, if position() comes there
    };

    explicit DnsReader(std::string_view message)
        : begin_(reinterpret_cast<const unsigned char*>(message.data())), at_(begin_),
          end_(begin_ + message.size()) {}

    [[nodiscard]] bool failed() const { return failed_; }

    /// Where it stands, in octets from the front.
    [[nodiscard]] std::ptrdiff_t position() const { return at_ - begin_; }

    void skip(std::ptrdiff_t size) {
        failed_ = failed_ || end_ - at_ < size;
        at_ += failed_ ? 0 : size;
    }

    std::uint16_t number() {
        skip(2);
        return static_cast<std::uint16_t>(failed_ ? 0 : at_[-2] << 8 | at_[-1]);
    }

    /// In text form; the root is empty.
    std::string name() {
        std::array<char, NS_MAXDNAME> text{};
        const int size = failed_ ? -1
                                 : ::dn_expand(begin_, end_, at_, text.data(),
                                               static_cast<int>(text.size()));
        failed_ = size < 0;
        at_ += failed_ ? 0 : size;
        return text.data();
    }

    /// From the front to the first answer; returns how many there are said to be.
    std::uint16_t enter_answers() {
        skip(4);
        const std::uint16_t questions = number();
        const std::uint16_t answers = number();
        skip(4);
        for (unsigned i = 0; i < questions && !failed_; ++i) {
            name();
            skip(4);
        }
        return answers;
    }

    /// From the front of a record to its data.
    Record record() {
        name();
        Record record;
        record.type = number();
        record.kind = number();
        skip(4); // how long it may be kept
        const std::uint16_t size = number();
        record.end = position() + size;
        return record;
    }

  private:
    const unsigned char* begin_;
    const unsigned char* at_;
    const unsigned char* end_;
    bool failed_ = false;
};

} // namespace sallyport
