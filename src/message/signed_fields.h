// SPDX-License-Identifier: MIT
//
// What a signature in a header covers: those fields go out as they came.
#pragma once

#include <set>
#include <string>
#include <string_view>

namespace sallyport {

class SignedFields {
  public:
    /// `tags`: the body of a DKIM-Signature (RFC 6376 3.5) or an ARC-Message-Signature (RFC
    /// 8617 4.1.2). It covers From, itself, and what its h= tag names, there or not; where
    /// that cannot be read, all fields.
    void add(std::string_view tags);

    /// There is a signature, which covers a body, too.
    [[nodiscard]] bool any() const { return all_ || !names_.empty(); }
    /// Letters in any case.
    [[nodiscard]] bool cover(std::string_view field_name) const;

  private:
    void take_names(std::string_view list);

    bool all_ = false;
    std::set<std::string> names_; ///< lower case
};

} // namespace sallyport
