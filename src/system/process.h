// SPDX-License-Identifier: MIT
//
// The process that a caller made, put into a known state before anything else happens.
#pragma once

#include <csignal>

#include "base/failure.h"

namespace sallyport {

/// Descriptors 0 to 2 are open (a closed 0 gives an error when read, never another file's
/// octets), all others closed; SIGPIPE and SIGXFSZ are ignored, SIGCHLD is not, no signal
/// is blocked; abort() ends in status 75, with a line that says so; the umask is 077; no
/// core file or tracer can see the process's memory. Failure (71, local) if a descriptor
/// cannot be had.
void prepare_process();

/// The status in place of 75 where abort() or a crash within a FragileCall ends the run.
void break_off_with(ExitStatus status);

/// Where standard error is the same file as standard output (of a program that reads both
/// by one pipe), it leads nowhere from here on.
void silence_errors_within_output();

/// Lives while a library is called that does not look whether it has got memory: glibc's
/// getpwuid() and sasl_client_new() go through null pointers. A crash then ends the process
/// with status 75 and `words`, which an abort ends with, too.
class FragileCall {
  public:
    /// `words` outlive it, and tell the caller what is true of his message.
    explicit FragileCall(const char* words);
    FragileCall(const FragileCall&) = delete;
    FragileCall& operator=(const FragileCall&) = delete;
    ~FragileCall();

  private:
    struct sigaction before_ {};
};

} // namespace sallyport
