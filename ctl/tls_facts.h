// SPDX-License-Identifier: MIT
//
// What a server that is not trusted shows of itself. Facts come out of here and no stream:
// nothing can be written to a server that has not proved who it is.
#pragma once

#include <cstdint>
#include <ctime>
#include <optional>
#include <string>

#include <openssl/x509.h>

#include "base/stream.h"
#include "ctl/report.h"
#include "net/resolve.h"

namespace sallyport::ctl {

/// Of a certificate: names, issuer, dates, pin, and whether it has signed itself.
TlsReport facts_of(const X509* certificate, std::time_t now);

/// One handshake without a check, after STARTTLS where `mode` says so (with LHLO where
/// `lmtp`), any version of TLS. Nothing if there is none by `deadline`, and where `mode` is
/// none. The handshake need not succeed: where the certificate came, there are facts.
/// Where an issuer is not known, `chain_length` and `self_signed` say why: one that is
/// alone and has not signed itself wants the certificate in between. `source`: the address
/// of this machine to connect from.
std::optional<TlsReport> inspect_tls(const Address& address, std::uint16_t port,
                                     TlsMode mode, bool lmtp, const std::string& name,
                                     Deadline deadline,
                                     const std::optional<Address>& source = std::nullopt);

} // namespace sallyport::ctl
