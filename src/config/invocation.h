// SPDX-License-Identifier: MIT
//
// The command line of sendmail(8). One table of options (invocation.cc) drives the parser,
// the usage text and a check of the manual's list.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace sallyport {

enum class Mode {
    serve,      ///< -bs: an SMTP dialogue on standard input and output
    verify,     ///< -bv: say what the server thinks of the recipients
    deliver,    ///< -bm, and without -b: read a message, send it
    list_queue, ///< -bp, mailq
    run_queue,  ///< -q…
    aliases,    ///< -bi, -I, newaliases: nothing to rebuild
    do_nothing, ///< -bh, -bH: status 0
    help,       ///< --help
    version,    ///< --version
};

/// When a message is sent, where there is a queue: -odi, -odb; -odq and -odd.
enum class Timing { configured, interactive, background, deferred };

/// Which messages of the queue a run is for.
struct QueueSelection {
    enum class Kind : unsigned char {
        due,
        all, ///< but for those that are held, or were in doubt a moment ago
        id,  ///< whose ID has the text in it, as the next two
        recipient,
        sender,
    };
    Kind kind = Kind::due;
    std::string text{}; ///< in any case of letters
};

enum class BodyType { unspecified, seven_bit, eight_bit_mime };

/// argv, understood. Texts are the caller's own and still unchecked as addresses, but none
/// holds a control character, except for TABs in addresses, where they are blanks, and in
/// config_file.
struct Invocation {
    Mode mode = Mode::deliver;
    std::string program;                 ///< the last component of argv[0]
    bool lone_argument = false;          ///< there is one, and no other
    std::vector<std::string> recipients; ///< each an address list
    bool recipients_from_header = false; ///< -t
    bool dot_ends_message = true;        ///< unless -i, -oi
    std::optional<std::string> sender;   ///< last -f or -r; may be "" or "<>"
    std::optional<std::string> full_name;
    std::optional<std::string> config_file;
    bool verbose = false;
    BodyType body = BodyType::unspecified; ///< -B
    std::string notify;                    ///< -N: "NEVER" or "SUCCESS,FAILURE,DELAY"
    std::string ret;                       ///< -R: "FULL" or "HDRS"
    std::string envelope_id;               ///< -V
    bool require_tls = false;              ///< -O requiretls=yes
    bool smtputf8 = false;                 ///< -O smtputf8=yes
    Timing timing = Timing::configured;    ///< last -od
    QueueSelection selection;              ///< of Mode::run_queue: -q, -qf, -qI, -qR, -qS
    std::vector<std::string> notes;        ///< remarks for the log: options without effect
};

/// How an option takes its value.
enum class OptionValue { none, required, joined };

/// What an option may be after a recipient. A careless program has recipients from a
/// stranger, and one that looks like an option must not take the next recipient for its
/// value, choose the configuration, or see to it that nothing is sent.
enum class AfterRecipient {
    refused,
    letter,     ///< alone, or joined to others of this kind
    with_value, ///< with a value joined to it
    few_values, ///< with one of -oi, -om, -oe? and -e?
};

/// One row of the table.
struct Option {
    char letter;
    OptionValue value;
    std::string_view value_name; ///< for the usage text: "address"
    std::string_view purpose;    ///< one line for the usage text; empty: ignored
    AfterRecipient after_recipient = AfterRecipient::refused;
};

/// All options, in the order of the usage text.
std::span<const Option> option_table();

/// Understands argv: clusters, joined and separate values, "--". Failure (64, local) for an
/// unknown option, a missing or malformed value, one that may not follow a recipient, and
/// every mode that sallyport has not (-bd, -bt, …): then nothing has been read. Failure
/// (65) for a control character anywhere in argv, but for a TAB. Nothing but Mode::deliver
/// and Mode::verify has recipients, and nothing but Mode::deliver -t.
Invocation parse_invocation(std::span<const char* const> argv);

/// RFC 3461 4.1: NEVER, or a list of SUCCESS, FAILURE and DELAY, each once, in upper case;
/// or nothing if `text` is not that in any case.
std::optional<std::string> parse_notify(std::string_view text);

} // namespace sallyport
