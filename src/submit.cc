// SPDX-License-Identifier: MIT
#include "submit.h"

#include <algorithm>
#include <new>
#include <string>

#include <sys/auxv.h>
#include <unistd.h>

#include "base/concat.h"
#include "deliver/delivery.h"
#include "deliver/reporting.h"
#include "deliver/verify.h"
#include "message/submission.h"
#include "queue/access.h"
#include "queue/commands.h"
#include "queue/handover.h"
#include "serve/server.h"
#include "text/printable.h"

namespace sallyport {

namespace {

void note(const World& world, const std::vector<std::string>& notes) {
    for (const auto& text : notes)
        world.log.note(world.identity.id, text);
}

/// A text made beforehand, for when there is no memory for a better one.
void tell_without_memory(const World& world, const Report& report) {
    const auto is_in_doubt = [](const Recipient& recipient) {
        return recipient.in_doubt() && recipient.queued_as.empty();
    };
    if (std::ranges::any_of(report.recipients, is_in_doubt))
        print(world.error,
              "sallyport: out of memory; the message may have been accepted\n");
    else if (report.status() != ExitStatus::ok)
        print(world.error,
              "sallyport: out of memory; not every recipient got the message\n");
}

/// The way to the server is at fault, or who we are to it; not the call or the message.
bool is_for_the_administrator(const Recipient& recipient) {
    const ExitStatus status = recipient.status;
    return !recipient.in_doubt() &&
           (status == ExitStatus::no_host || status == ExitStatus::temp_fail ||
            status == ExitStatus::protocol || status == ExitStatus::no_perm);
}

/// For a person who has sallyportctl and may read the configuration that counts.
void point_to_check(const World& world, const Report& report) {
    constexpr const char* tool = SBINDIR "/sallyportctl";
    const bool shared = ::getauxval(AT_SECURE) != 0 && ::getuid() != 0;
    if (!shared && ::isatty(world.error) != 0 && ::access(tool, X_OK) == 0 &&
        std::ranges::any_of(report.recipients, is_for_the_administrator))
        print(world.error, "sallyport: to find out why, run: sallyportctl check\n");
}

/// Nobody is told of a failure twice: a person reads the diagnosis, others the log.
void tell(const World& world, const Envelope& envelope, const Report& report) {
    const bool failed = report.status() != ExitStatus::ok;
    const bool for_a_person = ::isatty(world.error) != 0;
    if (!failed || !for_a_person || !world.log.on_standard_error())
        log_report(world.log, report, envelope, world.identity);
    if (!for_a_person && world.log.on_standard_error())
        return;
    if (failed)
        print(world.error, describe_failures(report));
    print(world.error, describe_queued(report, for_a_person || world.invocation.verbose));
}

Envelope envelope_of(const World& world, const Header& header = Header()) {
    return make_envelope(world.invocation, world.settings, header, world.identity);
}

DeliveryContext context_of(const World& world) {
    return {world.identity.host_name, world.started, world.transcript};
}

/// One message from the input to its recipients.
ExitStatus submit(const World& world) {
    const Invocation& invocation = world.invocation;
    const MessageSettings& limits = world.settings.message;
    Envelope envelope;
    // Without -t the command line says all about the envelope: it is looked at before a
    // person at a terminal has typed the message.
    if (!invocation.recipients_from_header)
        envelope = envelope_of(world);
    Draft draft = read_draft(world.input, invocation.dot_ends_message, limits.size_limit);
    if (invocation.recipients_from_header)
        envelope = envelope_of(world, draft.header);
    std::vector<std::string> notes;
    const Message message = finish_message(std::move(draft), envelope, invocation,
                                           world.settings, world.identity, notes);
    Failover failover(world.settings, world.network, context_of(world));
    const Report report = has_queue(world.settings)
                              ? hand_over(world, failover, envelope, message)
                              : deliver(failover, limits, envelope, recipients_of(envelope),
                                        message, world.started);
    try {
        note(world, notes);
        tell(world, envelope, report);
        point_to_check(world, report);
    } catch (const std::bad_alloc&) { // what has been done is done, and that is the answer
        tell_without_memory(world, report);
    }
    return report.status();
}

ExitStatus verify(const World& world) {
    const Report report = ask_about_recipients(world.settings, envelope_of(world),
                                               world.network, context_of(world));
    for (const Recipient& recipient : report.recipients) {
        if (recipient.accepted())
            print(world.output,
                  concat({"<", recipient.address, ">: ", recipient.text, "\n"}));
    }
    print(world.error, describe_failures(report));
    point_to_check(world, report);
    return report.status();
}

} // namespace

ExitStatus carry_out(const World& world) {
    note(world, world.invocation.notes);
    note(world, world.settings.notes);
    if (world.invocation.mode == Mode::list_queue)
        return show_queue(world);
    world.log.may_wait(); // from here on nothing is logged before its outcome is known
    if (world.invocation.mode == Mode::run_queue)
        return run_queue(world);
    if (world.invocation.mode == Mode::verify)
        return verify(world);
    if (world.invocation.mode != Mode::serve)
        return submit(world);
    Server(world).run();
    return ExitStatus::ok;
}

} // namespace sallyport
