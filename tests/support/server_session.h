// SPDX-License-Identifier: MIT
//
// The server's side of one SMTP session (RFC 5321, 2920, 3030, 3207, 4954): as strict as a
// server may be, because its client is what is being tested.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <openssl/ssl.h>

#include "support/channel.h"
#include "support/mail_drop.h"

namespace sallyport {

struct ServerOptions {
    std::string directory; ///< for ca.pem, authorities/, and the messages
    std::string address = "127.0.0.1";
    bool discard = false; ///< messages are looked at and thrown away
    std::vector<std::string> offer{
        "PIPELINING", "SIZE 1073741824",     "8BITMIME", "SMTPUTF8",
        "DSN",        "ENHANCEDSTATUSCODES", "CHUNKING"};
    std::string mechanisms = "PLAIN LOGIN";
    std::string user; ///< empty: no log-in is offered or asked for
    std::string password;
    std::string refuse;       ///< a recipient that is not here
    std::string hang_up_at;   ///< the command at which the connection is cut
    unsigned connections = 0; ///< then the server ends; 0: when its standard input does
};

/// Makes a server do what it should not.
class Meddler {
  public:
    struct Deed {
        std::string reply{};   ///< in place of what the step has; empty: the step is obeyed
        bool hangs_up = false; ///< after that
    };
    /// What is done at a step: a command, "greeting", "end" when the message is there, and
    /// "stored" when it has been put down, which nobody knows yet.
    virtual Deed deed_at(std::string_view step, std::string_view argument) = 0;

  protected:
    ~Meddler() = default;
};

class ServerSession {
  public:
    /// `meddler` may be null.
    ServerSession(Channel& channel, const ServerOptions& options, SSL_CTX* context,
                  bool implicit_tls, Meddler* meddler = nullptr);

    void run();

    /// What happened, as words "name=value".
    [[nodiscard]] std::string report();

  private:
    struct Command {
        std::string_view verb;
        void (ServerSession::*run)(std::string_view argument);
        bool ends_group; ///< RFC 2920 3.1: nothing may be sent after it
    };
    static const Command commands[];

    bool step();
    std::optional<std::string_view> take_line();
    void take_command(std::string_view line);
    bool is_obeyed(std::string_view step, std::string_view argument = {});
    void reply(std::string_view text);
    void fault(const std::string& what, std::string_view text);

    void ehlo(std::string_view argument);
    void helo(std::string_view argument);
    void starttls(std::string_view argument);
    void auth(std::string_view argument);
    void mail(std::string_view argument);
    void rcpt(std::string_view argument);
    void data(std::string_view argument);
    void bdat(std::string_view argument);
    void rset(std::string_view argument);
    void noop(std::string_view argument);
    void quit(std::string_view argument);

    void take_credentials(std::string_view line);
    void check_login(std::string_view user, std::string_view password);
    bool take_text();
    bool take_text_line(std::string_view line);
    bool take_chunk();
    void begin_text();
    void end_message();
    void reset();

    [[nodiscard]] bool offers(std::string_view keyword) const;
    [[nodiscard]] std::uint64_t size_limit() const;
    [[nodiscard]] bool accepts_parameters(std::string_view parameters) const;
    [[nodiscard]] std::string_view rest() const {
        return std::string_view(input_).substr(begin_);
    }

    enum class Expecting { command, plain, login_user, login_password, text, chunk };

    Channel& channel_;
    const ServerOptions& options_;
    SSL_CTX* context_;
    bool implicit_tls_;
    Meddler* meddler_;

    std::string input_;
    std::size_t begin_ = 0; ///< of what is not yet used
    bool open_ = true;
    Expecting expecting_ = Expecting::command;

    bool secured_ = false;
    bool greeted_ = false;
    std::string login_user_;
    std::string authenticated_;
    bool has_sender_ = false;
    MailEnvelope envelope_;
    std::optional<MailDrop> drop_;
    std::uint64_t chunk_left_ = 0;
    bool chunk_is_last_ = false;
    bool chunk_is_wanted_ = false;
    bool at_line_start_ = true;

    unsigned messages_ = 0;
    std::uint64_t message_octets_ = 0;
    std::string faults_;
};

} // namespace sallyport
