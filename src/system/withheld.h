// SPDX-License-Identifier: MIT
//
// What a log-in sent, and nobody may be shown when it comes back: servers quote what they
// do not understand, a line of AUTH like any other.
#pragma once

#include <cstddef>
#include <cstdint>
#include <forward_list>
#include <string>
#include <string_view>
#include <vector>

namespace sallyport {

/// Lives from the credential to its verdict and no longer: later a reply may hold what the
/// caller wrote, and to withhold it would tell him that he guessed right. What it knows is
/// wiped when it goes.
class Withheld {
  public:
    /// What stands in place of a text that is withheld.
    static constexpr std::string_view mark = "(text withheld)";

    Withheld() = default;
    Withheld(const Withheld&) = delete;
    Withheld& operator=(const Withheld&) = delete;
    ~Withheld();

    /// From now on `octets` are withheld, and any 8 of them in a row.
    void add(std::string_view octets);

    /// Whether `text` gives away any of it, in whatever case, and with blanks and control
    /// characters or without. Takes a time that grows with the text and the logarithm of
    /// what is withheld.
    [[nodiscard]] bool is_in(std::string_view text) const;
    /// The same for lines, one by one and put together.
    [[nodiscard]] bool is_in(const std::vector<std::string>& lines) const;

  private:
    struct Runs {
        std::size_t size;                  ///< of each: 8 octets, or all that there are
        std::vector<std::uint64_t> octets; ///< each run as one number, sorted
    };
    std::forward_list<Runs> runs_;
};

} // namespace sallyport
