// SPDX-License-Identifier: MIT
//
// The SMTP password of Amazon SES, derived from an IAM secret key.
#pragma once

#include <string>
#include <string_view>

namespace sallyport::ctl {

/// For this region. Wiping it and the key is the caller's.
std::string ses_password(std::string_view secret_key, std::string_view region);

} // namespace sallyport::ctl
