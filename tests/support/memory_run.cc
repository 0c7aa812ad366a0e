// SPDX-License-Identifier: MIT
#include "support/memory_run.h"

#include <fcntl.h>
#include <unistd.h>

#include "configuration.h"
#include "delivery.h"
#include "failure.h"
#include "identity.h"
#include "invocation.h"
#include "reencode.h"
#include "reporting.h"
#include "support/place.h"
#include "support/result.h"
#include "support/scripted_network.h"
#include "unique_fd.h"
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

/// What main does with one message, from its input on.
void send(const Dialogue& dialogue, const Place& place, const Folder& folder,
          ScriptedNetwork& network, Result& result) {
    const auto started = Clock::now();
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
    const Settings settings = load_settings(sources, notes);
    const Identity identity = fixed_identity();

    const UniqueFd input(::open(folder.write("input", dialogue.input).c_str(), O_RDONLY));
    Draft draft =
        read_draft(input.get(), invocation.dot_ends_message, settings.message.size_limit);
    const Envelope envelope = make_envelope(invocation, settings, draft.header, identity);
    complete_header(draft.header, envelope, invocation, settings, identity, notes);
    Message message(draft.header, std::move(draft.body), draft.facts);
    if (auto encoded = reencode(message, false, notes))
        message = std::move(*encoded);

    const UniqueFd output(::open(folder.write("output", "").c_str(), O_WRONLY));
    const Transcript transcript(invocation.verbose ? output.get() : -1);
    Log log(settings.log, "sallyport");
    const Report report = deliver(
        settings, envelope, message, network,
        {identity.domain(settings.sender), identity.host_name, started, transcript});
    for (const auto& note : notes)
        log.note(identity.id, note);
    log_report(log, report, envelope, message.size(), identity);
    result.standard_error = describe_failures(report);
    const ExitStatus status = report.status();
    result.status =
        static_cast<int>(status == ExitStatus::temp_fail ? settings.tempfail : status);
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
        send(dialogue, place, folder, network, result);
    } catch (const Failure& failure) {
        result.status = static_cast<int>(failure.status());
        result.standard_error = std::string("sallyport: ") + failure.what() + "\n";
    }
    result.standard_output = folder.read("output");
    result.log = folder.read("log");
    result.complaint = network.complaint();
    return differences(dialogue, place, result);
}

} // namespace sallyport
