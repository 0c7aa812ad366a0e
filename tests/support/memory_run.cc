// SPDX-License-Identifier: MIT
#include "support/memory_run.h"

#include <fcntl.h>
#include <unistd.h>

#include "base/failure.h"
#include "base/unique_fd.h"
#include "config/configuration.h"
#include "config/invocation.h"
#include "message/identity.h"
#include "submit.h"
#include "support/place.h"
#include "support/result.h"
#include "support/scripted_network.h"
#include "text/printable.h"
#include "unit/folder.h"

namespace sallyport {

namespace {

constexpr std::uint16_t first_port = 1001;

Identity fixed_identity() {
    Identity identity;
    identity.login = "joe";
    identity.host_name = "host"; // no dot in it: no name for EHLO
    identity.id = "1";
    return identity;
}

/// What main does once the process is in a known state.
void run(const Dialogue& dialogue, const Place& place, const Folder& folder,
         ScriptedNetwork& network, Result& result) {
    std::vector<const char*> argv{"sallyport"};
    for (const auto& argument : dialogue.arguments)
        argv.push_back(argument.c_str());
    const Invocation invocation = parse_invocation(argv);
    ConfigurationSources sources;
    const std::string configuration =
        folder.write("sallyport.conf", place.fill(configuration_text(dialogue)));
    sources.environment = {"SALLYPORT_CONFIG=" + configuration,
                           "SALLYPORT_LOG_TO=file:" + folder.path("log")};
    std::vector<std::string> notes;
    Settings settings = load_settings(sources, notes);
    Log log(settings.log, "sallyport");
    const Identity identity = fixed_identity();
    for (const auto& note : notes)
        log.note(identity.id, note);
    suit(settings, identity);

    const UniqueFd input(::open(folder.write("input", dialogue.input).c_str(), O_RDONLY));
    const UniqueFd output(::open(folder.write("output", "").c_str(), O_WRONLY));
    const UniqueFd error(::open(folder.write("error", "").c_str(), O_WRONLY));
    const bool shown = invocation.verbose && invocation.mode != Mode::serve;
    const Transcript transcript(shown ? output.get() : -1);
    ExitStatus status = ExitStatus::ok;
    try {
        status = carry_out({invocation, settings, identity, log, network, transcript,
                            Clock::now(), input.get(), output.get(), error.get()});
    } catch (const Failure& failure) {
        log.note(identity.id, failure.what(), Priority::error);
        print(error.get(), std::string("sallyport: ") + failure.what() + "\n");
        status = failure.status();
    }
    result.status =
        static_cast<int>(status == ExitStatus::temp_fail ? settings.tempfail : status);
    result.standard_error = folder.read("error");
}

Place make_place(const Dialogue& dialogue, const Folder& folder) {
    Place place;
    place.folder = folder.path(".");
    for (const auto& name : port_names(configuration_text(dialogue)))
        place.ports[name] = static_cast<std::uint16_t>(first_port + place.ports.size());
    return place;
}

} // namespace

std::vector<std::string> run_in_memory(const Dialogue& dialogue, bool octet_by_octet) {
    const Folder folder;
    const Place place = make_place(dialogue, folder);
    Result result;
    ScriptedNetwork network(dialogue, place, octet_by_octet);
    try {
        run(dialogue, place, folder, network, result);
    } catch (const Failure& failure) { // of argv or the configuration
        result.status = static_cast<int>(failure.status());
        result.standard_error = std::string("sallyport: ") + failure.what() + "\n";
    }
    result.standard_output = folder.read("output");
    result.log = folder.read("log");
    result.complaint = network.complaint();
    return differences(dialogue, place, result);
}

} // namespace sallyport
