// SPDX-License-Identifier: MIT
//
// The SMTP client (RFC 5321, 6409): open a session, run transactions, leave. It reads from
// top to bottom; where it stands is where the program counter stands.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "config/settings.h"
#include "message/envelope.h"
#include "message/message.h"
#include "net/route.h"
#include "net/transcript.h"
#include "smtp/extensions.h"
#include "smtp/recipient.h"
#include "smtp/sasl.h"
#include "smtp/transaction.h"
#include "smtp/wire.h"

namespace sallyport {

/// What a session needs to know beside the relay's settings.
struct SessionContext {
    std::string ehlo_name; ///< empty: the connection's own address literal
    std::shared_ptr<const Secret> secret;
    const Transcript& transcript;
    Deadline run_deadline;
    std::vector<std::string>& notes; ///< remarks on what the server lacks or does wrong
    bool hints;                      ///< see DeliveryContext
};

class Session {
  public:
    /// Greeting, EHLO, STARTTLS, AUTH, as the relay's settings ask. `relay`, transcript and
    /// notes must outlive the session. Failure: 69 or 75 for refusals, 76 where the server
    /// speaks no SMTP or lacks STARTTLS, 77 for certificates and log-in.
    Session(Connection connection, const Relay& relay, const SessionContext& context,
            Route& route);
    Session(const Session&) = delete;
    Session& operator=(const Session&) = delete;
    /// QUIT, where the line is sound and it has not been sent. Waits for no reply.
    ~Session();

    /// One transaction. The outcomes of `recipients` are filled in as replies come. Those
    /// that the server has no room for in this transaction stay untouched (452, 552); at
    /// least one is always dealt with. A Failure concerns those still undecided and not
    /// refused here. `last`: no transaction follows if all are dealt with, so that QUIT may
    /// ride along. `witness`: null for none.
    void transact(const Envelope& envelope, const Message& message,
                  std::span<Recipient* const> recipients, bool last,
                  Witness* witness = nullptr);

    /// A transaction to go through step by step.
    std::unique_ptr<Transaction> begin_transaction(const Envelope& envelope);
    /// However it ended: where the server may think that it has not, RSET tells it.
    void end_transaction(const Transaction& transaction);
    /// RSET, where the last transaction made the next one's replies unsure and the line is
    /// sound.
    void start_over();

    /// See Wire.
    void set_run_deadline(Deadline deadline) { wire_.set_run_deadline(deadline); }

    [[nodiscard]] bool takes_eight_bit() const { return extensions_.eight_bit_mime; }
    /// A transaction for these announces SMTPUTF8 (RFC 6531). For none of them yet: it
    /// would for those of the envelope.
    [[nodiscard]] bool announces_smtputf8(const Envelope& envelope,
                                          std::span<Recipient* const> recipients) const {
        return extensions_.smtputf8 && wants_smtputf8(envelope, recipients);
    }
    /// How many recipients one transaction may have.
    [[nodiscard]] std::size_t recipient_limit() const { return recipient_limit_; }
    /// As many transactions as there may be: another session takes the rest.
    [[nodiscard]] bool full() const { return transactions_left_ == 0; }
    /// False after anything that makes the next transaction's replies unsure.
    [[nodiscard]] bool usable() const { return usable_; }
    /// The server may have accepted the message of the transaction under way.
    [[nodiscard]] bool in_doubt() const { return wire_.in_doubt(); }
    /// "TLSv1.3", or empty.
    [[nodiscard]] const std::string& tls() const { return tls_; }

  private:
    /// A connection and nothing said: what is said from here on, QUIT ends, even if it
    /// fails.
    Session(Connection& connection, const Relay& relay, const SessionContext& context);

    void greet();
    void say_ehlo();
    void say_helo(const Reply& refused);
    VerifiedStream& start_tls(Route& route);
    [[nodiscard]] bool wants_login() const;
    void authenticate(std::string_view secret, ChannelBinding binding, std::uint16_t port);
    [[noreturn]] void no_mechanism(const std::string& troubles);

    const Relay& relay_;
    std::vector<std::string>& notes_;
    Wire wire_;
    std::string ehlo_name_;
    Extensions extensions_;
    std::size_t recipient_limit_ = 0;
    std::uint32_t transactions_left_ = 0;
    bool usable_ = true;
    std::string tls_;
};

} // namespace sallyport
