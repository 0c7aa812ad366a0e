// SPDX-License-Identifier: MIT
//
// The steps of a session in a few words each.
#pragma once

#include <string>

#include "ctl/report.h"
#include "ctl/trial.h"

namespace sallyport::ctl {

/// Fills in text and peer of a step of `trial`.
void describe(StepReport& step, const Trial& trial, const Relay& relay,
              const std::string& from, const std::string& to);

/// "TLSv1.3 at once; *.sendgrid.net, 61 days left"; empty without TLS.
std::string tls_text(const TlsReport& tls);

} // namespace sallyport::ctl
