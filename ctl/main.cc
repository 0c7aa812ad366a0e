// SPDX-License-Identifier: MIT
//
// argv to a verb, and what became of it to an exit status.
#include <algorithm>
#include <clocale>
#include <exception>
#include <new>
#include <span>
#include <string>
#include <string_view>

#include <fcntl.h>
#include <sys/auxv.h>
#include <unistd.h>

#include "base/concat.h"
#include "base/failure.h"
#include "base/unique_fd.h"
#include "config.h"
#include "config/configuration.h"
#include "ctl/call.h"
#include "ctl/console.h"
#include "ctl/exit.h"
#include "ctl/interrupt.h"
#include "ctl/json.h"
#include "ctl/options.h"
#include "ctl/words.h"
#include "system/process.h"
#include "text/printable.h"

namespace sallyport::ctl {

namespace {

using Arguments = std::span<char* const>;

struct Performer {
    std::string_view verb;
    int (*perform)(const Call& call);
};

constexpr Performer performers[] = {
    {"check", check},   {"setup", setup}, {"providers", providers},
    {"config", config}, {"queue", queue}, {"completion", completion},
    {"help", help},
};

ConfigurationSources configuration_sources(const Options& options) {
    char** end = environ;
    while (end != nullptr && *end != nullptr)
        ++end;
    return {SYSCONFDIR "/sallyport.conf", options.value("config"), {environ, end}};
}

/// A standard output that is closed gives an error when written, not silence.
void prepare() {
    const bool silent = ::fcntl(STDOUT_FILENO, F_GETFD) == -1;
    prepare_process();
    break_off_with(ExitStatus::software);
    if (silent) {
        const UniqueFd unwritable(::open("/dev/null", O_RDONLY | O_CLOEXEC));
        ::dup2(unwritable.get(), STDOUT_FILENO);
    }
    watch_interrupts();
    std::setlocale(LC_CTYPE, ""); // numbers and messages stay as they are
}

/// Whoever may run it set-id would have the file of -C, and of --output, as its owner.
void refuse_privileges() {
    if (::getauxval(AT_SECURE) != 0)
        stop(ExitStatus::no_perm, Fault::local,
             {tr("not run with the rights of its file: take its set-id bits and "
                 "capabilities off")});
}

int perform(const Options& options, Console& console) {
    if (options.has("version")) {
        console.show(concat({"sallyportctl ", PACKAGE_VERSION, "\n"}));
        return done;
    }
    if (!options.verb_given() &&
        !options.has("help")) { // a script that has lost its verb must not go on
        print(STDERR_FILENO, usage(console.look()));
        return number(ExitStatus::usage);
    }
    const auto* const performer =
        std::ranges::find(performers, options.verb().name, &Performer::verb);
    return performer->perform({options, console, configuration_sources(options)});
}

/// On standard error, and with --json as an object, too.
int tell(const Console& console, bool json, std::string_view verb, ExitStatus status,
         std::string_view why) {
    console.complain(why);
    if (json)
        print(STDOUT_FILENO, failure_json(verb, number(status), why));
    return number(status);
}

/// What `work` returns; what it throws is told.
template<class Work>
int told(const Console& console, bool json, std::string_view verb, Work work) {
    try {
        return work();
    } catch (const Failure& failure) {
        return tell(console, json, verb, failure.status(), failure.what());
    } catch (const std::bad_alloc&) {
        print(STDERR_FILENO, "sallyportctl: out of memory\n");
        return number(ExitStatus::os_error);
    } catch (const std::exception& bug) {
        return tell(console, json, verb, ExitStatus::software,
                    concat({"a bug, please report it: ", printable(bug.what())}));
    }
}

/// The first word that is one, also where the options cannot be read.
std::string_view verb_in(Arguments argv) {
    for (const std::string_view word : argv.subspan(1)) {
        const auto verb = std::ranges::find(verb_table(), word, &Verb::name);
        if (verb != verb_table().end())
            return verb->name;
    }
    return {};
}

int run(Arguments argv) {
    const Console plain({}, false);
    const bool json = std::ranges::find(argv, std::string_view("--json"), [](char* word) {
                          return std::string_view(word);
                      }) != argv.end();
    return told(plain, json, json ? verb_in(argv) : std::string_view(), [&] {
        refuse_privileges();
        const Options options(argv);
        Console console(look_of_output(options.colour()), options.quiet());
        return told(console, options.json(), options.verb().name,
                    [&] { return perform(options, console); });
    });
}

} // namespace

} // namespace sallyport::ctl

int main(int argc, char** argv) {
    using namespace sallyport::ctl;
    try {
        prepare();
    } catch (const sallyport::Failure& failure) {
        sallyport::print(STDERR_FILENO,
                         sallyport::concat({"sallyportctl: ", failure.what(), "\n"}));
        return number(failure.status());
    }
    // A thread that still waits for a name server is not waited for.
    ::_exit(run({argv, static_cast<std::size_t>(argc)}));
}
