// SPDX-License-Identifier: MIT
//
// Where messages are: what the servers hold, what stands in the files of the queue, and
// what stood in those that are gone.
#pragma once

#include <cstddef>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "queue/file.h"
#include "queue/journal.h"

namespace sallyport::trials {

/// A message that a server has put down.
struct Received {
    std::string from;
    std::vector<std::string> to;
    std::string text;
};

/// A file of the queue.
struct Queued {
    enum class Place : unsigned char { waiting, failed, gone };
    Place place = Place::waiting;
    std::string name;
    std::string damage{}; ///< what is wrong with it, if anything is
    QueueHeader header{};
    Progress progress{};
    std::string text{}; ///< of the message
};

/// What stands after "Subject: trial ", or for a failure report in what it brings back.
/// Empty: it is no message of a trial.
std::string token_in(std::string_view text);

/// Servers leave messages in one directory, the queue is another.
class Evidence {
  public:
    Evidence(std::string mail, std::string queue)
        : mail_(std::move(mail)), queue_(std::move(queue)) {}

    /// Before a file of the queue is removed, whatever comes of that.
    void keep(const std::string& path);

    /// All that is there and was. The files of the queue were read first: a message that
    /// is on its way is seen before, or afterwards, or twice.
    [[nodiscard]] std::vector<Queued> queued() const;
    [[nodiscard]] const std::vector<Received>& received();

    /// The names of those that wait.
    [[nodiscard]] std::set<std::string> waiting() const;

  private:
    [[nodiscard]] std::vector<std::string> directories(std::string_view place) const;
    void add(std::vector<Queued>& all, Queued::Place place) const;

    std::string mail_;
    std::string queue_;
    std::map<std::string, std::string> gone_; ///< by name, what they held last
    std::set<std::string> read_;
    std::vector<Received> received_;
};

} // namespace sallyport::trials
