// SPDX-License-Identifier: MIT
//
// The transactions that a dialogue on standard input (-bs) and a verification (-bv) go
// through, step by step.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "deliver/failover.h"
#include "message/envelope.h"
#include "message/forms.h"
#include "smtp/transaction.h"

namespace sallyport {

class Upstream {
  public:
    /// As Failover.
    Upstream(const Settings& settings, Network& network, DeliveryContext context);

    /// As Failover.
    void require_relay(const std::string& reverse_path) const {
        failover_.require_relay(reverse_path);
    }
    /// MAIL, over the session there is, or over the first that a relay for this sender
    /// gives. `envelope` must outlive the transaction. Failure if it is refused, or no
    /// relay answers.
    void mail(const Envelope& envelope, std::optional<std::uint64_t> size);
    /// The same for a further transaction of the same message: the time it has goes on.
    void further(const Envelope& envelope, std::optional<std::uint64_t> size);
    /// RCPT; without room the recipient is put off. Failure if the connection is lost.
    void rcpt(Recipient& recipient);
    /// As rcpt does without room.
    void put_off(Recipient& recipient);
    /// The message in the form that the transaction asks for; returns its size in that
    /// form. Failure if it is refused; by LMTP that may be the recipient's outcome.
    std::uint64_t send(const Envelope& envelope, MessageForms& forms);
    /// The transaction, if there is one, is over, however that came.
    void end();

    /// How many recipients a transaction may have; unlimited by LMTP, where each of several
    /// takes one.
    [[nodiscard]] std::size_t limit() const;
    /// How many more the one under way has room for. By LMTP it takes one: the end of the
    /// message has one verdict to pass on.
    [[nodiscard]] std::size_t room() const;
    /// The server may have accepted the message that was given to it last.
    [[nodiscard]] bool in_doubt() const { return open() != nullptr && open()->in_doubt(); }
    /// host[address]:port of the session, for the log.
    [[nodiscard]] const std::string& peer() const { return failover_.visit().peer(); }
    /// See Failover.
    [[nodiscard]] std::vector<std::string>& notes() { return failover_.notes(); }

  private:
    bool try_relay(const Envelope& envelope, std::optional<std::uint64_t> size);
    void describe(Recipient& recipient) const;
    [[nodiscard]] Session* open() const { return failover_.open(); }

    Failover failover_;
    Clock::time_point started_;   ///< of the message under way
    std::optional<Failure> last_; ///< why it has no transaction yet
    std::unique_ptr<Transaction> transaction_;
};

} // namespace sallyport
