// SPDX-License-Identifier: MIT
//
// Whether a user's name and a secret look like those that a provider gives out. Judged
// before any connection: a server would only say that they are wrong.
#pragma once

#include <string>
#include <string_view>

#include "config/providers.h"

namespace sallyport::ctl {

/// What is odd. It quotes no secret and tells nothing of one.
struct Doubt {
    std::string text;    ///< a sentence; empty: nothing
    std::string instead; ///< what was meant, if that is known; a secret
};

/// `provider` may be null: nothing is known.
Doubt doubt_about_user(const Provider* provider, std::string_view user);
Doubt doubt_about_secret(const Provider* provider, std::string_view secret);
/// Quotation marks around it, or a blank at an edge: perhaps pasted along, perhaps not.
Doubt doubt_about_edges(std::string_view secret);

/// Of Amazon's access keys: they end within hours, and SES refuses them.
bool is_temporary_key(std::string_view user);

/// The user's name that belongs to a mailbox, in the form that the provider asks for.
std::string user_of_mailbox(const Provider* provider, std::string_view address);

} // namespace sallyport::ctl
