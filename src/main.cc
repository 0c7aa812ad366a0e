// SPDX-License-Identifier: MIT
//
// argv, configuration and stdin to an exit status: the order of the program on one screen.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <new>
#include <span>
#include <string>
#include <string_view>

#include <sys/stat.h>
#include <unistd.h>

#include "concat.h"
#include "config.h"
#include "configuration.h"
#include "delivery.h"
#include "envelope.h"
#include "failure.h"
#include "identity.h"
#include "invocation.h"
#include "log.h"
#include "memory.h"
#include "message.h"
#include "network.h"
#include "process.h"
#include "reencode.h"
#include "reporting.h"
#include "server.h"
#include "transcript.h"
#include "usage.h"
#include "verify.h"

namespace sallyport {

namespace {

void print(int fd, std::string_view text) {
    while (!text.empty()) {
        const ssize_t written = ::write(fd, text.data(), text.size());
        if (written <= 0)
            return;
        text.remove_prefix(static_cast<std::size_t>(written));
    }
}

/// A line on standard error, which wants no memory.
void say(std::string_view text) {
    ::dprintf(STDERR_FILENO, "sallyport: %.*s\n", static_cast<int>(text.size()),
              text.data());
}

ConfigurationSources configuration_sources(const Invocation& invocation) {
    ConfigurationSources sources;
    sources.system_file = SYSCONFDIR "/sallyport.conf";
    sources.argument_file = invocation.config_file;
    sources.privileged = is_privileged();
    for (char** variable = environ; variable != nullptr && *variable != nullptr; ++variable)
        sources.environment.emplace_back(*variable);
    return sources;
}

bool talks_to_server(Mode mode) {
    return mode == Mode::deliver || mode == Mode::serve || mode == Mode::verify;
}

/// What is asked for beside sending a message. There is no queue in this version: nothing
/// is in it, and running it is done at once.
ExitStatus answer(const Invocation& invocation) {
    if (invocation.mode == Mode::help)
        print(STDOUT_FILENO, usage_text(invocation.program));
    else if (invocation.mode == Mode::version)
        print(STDOUT_FILENO, PACKAGE_STRING "\n");
    else if (invocation.mode == Mode::list_queue)
        print(STDOUT_FILENO, "Mail queue is empty\n");
    return ExitStatus::ok;
}

/// Without -t the command line says all about the envelope: it is looked at before a person
/// at a terminal has typed the message.
Message read_message(const Invocation& invocation, const Settings& settings,
                     const Identity& identity, Envelope& envelope,
                     std::vector<std::string>& notes) {
    if (!invocation.recipients_from_header)
        envelope = make_envelope(invocation, settings, Header(), identity);
    Draft draft =
        read_draft(STDIN_FILENO, invocation.dot_ends_message, settings.message.size_limit);
    if (invocation.recipients_from_header)
        envelope = make_envelope(invocation, settings, draft.header, identity);
    complete_header(draft.header, envelope, invocation, settings, identity, notes);
    Message message(draft.header, std::move(draft.body), draft.facts);
    auto encoded = reencode(message, false, notes);
    return encoded ? std::move(*encoded) : std::move(message);
}

/// What all modes that talk to a server work with.
struct Run {
    const Invocation& invocation;
    const Settings& settings;
    const Identity& identity;
    Log& log;
    Network& network;
    const Transcript& transcript;
    Clock::time_point started;
};

/// A text made beforehand, for when there is no memory for a better one.
void tell_without_memory(const Report& report) {
    if (std::ranges::any_of(report.outcomes, &Outcome::in_doubt))
        print(STDERR_FILENO,
              "sallyport: out of memory; the message may have been accepted\n");
    else if (report.status() != ExitStatus::ok)
        print(STDERR_FILENO,
              "sallyport: out of memory; not every recipient got the message\n");
}

ExitStatus send(const Run& run) {
    std::vector<std::string> notes;
    Envelope envelope;
    const Message message =
        read_message(run.invocation, run.settings, run.identity, envelope, notes);
    const Report report = deliver(run.settings, envelope, message, run.network,
                                  {run.identity.domain(run.settings.sender),
                                   run.identity.host_name, run.started, run.transcript});
    const ExitStatus status = report.status();
    try {
        for (const auto& note : notes)
            run.log.note(run.identity.id, note);
        // Nobody is told of a failure twice: a person reads the diagnosis, others the log.
        const bool failed = status != ExitStatus::ok;
        const bool for_a_person = ::isatty(STDERR_FILENO) != 0;
        if (!failed || !for_a_person || !run.log.on_standard_error())
            log_report(run.log, report, envelope, report.size, run.identity);
        if (failed && (for_a_person || !run.log.on_standard_error()))
            print(STDERR_FILENO, describe_failures(report));
    } catch (const std::bad_alloc&) { // what has been done is done, and that is the answer
        tell_without_memory(report);
    }
    return status;
}

ExitStatus verify(const Run& run) {
    const Envelope envelope =
        make_envelope(run.invocation, run.settings, Header(), run.identity);
    DeliveryContext context{run.identity.domain(run.settings.sender),
                            run.identity.host_name, run.started, run.transcript};
    const Report report =
        ask_about_recipients(run.settings, envelope, run.network, context);
    for (const Outcome& outcome : report.outcomes) {
        if (outcome.status == ExitStatus::ok)
            print(STDOUT_FILENO, concat({"<", outcome.address, ">: ", outcome.text, "\n"}));
    }
    print(STDERR_FILENO, describe_failures(report));
    return report.status();
}

ExitStatus talk(const Run& run) {
    Server(
        {run.invocation, run.settings, run.identity, run.log, run.network, run.transcript},
        STDIN_FILENO, STDOUT_FILENO)
        .run();
    return ExitStatus::ok;
}

ExitStatus go(const Run& run) {
    for (const auto& note : run.invocation.notes)
        run.log.note(run.identity.id, note);
    for (const auto& note : run.settings.notes)
        run.log.note(run.identity.id, note);
    run.log.may_wait(); // from here on nothing is logged before its outcome is known
    if (run.invocation.mode == Mode::serve)
        return talk(run);
    return run.invocation.mode == Mode::verify ? verify(run) : send(run);
}

/// Tells the caller, and the log if that is somewhere else. That there is no memory for it
/// changes nothing.
ExitStatus give_up(Log& log, const std::string& id, ExitStatus status,
                   std::string_view why) {
    say(why);
    try {
        log.may_wait();
        if (!log.on_standard_error())
            log.note(id, why, Priority::error);
    } catch (const std::bad_alloc&) { // the caller knows
    }
    return status;
}

ExitStatus run(std::span<const char* const> argv, Log& log, std::string& id,
               std::vector<std::string>& notes, ExitStatus& tempfail) {
    const auto started = Clock::now();
    prepare_process();
    watch_library_memory();
    const Invocation invocation = parse_invocation(argv);
    if (!talks_to_server(invocation.mode))
        return answer(invocation);
    if (invocation.mode == Mode::serve) // a line of ours is no reply
        silence_errors_within_output();
    Settings settings = load_settings(configuration_sources(invocation), notes);
    drop_privileges();
    tempfail = settings.tempfail;
    break_off_with(tempfail);
    log = Log(settings.log, "sallyport");
    const Identity identity = look_up_identity();
    id = identity.id;
    for (const auto& note : notes)
        log.note(id, note);
    notes.clear();
    suit(settings, identity);
    // With -bs standard output is the client's: what goes on upstream is not for him.
    // A set-id run shows nothing of what goes on between it and the server.
    const bool shown =
        invocation.verbose && invocation.mode != Mode::serve && !is_privileged();
    const Transcript transcript(shown ? STDOUT_FILENO : -1);
    Internet internet;
    return go({invocation, settings, identity, log, internet, transcript, started});
}

ExitStatus run_or_give_up(std::span<const char* const> argv, ExitStatus& tempfail) {
    Log log({LogTarget::syslog, {}, LogFormat::text}, "sallyport");
    std::string id;
    std::vector<std::string> notes; // until they are in the log
    try {
        return run(argv, log, id, notes, tempfail);
    } catch (const Failure& failure) {
        for (const auto& note : notes)
            say(note);
        return give_up(log, id, failure.status(), failure.what());
    } catch (const std::bad_alloc&) {
        return give_up(log, id, ExitStatus::temp_fail, "out of memory");
    } catch (const std::exception& bug) {
        return give_up(log, id, ExitStatus::software,
                       concat({"a bug, please report it: ", bug.what()}));
    }
}

} // namespace

} // namespace sallyport

