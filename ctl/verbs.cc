// SPDX-License-Identifier: MIT
//
// The table: a row a verb, a row an option.
#include "ctl/options.h"

namespace sallyport::ctl {

namespace {

constexpr Option common[] = {
    {"config", 'C', Takes::file, "FILE",
     "this configuration file instead of the usual one"},
    {"json", 0, Takes::nothing, "", "the result as one JSON object"},
    {"color", 0, Takes::choice, "auto|always|never", "colours on standard output"},
    {"quiet", 'q', Takes::nothing, "", "no progress and no remarks"},
    {"verbose", 'v', Takes::nothing, "",
     "the SMTP dialogue on standard error, secrets masked"},
    {"help", 'h', Takes::nothing, "", "what the verb does, and its options"},
    {"version", 'V', Takes::nothing, "", "the version"},
};

constexpr Option check_options[] = {
    {"to", 0, Takes::text, "ADDR", "send a test message to this address"},
    {"from", 0, Takes::text, "ADDR", "as this sender instead of the usual one"},
    {"relay", 0, Takes::relay, "NAME", "only this relay of the configuration"},
    {"ports", 0, Takes::text, "LIST",
     "look at these beside those configured, not at 25,465,587,2525"},
    {"timeout", 0, Takes::text, "TIME",
     "wait so long for a port; 5s where nothing is said"},
    {"no-auth", 0, Takes::nothing, "", "stop before the log-in"},
    {"strict", 0, Takes::nothing, "", "exit with 1 where there was a warning"},
    {"pin", 0, Takes::nothing, "", "show the server's key as tls_pin takes it"},
};

constexpr Option setup_options[] = {
    {"host", 0, Takes::text, "HOST", "the submission server, where no provider is named"},
    {"port", 0, Takes::text, "LIST", "its ports, in the order to try them"},
    {"tls", 0, Takes::choice, "implicit|starttls|none",
     "how TLS begins, on an unusual port"},
    {"user", 0, Takes::text, "NAME", "who logs in"},
    {"from", 0, Takes::text, "ADDR", "the sender that the server accepts"},
    {"root", 0, Takes::text, "ADDR", "who reads the mail of root"},
    {"force", 0, Takes::choice, "both|envelope|header|no",
     "where the sender replaces another"},
    {"password-stdin", 0, Takes::nothing, "",
     "read the secret from standard input, into the file"},
    {"password-file", 0, Takes::file, "FILE", "the secret stands in this file"},
    {"password-command", 0, Takes::text, "COMMAND", "this command prints the secret"},
    {"token-file", 0, Takes::file, "FILE", "an OAuth 2.0 access token stands in this file"},
    {"iam-secret-stdin", 0, Takes::nothing, "",
     "derive the password of Amazon SES from an IAM secret key on standard input"},
    {"queue", 0, Takes::file, "yes|no|DIR",
     "whether mail waits where the server cannot be reached, and where"},
    {"from-env", 0, Takes::nothing, "", "write what the variables SALLYPORT_* say"},
    {"output", 0, Takes::file, "FILE", "write this file instead of the usual one"},
    {"add", 0, Takes::text, "NAME", "append [relay NAME] to the file instead"},
    {"readable-by", 0, Takes::group, "GROUP",
     "this group may read the file, and the secret"},
    {"yes", 0, Takes::nothing, "", "replace a file without asking"},
    {"dry-run", 0, Takes::nothing, "", "print the file, and write nothing"},
    {"no-check", 0, Takes::nothing, "", "make no connection"},
    {"to", 0, Takes::text, "ADDR", "send a test message to this address afterwards"},
};

constexpr Option providers_options[] = {
    {"names", 0, Takes::nothing, "", "their names alone, one a line"},
    {"for", 0, Takes::text, "USER@DOMAIN", "the one that has this mailbox"},
};

constexpr Option config_options[] = {
    {"check", 0, Takes::nothing, "", "tell all errors and nothing else"},
    {"for", 0, Takes::text, "USER", "as it is for this user"},
    {"names", 0, Takes::nothing, "", "the names of its relays alone, one a line"},
};

constexpr Option queue_options[] = {
    {"failed", 0, Takes::nothing, "", "what nobody works on any more, not what waits"},
    {"hold", 0, Takes::nothing, "", "list: only what is held"},
    {"doubt", 0, Takes::nothing, "", "list: only what somebody may have already"},
    {"names", 0, Takes::nothing, "", "list: IDs alone, one a line"},
    {"raw", 0, Takes::nothing, "", "show: the octets of the message, and nothing else"},
    {"all", 0, Takes::nothing, "", "retry, hold, release, remove: every message"},
    {"even-if-doubled", 0, Takes::nothing, "",
     "retry: also what the server may have had a moment ago"},
    {"yes", 0, Takes::nothing, "", "remove all without asking"},
};

constexpr Verb verbs[] = {
    {"check", "", Takes::nothing, 0,
     "Tries the configuration step by step, and says what to do about what fails.",
     check_options},
    {"setup", "[PROVIDER | USER@DOMAIN | SERVER]", Takes::provider, 1,
     "Writes the configuration, asking for what it is not told, and checks it.",
     setup_options},
    {"providers", "[PATTERN]", Takes::provider, 1,
     "Lists the services that are known by name; of a single one all that is known.",
     providers_options},
    {"config", "", Takes::nothing, 0,
     "Prints the values in force, and where each comes from.", config_options},
    {"queue", "list|show|retry|hold|release|remove|flush [ID ...]", Takes::queued, 10'001,
     "Shows what waits to be sent, and tries, holds or removes it.", queue_options},
    {"completion",
     "bash|zsh|fish",
     Takes::shell,
     1,
     "Prints what makes this shell complete sallyportctl's arguments.",
     {}},
    {"help", "[VERB]", Takes::verb, 1, "Prints how sallyportctl, or a verb, is used.", {}},
    {"import", "", Takes::nothing, 0, "", {}, true},
    {"token", "", Takes::nothing, 0, "", {}, true},
};

} // namespace

std::span<const Verb> verb_table() {
    return verbs;
}

std::span<const Option> common_options() {
    return common;
}

} // namespace sallyport::ctl
