// SPDX-License-Identifier: MIT
#include "config/invocation.h"

#include <algorithm>
#include <utility>

#include "base/concat.h"
#include "base/failure.h"
#include "text/ascii.h"
#include "text/printable.h"

namespace sallyport {

namespace {

using Value = OptionValue;
using After = AfterRecipient;

constexpr Option options[] = {
    {'A', Value::required, "c", ""},
    {'B', Value::required, "type", "body type: 7BIT or 8BITMIME", After::with_value},
    {'b', Value::required, "mode",
     "m: send (default), s: SMTP on standard input, v: verify"},
    {'C', Value::required, "file", "configuration file"},
    {'c', Value::none, "", ""},
    {'e', Value::required, "mode", "", After::few_values},
    {'F', Value::required, "name", "display name for a From field that is added",
     After::with_value},
    {'f', Value::required, "address", "envelope sender", After::with_value},
    {'G', Value::none, "", "", After::letter},
    {'h', Value::required, "count", ""},
    {'I', Value::none, "", "the same as -bi"},
    {'i', Value::none, "", "a line with only a dot does not end the message",
     After::letter},
    {'L', Value::required, "tag", ""},
    {'m', Value::none, "", "", After::letter},
    {'N', Value::required, "dsn", "notify: never, or success,failure,delay"},
    {'n', Value::none, "", "", After::letter},
    {'O', Value::required, "option=value", "requiretls=yes, smtputf8=yes"},
    {'o', Value::required, "option",
     "i: the same as -i; di, db, dq: send now, soon, by a run", After::few_values},
    {'p', Value::required, "protocol", ""},
    {'q', Value::joined, "value", "run the queue: what is due; f: all; I, R, S: some"},
    {'R', Value::required, "return", "what a notification brings back: full or hdrs"},
    {'r', Value::required, "address", "the same as -f", After::with_value},
    {'t', Value::none, "", "take recipients from the header, too"},
    {'U', Value::none, "", "", After::letter},
    {'V', Value::required, "envid", "envelope identifier for notifications"},
    {'v', Value::none, "", "show the SMTP dialogue", After::letter},
    {'X', Value::required, "file", ""},
    {'x', Value::none, "", ""},
};

/// RFC 3461 4.4: an ENVID has at most 100 characters of xtext.
constexpr std::size_t envelope_id_limit = 100;

[[noreturn]] void misused(std::initializer_list<std::string_view> what) {
    stop(ExitStatus::usage, Fault::local, {concat(what), " (see --help)"});
}

[[noreturn]] void bad_value(char letter, std::string_view value, std::string_view why) {
    misused({"option -", {&letter, 1}, " ", printable(value, 80), ": ", why});
}

/// Null if there is none.
const Option* find_option(char letter) {
    const auto* const found = std::ranges::find(options, letter, &Option::letter);
    return found != std::end(options) ? found : nullptr;
}

/// The arguments after argv[0], one letter or operand after the other.
class Arguments {
  public:
    explicit Arguments(std::span<const char* const> rest) : rest_(rest) {}

    /// Null at the end.
    const char* take() {
        if (rest_.empty())
            return nullptr;
        const char* const argument = rest_.front();
        rest_ = rest_.subspan(1);
        return argument;
    }

    /// `joined` is what stands after the letter in its argument; it is used up with it.
    std::string_view value_of(const Option& option, std::string_view& joined) {
        if (option.value == Value::none)
            return {};
        if (option.value == Value::joined || !joined.empty())
            return std::exchange(joined, {});
        if (const char* const next = take())
            return next;
        misused({"option -", std::string_view(&option.letter, 1), ": ", option.value_name,
                 " is missing after it"});
    }

