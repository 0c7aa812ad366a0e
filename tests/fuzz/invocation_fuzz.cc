// SPDX-License-Identifier: MIT
//
// Command lines, their arguments parted by NUL: getopt(3) must understand the same, and
// what is accepted holds no control character.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include <getopt.h>

#include "invocation.h"
#include "require.h"

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

void check_same(const Invocation& invocation, const Reading& reading) {
    require(reading.understood);
    require(invocation.recipients == reading.operands);
    require(invocation.sender == last_of(reading, "fr"));
    require(invocation.full_name == last_of(reading, "F"));
    require(invocation.config_file == last_of(reading, "C"));
    require(invocation.envelope_id == last_envelope_id(reading));
    require(invocation.recipients_from_header == last_of(reading, "t").has_value());
    require(invocation.verbose == last_of(reading, "v").has_value());
    const bool dot_is_text = last_of(reading, "i") ||
                             std::ranges::any_of(reading.options, [](const auto& option) {
                                 return option.first == 'o' && option.second == "i";
                             });
    require(invocation.dot_ends_message == !dot_is_text);
}

/// Something that a command line can be refused for.
bool has_reason(const Reading& reading) {
    const bool choosy = std::ranges::any_of(reading.options, [](const auto& option) {
        return std::string_view("BbOCIq").find(static_cast<char>(option.first)) !=
               std::string_view::npos;
    });
    return !reading.understood || reading.has_exims_form || choosy;
}

void check_texts(const Invocation& invocation) {
    std::vector<std::string> texts = invocation.recipients;
    texts.insert(texts.end(), invocation.notes.begin(), invocation.notes.end());
    for (const auto& text :
         {invocation.sender, invocation.full_name, invocation.config_file})
        texts.push_back(text.value_or(""));
    texts.push_back(invocation.envelope_id);
    require(std::ranges::none_of(texts, has_control));
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
        const Reading reading = read(arguments);
        const bool is_long =
            invocation.mode == Mode::help || invocation.mode == Mode::version;
        if (!is_long && !reading.has_exims_form)
            check_same(invocation, reading);
    } catch (const Failure& failure) {
        const bool controls = std::ranges::any_of(arguments, has_control);
        require_refusal(failure, controls ? ExitStatus::data_error : ExitStatus::usage);
        require(controls || has_reason(read(arguments)));
    }
    return 0;
}
