// SPDX-License-Identifier: MIT
//
// Results as JSON: one object and a line feed. The only file that knows the library which
// writes it. Fields are added, never changed.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "config/providers.h"
#include "ctl/effective.h"
#include "ctl/queue_facts.h"
#include "ctl/report.h"

namespace sallyport::ctl {

std::string check_json(const CheckReport& report);
std::string config_json(const EffectiveConfig& config, int status);
std::string providers_json(const std::vector<const Provider*>& rows);
/// Names are those of Postfix's postqueue -j where it has one.
std::string queue_json(const QueueFacts& facts);
/// What a verb that could not do what it was asked for prints with --json.
std::string failure_json(std::string_view verb, int status, std::string_view text);

} // namespace sallyport::ctl
