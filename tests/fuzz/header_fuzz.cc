// SPDX-License-Identifier: MIT
//
// Whatever is on standard input: a plain reader that has the whole of it before it makes
// the same header and body of it, however it is cut into reads. Nothing but CRLF ends a
// line, no blind copy leaves, and every field that need not change is the same to the
// octet; one with a line too long for SMTP is folded, and no octet of it is lost.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "envelope.h"
#include "message.h"
#include "printable.h"
#include "require.h"
#include "unit/feeder.h"

using namespace sallyport;

namespace {

/// Fields with their ends, and the body.
struct Text {
    std::vector<std::string> fields;
    std::string body;
    bool has_nul = false; ///< in a field
};

/// The lines of `input` up to a lone dot, their ends and stray CRs as they will be.
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
        std::ranges::replace(line, '\r', ' ');
        lines.push_back(std::move(line));
    }
    return lines;
}

bool is_field(const std::string& line) {
    std::size_t at = 0;
    while (at < line.size() && line[at] > ' ' && line[at] < 0x7f && line[at] != ':')
        ++at;
    return at > 0 && line.find_first_not_of(" \t", at) == line.find(':') &&
           line.find(':') != line.npos;
}

Text read_plainly(std::string_view input, bool dot_ends) {
    Text text;
    bool in_header = true;
    bool leading = true; // lines of a mailbox file
    for (const std::string& line : lines_of(input, dot_ends)) {
        const auto quotes = std::min(line.find_first_not_of('>'), line.size());
        leading = leading && line.substr(quotes).starts_with("From ");
        const bool continues =
            !text.fields.empty() && !line.empty() && is_blank(line.front());
        if (leading)
            continue;
        if (in_header && continues) {
            text.fields.back() += line + "\r\n";
        } else if (in_header && is_field(line)) {
            text.fields.push_back(line + "\r\n");
        } else {
            const bool parts = in_header && line.empty();
            in_header = false;
            text.body += parts ? "" : line + "\r\n";
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

/// The one as it came, the other as it will be sent.
bool is_kept(const std::string& before, const std::string& after) {
    if (longest_line(before) <= text_line_limit)
        return before == after;
    return unfolded(before) == unfolded(after);
}

std::vector<std::string> fields_of(const Header& header) {
    std::vector<std::string> fields;
    for (const Field& field : header.fields())
        fields.push_back(field.octets());
    return fields;
}

std::string lower_name(const std::string& field) {
    std::string name;
    for (const char c : std::string_view(field).substr(0, field.find(':'))) {
        if (!is_blank(c))
            name += to_lower(c);
    }
    return name;
}

bool is_never_sent(const std::string& field) {
    const std::string name = lower_name(field);
    return name == "bcc" || name == "resent-bcc" || name == "return-path" ||
           name == "content-length";
}

void check_line_ends(const std::string& octets) {
    for (std::size_t at = 0; at < octets.size(); ++at) {
        require(octets[at] != '\n' || (at > 0 && octets[at - 1] == '\r'));
        require(octets[at] != '\r' || (at + 1 < octets.size() && octets[at + 1] == '\n'));
    }
    require(octets.empty() || octets.ends_with("\r\n"));
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
            require(!has_control(recipient) && recipient.size() <= 254);
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

/// What is left of the header stands together; around it is only what was missing.
void check_completed(Header header) {
    std::vector<std::string> kept = fields_of(header);
    std::erase_if(kept, is_never_sent);
    const Envelope envelope = envelope_of(header);
    complete_header(header, envelope, {}, {}, someone());
    const auto fields = fields_of(header);
    require(std::ranges::none_of(fields, is_never_sent));
    const auto place = std::search(fields.begin(), fields.end(), kept.begin(), kept.end(),
                                   [](const std::string& after, const std::string& before) {
                                       return is_kept(before, after);
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
    complete_header(header, envelope, {}, {}, someone());
    require(fields_of(header) == fields);
}

void check_draft(const Draft& draft, const Text& text) {
    require(fields_of(draft.header) == text.fields);
    std::string body(draft.body.size(), '\0');
    require(draft.body.read(0, body) == body.size());
    require(body == text.body);
    check_line_ends(draft.header.octets());
    check_line_ends(body);
    require(draft.facts.eight_bit == has_eight_bit(body));
    require(draft.facts.nul == (body.find('\0') != body.npos));
    require(draft.facts.longest_line == longest_line(body));
    check_completed(draft.header);
}

void check(int fd, std::string_view input, bool dot_ends) {
    const Text text = read_plainly(input, dot_ends);
    try {
        const Draft draft = read_draft(fd, dot_ends, 0);
        require(!text.has_nul);
        check_draft(draft, text);
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
    const Feeder pieces{std::string(input), size / 64 + 1};
    check(pieces.fd(), input, true);
    return 0;
}
