// SPDX-License-Identifier: MIT
//
// SIGINT and its kin: the terminal gets its echo back, no file is left half-written and no
// command running.
#pragma once

#include <csignal>

#include <termios.h>

namespace sallyport::ctl {

/// SIGINT ends the process with status 130 from here on, SIGHUP, SIGQUIT and SIGTERM with
/// theirs (128 and the number), once the terminal is as it was and children are gone.
void watch_interrupts();

/// While it lives, what is typed on the terminal `fd` is not shown; nothing where `fd` is
/// none. Ctrl-Z is ignored, since a shell would have the terminal without echo. One at a
/// time.
class EchoOff {
  public:
    explicit EchoOff(int fd);
    EchoOff(const EchoOff&) = delete;
    EchoOff& operator=(const EchoOff&) = delete;
    ~EchoOff();

  private:
    bool off_ = false;
    struct sigaction stop_ {};
};

/// While it lives, those signals wait: what is under way is brought to its end.
class Uninterrupted {
  public:
    Uninterrupted();
    Uninterrupted(const Uninterrupted&) = delete;
    Uninterrupted& operator=(const Uninterrupted&) = delete;
    ~Uninterrupted();

  private:
    sigset_t before_;
};

} // namespace sallyport::ctl