#ifdef __GLIBCXX__
/// In place of libstdc++'s, which brings a demangler of 36 KB to name what nobody caught.
/// run_or_give_up() catches everything.
void __gnu_cxx::__verbose_terminate_handler() { // NOLINT(bugprone-reserved-identifier)
    std::abort();
}

#if defined(_GLIBCXX_ASSERTIONS) && _GLIBCXX_RELEASE >= 12
/// Likewise, for the checks within its templates: the library's shows the signature of what
/// was called too, and for that the linker keeps 16 KB of text.
void std::__glibcxx_assert_fail( // NOLINT(bugprone-reserved-identifier)
    const char* file, int line, const char* /*function*/, const char* condition) noexcept {
    ::dprintf(STDERR_FILENO, "sallyport: a bug, please report it: %s:%d: %s\n", file, line,
              condition);
    ::_exit(static_cast<int>(sallyport::ExitStatus::software));
}
#endif
#endif

int main(int argc, char** argv) {
    using namespace sallyport;
    ExitStatus tempfail = ExitStatus::temp_fail;
    ExitStatus status = run_or_give_up({argv, static_cast<std::size_t>(argc)}, tempfail);
    if (status == ExitStatus::temp_fail)
        status = tempfail;
    // Nothing is left to flush, and freeing what OpenSSL and a resolver thread hold takes
    // time.
    ::_exit(static_cast<int>(status));
}
