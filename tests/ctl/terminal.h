// SPDX-License-Identifier: MIT
//
// A program on a terminal of its own, and somebody who types on it.
#pragma once

#include <csignal>
#include <stdexcept>
#include <string>
#include <vector>

#include <fcntl.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "base/unique_fd.h"

namespace sallyport {

class Terminal {
  public:
    /// Starts it, with this environment and no other.
    Terminal(const std::vector<std::string>& arguments,
             const std::vector<std::string>& environment)
        : master_(::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC)) {
        std::signal(SIGCHLD, SIG_DFL); // Boost.Test takes every child's failure for its own
        if (!master_ || ::grantpt(master_.get()) != 0 || ::unlockpt(master_.get()) != 0)
            throw std::runtime_error("there are no pseudo-terminals");
        const std::string name = ::ptsname(master_.get());
        child_ = ::fork();
        if (child_ == 0) {
            ::setsid();
            const int terminal = ::open(name.c_str(), O_RDWR);
            ::ioctl(terminal, TIOCSCTTY, 0);
            for (const int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO})
                ::dup2(terminal, fd);
            ::execve(arguments.front().c_str(), pointers(arguments).data(),
                     pointers(environment).data());
            ::_exit(127);
        }
    }
    Terminal(const Terminal&) = delete;
    Terminal& operator=(const Terminal&) = delete;
    ~Terminal() {
        if (child_ > 0) {
            ::kill(child_, SIGKILL);
            ::waitpid(child_, nullptr, 0);
        }
    }

    /// Reads on until `text` was shown since the last time; false if the program ends
    /// before, or is silent for a minute.
    bool shows(const std::string& text) {
        for (;;) {
            const auto found = shown_.find(text, seen_);
            if (found != std::string::npos) {
                seen_ = found + text.size();
                return true;
            }
            if (!read_on())
                return false;
        }
    }

    void type(const std::string& text) const {
        if (::write(master_.get(), text.data(), text.size()) !=
            static_cast<ssize_t>(text.size()))
            throw std::runtime_error("nothing can be typed");
    }

    [[nodiscard]] bool echoes() const {
        termios settings{};
        return ::tcgetattr(master_.get(), &settings) == 0 && (settings.c_lflag & ECHO) != 0;
    }

    /// Everything that was ever shown, with plain line feeds.
    [[nodiscard]] std::string all() const {
        std::string text;
        for (const char c : shown_) {
            if (c != '\r')
                text += c;
        }
        return text;
    }

    /// Of its end; 300 and more if a signal ended it.
    int status() {
        while (read_on()) {
        }
        int status = 0;
        ::waitpid(child_, &status, 0);
        child_ = -1;
        return WIFEXITED(status) ? WEXITSTATUS(status) : 300 + WTERMSIG(status);
    }

  private:
    static std::vector<char*> pointers(const std::vector<std::string>& texts) {
        std::vector<char*> result;
        for (const std::string& text : texts)
            result.push_back(const_cast<char*>(text.c_str())); // execve(2) changes nothing
        result.push_back(nullptr);
        return result;
    }

    bool read_on() {
        pollfd wait{master_.get(), POLLIN, 0};
        char octets[4096];
        if (::poll(&wait, 1, 60'000) != 1)
            return false;
        const ssize_t got = ::read(master_.get(), octets, sizeof octets);
        if (got <= 0)
            return false;
        shown_.append(octets, static_cast<std::size_t>(got));
        return true;
    }

    UniqueFd master_;
    pid_t child_ = -1;
    std::string shown_;
    std::size_t seen_ = 0;
};

} // namespace sallyport
