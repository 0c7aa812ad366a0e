// SPDX-License-Identifier: MIT
//
// The session that a dialogue on standard input (-bs) and a verification (-bv) go through:
// opened when the first MAIL wants it, kept from message to message, opened anew where the
// server has hung up meanwhile.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "envelope.h"
#include "session.h"
#include "settings.h"
#include "transaction.h"
#include "visit.h"

namespace sallyport {

class Upstream {
  public:
    /// Everything must outlive it.
    Upstream(const Settings& settings, Network& network, DeliveryContext& context,
             std::vector<std::string>& notes);
    ~Upstream();
    Upstream(const Upstream&) = delete;
    Upstream& operator=(const Upstream&) = delete;

    /// MAIL, over the session there is, or over the first that a relay for this sender
    /// gives. `envelope` must outlive the transaction. Failure if it is refused, or no
    /// relay answers.
    void mail(const Envelope& envelope, std::optional<std::uint64_t> size);
    /// RCPT. Failure if the connection is lost.
    void rcpt(Outcome& recipient);
    /// The message. Failure if it is not accepted.
    void send(const Message& message);
    /// The transaction, if there is one, is over, however that came.
    void end();

    [[nodiscard]] bool takes_eight_bit() const { return session_->takes_eight_bit(); }
    /// host[address]:port and protocol version of the session, for the log.
    [[nodiscard]] std::string peer() const;
    [[nodiscard]] std::string tls() const;

  private:
    static bool is_elsewhere_better(const Failure& failure);
    [[nodiscard]] bool is_visiting_for(const Envelope& envelope) const;
    void begin(const Envelope& envelope, std::optional<std::uint64_t> size);
    void begin_anew(const Envelope& envelope, std::optional<std::uint64_t> size);
    std::optional<Failure> try_relay(const Relay& relay, const Envelope& envelope,
                                     std::optional<std::uint64_t> size);
    void close();

    const Settings& settings_;
    Network& network_;
    DeliveryContext& context_;
    std::vector<std::string>& notes_;
    std::set<const Relay*> passed_over_;      ///< since the session was looked for
    std::map<const Relay*, Failure> refused_; ///< log-ins
    std::unique_ptr<Visit> visit_;
    std::unique_ptr<Session> session_;
    std::unique_ptr<Transaction> transaction_;
};

} // namespace sallyport
