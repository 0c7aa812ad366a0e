// SPDX-License-Identifier: MIT
//
// What bare recipients such as root stand for: [recipients] of the
// configuration, and a file of aliases(5) without what only a local mailer
// could do.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "config/settings.h"
#include "text/address.h"

namespace sallyport {

class Aliases {
  public:
    /// Reads the file that `settings`, which must outlive this, names, if it names one.
    /// Failure: 72 (local) if it cannot be read or a line of it not be understood.
    explicit Aliases(const RecipientSettings& settings);

    /// Whether `name` stands for others. What was written with a domain, though it is this
    /// machine's, needs an entry of its own for that: [recipients] default is not for it.
    [[nodiscard]] bool stands_for_others(const std::string& name, bool with_domain) const;

    /// Everybody that `name` stands for in the end: addresses, and bare names
    /// that have no alias. A name that is met again on its own way is final, so
    /// loops end. Failure (72, local) where the way leads to a pipe, a file or an
    /// :include:.
    [[nodiscard]] std::vector<Mailbox> expand(const std::string& name) const;

  private:
    struct Entry {
        std::string list;
        std::string origin; ///< "/etc/aliases:7"
    };
    void read(const std::string& path);
    void add_line(std::string_view line, const std::string& origin);
    void add(std::string_view name, std::string_view list, std::string_view origin);
    void follow(const Entry& entry, std::vector<std::string>& names,
                std::vector<Mailbox>& addresses) const;
    [[nodiscard]] const Entry* find(const std::string& name) const;

    const RecipientSettings& settings_;
    /// By name in lower case; of all names without an entry of their own by an empty one.
    std::map<std::string, Entry> entries_;
};

} // namespace sallyport
