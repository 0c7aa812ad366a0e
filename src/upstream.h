// SPDX-License-Identifier: MIT
//
// The session that a dialogue on standard input (-bs) and a verification (-bv) go through:
// opened when the first MAIL wants it, kept from message to message, opened anew where the
// server has hung up meanwhile.
#pragma once

#include <cstddef>
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
    /// The same for a further transaction of the same message: the time it has goes on.
    void further(const Envelope& envelope, std::optional<std::uint64_t> size);
    /// RCPT; without room the recipient is put off. Failure if the connection is lost.
    void rcpt(Outcome& recipient);
    /// As rcpt does without room.
    void put_off(Outcome& recipient);
    /// The message. Failure if it is refused; by LMTP that may be the recipient's outcome.
    void send(const Message& message);
    /// The transaction, if there is one, is over, however that came.
    void end();

    /// How many recipients a transaction may have; unlimited by LMTP, where each of several
    /// takes one.
    [[nodiscard]] std::size_t limit() const;
    /// How many more the one under way has room for. By LMTP it takes one: the end of the
    /// message has one verdict to pass on.
    [[nodiscard]] std::size_t room() const;
    /// The server may have accepted the message that was given to it last.
    [[nodiscard]] bool in_doubt() const { return session_ && session_->in_doubt(); }
    [[nodiscard]] bool takes_eight_bit() const { return session_->takes_eight_bit(); }
    /// The transaction under way goes by SMTPUTF8.
    [[nodiscard]] bool announces_smtputf8(const Envelope& envelope) const {
        return session_->announces_smtputf8(envelope, {});
    }
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
    void describe(Outcome& recipient) const;

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
