// SPDX-License-Identifier: MIT
//
// What became of one recipient.
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "base/failure.h"
#include "system/log.h"

namespace sallyport {

/// What is known of one.
struct RecipientFacts {
    std::string address;
    std::size_t number = 0;         ///< for who has a list of his own
    std::string notify;             ///< RFC 3461 4.1, or empty
    std::string original_recipient; ///< RFC 3461 4.2: "rfc822;" and xtext, or empty
    ExitStatus status = ExitStatus::temp_fail;
    Fault fault = Fault::address; ///< who is to blame
    Step step = Step::rcpt;       ///< where it came
    int reply_code = 0;           ///< of the server's reply; 0 if there was none
    std::string enhanced;         ///< RFC 3463
    std::string text;      ///< the server's reply, or our diagnosis: host, step, reason
    bool named = false;    ///< the text names this recipient
    std::string relay;     ///< host[address]:port
    std::string queued_as; ///< by which id it waits; empty: it does not
    std::string tls;
    Delays delays;
};

class Recipient : public RecipientFacts {
  public:
    enum class State : unsigned char {
        pending,  ///< it is to be asked about
        put_off,  ///< the transaction had no room for it (452, 552): the next one has
        waiting,  ///< the caller keeps it for the queue, whatever becomes of the others
        deferred, ///< it may get the message later, or by another relay
        accepted,
        refused, ///< for good
        in_doubt,
    };

    explicit Recipient(std::string to, std::string notify_when = {},
                       std::string original = {}) {
        address = std::move(to);
        notify = std::move(notify_when);
        original_recipient = std::move(original);
    }

    [[nodiscard]] State state() const { return state_; }
    /// The server that is being asked has not settled it.
    [[nodiscard]] bool open() const {
        return state_ == State::pending || state_ == State::put_off ||
               state_ == State::waiting;
    }
    [[nodiscard]] bool put_off() const { return state_ == State::put_off; }
    [[nodiscard]] bool waiting() const { return state_ == State::waiting; }
    [[nodiscard]] bool accepted() const { return state_ == State::accepted; }
    [[nodiscard]] bool in_doubt() const { return state_ == State::in_doubt; }
    /// Nothing more is tried for it.
    [[nodiscard]] bool decided() const { return !open() && state_ != State::deferred; }

    /// It is to be asked about once more: in another transaction, or by another relay.
    void ask_again() { state_ = State::pending; }
    void have_no_room() { state_ = State::put_off; }
    void set_aside() { state_ = State::waiting; }
    /// A server has the message for it. This and the next two want no memory; say()
    /// follows.
    void accept(int code) {
        settle(State::accepted, ExitStatus::ok, code);
        text.clear();
    }
    /// It does not get the message: for good, or with 75 by this relay now.
    void refuse(ExitStatus why, int code) {
        settle(why == ExitStatus::temp_fail ? State::deferred : State::refused, why, code);
    }
    /// A server may have the message for it.
    void doubt(int code = 0) { settle(State::in_doubt, ExitStatus::temp_fail, code); }
    /// What the server's reply, or our diagnosis, says about that.
    void say(std::string_view status_code, std::string_view words, bool names_it = false) {
        enhanced = status_code;
        text = words;
        named = names_it;
    }
    void say(const Failure& trouble) {
        fault = trouble.fault();
        step = trouble.step();
        reply_code = trouble.reply_code();
        say(trouble.enhanced(), trouble.what(), trouble.names(address));
    }
    /// It is pending as before, after trouble that was not about it.
    void wait(const Failure& trouble) {
        status = trouble.status();
        say(trouble);
    }

  private:
    void settle(State to, ExitStatus why, int code) {
        state_ = to;
        status = why;
        reply_code = code;
    }

    State state_ = State::pending;
};

} // namespace sallyport
