// SPDX-License-Identifier: MIT
//
// argv, configuration and stdin to an exit status: the order of the program on one screen.
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <new>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include <unistd.h>

#include "base/concat.h"
#include "base/failure.h"
#include "config.h"
#include "config/configuration.h"
#include "config/invocation.h"
#include "config/usage.h"
#include "message/identity.h"
#include "net/network.h"
#include "net/transcript.h"
#include "queue/access.h"
#include "queue/open_queue.h"
#include "submit.h"
#include "system/log.h"
#include "system/memory.h"
#include "system/privilege.h"
#include "system/process.h"
#include "text/printable.h"

namespace sallyport {

namespace {

/// A line on standard error, which wants no memory.
void say(std::string_view text) {
    ::dprintf(STDERR_FILENO, "sallyport: %.*s\n", static_cast<int>(text.size()),
              text.data());
}

ConfigurationSources configuration_sources(const Invocation& invocation) {
    char** end = environ;
    while (end != nullptr && *end != nullptr)
        ++end;
    return {SYSCONFDIR "/sallyport.conf", invocation.config_file, {environ, end}};
}

/// A set-id run serves by the system's configuration, without the caller's environment, or
/// it has no privileges: what he says and what he may not read never come together.
void choose_world(Privilege& privilege, ConfigurationSources& sources) {
    if (!privilege.held())
        return;
    sources.callers_own = is_the_callers(sources);
    if (sources.callers_own)
        return privilege.give_up();
    sources.privilege = &privilege;
    sources.environment.clear();
    ::clearenv(); // libraries read variables that we do not know of
}

bool sends(Mode mode) {
    return mode == Mode::deliver || mode == Mode::serve;
}

/// Where nothing is configured there is no queue, either: nothing is in it, and running it
/// is done at once.
bool needs_settings(Mode mode, const ConfigurationSources& sources) {
    if (mode == Mode::list_queue || mode == Mode::run_queue)
        return is_anything_configured(sources);
    return sends(mode) || mode == Mode::verify;
}

/// What is asked for beside sending a message.
ExitStatus answer(const Invocation& invocation) {
    if (invocation.mode == Mode::help)
        print(STDOUT_FILENO, usage_text(invocation.program));
    else if (invocation.mode == Mode::version)
        print(STDOUT_FILENO, PACKAGE_STRING "\n");
    else if (invocation.mode == Mode::list_queue)
        print(STDOUT_FILENO, "Mail queue is empty\n");
    return ExitStatus::ok;
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
    Privilege privilege;
    watch_library_memory();
    const Invocation invocation = parse_invocation(argv);
    ConfigurationSources sources = configuration_sources(invocation);
    if (!needs_settings(invocation.mode, sources))
        return answer(invocation);
    if (invocation.mode == Mode::serve) // a line of ours is no reply
        silence_errors_within_output();
    choose_world(privilege, sources);
    Settings loaded = load_settings(sources, notes);
    std::optional<OpenQueue> queue;
    // Root passes the gate in any case, and runs the queue as somebody else.
    if (sources.privilege != nullptr && ::getuid() != 0 && has_queue(loaded))
        privilege.as_owner([&] { queue.emplace(loaded.queue, sends(invocation.mode)); });
    privilege.give_up();
    tempfail = loaded.tempfail;
    break_off_with(tempfail);
    log = Log(loaded.log, "sallyport");
    const Identity identity = look_up_identity();
    id = identity.id;
    for (const auto& note : notes)
        log.note(id, note);
    notes.clear();
    const Settings settings = suit(std::move(loaded), identity);
    // With -bs standard output is the client's: what goes on upstream is not for him.
    // A set-id run shows nothing of what goes on between it and the server.
    const bool shown = invocation.verbose && invocation.mode != Mode::serve &&
                       sources.privilege == nullptr;
    const Transcript transcript(shown ? STDOUT_FILENO : -1);
    Internet internet(transcript);
    World world{invocation, settings, identity, log, internet, transcript, started};
    world.queue = queue ? &*queue : nullptr;
    return carry_out(world);
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
