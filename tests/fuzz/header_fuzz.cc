// SPDX-License-Identifier: MIT
//
// Whatever is on standard input: a plain reader that has the whole of it before it makes
// the same header and body of it, however it is cut into reads. Nothing but CRLF ends a
// line, no blind copy leaves, and every field that need not change is the same to the
// octet; one with a line too long for SMTP is folded, and no octet of it is lost. What is
// encoded is the same to a reader, addresses to the octet, and folded as well; a bare name
// is put in a domain, and nobody else is named by it. A field that a signature covers goes
// out as it came. Nothing after the first line that is
// empty but for CRs makes a field or a recipient, and nothing but lines of a mailbox file
// is missing in what is sent.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <string>
#include <vector>

#include "message/encoded_header.h"
#include "message/submission.h"
#include "require.h"
#include "text/address.h"
#include "text/printable.h"
#include "text/utf8.h"
#include "unit/decoding.h"
#include "unit/feeder.h"

using namespace sallyport;

namespace {

/// Fields with their ends, and the body.
struct Text {
    std::vector<std::string> fields;
    std::string body;
    bool has_nul = false; ///< in a field
};

/// The lines of `input` up to a lone dot, without their ends, stray CRs still in them.
std::vector<std::string> lines_of(std::string_view input, bool dot_ends) {
    std::vector<std::string> lines;
    while (!input.empty()) {
        const auto end = std::min(input.find('\n'), input.size());
        std::string line(input.substr(0, end));
        if (end < input.size() && line.ends_with('\r'))
            line.pop_back();
        input.remove_prefix(std::min(end + 1, input.size()));
        if (dot_ends && line == ".")
            break;
        lines.push_back(std::move(line));
    }
    return lines;
}

bool is_cr(char c) {
    return c == '\r';
}

std::string with_spaces(std::string line) {
    std::ranges::replace_if(line, is_cr, ' ');
    return line;
}

bool is_field(const std::string& line) {
    std::size_t at = 0;
    while (at < line.size() && line[at] > ' ' && line[at] < 0x7f && line[at] != ':')
        ++at;
    return at > 0 && line.find_first_not_of(" \t\r", at) == line.find(':') &&
           line.find(':') != line.npos;
}

bool is_of_a_mailbox(std::string line) {
    while (line.ends_with('\r'))
        line.pop_back();
    const bool field = is_field(line);
    while (line.starts_with('>'))
        line.erase(0, 1);
    return line.starts_with("From ") && std::ranges::none_of(line, is_cr) && !field;
}

Text read_plainly(std::string_view input, bool dot_ends) {
    Text text;
    bool in_header = true;
    bool leading = true; // lines of a mailbox file
    for (const std::string& line : lines_of(input, dot_ends)) {
        leading = leading && is_of_a_mailbox(line);
        const bool continues =
            !text.fields.empty() && !line.empty() && is_blank(line.front());
        const std::string sent = with_spaces(line) + "\r\n";
        if (leading)
            continue;
        if (in_header && continues) {
            text.fields.back() += sent;
        } else if (in_header && is_field(line)) {
            text.fields.push_back(sent);
        } else {
            const bool parts = in_header && std::ranges::all_of(line, is_cr);
            in_header = false;
            text.body += parts ? "" : sent;
        }
    }
    text.has_nul = std::ranges::any_of(text.fields, [](const std::string& field) {
        return field.find('\0') != field.npos;
    });
    return text;
}

std::size_t longest_line(std::string_view octets) {
    std::size_t longest = 0;
    for (auto end = octets.find('\n'); end != octets.npos; end = octets.find('\n')) {
        longest = std::max(longest, end - 1);
        octets.remove_prefix(end + 1);
    }
    return longest;
}

std::string unfolded(const std::string& field) {
    std::string line;
    for (const char c : field)
        line += c == '\r' || c == '\n' ? "" : std::string(1, c);
    return line;
}

/// Commas of address fields may get a blank where they are folded.
std::string without_blanks(std::string_view octets) {
    std::string left;
    std::ranges::copy_if(octets, std::back_inserter(left),
                         [](char c) { return c > ' ' || c < '\0'; });
    return left;
}

/// What addresses stand there, and under which names, their encoded words undone or not;
/// white space aside, and `marks` of which one cannot tell whether they are text.
std::vector<std::string> read_mailboxes(const Field& field, bool strict,
                                        std::string_view marks, bool with_words) {
    std::vector<std::string> read;
    const auto found = try_address_list(field.body(), strict);
    for (const Mailbox& mailbox : found.value_or(std::vector<Mailbox>{})) {
        std::string name = mailbox.display_name;
        name = without_blanks(with_words ? decode_field(name, "()") : name);
        std::erase_if(name, [&](char c) { return marks.find(c) != marks.npos; });
        read.push_back(name + "<" + mailbox.address() + ">");
    }
    return read;
}

std::string lower_name(const std::string& field) {
    std::string name;
    for (const char c : std::string_view(field).substr(0, field.find(':'))) {
        if (!is_blank(c))
            name += to_lower(c);
    }
    return name;
}

/// The fields that signatures cover, each with a colon on both sides; a lone colon if all.
std::string signed_in(const std::vector<std::string>& fields) {
    std::string names = ":";
    for (const std::string& field : fields) {
        const std::string name = lower_name(field);
        if (name != "dkim-signature" && name != "arc-message-signature")
            continue;
        std::string tags = ";";
        for (const char c : field.substr(field.find(':') + 1)) {
            if (!is_control(c) && c != ' ')
                tags += to_lower(c);
        }
        const auto list = tags.find(";h=");
        if (list == tags.npos)
            return ":";
        names += "from:" + name + ":" +
                 tags.substr(list + 3, tags.find(';', list + 1) - list - 3) + ":";
    }
    return names == ":" ? "" : names;
}

bool is_signed(const std::string& field, const std::string& names) {
    return names == ":" || names.find(":" + lower_name(field) + ":") != names.npos;
}

/// `after` is `before` with the domain of someone() put in, perhaps more than once.
bool is_qualified(std::string_view before, std::string_view after) {
    constexpr std::string_view domain = "@host.example";
    while (!after.empty()) {
        if (after.starts_with(domain) && !before.starts_with(domain)) {
            after.remove_prefix(domain.size());
            continue;
        }
        if (before.empty() || before.front() != after.front())
            return false;
        before.remove_prefix(1);
        after.remove_prefix(1);
    }
    return before.empty();
}

bool names_mailboxes(const std::string& field) {
    std::string name = lower_name(field);
    if (name.starts_with("resent-"))
        name.erase(0, 7);
    return name == "from" || name == "sender" || name == "reply-to" || name == "to" ||
           name == "cc";
}

/// The one as it came, the other as it will be sent; `names` are signed.
bool is_kept(const std::string& before, const std::string& after,
             const std::string& names) {
    if (before == after || is_signed(before, names))
        return before == after;
    if (!names_mailboxes(before))
        return longest_line(before) > text_line_limit &&
               unfolded(before) == unfolded(after);
    if (is_qualified(unfolded(before), unfolded(after)))
        return true;
    // Blanks may change where a line is too long, be it by the domains alone.
    const std::string words = without_blanks(before);
    const std::string words_after = without_blanks(after);
    return longest_line(before) + words_after.size() > text_line_limit + words.size() &&
           is_qualified(words, words_after);
}

std::vector<std::string> fields_of(const Header& header) {
    std::vector<std::string> fields;
    for (const Field& field : header.fields())
        fields.push_back(field.octets());
    return fields;
}

/// A From that is empty is put in anew.
bool is_from_nobody(const std::string& field) {
    const std::string body = field.substr(field.find(':') + 1);
    const std::string name = lower_name(field);
    const auto list = try_address_list(body);
    return (name == "from" || name == "resent-from") && list && list->empty() &&
           body.find(':') == body.npos;
}

bool is_never_sent(const std::string& field) {
    const std::string name = lower_name(field);
    return is_from_nobody(field) || name == "bcc" || name == "resent-bcc" ||
           name == "return-path" || name == "content-length";
}

void check_line_ends(const std::string& octets) {
    for (std::size_t at = 0; at < octets.size(); ++at) {
        require(octets[at] != '\n' || (at > 0 && octets[at - 1] == '\r'));
        require(octets[at] != '\r' || (at + 1 < octets.size() && octets[at + 1] == '\n'));
    }
    require(octets.empty() || octets.ends_with("\r\n"));
}

/// Of a field that may be encoded; `after` is what became of it.
void check_encoded(const Field& before, const Field& after) {
    require(before.name() == after.name());
    if (!has_eight_bit(before.octets()) && longest_line(before.octets()) <= text_line_limit)
        require(before.octets() == after.octets());
    if (before.is_one_of(address_fields)) {
        // Quoted pairs of a comment that stands for a name; in Shift_JIS quotes, too.
        const char* const marks = is_well_formed(before.octets()) ? "\\" : "\\\"";
        for (const bool strict : {false, true}) {
            if (!try_address_list(before.body(), strict))
                continue;
            const auto read = read_mailboxes(after, strict, marks, true);
            const auto words = read_mailboxes(before, strict, marks, true);
            const auto text = read_mailboxes(before, strict, marks, false);
            require(read.size() == text.size());
            // RFC 2047 5: what looks like a word is text where a name is in quotes.
            for (std::size_t i = 0; i < read.size(); ++i)
                require(read[i] == words[i] || read[i] == text[i]);
        }
    } else {
        require(without_blanks(decode_field(before.body())) ==
                without_blanks(decode_field(after.body())));
    }
    if (longest_line(before.octets()) <= text_line_limit)
        require(longest_line(after.octets()) <= text_line_limit);
}

/// Readers see the same text; programs find the same octets.
void check_header(const Header& header) {
    std::vector<std::string> notes;
    Header encoded = header;
    encode_header(encoded, notes);
    require(encoded.fields().size() == header.fields().size());
    const std::string names = signed_in(fields_of(header));
    for (std::size_t i = 0; i < header.fields().size(); ++i) {
        const Field& before = header.fields()[i];
        const Field& after = encoded.fields()[i];
        if (is_signed(before.octets(), names))
            require(before.octets() == after.octets());
        else
            check_encoded(before, after);
    }
    for (const std::string& note : notes)
        require(!has_control(note) && !has_eight_bit(note));
    check_line_ends(encoded.octets());
    Header again = encoded;
    encode_header(again, notes);
    require(again.octets() == encoded.octets());
}

Identity someone() {
    Identity identity;
    identity.login = "caller";
    identity.host_name = "host.example";
    identity.id = "id1";
    return identity;
}

Envelope envelope_of(const Header& header) {
    Invocation invocation;
    invocation.recipients_from_header = true;
    try {
        Envelope envelope = make_envelope(invocation, {}, header, someone());
        require(!envelope.recipients.empty());
        for (const std::string& recipient : envelope.recipients) {
            require(!has_control(recipient) && recipient.size() <= address_limit);
            require(printable(recipient, recipient.size()) == recipient);
            require(recipient.find('@') != recipient.npos);
            require(std::ranges::count(envelope.recipients, recipient) == 1);
        }
        return envelope;
    } catch (const Failure& failure) {
        const bool nobody = failure.status() == ExitStatus::usage;
        require_refusal(failure, nobody ? ExitStatus::usage : ExitStatus::data_error);
    }
    return {};
}

/// Whom To and Cc name, qualified.
std::vector<std::string> named_in(const Header& header) {
    std::vector<std::string> named;
    for (const Field& field : header.fields()) {
        const auto list = field.is("To") || field.is("Cc") ? try_address_list(field.body())
                                                           : std::nullopt;
        for (const Mailbox& mailbox : list.value_or(std::vector<Mailbox>()))
            named.push_back(mailbox.domain.empty() ? mailbox.local + "@host.example"
                                                   : mailbox.address());
    }
    return named;
}

/// What is left of the header stands together; around it is only what was missing.
void check_completed(Header header) {
    std::vector<std::string> kept = fields_of(header);
    const std::string names = signed_in(kept);
    std::erase_if(kept, is_never_sent);
    const Envelope envelope = envelope_of(header);
    const auto named = named_in(header);
    std::vector<std::string> notes;
    complete_header(header, envelope, {}, {}, someone(), notes);
    require(named_in(header) == named && notes.empty());
    const auto fields = fields_of(header);
    require(std::ranges::none_of(fields, is_never_sent));
    const auto place =
        std::search(fields.begin(), fields.end(), kept.begin(), kept.end(),
                    [&](const std::string& after, const std::string& before) {
                        return is_kept(before, after, names);
                    });
    require(kept.empty() || place != fields.end());
    const auto added = fields.size() - kept.size();
    require(added <= 3);
    bool resent = false;
    for (const std::string& field : fields)
        resent = resent || lower_name(field).starts_with("resent-");
    for (const std::string name : {"from", "date", "message-id"}) {
        require(std::ranges::any_of(fields, [&](const std::string& field) {
            return lower_name(field) == (resent ? "resent-" : "") + name;
        }));
    }
    check_line_ends(header.octets());
    complete_header(header, envelope, {}, {}, someone(), notes);
    require(fields_of(header) == fields);
    check_header(header);
}

/// Whom [sender] allow or force lets pass is the author to the end.
void check_authors(Header header, bool forced) {
    Settings settings;
    settings.sender.domain = "example.org";
    settings.sender.envelope_from = parse_reverse_path("me@example.org");
    settings.sender.force_header = forced;
    settings.sender.allow = {"*@example.org"};
    std::vector<std::string> notes;
    try {
        complete_header(header, {}, {}, settings, someone(), notes);
    } catch (const Failure& failure) {
        const bool long_address = failure.status() == ExitStatus::data_error;
        return require_refusal(failure,
                               long_address ? ExitStatus::data_error : ExitStatus::no_perm);
    }
    check_header(header);
    encode_header(header, notes);
    for (const Field& field : header.fields()) {
        if (!field.is_one_of("from:sender:resent-from:resent-sender"))
            continue;
        const auto authors = try_address_list(field.body(), true);
        require(authors && !authors->empty());
        for (const Mailbox& author : *authors)
            require(author.domain.empty() ||
                    equals_ignoring_case(author.domain, "example.org"));
    }
}

std::string body_of(const Draft& draft) {
    std::string body(draft.body.size(), '\0');
    require(draft.body.read(0, body) == body.size());
    return body;
}

/// One block for each octet, or one for all.
Draft take_in(std::string_view input, bool dot_ends, bool by_octets) {
    Intake intake(dot_ends, 0);
    const std::size_t piece = by_octets ? 1 : std::max<std::size_t>(input.size(), 1);
    for (; !input.empty() && !intake.ended(); input.remove_prefix(piece))
        intake.add(input.substr(0, piece));
    return intake.finish();
}

/// The input up to the first line that is empty once its CRs are gone, which is in it.
std::string_view before_first_empty_line(std::string_view input) {
    bool empty = true;
    for (std::size_t at = 0; at < input.size(); ++at) {
        if (input[at] == '\n' && empty)
            return input.substr(0, at + 1);
        empty = input[at] == '\n' || (empty && input[at] == '\r');
    }
    return input;
}

/// What is no white space.
std::string visible(std::string_view octets) {
    std::string result;
    for (const char c : octets) {
        if (c != ' ' && c != '\r' && c != '\n')
            result += c;
    }
    return result;
}

/// No field comes from after the first empty line, and so no recipient.
void check_end_of_header(const Draft& draft, std::string_view input, bool dot_ends) {
    const Draft front = take_in(before_first_empty_line(input), dot_ends, false);
    require(fields_of(draft.header) == fields_of(front.header));
}

/// All but mailbox lines, line ends and spaces (CRs are among them now) is still there.
void check_nothing_lost(const Draft& draft, std::string_view input, bool dot_ends) {
    auto lines = lines_of(input, dot_ends);
    lines.erase(lines.begin(), std::ranges::find_if_not(lines, is_of_a_mailbox));
    std::string sent;
    for (const std::string& line : lines)
        sent += visible(line);
    require(visible(draft.header.octets()) + visible(body_of(draft)) == sent);
}

void check_draft(const Draft& draft, const Text& text) {
    require(fields_of(draft.header) == text.fields);
    const std::string body = body_of(draft);
    require(body == text.body);
    check_line_ends(draft.header.octets());
    check_line_ends(body);
    require(draft.facts.eight_bit == has_eight_bit(body));
    require(draft.facts.nul == (body.find('\0') != body.npos));
    require(draft.facts.longest_line == longest_line(body));
    check_completed(draft.header);
    check_authors(draft.header, true);
    check_authors(draft.header, false);
}

/// Empty if it is refused.
template<class Call>
std::optional<Draft> unless_refused(Call&& call) {
    try {
        return call();
    } catch (const Failure& failure) { // a NUL in the header
        require_refusal(failure, ExitStatus::data_error);
        return std::nullopt;
    }
}

void check_the_same(const std::optional<Draft>& draft,
                    const std::optional<Draft>& at_once) {
    require(draft.has_value() == at_once.has_value());
    if (!draft)
        return;
    require(fields_of(draft->header) == fields_of(at_once->header));
    require(body_of(*draft) == body_of(*at_once));
    require(draft->facts.longest_line == at_once->facts.longest_line);
    require(draft->facts.eight_bit == at_once->facts.eight_bit);
    require(draft->facts.nul == at_once->facts.nul);
}

/// Where the input is cut changes nothing.
void check_in_pieces(std::string_view input) {
    const auto at_once = unless_refused([&] { return take_in(input, true, false); });
    check_the_same(unless_refused([&] { return take_in(input, true, true); }), at_once);
    const Feeder pieces{std::string(input), input.size() / 64 + 1};
    check_the_same(unless_refused([&] { return read_draft(pieces.fd(), true, 0); }),
                   at_once);
}

void check(int fd, std::string_view input, bool dot_ends) {
    const Text text = read_plainly(input, dot_ends);
    try {
        const Draft draft = read_draft(fd, dot_ends, 0);
        require(!text.has_nul);
        check_draft(draft, text);
        check_end_of_header(draft, input, dot_ends);
        check_nothing_lost(draft, input, dot_ends);
    } catch (const Failure& failure) {
        require_refusal(failure, ExitStatus::data_error);
        require(text.has_nul);
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view input(reinterpret_cast<const char*>(data), size);
    check(file_of(input).get(), input, true);
    check(file_of(input).get(), input, false);
    check_in_pieces(input);
    return 0;
}
