// SPDX-License-Identifier: MIT
//
// Addresses to a connected socket, within one deadline. Attempts overlap as in
// RFC 8305: families interleaved, the next address 250 ms after the last, the next port
// when all before it failed or 1 s after its last address was tried.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/stream.h"
#include "base/unique_fd.h"
#include "net/resolve.h"

namespace sallyport {

/// A connection to the server that listens at `path` of this machine. Failure: 75 (relay).
UniqueFd connect_local(const std::string& path);

/// A way to a relay.
struct Candidate {
    Address address;
    std::uint16_t port = 0;
    std::size_t target = 0; ///< how many calls of add() came before its own
    UniqueFd fd{};          ///< once it is tried
};

/// The ways to a relay, each used at most once: it is gone when it failed to connect or was
/// returned. Attempts that lost a race stay for the next call.
class Connector {
  public:
    /// `source`: the address that every attempt is made from; `addresses` are of its
    /// family.
    Connector(const std::vector<Address>& addresses,
              const std::vector<std::uint16_t>& ports,
              std::optional<Address> source = std::nullopt);

    /// The next target to try: a port of a host with these addresses. Of all that is added
    /// so, which strangers may have put into DNS, no more than the first 16 ways are used.
    void add(const std::vector<Address>& addresses, std::uint16_t port);

    /// Begins the first attempt and waits for nothing: the network works while OpenSSL is
    /// made ready. connect() goes on from there.
    void start();

    /// The first to connect by `deadline`. Empty: none did; see trouble().
    std::optional<Candidate> connect(Deadline deadline);
    [[nodiscard]] bool exhausted() const { return candidates_.empty(); }
    /// Why attempts failed since start(): "[::1]:465: Connection refused, …".
    [[nodiscard]] const std::string& trouble() const { return trouble_; }

  private:
    void append(const std::vector<Address>& addresses, std::uint16_t port);
    void begin_next();
    std::string begin(Candidate& candidate) const;
    bool await(Deadline until, std::optional<Candidate>& winner);
    void give_up();
    void note(const Candidate& candidate, const std::string& why);
    void remove(std::size_t index);

    std::optional<Address> source_;
    std::vector<Candidate> candidates_;
    std::size_t running_ = 0; ///< so many of them, the first, are being tried
    std::size_t targets_ = 0;
    Deadline begin_next_at_{};
    std::string trouble_;
};

} // namespace sallyport
