// SPDX-License-Identifier: MIT
//
// The other end of -bs: a client that hands over one message after the other, and keeps
// what it is told of each.
#pragma once

#include <string>
#include <thread>
#include <vector>

#include "base/unique_fd.h"
#include "trials/plan.h"

namespace sallyport::trials {

class Talk {
  public:
    struct Told {
        const Mail* mail = nullptr;
        std::string reply{};                   ///< to its end; empty: none came
        std::vector<std::string> recipients{}; ///< those that were accepted
    };

    /// Speaks over that socket in a thread of its own.
    Talk(UniqueFd socket, std::vector<const Mail*> mails);
    Talk(const Talk&) = delete;
    Talk& operator=(const Talk&) = delete;
    ~Talk();

    /// Once the program has ended.
    const std::vector<Told>& told();

  private:
    void talk();
    /// The last line of a reply; empty when nobody is there.
    std::string reply();
    std::string ask(const std::string& line);
    void hand_over(const Mail& mail);

    UniqueFd socket_;
    std::vector<const Mail*> mails_;
    std::vector<Told> told_;
    std::string input_;
    std::thread thread_;
};

} // namespace sallyport::trials
