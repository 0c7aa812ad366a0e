// SPDX-License-Identifier: MIT
//
// PLAIN (RFC 4616), LOGIN (draft-murchison-sasl-login), OAUTHBEARER (RFC 7628) and XOAUTH2
// (Google's precursor of it) as plug-ins of libsasl2 that live in this program. A container
// that holds libsasl2 without its modules has no mechanism at all, and Debian's modules
// lack the last two.
#pragma once

namespace sallyport {

/// Asks our callback for the server's port, which OAUTHBEARER names; the library knows no
/// such question.
constexpr unsigned long port_callback = 0x5A11;

/// Registers all with libsasl2; after sasl_client_init only (before, it crashes). False if
/// the library refuses.
bool register_mechanisms();

} // namespace sallyport
