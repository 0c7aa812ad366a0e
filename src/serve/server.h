// SPDX-License-Identifier: MIT
//
// -bs: an SMTP server for one client on standard input and output (RFC 5321, 6409). The one
// place where the other side sets the order, so the one state machine. Sender and
// recipients are passed on as they come, and each reply to them is the submission server's
// own verdict; a message is read to its end before any of it is sent.
#pragma once

#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "deliver/upstream.h"
#include "deliver/world.h"
#include "message/envelope.h"
#include "queue/access.h"
#include "serve/dialogue_input.h"
#include "serve/server_command.h"
#include "smtp/recipient.h"

namespace sallyport {

class Server {
  public:
    explicit Server(const World& world);

    /// Until QUIT or the end of the input. Failure: 74 (local) if the input ends within a
    /// message (nothing of it is sent) or the output cannot be written, 65 (local) where
    /// what follows may be commands or text, and nobody knows. std::bad_alloc, when the
    /// client has been told what is true of its message.
    void run();

  private:
    /// How far the client is: what it may say next follows from it.
    enum class State { unknown, ready, mail, rcpt, chunks, sending, over };

    void talk();
    void tell_without_memory();
    void name_those_without_it();
    void log_without_memory();
    void settle_without_memory();
    void take(const DialogueInput::Line& line);
    void answer(const Refusal& refusal, const std::string& verb);
    void dispatch(const ServerCommand& command);
    void greet(const ServerCommand& command);
    void take_end(bool quits);
    void take_mail(const std::string& argument);
    void take_rcpt(const std::string& argument);
    void take_data();
    void take_bdat(const std::string& argument);

    using Recipients = std::vector<Recipient*>;
    using Refused = std::vector<const Recipient*>;
    Recipients add(const std::vector<std::string>& addresses,
                   const RcptArguments& arguments);
    bool take_members(const Recipients& members);
    bool ask(const Recipients& members);
    Refusal turn_away(const Recipients& members, const std::string& name, std::size_t size);
    static bool is_refused(const Recipient& recipient);
    static Refused refused_of(const Recipients& recipients);
    static const Recipient& gravest(const Refused& refused);
    static std::string name_refused(const Refused& refused);
    static Refusal refusal_of(const Refused& refused);

    void begin_message(std::optional<std::uint64_t> size);
    void ask_queue();
    void require_room(std::string_view trouble) const;
    void go_on_without(const Failure& failure);
    void set_aside(Recipient& recipient);
    std::uint64_t send_or_queue(const Recipients& recipients, const Message& message);
    void keep_asked(const Failure& failure);
    void put_into_queue(const Recipients& recipients, const Message& message, bool promise);
    void publish();
    [[noreturn]] void cannot_queue(const Failure& failure) const;
    void publish_without_memory();

    void receive(std::string_view octets);
    void send_draft();
    std::uint64_t send(const Recipients& recipients, const Message& message);
    [[nodiscard]] Recipients undecided() const;
    void send_to_rest(std::span<Recipient* const> left, MessageForms& forms,
                      std::uint64_t size);
    std::size_t send_further(std::span<Recipient* const> left, MessageForms& forms,
                             std::uint64_t size);
    void conclude(const Recipients& recipients, std::uint64_t size);
    void end_transaction();
    void settle(const Failure& failure);
    void fail_undecided(const Failure& failure);
    static void fail(Recipient& recipient, const Failure& failure);
    static void fail(Recipient& recipient, const Refusal& refusal);
    void report(std::uint64_t size);
    void want(State state) const;

    void reply(int code, std::string_view enhanced, std::string_view text);
    void flush();
    void write_out(std::string_view left) const;
    [[noreturn]] void end_within_message();
    [[noreturn]] void hang_up(std::string_view why);

    World world_;
    Identity identity_; ///< its id is renewed for each message
    DialogueInput input_;
    std::string replies_; ///< not yet written
    Upstream upstream_;
    State state_ = State::unknown;
    bool extended_ = false; ///< the client said EHLO
    /// DATA or BDAT was refused before what may follow it, which is no command, was read.
    bool unread_ = false;

    Envelope envelope_; ///< of the transaction under way, as everything below
    std::vector<std::unique_ptr<Recipient>> recipients_;
    std::set<std::string> known_; ///< mailbox_key of each who is to get the message
    std::optional<Intake> intake_;
    std::optional<Failure> trouble_; ///< with the message, the rest of which is skipped
    std::optional<Refusal> lost_;    ///< the server was: the answer to the commands left

    std::optional<QueueAccess> queue_; ///< null: there is none
    Timing timing_ = Timing::interactive;
    std::uint64_t announced_ = 0;      ///< octets, by MAIL
    std::optional<Failure> why_wait_;  ///< no server is asked: all are set aside
    std::vector<QueuedMessage> files_; ///< of the message,
    Recipients filed_;                 ///< whose they are,
    bool published_ = false;           ///< whether they have their names,
    bool promised_ = false;            ///< and whether that is what the client is to hear
};

} // namespace sallyport
