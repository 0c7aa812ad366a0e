// SPDX-License-Identifier: MIT
//
// Clients, each of their system calls seen: one can be made to fail, or be the last.
#pragma once

#include <functional>
#include <list>
#include <map>
#include <string>
#include <vector>

#include <sys/types.h>

#include "base/unique_fd.h"
#include "trials/calls.h"
#include "trials/plan.h"

namespace sallyport::trials {

/// A call that can be struck.
struct Point {
    unsigned errors = 0; ///< that it can have
    bool of_network = false;
};

/// One run of the program, with the processes that it leaves (-odb).
struct Client {
    std::vector<std::string> arguments;
    UniqueFd input;
    UniqueFd output;
    UniqueFd error;
    Strike strike{};

    pid_t process = -1;
    int status = 0;       ///< of waitpid; the first process's
    unsigned points = 0;  ///< calls so far that `strike` counts
    std::string struck{}; ///< at which call, and how; empty: it was not
    std::vector<Point> seen{};
};

class Tracer {
  public:
    struct Watch {
        std::function<void(Client&)> ended;              ///< its first process
        std::function<void(const std::string&)> removes; ///< this path, with its next step
        std::function<void()> cut;                       ///< the network
        std::function<bool()> stored; ///< whether a server has put a message down
    };
    Tracer(std::string queue, std::vector<std::string> environment, Watch watch)
        : queue_(std::move(queue)), environment_(std::move(environment)),
          watch_(std::move(watch)) {}

    /// It begins; it must outlive run().
    void start(Client& client);
    /// Until all that were started, and what they left, have ended.
    void run();

    /// Whether it can be done here.
    static bool works();

  private:
    struct Traced {
        Client* client = nullptr; ///< null: it is not known yet whose child it is
        bool begun = false;
        bool stopped = false; ///< before `client` was known
        bool dies = false;    ///< when the call under way is over
        int error = 0;        ///< what that is to come back with
    };
    void on_stop(pid_t process, int status);
    void on_entry(pid_t process, Traced& traced);
    void on_exit(pid_t process, Traced& traced);
    void on_point(pid_t process, Traced& traced, const Call& call, Reach reach);
    [[nodiscard]] bool counts(const Strike& strike, Reach reach) const;
    void strike(pid_t process, Traced& traced, const Call& call, Reach reach);
    void on_end(pid_t process, int status);
    static void go_on(pid_t process, int signal = 0);

    std::string queue_;
    std::vector<std::string> environment_;
    Watch watch_;
    std::map<pid_t, Traced> traced_;
};

} // namespace sallyport::trials
