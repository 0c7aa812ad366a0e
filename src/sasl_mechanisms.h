// SPDX-License-Identifier: MIT
//
// PLAIN (RFC 4616) and LOGIN (draft-murchison-sasl-login) as plug-ins of libsasl2 that live
// in this program. A container that holds libsasl2 without its modules has no mechanism at
// all.
#pragma once

namespace sallyport {

/// Registers both with libsasl2; after sasl_client_init only (before, it crashes). False if
/// the library refuses.
bool register_mechanisms();

} // namespace sallyport
