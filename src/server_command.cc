// SPDX-License-Identifier: MIT
#include "server_command.h"

#include <algorithm>
#include <charconv>
#include <utility>
#include <vector>

#include "ascii.h"
#include "printable.h"
#include "xtext.h"

namespace sallyport {

namespace {

constexpr std::size_t envid_limit = 100; // RFC 3461 4.4
constexpr std::size_t orcpt_limit = 500; // RFC 3461 4.2

std::optional<std::uint64_t> read_number(std::string_view text) {
    std::uint64_t number = 0;
    const auto [end, error] =
        std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{} || end != text.data() + text.size())
        return std::nullopt;
    return number;
}

struct Parameter {
    std::string key; ///< upper case
    std::string value;
};

struct Arguments {
    std::string path;
    std::vector<Parameter> parameters;
};

/// Where the path that begins with `<` ends: quoted strings may hold a `>`.
std::size_t find_path_end(std::string_view text) {
    bool quoted = false;
    for (std::size_t at = 1; at < text.size(); ++at) {
        if (text[at] == '\\')
            ++at;
        else if (text[at] == '"')
            quoted = !quoted;
        else if (text[at] == '>' && !quoted)
            return at;
    }
    return std::string_view::npos;
}

/// `keyword` is FROM: or TO:. Blanks behind it are not allowed, but met.
Arguments parse_arguments(std::string_view keyword, std::string_view text) {
    if (!starts_with_ignoring_case(text, keyword))
        throw refusal(501, "5.5.4", std::string(keyword) + "<address> is wanted");
    text = trim(text.substr(keyword.size()));
    const auto end = text.starts_with('<') ? find_path_end(text) : std::string_view::npos;
    if (end == std::string_view::npos)
        throw refusal(501, "5.5.4", std::string(keyword) + "<address> is wanted");
    Arguments arguments;
    arguments.path = trim(text.substr(1, end - 1));
    text = trim(text.substr(end + 1));
    while (!text.empty()) {
        const std::string_view word = text.substr(0, text.find_first_of(" \t"));
        const auto equals = std::min(word.find('='), word.size());
        arguments.parameters.push_back(
            {upper_case(word.substr(0, equals)),
             std::string(word.substr(std::min(equals + 1, word.size())))});
        text = trim(text.substr(word.size()));
    }
    return arguments;
}

[[noreturn]] void unknown(const Parameter& parameter) {
    throw refusal(555, "5.5.4", "parameter not known: " + printable(parameter.key, 40));
}

[[noreturn]] void malformed(const Parameter& parameter) {
    throw refusal(501, "5.5.4", "parameter malformed: " + printable(parameter.key, 40));
}

void take_mail_parameter(MailArguments& mail, const Parameter& parameter) {
    const std::string value = upper_case(parameter.value);
    bool good = true;
    if (parameter.key == "SIZE") {
        mail.size = read_number(value);
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
               !has_control(mail.envelope_id);
    } else if (parameter.key != "AUTH") { // RFC 4954 5: trusted or not, it changes nothing
        unknown(parameter);
    }
    if (!good)
        malformed(parameter);
}

void take_rcpt_parameter(RcptArguments& rcpt, const Parameter& parameter) {
    if (parameter.key == "NOTIFY") {
        const auto notify = parse_notify(parameter.value);
        if (!notify)
            malformed(parameter);
        rcpt.notify = *notify;
    } else if (parameter.key == "ORCPT") {
        const auto type = parameter.value.find(';');
        const auto decoded = type == std::string::npos || type == 0
                                 ? std::nullopt
                                 : decode_xtext(parameter.value.substr(type + 1));
        if (!decoded || parameter.value.size() > orcpt_limit ||
            has_eight_bit(parameter.value))
            malformed(parameter);
        rcpt.original_recipient = parameter.value;
    } else {
        unknown(parameter);
    }
}

template<class Result>
Result parse_with(std::string_view prefix, std::string_view argument,
                  void (*take_parameter)(Result&, const Parameter&)) {
    Arguments arguments = parse_arguments(prefix, argument);
    Result result;
    result.path = std::move(arguments.path);
    for (const Parameter& parameter : arguments.parameters)
        take_parameter(result, parameter);
    return result;
}

} // namespace

ServerCommand parse_command(std::string_view line) {
    line = trim(line);
    const auto end = std::min(line.find_first_of(" \t"), line.size());
    return {upper_case(line.substr(0, end)), std::string(trim(line.substr(end)))};
}

Failure refusal(int code, std::string_view enhanced, std::string_view text) {
    const bool transient = code / 100 == 4;
    return {transient ? ExitStatus::temp_fail : ExitStatus::data_error, Fault::message,
            text, enhanced, code};
}

MailArguments parse_mail(std::string_view argument) {
    return parse_with("FROM:", argument, take_mail_parameter);
}

RcptArguments parse_rcpt(std::string_view argument) {
    return parse_with("TO:", argument, take_rcpt_parameter);
}

std::optional<BdatArguments> parse_bdat(std::string_view argument) {
    const auto end = std::min(argument.find(' '), argument.size());
    const std::string_view rest = trim(argument.substr(end));
    const auto size = read_number(argument.substr(0, end));
    if (!size || (!rest.empty() && !equals_ignoring_case(rest, "LAST")))
        return std::nullopt;
    return BdatArguments{*size, !rest.empty()};
}

} // namespace sallyport
