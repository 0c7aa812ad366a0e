// SPDX-License-Identifier: MIT
//
// The one list of SASL mechanisms: what each needs, and what brings it.
#pragma once

#include <algorithm>
#include <array>
#include <string_view>

namespace sallyport {

enum class Credential { none, password, token };

struct Mechanism {
    std::string_view name;
    const char* package;     ///< of the plug-in, as Debian and as Fedora call it
    std::string_view plugin; ///< file name without suffix; empty: in process
    Credential credential;
    bool sends_secret; ///< readable by whoever reads the line
    bool automatic;    ///< used without being named
};

/// Best first. No other mechanism's plug-in is ever loaded.
inline constexpr std::array mechanisms = [] {
    using enum Credential;
    constexpr auto scram = "libsasl2-modules (Debian) or cyrus-sasl-scram (Fedora)";
    constexpr auto md5 = "libsasl2-modules (Debian) or cyrus-sasl-md5 (Fedora)";
    constexpr auto ntlm = "libsasl2-modules (Debian) or cyrus-sasl-ntlm (Fedora)";
    constexpr auto gssapi =
        "libsasl2-modules-gssapi-mit (Debian) or cyrus-sasl-gssapi (Fedora)";
    return std::array{
        Mechanism{"OAUTHBEARER", "", "", token, true, true},
        Mechanism{"XOAUTH2", "", "", token, true, true},
        Mechanism{"SCRAM-SHA-512-PLUS", scram, "libscram", password, false, true},
        Mechanism{"SCRAM-SHA-256-PLUS", scram, "libscram", password, false, true},
        Mechanism{"SCRAM-SHA-1-PLUS", scram, "libscram", password, false, true},
        Mechanism{"SCRAM-SHA-512", scram, "libscram", password, false, true},
        Mechanism{"SCRAM-SHA-256", scram, "libscram", password, false, true},
        Mechanism{"SCRAM-SHA-1", scram, "libscram", password, false, true},
        Mechanism{"PLAIN", "", "", password, true, true},
        Mechanism{"LOGIN", "", "", password, true, true},
        Mechanism{"CRAM-MD5", md5, "libcrammd5", password, false, true},
        Mechanism{"EXTERNAL", "", "", none, false, true},
        Mechanism{"GSSAPI", gssapi, "libgssapiv2", none, false, false},
        Mechanism{"DIGEST-MD5", md5, "libdigestmd5", password, false, false},
        Mechanism{"NTLM", ntlm, "libntlm", password, false, false},
    };
}();

/// Null if there is none of this name, which is in upper case.
constexpr const Mechanism* find_mechanism(std::string_view name) {
    const auto* const found = std::ranges::find(mechanisms, name, &Mechanism::name);
    return found != mechanisms.end() ? found : nullptr;
}

} // namespace sallyport