  private:
    std::span<const char* const> rest_;
};

Mode mode_of_name(std::string_view program) {
    if (program == "mailq")
        return Mode::list_queue;
    return program == "newaliases" ? Mode::aliases : Mode::deliver;
}

Mode read_mode(std::string_view value) {
    constexpr std::pair<char, Mode> modes[] = {
        {'m', Mode::deliver},    {'s', Mode::serve},   {'v', Mode::verify},
        {'p', Mode::list_queue}, {'i', Mode::aliases}, {'h', Mode::do_nothing},
        {'H', Mode::do_nothing},
    };
    for (const auto& [letter, mode] : modes) {
        if (value == std::string_view(&letter, 1))
            return mode;
    }
    bad_value('b', value,
              value == "d" || value == "D"
                  ? "there is no daemon mode, since mail is sent at once"
                  : "this mode is not known; nothing was read");
}

/// Neither sends anything. Beside another argument of the `count`, somebody meant to.
Mode read_long_mode(std::string_view option, std::size_t count) {
    const bool help = option == "--help";
    if (!help && option != "--version")
        misused({"option ", printable(option, 40), ": not known"});
    if (count > 2)
        misused({"option ", option, ": not beside other arguments"});
    return help ? Mode::help : Mode::version;
}

BodyType read_body_type(std::string_view value) {
    if (equals_ignoring_case(value, "7BIT"))
        return BodyType::seven_bit;
    if (!equals_ignoring_case(value, "8BITMIME"))
        bad_value('B', value, "7BIT or 8BITMIME is expected");
    return BodyType::eight_bit_mime;
}

/// The address parser takes a TAB for a blank, and refuses one that would be part of an
/// address; a file's name is its name. Other texts go out as they are.
std::string without_tabs(std::string_view value) {
    std::string text(value);
    std::ranges::replace(text, '\t', ' ');
    return text;
}

/// What is only a wish for notifications must not stop a message.
void ignore(Invocation& invocation, std::string_view option, std::string_view value) {
    invocation.notes.push_back(
        concat({"option ", option, " ", printable(value, 80), ": ignored"}));
}

void apply_notify(Invocation& invocation, std::string_view value) {
    const auto notify = parse_notify(value);
    if (!notify)
        ignore(invocation, "-N", value);
    invocation.notify = notify.value_or("");
}

void apply_return(Invocation& invocation, std::string_view value) {
    if (is_one_of(value, "FULL:HDRS"))
        invocation.ret = upper_case(value);
    else
        ignore(invocation, "-R", value);
}

void apply_envelope_id(Invocation& invocation, std::string_view value) {
    if (value.empty() || value.size() > envelope_id_limit || has_eight_bit(value))
        ignore(invocation, "-V", value);
    else
        invocation.envelope_id = without_tabs(value);
}

bool read_yes(std::string_view option, std::string_view value) {
    if (!is_one_of(value, "yes:no"))
        bad_value('O', option, "yes or no is expected");
    return equals_ignoring_case(value, "yes");
}

/// What nobody knows must not stop a message.
void apply_timing(Invocation& invocation, std::string_view option, std::string_view value) {
    constexpr std::pair<std::string_view, Timing> modes[] = {
        {"i", Timing::interactive},
        {"b", Timing::background},
        {"q", Timing::deferred},
        {"d", Timing::deferred},
    };
    for (const auto& [letter, timing] : modes) {
        if (value == letter) {
            invocation.timing = timing;
            return;
        }
    }
    ignore(invocation, option, value);
}

/// A time, with which Sendmail would come back again and again, means once.
QueueSelection read_selection(std::string_view value) {
    using Kind = QueueSelection::Kind;
    if (value.find_first_not_of("0123456789smhdw") == value.npos &&
        (value.empty() || is_digit(value.front())))
        return {Kind::due};
    if (value == "f")
        return {Kind::all};
    const Kind kind = value.front() == 'I'   ? Kind::id
                      : value.front() == 'R' ? Kind::recipient
                      : value.front() == 'S' ? Kind::sender
                                             : Kind::due;
    if (kind == Kind::due || value.size() == 1)
        bad_value('q', value, "a time, f, or I, R or S and a text are expected");
    return {kind, std::string(value.substr(1))};
}

void apply_old_option(Invocation& invocation, std::string_view value,
                      Arguments& arguments) {
    if (value == "i")
        invocation.dot_ends_message = false;
    else if (value.starts_with('d'))
        apply_timing(invocation, "-od", value.substr(1));
    // Exim's way of writing them has the value in the next argument, which is no recipient.
    if (value.size() == 2 && value.front() == 'M' && arguments.take() == nullptr)
        bad_value('o', value, "a value is missing after it");
}

/// Postfix has these two of its own; all others are ignored.
void apply_long_option(Invocation& invocation, std::string_view option) {
    const auto equals = std::min(option.find('='), option.size());
    const auto name = trim(option.substr(0, equals));
    const auto value = trim(option.substr(std::min(equals + 1, option.size())));
    if (equals_ignoring_case(name, "requiretls"))
        invocation.require_tls = read_yes(option, value);
    else if (equals_ignoring_case(name, "smtputf8"))
        invocation.smtputf8 = read_yes(option, value);
    else if (equals_ignoring_case(name, "DeliveryMode"))
        apply_timing(invocation, "-O DeliveryMode=", value.substr(0, 1));
    else
        ignore(invocation, "-O", option);
}

void apply(Invocation& invocation, char letter, std::string_view value,
           Arguments& arguments) {
    switch (letter) {
    case 'B':
        invocation.body = read_body_type(value);
        break;
    case 'b':
        invocation.mode = read_mode(value);
        break;
    case 'C':
        invocation.config_file = value;
        break;
    case 'F':
        invocation.full_name = without_tabs(value);
        break;
    case 'f':
    case 'r':
        invocation.sender = value;
        break;
    case 'I':
        invocation.mode = Mode::aliases;
        break;
    case 'i':
        invocation.dot_ends_message = false;
        break;
    case 'N':
        return apply_notify(invocation, value);
    case 'o':
        return apply_old_option(invocation, value, arguments);
    case 'q':
        invocation.mode = Mode::run_queue;
        invocation.selection = read_selection(value);
        break;
    case 'R':
        return apply_return(invocation, value);
    case 't':
        invocation.recipients_from_header = true;
        break;
    case 'V':
        return apply_envelope_id(invocation, value);
    case 'v':
        invocation.verbose = true;
        break;
    case 'O':
        return apply_long_option(invocation, value);
    case 'X':
        return ignore(invocation, "-X", value);
    default: // known, and without effect
        break;
    }
}

AfterRecipient after_recipient(char letter) {
    const Option* const option = find_option(letter);
    return option != nullptr ? option->after_recipient : After::refused;
}

/// Of the arguments that begin with a hyphen. `cluster` is what follows it.
bool may_follow_recipient(std::string_view cluster) {
    switch (after_recipient(cluster.front())) {
    case After::letter:
        return std::ranges::all_of(
            cluster, [](char c) { return after_recipient(c) == After::letter; });
    case After::with_value:
        return cluster.size() > 1;
    case After::few_values:
        return cluster == "oi" || cluster == "om" ||
               (cluster.starts_with("e") && cluster.size() == 2) ||
               (cluster.starts_with("oe") && cluster.size() == 3);
    case After::refused:
        break;
    }
    return false;
}

void apply_cluster(Invocation& invocation, std::string_view cluster, Arguments& arguments) {
    while (!cluster.empty()) {
        const Option* const option = find_option(cluster.front());
        if (option == nullptr)
            misused({"option -", printable(cluster.substr(0, 1)), ": not known"});
        cluster.remove_prefix(1);
        const std::string_view value = arguments.value_of(*option, cluster);
        apply(invocation, option->letter, value, arguments);
    }
}

/// In these modes no message is read: one that somebody meant to send would be lost.
void check_mode(const Invocation& invocation) {
    if (invocation.mode == Mode::deliver)
        return;
    if (invocation.recipients_from_header)
        misused({"option -t: it goes with -bm only"});
    if (invocation.mode != Mode::verify && !invocation.recipients.empty())
        misused({"recipient ", printable(invocation.recipients.front(), 80),
                 ": in this mode no message is sent to it"});
}

/// What would end a command or a field early, wherever it may stand, is nobody's honest
/// wish. A TAB does neither: it comes of lists that were cut at commas.
void refuse_control_characters(std::span<const char* const> argv) {
    for (const char* const argument : argv) {
        if (std::ranges::any_of(std::string_view(argument),
                                [](char c) { return is_control(c) && c != '\t'; }))
            stop(ExitStatus::data_error, Fault::local,
                 {"a control character in the argument \"", printable(argument, 80), "\""},
                 "5.1.3");
    }
}

} // namespace

std::optional<std::string> parse_notify(std::string_view text) {
    std::string notify = upper_case(text);
    if (notify == "NEVER")
        return notify;
    std::string_view left[] = {"SUCCESS", "FAILURE", "DELAY"};
    std::string_view rest = notify;
    for (bool more = true; more;) {
        const auto comma = rest.find(',');
        auto* const found = std::ranges::find(left, rest.substr(0, comma));
        if (found == std::end(left) || found->empty())
            return std::nullopt; // none of them, or for the second time
        *found = {};
        more = comma != std::string_view::npos;
        rest.remove_prefix(more ? comma + 1 : 0);
    }
    return notify;
}

std::span<const Option> option_table() {
    return options;
}

Invocation parse_invocation(std::span<const char* const> argv) {
    refuse_control_characters(argv);
    Invocation invocation;
    const std::string_view path = argv.empty() ? "sallyport" : argv.front();
    invocation.program = path.substr(path.rfind('/') + 1);
    invocation.mode = mode_of_name(invocation.program);
    invocation.lone_argument = argv.size() == 2;
    Arguments arguments(argv.empty() ? argv : argv.subspan(1));
    bool options_over = false;
    while (const char* const next = arguments.take()) {
        const std::string_view argument = next;
        if (options_over || argument.size() < 2 || argument.front() != '-')
            invocation.recipients.emplace_back(argument);
        else if (argument == "--")
            options_over = true;
        else if (!invocation.recipients.empty() &&
                 !may_follow_recipient(argument.substr(1)))
            misused({"option ", printable(argument, 80),
                     ": options go before recipients (or use --)"});
        else if (argument.starts_with("--"))
            invocation.mode = read_long_mode(argument, argv.size());
        else
            apply_cluster(invocation, argument.substr(1), arguments);
    }
    check_mode(invocation);
    return invocation;
}

} // namespace sallyport
