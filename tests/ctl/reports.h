// SPDX-License-Identifier: MIT
//
// What `check` may have found: one report each for what a screen has to show.
#pragma once

#include <string>
#include <vector>

#include "ctl/report.h"

namespace sallyport::ctl {

inline StepReport step(Rung rung, Result result, std::string text, int start, int took) {
    StepReport step;
    step.rung = rung;
    step.result = result;
    step.text = std::move(text);
    step.start = Milliseconds(start);
    step.took = Milliseconds(took);
    return step;
}

inline StepReport machine_step() {
    return step(Rung::machine, Result::ok,
                "root:sallyport 0640, set-gid, 142 authorities, sendmail is ours", 0, 1);
}

/// SendGrid, climbed without a fault.
inline RelayReport sendgrid() {
    RelayReport relay;
    relay.provider = "sendgrid";
    relay.host = "smtp.sendgrid.net";
    relay.user = "apikey";
    relay.steps = {
        step(Rung::names, Result::ok, "2 IPv6, 3 IPv4", 1, 14),
        step(Rung::ports, Result::ok,
             "465 open, 587 open, 2525 open; 25 shut (usual, not needed)", 15, 38),
        step(Rung::tls, Result::ok, "TLS 1.3 at once; *.sendgrid.net, 61 days left", 53,
             41),
        step(Rung::greeting, Result::ok, "220 SG ESMTP service ready", 94, 0),
        step(Rung::ehlo, Result::ok, "PIPELINING 8BITMIME SIZE 30M", 94, 38),
        step(Rung::auth, Result::ok, "PLAIN", 132, 43),
        step(Rung::mail, Result::ok, "<web@example.org>", 175, 0),
        step(Rung::rcpt, Result::ok, "<admin@example.org>", 175, 0),
        step(Rung::data, Result::ok, "250 Ok: queued as 7hVXkCiNRw", 175, 71),
    };
    for (StepReport& each : relay.steps)
        each.peer = "smtp.sendgrid.net[192.0.2.1]:465";
    relay.ports = {{465, PortState::open, true, Milliseconds(38)},
                   {587, PortState::open, true, Milliseconds(39)},
                   {25, PortState::silent, false, Milliseconds(1000)}};
    relay.tls = {"TLSv1.3",
                 TlsMode::implicit,
                 {"*.sendgrid.net", "sendgrid.net"},
                 "Example Trust CA 3",
                 1'790'000'000,
                 1'800'000'000,
                 61,
                 "sha256//c29tZSBwaW4gdGhhdCBoYXMgdGhlIHVzdWFsIGxlbmd0aCE=",
                 3,
                 false};
    relay.capabilities = {"PIPELINING", "8BITMIME", "SIZE 31457280", "AUTH PLAIN LOGIN"};
    relay.round_trips = 6;
    relay.round_trip = Milliseconds(38);
    return relay;
}

inline CheckReport success() {
    CheckReport report;
    report.file = "/etc/sallyport.conf";
    report.steps = {machine_step()};
    report.relays = {sendgrid()};
    report.sent = true;
    return report;
}

/// Nothing was sent, IPv6 leads nowhere, a port before the open one is shut.
inline CheckReport warnings() {
    CheckReport report = success();
    report.sent = false;
    report.steps.front().result = Result::warn;
    report.steps.front().advice = {
        {"other-sendmail",
         "/usr/sbin/sendmail is /usr/sbin/exim4: cron and PHP do not use sallyport yet. On "
         "Debian install sallyport-mta.",
         {}}};
    RelayReport& relay = report.relays.front();
    relay.steps.pop_back();
    StepReport& ports = relay.steps[1];
    ports.result = Result::warn;
    ports.text = "465 silent (configured), 587 open";
    ports.took = Milliseconds(5000);
    for (std::size_t i = 2; i < relay.steps.size(); ++i)
        relay.steps[i].start += Milliseconds(4962);
    ports.advice = {
        {"v6-dead",
         "IPv6 leads nowhere from here, and each delivery tries it first.",
         {{"relay", "ip", "4"}}},
        {"port-shut",
         "Port 465 is shut on the way out (some clouds shut 465, some 587); 587 "
         "is open. Each delivery waits for 465 first.",
         {{"relay", "port", "587"}}}};
    relay.ports.front() = {465, PortState::silent, true, Milliseconds(5000)};
    return report;
}

inline CheckReport port_25_shut() {
    CheckReport report;
    report.file = "/etc/sallyport.conf";
    report.status = 75;
    report.steps = {machine_step()};
    RelayReport relay;
    relay.host = "mail.example.org";
    relay.user = "web@example.org";
    relay.status = 75;
    relay.steps = {step(Rung::names, Result::ok, "1 IPv4", 1, 3),
                   step(Rung::ports, Result::fail,
                        "25 silent (configured); 465 silent, 587 open", 4, 5000)};
    relay.steps.back().advice = {
        {"port25-shut",
         "Port 25 is shut here, as in most clouds (Azure, AWS, Google) and at most "
         "providers of home lines (in Japan: OP25B). That is usual; 587 is open.",
         {{"relay", "port", "587"}}}};
    relay.ports = {{25, PortState::silent, true, Milliseconds(5000)},
                   {465, PortState::silent, false, Milliseconds(5000)},
                   {587, PortState::open, false, Milliseconds(21)}};
    report.relays = {relay};
    return report;
}

inline CheckReport log_in_switched_off() {
    CheckReport report;
    report.file = "/etc/sallyport.conf";
    report.status = 77;
    report.steps = {machine_step()};
    RelayReport relay;
    relay.provider = "m365";
    relay.host = "smtp.office365.com";
    relay.user = "web@example.org";
    relay.status = 77;
    relay.steps = {step(Rung::names, Result::ok, "4 IPv6, 4 IPv4", 1, 12),
                   step(Rung::ports, Result::ok, "587 open; 25 open", 13, 19),
                   step(Rung::greeting, Result::ok, "220 ready", 32, 40),
                   step(Rung::tls, Result::ok,
                        "TLS 1.3 by STARTTLS; outlook.com, 210 days left", 72, 44),
                   step(Rung::ehlo, Result::ok, "8BITMIME CHUNKING SIZE 150M", 116, 19),
                   step(Rung::auth, Result::fail, "LOGIN as web@example.org", 135, 5210)};
    StepReport& log_in = relay.steps.back();
    log_in.peer = "smtp.office365.com[192.0.2.9]:587";
    log_in.code = 535;
    log_in.enhanced = "5.7.139";
    log_in.reply = "535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is "
                   "disabled for the Mailbox. [AB1PR01CA0001.example]";
    log_in.advice = {
        {"m365-auth-off",
         "SMTP AUTH is switched off for the Mailbox. An administrator switches "
         "it on (Mail, Manage email apps); a token needs that too.",
         {}}};
    report.relays = {relay};
    return report;
}

inline CheckReport wrong_certificate() {
    CheckReport report;
    report.file = "/etc/sallyport.conf";
    report.status = 76;
    report.steps = {machine_step()};
    RelayReport relay;
    relay.host = "mail.example.org";
    relay.status = 76;
    relay.steps = {
        step(Rung::names, Result::ok, "1 IPv4", 1, 3),
        step(Rung::ports, Result::ok, "465 open", 4, 2),
        step(Rung::tls, Result::fail, "not trusted: self-signed certificate", 6, 9)};
    relay.steps.back().peer = "mail.example.org[192.0.2.7]:465";
    relay.ports = {{465, PortState::open, true, Milliseconds(2)}};
    relay.tls = {"TLSv1.2",
                 TlsMode::implicit,
                 {"mail.example.org"},
                 "mail.example.org",
                 1'790'000'000,
                 1'800'000'000,
                 61,
                 "sha256//c29tZSBwaW4gdGhhdCBoYXMgdGhlIHVzdWFsIGxlbmd0aCE=",
                 1,
                 true};
    relay.steps.back().advice = {
        {"ca-unknown",
         "The certificate is signed by \"mail.example.org\", which this machine does not "
         "know. If mail.example.org is your own server, name its authority in tls_ca.",
         {{"relay", "tls_ca", ""}, {"relay", "tls_pin", ""}}}};
    report.relays = {relay};
    return report;
}

/// The first refuses the sender, the second works, the third was not reached in time.
inline CheckReport several_relays() {
    CheckReport report = success();
    report.status = 69;
    report.sent = false;
    RelayReport first = sendgrid();
    first.name = "primary";
    first.status = 69;
    first.ends_all = true;
    first.steps.resize(7);
    StepReport& sender = first.steps.back();
    sender.result = Result::fail;
    sender.took = Milliseconds(38);
    sender.code = 550;
    sender.reply = "550 The from address does not match a verified Sender Identity.";
    sender.advice = {{"sendgrid-from",
                      "SendGrid accepts only senders verified there, and <web@example.org> "
                      "is not.",
                      {{"sender", "header_from", ""},
                       {"sender", "force", "both"},
                       {"relay", "helo", "www.example.org"},
                       {"relay", "ip", "4"}}}};
    RelayReport second = sendgrid();
    second.name = "backup";
    second.steps.pop_back();
    RelayReport third;
    third.name = "last";
    third.host = "mail.example.org";
    third.status = 75;
    third.steps = {step(Rung::names, Result::skip, "no time was left for it", 60'000, 0)};
    report.relays = {first, second, third};
    return report;
}

/// There is nothing to climb.
inline CheckReport no_configuration() {
    CheckReport report;
    report.status = 78;
    report.steps = {step(Rung::machine, Result::fail, "no configuration", 0, 0)};
    report.steps.back().advice = {{"no-config",
                                   "Nothing says which server to use. Run \"sallyportctl "
                                   "setup\", or set SALLYPORT_URL.",
                                   {}}};
    return report;
}

} // namespace sallyport::ctl
