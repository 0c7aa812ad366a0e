// SPDX-License-Identifier: MIT
//
// Command lines, their arguments split by NUL: getopt(3) must understand the same, what is
// accepted holds no control character, and each operand is one whose message is sent.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <getopt.h>

#include "config/invocation.h"
#include "message/envelope.h"
#include "require.h"
#include "text/address.h"

using namespace sallyport;

namespace {

/// Postfix's string, with GNU's way of saying that -q may have a joined value.
constexpr const char* option_string = "A:B:C:F:GIL:N:O:R:UV:X:b:ce:f:h:imno:p:q::r:tvx";

std::vector<std::string> split(std::string_view input) {
    std::vector<std::string> arguments{"sendmail"};
    while (!input.empty()) {
        const auto end = std::min(input.find('\0'), input.size());
        arguments.emplace_back(input.substr(0, end));
        input.remove_prefix(std::min(end + 1, input.size()));
    }
    return arguments;
}

/// What getopt(3) makes of the arguments.
struct Reading {
    bool understood = true;
    bool has_exims_form = false; ///< -oMx, whose value follows: getopt(3) cannot know
    std::vector<std::pair<int, std::string>> options;
    std::vector<std::string> operands;
};

Reading read(std::vector<std::string> arguments) {
    std::vector<char*> argv;
    for (std::string& argument : arguments)
        argv.push_back(argument.data());
    argv.push_back(nullptr);
    const int count = static_cast<int>(arguments.size());
    Reading reading;
    optind = 0; // begin anew
    opterr = 0;
    for (int letter = 0; letter != -1;) {
        letter = ::getopt(count, argv.data(), option_string);
        const std::string value = optarg != nullptr ? optarg : "";
        if (letter == '?')
            reading.understood = false;
        else if (letter != -1)
            reading.options.emplace_back(letter, value);
        reading.has_exims_form = reading.has_exims_form ||
                                 (letter == 'o' && value.size() == 2 && value[0] == 'M');
    }
    for (int i = optind; i < count; ++i)
        reading.operands.emplace_back(argv[static_cast<std::size_t>(i)]);
    return reading;
}

std::optional<std::string> last_of(const Reading& reading, std::string_view letters) {
    std::optional<std::string> last;
    for (const auto& [letter, value] : reading.options) {
        if (letters.find(static_cast<char>(letter)) != std::string_view::npos)
            last = value;
    }
    return last;
}

/// One that is malformed is passed over.
std::string last_envelope_id(const Reading& reading) {
    std::string last;
    for (const auto& [letter, value] : reading.options) {
        if (letter == 'V' && !value.empty() && value.size() <= 100 && !has_eight_bit(value))
            last = value;
    }
    return last;
}

std::optional<std::string> without_tabs(std::optional<std::string> text) {
    if (text)
        std::ranges::replace(*text, '\t', ' ');
    return text;
}

void check_same(const Invocation& invocation, const Reading& reading) {
    require(reading.understood);
    require(invocation.recipients == reading.operands);
    require(invocation.sender == last_of(reading, "fr"));
    require(invocation.full_name == without_tabs(last_of(reading, "F")));
    require(invocation.config_file == last_of(reading, "C"));
    require(invocation.envelope_id == without_tabs(last_envelope_id(reading)));
    require(invocation.recipients_from_header == last_of(reading, "t").has_value());
    require(invocation.verbose == last_of(reading, "v").has_value());
    const bool dot_is_text = last_of(reading, "i") ||
                             std::ranges::any_of(reading.options, [](const auto& option) {
                                 return option.first == 'o' && option.second == "i";
                             });
    require(invocation.dot_ends_message == !dot_is_text);
}

/// How many arguments after it an argument before the operands takes: it is the last letter
/// that takes one.
std::size_t values_after(std::string_view argument, std::string_view next) {
    constexpr std::string_view with_value = "ABCFLNORVXbefhopr";
    const auto at = argument.find_first_of(std::string(with_value) + "q", 1);
    if (at == std::string_view::npos || argument[at] == 'q')
        return 0;
    const bool joined = at + 1 < argument.size();
    const auto value = joined ? argument.substr(at + 1) : next;
    const bool exims = argument[at] == 'o' && value.size() == 2 && value.front() == 'M';
    return (joined ? 0U : 1U) + (exims ? 1U : 0U);
}

/// The manual's list of what counts after a recipient.
bool counts_after_operand(std::string_view argument) {
    const auto text = argument.substr(1);
    const auto is_any_of = [&](std::string_view letters) {
        return letters.find(text.front()) != std::string_view::npos;
    };
    return text.find_first_not_of("GimnUv") == std::string_view::npos || text == "oi" ||
           text == "om" || (text.size() == 2 && text.front() == 'e') ||
           (text.size() == 3 && text.starts_with("oe")) ||
           (text.size() > 1 && is_any_of("BFfr"));
}

/// Whom the command line names, by the shortest reading of the manual.
struct Operands {
    std::vector<std::string> texts;
    bool refused = false; ///< an argument after one of them is not allowed there
};

Operands operands_of(const std::vector<std::string>& arguments) {
    Operands operands;
    bool over = false;
    for (std::size_t i = 1; i < arguments.size(); ++i) {
        const std::string& argument = arguments[i];
        const bool is_option = !over && argument.size() > 1 && argument.front() == '-';
        if (!is_option)
            operands.texts.push_back(argument);
        else if (argument == "--")
            over = true;
        else if (!operands.texts.empty())
            operands.refused = operands.refused || !counts_after_operand(argument);
        else
            i += values_after(argument, i + 1 < arguments.size() ? arguments[i + 1] : "");
    }
    return operands;
}

/// Nobody is lost and nobody added: what the address parser reads in each operand.
void check_recipients(Invocation invocation, const std::vector<std::string>& operands) {
    Identity identity;
    identity.login = "somebody";
    identity.host_name = "host.example";
    invocation.recipients_from_header = false;
    invocation.sender.reset();
    try {
        const Envelope envelope = make_envelope(invocation, {}, Header(), identity);
        std::set<std::string> named;
        for (const std::string& operand : operands) {
            for (Mailbox& mailbox : parse_address_list(operand)) {
                if (mailbox.domain.empty())
                    mailbox.domain = identity.host_name;
                named.insert(mailbox_key(mailbox.address()));
            }
        }
        std::set<std::string> sent_to;
        for (const std::string& recipient : envelope.recipients)
            require(!has_control(recipient) &&
                    sent_to.insert(mailbox_key(recipient)).second);
        require(sent_to == named);
    } catch (const Failure& failure) {
        require(failure.status() == ExitStatus::data_error ||
                failure.status() == ExitStatus::usage);
    }
}

/// Any mode that sends nothing wants an empty line, but for its own options.
void check_operands(const Invocation& invocation, const Operands& operands,
                    const std::vector<std::string>& arguments) {
    require(!operands.refused);
    require(invocation.recipients == operands.texts);
    if (invocation.mode == Mode::help || invocation.mode == Mode::version)
        require(arguments.size() == 2);
    if (invocation.mode != Mode::deliver)
        require(!invocation.recipients_from_header);
    if (invocation.mode != Mode::deliver && invocation.mode != Mode::verify)
        require(operands.texts.empty());
    check_recipients(invocation, operands.texts);
}

/// Something that a command line can be refused for.
bool has_reason(const Reading& reading) {
    const bool choosy = std::ranges::any_of(reading.options, [](const auto& option) {
        return std::string_view("BbOCIq").find(static_cast<char>(option.first)) !=
               std::string_view::npos;
    });
    return !reading.understood || reading.has_exims_form || choosy;
}

bool has_control_but_tab(std::string_view text) {
    return std::ranges::any_of(text, [](char c) { return is_control(c) && c != '\t'; });
}

void check_texts(const Invocation& invocation) {
    std::vector<std::string> texts = invocation.notes;
    texts.push_back(invocation.full_name.value_or(""));
    texts.push_back(invocation.envelope_id);
    require(std::ranges::none_of(texts, has_control));
    std::vector<std::string> others = invocation.recipients;
    for (const auto& text : {invocation.sender, invocation.config_file})
        others.push_back(text.value_or(""));
    require(std::ranges::none_of(others, has_control_but_tab));
    for (const std::string& word : {invocation.notify, invocation.ret}) {
        require(std::ranges::all_of(
            word, [](char c) { return (c >= 'A' && c <= 'Z') || c == ','; }));
    }
    require(!has_eight_bit(invocation.envelope_id) && invocation.envelope_id.size() <= 100);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto arguments = split({reinterpret_cast<const char*>(data), size});
    std::vector<const char*> argv;
    for (const std::string& argument : arguments)
        argv.push_back(argument.c_str());
    try {
        const Invocation invocation = parse_invocation(argv);
        check_texts(invocation);
        check_operands(invocation, operands_of(arguments), arguments);
        const Reading reading = read(arguments);
        const bool is_long =
            invocation.mode == Mode::help || invocation.mode == Mode::version;
        if (!is_long && !reading.has_exims_form)
            check_same(invocation, reading);
    } catch (const Failure& failure) {
        const bool controls = std::ranges::any_of(arguments, has_control_but_tab);
        require_refusal(failure, controls ? ExitStatus::data_error : ExitStatus::usage);
        require(controls || operands_of(arguments).refused || has_reason(read(arguments)));
    }
    return 0;
}
