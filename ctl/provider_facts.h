// SPDX-License-Identifier: MIT
//
// Whose server, mailbox or mail exchanger a name is, by the table of providers.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "config/providers.h"

namespace sallyport::ctl {

/// One way to write `provider = `, and the host it stands for: "sendgrid:eu",
/// "smtp.eu.sendgrid.net"; of a variant that stands for any "ses:REGION",
/// "email-smtp.REGION.amazonaws.com".
struct PresetName {
    std::string name;
    std::string host;
};

/// All of the row, in its order. The first has no variant, unless one must be given.
std::vector<PresetName> preset_names(const Provider& provider);

/// The row with this key, a variant after it or not; else all that have `pattern` in the
/// key, the name, a host or the domain of a mailbox.
std::vector<const Provider*> providers_like(std::string_view pattern);

/// The row whose host, of any variant, this is; null if none. Any smtp.DOMAIN may be
/// onamae's, and so none is.
const Provider* provider_of_host(std::string_view host);
/// The row of this mailbox domain, exactly.
const Provider* provider_of_domain(std::string_view domain);
/// The row whose customers' mail this exchanger takes.
const Provider* provider_of_exchanger(std::string_view exchanger);
/// "KEY" or "KEY:VARIANT" of a host in the table, or empty.
std::string preset_of_host(std::string_view host);
/// The same of a mailbox domain: "gmx:com" of gmx.com.
std::string preset_of_domain(std::string_view domain);

} // namespace sallyport::ctl
