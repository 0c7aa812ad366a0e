// SPDX-License-Identifier: MIT
//
// Passwords: where they come from, and the one way to read them. A Secret cannot be copied,
// printed or compared, is wiped when it goes, and shows its octets only to someone who
// holds a Permit, that is a verified stream or the administrator's written consent.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <variant>

#include "base/stream.h"
#include "system/small_file.h"
#include "system/wipe.h"

namespace sallyport {

/// The word `allow_plaintext_auth = yes` of a configuration file. No variable and no URL
/// can say it, so it is made of the place where it stands.
class PlaintextConsent {
  public:
    explicit PlaintextConsent(std::string_view /*file_and_line*/) {}
};

/// The right to read a secret, held for one AUTH exchange.
class Permit {
  public:
    explicit Permit(const VerifiedStream& /*peer*/) {}
    explicit Permit(const PlaintextConsent& /*word*/) {}
};

/// What a mistake in writing a secret down leaves on it. It says nothing of the octets.
struct SecretShape {
    bool blank_at_edge = false;
    bool quoted = false;      ///< a quotation mark at either end
    bool line_end = false;    ///< CR or LF within, beside the one that editors leave
    bool placeholder = false; ///< the example's, or another word that stands for one
};

/// At most 16 KiB of octets that nobody else may see.
class Secret {
  public:
    static constexpr std::size_t max_size = 16384;

    /// Takes over `text` and wipes it.
    explicit Secret(std::string& text) : octets_(text) { wipe(text); }
    Secret(const Secret&) = delete;
    Secret& operator=(const Secret&) = delete;
    ~Secret() { wipe(octets_); }

    [[nodiscard]] bool empty() const { return octets_.empty(); }
    /// How many octets it has.
    [[nodiscard]] std::size_t size() const { return octets_.size(); }

    /// The octets, for as long as this Secret lives.
    [[nodiscard]] std::string_view reveal(const Permit& /*held*/) const { return octets_; }

    [[nodiscard]] SecretShape shape() const;

  private:
    friend class ProxySecret;
    std::string octets_;
};

/// The password for a proxy, which gets it in clear: neither RFC 1929 nor RFC 7617 knows
/// another way. A type of its own, so that nothing said here holds for the relay's.
class ProxySecret {
  public:
    /// Takes over `text` and wipes it.
    explicit ProxySecret(std::string& text) : secret_(text) {}

    [[nodiscard]] std::string_view reveal() const { return secret_.octets_; }

  private:
    Secret secret_;
};

/// Where a secret is to be had. `origin` in the errors is how the administrator named it:
/// "/etc/sallyport.conf:7: password_file".
struct SecretFile {
    NamedFile file;
    std::string origin;
};
struct SecretCommand {
    std::string command; ///< for /bin/sh -c; its output is the secret
    std::string origin;
};
using SecretSource =
    std::variant<std::monostate, std::shared_ptr<const Secret>, SecretFile, SecretCommand>;

struct LoadedSecret {
    std::shared_ptr<const Secret> secret; ///< null for monostate
    std::string note; ///< for the log: "…: others can read it", or empty
};

/// Reads the secret. One final CRLF or LF is dropped; an empty secret, a NUL or a further
/// line end inside it is a Failure (78, local); so is a file that is missing, unreadable,
/// too long or no regular file. A command runs with an empty standard input, our standard
/// error and no SALLYPORT_ variable in its environment; one that fails or is not done by
/// `deadline` is 75 (relay: another may have another), one that does not exist 78, and none
/// is left behind.
LoadedSecret load_secret(const SecretSource& source, Deadline deadline);

/// Of the secret that load_secret() would find, also where it would refuse it. No command
/// is run: nothing is known of its output, nor of a file that cannot be read.
SecretShape shape_of(const SecretSource& source);

} // namespace sallyport
