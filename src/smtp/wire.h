// SPDX-License-Identifier: MIT
//
// Commands and replies over a Stream. A reply is parsed once, whole, into a Reply; nothing
// else looks at digits. Whatever goes wrong is thrown from here with the name of the step,
// and as "in doubt" once the message may have been accepted.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/failure.h"
#include "base/step.h"
#include "base/stream.h"
#include "config/settings.h"
#include "net/transcript.h"
#include "system/withheld.h"

namespace sallyport {

/// A complete reply: RFC 5321 4.2.
struct Reply {
    int code = 0;                   ///< 200 to 559
    std::vector<std::string> lines; ///< what follows "250 " or "250-", as it came
    bool withheld = false;          ///< they give away what a log-in sent

    [[nodiscard]] bool positive() const { return code / 100 == 2; }
    [[nodiscard]] bool intermediate() const { return code / 100 == 3; }
    [[nodiscard]] bool transient() const { return code / 100 == 4; }
    [[nodiscard]] bool permanent() const { return code / 100 == 5; }
    /// RFC 2034: the status code that begins the text, if its class fits the reply; or
    /// empty.
    [[nodiscard]] std::string enhanced() const;
    /// Code and text on one line, fit for a log, and without the text if it is withheld.
    [[nodiscard]] std::string text() const;
};

/// One line of a reply, its end removed.
struct ReplyLine {
    int code = 0;
    bool last = false;
    std::string_view text;
};

/// Empty if `line` is no reply line: three digits, 2 to 5 the first, 0 to 5 the second,
/// then a blank, a hyphen or nothing.
std::optional<ReplyLine> parse_reply_line(std::string_view line);

/// Limits of one reply: what a server may make us hold.
struct ReplyLimits {
    static constexpr std::size_t line = 16384; ///< RFC 4954 4: challenges to 12,288 octets
    static constexpr std::size_t lines = 1000;
    static constexpr std::size_t octets = 65536;
};

class Wire {
  public:
    /// `peer` begins every error text; `run_deadline` bounds the whole, `timeout` each
    /// reply and each 64 KiB written.
    Wire(std::unique_ptr<Stream> stream, std::string peer, const Transcript& transcript,
         std::chrono::milliseconds timeout, Deadline run_deadline);

    /// Failure (76, relay) if something has arrived though no reply is due: every later
    /// reply would be taken for another command's (RFC 2920 3.1).
    void expect_silence(const Where& where);

    /// One write of `octets`, which ask for `replies` replies; `where` names it in errors.
    /// What -v shows is `shown`, or the octets themselves. A write that fails throws
    /// nothing: what the server said before it hung up is still to be had by receive(),
    /// each reply in its place, and when there is no more, receive() throws the write's
    /// trouble.
    void send(std::string_view octets, std::size_t replies, const Where& where,
              std::optional<std::string_view> shown = std::nullopt);
    /// A write has failed.
    [[nodiscard]] bool broken() const { return broken_.has_value(); }
    /// Failure, that of the write, if more of it than its last `spare` octets may not have
    /// gone out: no reply can be the reply to what stands before them.
    void expect_written(std::size_t spare) const;

    /// As send, for when all is decided: trouble of any kind is only a false answer.
    /// `step`: for the transcript.
    bool try_send(std::string_view octets, std::size_t replies, Step step = Step::none);

    /// The next reply, waiting as long as the relay's timeout says, and not less than
    /// `at_least`; two seconds after a write that failed.
    /// Failure: 75 (address) for trouble on the line, 76 (relay) for anything that is no
    /// reply or over ReplyLimits; in doubt, both are 75 (in doubt).
    Reply receive(const Where& where, std::chrono::milliseconds at_least = {});

    /// The reply to one command.
    Reply ask(std::string_view command, const Where& where) {
        send(command, 1, where);
        return receive(where);
    }

    /// As receive, but trouble of any kind is an empty answer, and the wait `at_most` that
    /// long: for when all is decided.
    std::optional<Reply> receive_if_any(std::chrono::milliseconds at_most,
                                        Step step = Step::none);

    /// As the constructor's, from now on.
    void set_timeout(std::chrono::milliseconds timeout) { timeout_ = timeout; }
    /// Errors end with a hint for this relay, which outlives the wire; TLS begins as `mode`
    /// says.
    void set_relay(const Relay& relay, TlsMode mode) {
        relay_ = &relay;
        tls_mode_ = mode;
    }
    /// See hint.h; nothing while no relay is set.
    [[nodiscard]] std::string hint(Step step, const std::string& what) const;

