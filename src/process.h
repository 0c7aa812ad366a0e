// SPDX-License-Identifier: MIT
//
// The process that a caller made, put into a known state before anything else happens.
#pragma once

namespace sallyport {

/// Descriptors 0 to 2 are open (a closed 0 gives an error when read, never another file's
/// octets), all others closed; SIGPIPE and SIGXFSZ are ignored, SIGCHLD is not, no signal
/// is blocked; the umask is 077; no core file or tracer can see the process's memory; in a
/// set-id run the environment is empty. Failure (71, local) if a descriptor cannot be had.
void prepare_process();

/// Where standard error is the same file as standard output (of a program that reads both
/// by one pipe), it leads nowhere from here on.
void silence_errors_within_output();

/// True in a set-uid or set-gid run.
bool is_privileged();

/// Gives up what a set-id run has over its caller, for good. Failure (71, local) if the
/// system refuses.
void drop_privileges();

} // namespace sallyport
