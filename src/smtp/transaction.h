// SPDX-License-Identifier: MIT
//
// One mail transaction: MAIL, RCPTs, the message. With PIPELINING the commands go out as
// one flight of at most 16 KiB (one TLS record), with CHUNKING too the message, or its
// first chunk, rides in it; without, one command at a time. RFC 5321 3.3, 2920, 3030.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "message/envelope.h"
#include "message/message.h"
#include "net/idn.h"
#include "smtp/extensions.h"
#include "smtp/recipient.h"
#include "smtp/wire.h"
#include "smtp/witness.h"

namespace sallyport {

/// SMTPUTF8 is to be announced where it is offered: an address is not ASCII, or the caller
/// wants it. Before there are `recipients` those of the envelope count.
bool wants_smtputf8(const Envelope& envelope, std::span<Recipient* const> recipients);

class Transaction {
  public:
    /// One TLS record (RFC 8446 5.1), and less than any TCP window: while we write a flight
    /// the server may be writing its replies, and neither must wait for the other to read.
    static constexpr std::size_t flight_limit = 16384;

    /// Everything must outlive the transaction, the outcomes and messages given later too.
    Transaction(Wire& wire, const Extensions& extensions, const Envelope& envelope,
                std::vector<std::string>& notes);
    Transaction(const Transaction&) = delete;
    Transaction& operator=(const Transaction&) = delete;
    ~Transaction() = default;

    /// All of it in as few flights as the server's extensions allow. See Session::transact.
    void run(std::span<Recipient* const> recipients, const Message& message, bool last,
             Witness* witness);

    /// The same step by step, for a caller who has to know each reply before he goes on.
    /// MAIL announces `size`, if it is known, and may have to announce 8-bit text before it
    /// is. A refusal of MAIL or the data is a Failure, that of a recipient an outcome.
    void mail(std::optional<std::uint64_t> size);
    void rcpt(Recipient& recipient);
    /// Wants at least one accepted recipient; by LMTP what becomes of each is its outcome.
    void send(const Message& message);

    [[nodiscard]] std::size_t accepted() const { return accepted_.size(); }
    /// Some recipients were turned away only because there were too many (RFC
    /// 5321 4.5.3.1.10).
    [[nodiscard]] bool too_many() const { return too_many_; }
    /// Every command has had its reply: the connection can serve another transaction.
    [[nodiscard]] bool in_step() const { return in_step_; }

  private:
    void check_size(std::uint64_t size);
    std::string_view body_parameter(const Message& message);
    void check_text(const BodyFacts& facts);
    [[nodiscard]] std::string mail_command(std::optional<std::uint64_t> size,
                                           std::string_view body);
    [[nodiscard]] std::string mail_parameters(std::optional<std::uint64_t> size,
                                              std::string_view body);
    void append_wish(std::string& command, std::string_view keyword,
                     std::string_view value) const;
    void forget();
    void queue_rcpt(Recipient& recipient);
    [[nodiscard]] Where at_mail() const { return {Step::mail, envelope_.reverse_path}; }
    [[nodiscard]] AsciiAddress write_path(const std::string& address) const;
    void send_message();
    void queue(const std::string& command);
    void flush();
    void read_replies();
    void append(std::string_view command);
    void drop_flight();
    void take_rcpt_reply(Recipient& recipient, const Where& where, const Reply& reply);
    void refuse_recipient(Recipient& recipient, const Where& where, const Reply& reply);

    void send_by_chunks();
    [[nodiscard]] std::string first_chunk() const;
    void append_first_chunk(const std::string& text);
    void append_chunk_command(std::uint64_t size, bool final);
    void take_first_chunk_reply();
    void send_by_data();
    void send_text(std::uint64_t offset);
    void append_end_of_text();
    void append_quit();
    void send_flight(Step step, bool holds_last_octet);
    void take_last_words();
    void check_count(const Reply& verdict);
    void take_verdict();
    void accept(std::span<Recipient* const> recipients, const Reply& verdict);
    bool may_go_on();
    [[noreturn]] void contradicted(const Reply& verdict);
    bool read_in_vain();
    void nothing_accepted();
    void note(std::string_view text);

    Wire& wire_;
    const Extensions& extensions_;
    const Envelope& envelope_;
    std::vector<std::string>& notes_; ///< remarks for the log

    const Message* message_ = nullptr;
    std::span<Recipient* const> recipients_; ///< of run()
    bool last_ = false;
    Witness* witness_ = nullptr;
    bool may_quit_ = false; ///< QUIT may ride after the message

    std::string flight_;     ///< octets not yet written
    std::string shown_;      ///< the same for -v, with the message's text left out
    std::size_t unsent_ = 0; ///< replies that flight_ asks for
    bool mail_answered_ = false;
    std::vector<Recipient*> asked_;  ///< recipients whose RCPT is in flight_ or written
    std::size_t answered_ = 0;       ///< of those
    bool chunk_rides_along_ = false; ///< with the commands, before their replies
    bool uncounted_ = false; ///< the last octet did: its reply is known by counting only
    std::vector<Recipient*> accepted_;
    bool too_many_ = false;
    bool in_step_ = false;
};

} // namespace sallyport