    /// Bounds all waits from now on.
    void set_run_deadline(Deadline deadline) { run_deadline_ = deadline; }

    /// Once in doubt they are bounded by the timeout alone.
    void set_awaits_verdict(bool awaits) { awaits_verdict_ = awaits; }

    /// Doubt begins with the write that holds the message's last octet and ends with the
    /// verdict.
    void set_in_doubt(bool in_doubt) { in_doubt_ = in_doubt; }
    [[nodiscard]] bool in_doubt() const { return in_doubt_; }

    /// From the server's go for the text of a message to its end no command may be written:
    /// it would be taken for text.
    void set_in_text(bool in_text) { in_text_ = in_text; }

    /// A log-in is under way: no reply is shown that gives away what `withheld` knows, and
    /// with `challenges_too` no challenge. Null: it is over.
    void set_withheld(const Withheld* withheld, bool challenges_too = false) {
        withheld_ = withheld;
        withhold_challenges_ = challenges_too;
    }

    /// The line is sound and a command may be written.
    [[nodiscard]] bool at_rest() const {
        return sound_ && !in_text_ && !leaving_ && outstanding_ == 0 && !input_waiting();
    }

    /// QUIT is on its way: no command may follow.
    void set_leaving() { leaving_ = true; }
    [[nodiscard]] bool leaving() const { return leaving_; }

    /// Replies asked for and not yet read.
    [[nodiscard]] std::size_t outstanding() const { return outstanding_; }
    /// Octets have arrived that nobody has read (RFC 3207: none may follow the 220).
    [[nodiscard]] bool input_waiting() const { return begin_ != buffer_.size(); }

    /// The same, with what the system has got meanwhile: waits for nothing.
    bool has_arrived();

    /// Whether the server says anything more within `at_most`.
    bool says_more(std::chrono::milliseconds at_most);

    /// Replaces the stream by a verified one over it; what was buffered is gone.
    VerifiedStream& secure(Securer& securer);

    [[nodiscard]] const std::string& peer() const { return peer_; }
    /// "peer: step: what", thrown as this step's failure.
    [[noreturn]] void fail(ExitStatus status, Fault fault, const Where& where,
                           std::initializer_list<std::string_view> what,
                           std::string_view enhanced = {}, int reply_code = 0) const;

  private:
    struct Line {
        std::string_view text;
        std::string trouble{}; ///< not empty: no line
        bool lost = false;     ///< the trouble is the connection's
    };
    struct Reading {
        Reply reply;
        std::string trouble{};            ///< not empty: no reply
        bool lost = false;                ///< as of Line
        std::optional<std::string> odd{}; ///< the line that ended the reading
    };
    Reading read_reply(Step step, Deadline deadline);
    Reading read_lines(Deadline deadline);
    void show(Step step, Reading& reading) const;
    void withhold(Reply& reply, std::vector<std::string>& lines) const;
    [[nodiscard]] bool gives_away(const Reply& reply,
                                  const std::vector<std::string>& lines) const;
    Line read_line(Deadline deadline);
    void refuse_early_reply(const Where& where) const;
    /// Trouble on the line; that of a write that failed, if there was one, since what
    /// follows is only its consequence.
    [[noreturn]] void lost(const Where& where, std::string_view trouble) const;
    [[nodiscard]] Deadline within(std::chrono::milliseconds timeout) const;
    /// Reads into buffer_, until `deadline` or only what has arrived.
    Transfer fill(std::optional<Deadline> deadline);

    /// A write that failed.
    struct Break {
        Step step;
        std::optional<std::string> argument; ///< of the step
        std::string trouble;
        std::size_t unwritten = 0; ///< octets
    };

    std::unique_ptr<Stream> stream_;
    std::string peer_;
    const Transcript& transcript_;
    const Relay* relay_ = nullptr;
    TlsMode tls_mode_ = TlsMode::implicit;
    const Withheld* withheld_ = nullptr;
    bool withhold_challenges_ = false;
    std::chrono::milliseconds timeout_;
    Deadline run_deadline_;
    bool awaits_verdict_ = false;
    std::string buffer_;
    std::size_t begin_ = 0;
    std::size_t outstanding_ = 0;
    bool in_doubt_ = false;
    bool in_text_ = false;
    bool leaving_ = false;
    std::optional<Break> broken_;
    bool sound_ = true; ///< until trouble comes, or something that is no reply
};

} // namespace sallyport
