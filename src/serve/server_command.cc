// SPDX-License-Identifier: MIT
#include "serve/server_command.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "base/concat.h"
#include "text/ascii.h"
#include "text/printable.h"
#include "text/xtext.h"

namespace sallyport {

namespace {

constexpr std::size_t envid_limit = 100; // RFC 3461 4.4
constexpr std::size_t orcpt_limit = 500; // RFC 3461 4.2

struct Parameter {
    std::string key; ///< upper case
    std::string value;
};

struct Arguments {
    Mailbox mailbox;
    std::vector<Parameter> parameters;
};

/// `keyword` is FROM: or TO:. Blanks after it are not allowed, but met.
Arguments parse_arguments(std::string_view keyword, std::string_view text) {
    const bool named = starts_with_ignoring_case(text, keyword);
    text = trim(text.substr(named ? keyword.size() : text.size()));
    if (!text.starts_with('<'))
        throw Refusal(501, "5.5.4", concat({keyword, "<address> is expected"}));
    Path path = parse_path(text);
    Arguments arguments{std::move(path.mailbox), {}};
    text = trim(text.substr(path.size));
    while (!text.empty()) {
        const std::string_view word = text.substr(0, text.find_first_of(" \t"));
        const auto equals = std::min(word.find('='), word.size());
        Parameter& parameter = arguments.parameters.emplace_back();
        parameter.key = upper_case(word.substr(0, equals));
        parameter.value = word.substr(std::min(equals + 1, word.size()));
        text = trim(text.substr(word.size()));
    }
    return arguments;
}

/// By 555 one that is not known, by 501 one that is malformed.
[[noreturn]] void refuse(const Parameter& parameter, int code) {
    throw Refusal(code, "5.5.4",
                  concat({"parameter ", code == 555 ? "not known: " : "malformed: ",
                          printable(parameter.key, 40)}));
}

void take_mail_parameter(MailArguments& mail, const Parameter& parameter) {
    const std::string value = upper_case(parameter.value);
    bool good = true;
    if (parameter.key == "SIZE") {
        mail.size = to_number(value);
        good = mail.size.has_value();
    } else if (parameter.key == "BODY") {
        good = value == "7BIT" || value == "8BITMIME";
        mail.body = value == "7BIT" ? BodyType::seven_bit : BodyType::eight_bit_mime;
    } else if (parameter.key == "SMTPUTF8" && value.empty()) {
        mail.smtputf8 = true;
    } else if (parameter.key == "RET") {
        good = value == "FULL" || value == "HDRS";
        mail.ret = value;
    } else if (parameter.key == "ENVID") {
        mail.envelope_id = decode_xtext(parameter.value).value_or("");
        good = !mail.envelope_id.empty() && parameter.value.size() <= envid_limit &&
               !has_control(mail.envelope_id) && !has_eight_bit(mail.envelope_id);
    } else if (parameter.key != "AUTH") { // RFC 4954 5: trusted or not, it changes nothing
        refuse(parameter, 555);
    }
    if (!good)
        refuse(parameter, 501);
}

void take_rcpt_parameter(RcptArguments& rcpt, const Parameter& parameter) {
    if (parameter.key == "NOTIFY") {
        const auto notify = parse_notify(parameter.value);
        if (!notify)
            refuse(parameter, 501);
        rcpt.notify = *notify;
    } else if (parameter.key == "ORCPT") {
        if (!is_typed_xtext(parameter.value) || parameter.value.size() > orcpt_limit)
            refuse(parameter, 501);
        rcpt.original_recipient = parameter.value;
    } else {
        refuse(parameter, 555);
    }
}

int code_of(const Failure& failure) {
    // A refusal of this host or of its log-in is no matter of the client.
    const bool of_us =
        failure.fault() == Fault::relay && failure.status() != ExitStatus::data_error;
    if (failure.reply_code() == 421 || of_us)
        return 451; // the client's line to us stays
    if (failure.reply_code() != 0)
        return failure.reply_code();
    return failure.status() == ExitStatus::data_error ? 554 : 451;
}

} // namespace

ServerCommand parse_command(std::string_view line) {
    line = trim(line);
    const auto end = std::min(line.find_first_of(" \t"), line.size());
    return {upper_case(line.substr(0, end)), std::string(trim(line.substr(end)))};
}

Refusal::Refusal(int its_code, std::string_view its_enhanced, std::string_view its_text)
    : code(its_code), enhanced(its_enhanced.empty() ? "?.3.0" : its_enhanced),
      text(its_text) {
    enhanced.front() = static_cast<char>('0' + code / 100);
}

Refusal::Refusal(const Failure& failure)
    : Refusal(code_of(failure), failure.enhanced(), failure.what()) {}

MailArguments parse_mail(std::string_view argument) {
    Arguments arguments = parse_arguments("FROM:", argument);
    MailArguments mail;
    mail.sender = std::move(arguments.mailbox);
    for (const Parameter& parameter : arguments.parameters)
        take_mail_parameter(mail, parameter);
    return mail;
}

RcptArguments parse_rcpt(std::string_view argument) {
    Arguments arguments = parse_arguments("TO:", argument);
    if (arguments.mailbox.local.empty())
        throw Refusal(501, "5.1.3", "an address is expected");
    RcptArguments rcpt;
    rcpt.recipient = std::move(arguments.mailbox);
    for (const Parameter& parameter : arguments.parameters)
        take_rcpt_parameter(rcpt, parameter);
    return rcpt;
}

std::optional<BdatArguments> parse_bdat(std::string_view argument) {
    const auto end = std::min(argument.find(' '), argument.size());
    const std::string_view rest = trim(argument.substr(end));
    const auto size = to_number(argument.substr(0, end));
    if (!size || (!rest.empty() && !equals_ignoring_case(rest, "LAST")))
        return std::nullopt;
    return BdatArguments{*size, !rest.empty()};
}

} // namespace sallyport
