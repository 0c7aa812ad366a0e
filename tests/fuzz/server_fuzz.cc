// SPDX-License-Identifier: MIT
//
// A dialogue on standard input, whatever the client and the submission server say. Replies
// are well-formed; a message is called accepted if and only if it was; no blind copy and
// no control character leaves; one RCPT leads to the one mailbox in its path; and where the
// input is cut off, what was sent is a part of what is sent of the whole: no octet of a
// message leaves before its last has come.
//
// The first line of the input chooses the extensions and the settings, the second what the
// server says (see submission_model.h). All that follows is the client's.
#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include <unistd.h>

#include "require.h"
#include "serve/server.h"
#include "submission_model.h"
#include "text/address.h"
#include "unit/feeder.h"

using namespace sallyport;

namespace {

struct Scene {
    Scene(const std::string& chosen, std::string what_is_said)
        : letters(chosen), script(std::move(what_is_said)) {
        Relay relay;
        relay.host = "mail";
        relay.tls = TlsMode::none;
        relay.max_recipients = has('k') ? 2 : 100;
        relay.lmtp = has('t');
        settings.relays.push_back(std::move(relay));
        settings.log.target = LogTarget::none;
        settings.sender.domain = "example.org";
        if (!has('n'))
            settings.recipients.root = "a@x, b@x, c";
        settings.message.size_limit = has('l') ? 300 : 0;
        settings.message.received = has('r');
        if (has('f')) {
            settings.sender.envelope_from = parse_reverse_path("forced@x");
            settings.sender.force_envelope = settings.sender.force_header = true;
        }
        if (has('a'))
            settings.sender.allow = {"*@x", "forced@*"};
    }

    [[nodiscard]] bool has(char letter) const {
        return letters.find(letter) != letters.npos;
    }

    [[nodiscard]] std::string offers() const {
        std::string all;
        const std::pair<char, const char*> table[] = {
            {'p', "PIPELINING"}, {'c', "CHUNKING"}, {'8', "8BITMIME"},
            {'u', "SMTPUTF8"},   {'d', "DSN"},      {'s', "SIZE 400"}};
        for (const auto& [letter, keyword] : table)
            all += has(letter) ? std::string("250-") + keyword + "\r\n" : "";
        return all;
    }

    std::string letters;
    std::string script;
    Settings settings;
};

/// A run: what the client heard and the server got.
struct Run {
    Run(const Scene& scene, std::string_view said) {
        all.offers = scene.offers();
        all.script = scene.script;
        all.limit = scene.has('t') ? 1 : scene.settings.relays.front().max_recipients;
        const UniqueFd input = file_of(said);
        const UniqueFd output = file_of("");
        SubmissionNetwork network(all);
        Log log(scene.settings.log, "sallyport");
        const Transcript transcript;
        const Invocation invocation;
        Identity identity;
        identity.login = "caller";
        identity.host_name = "host";
        try {
            Server({invocation, scene.settings, identity, log, network, transcript,
                    Clock::now(), input.get(), output.get()})
                .run();
        } catch (const Failure& failure) {
            hung_up = failure.status() == ExitStatus::data_error;
            require_refusal(failure,
                            hung_up ? ExitStatus::data_error : ExitStatus::io_error);
        }
        replies.resize(static_cast<std::size_t>(::lseek(output.get(), 0, SEEK_END)));
        require(::pread(output.get(), replies.data(), replies.size(), 0) ==
                static_cast<ssize_t>(replies.size()));
    }

    Submissions all;
    std::string replies;
    bool hung_up = false; ///< on a client that does not wait where it must
};

/// RFC 5321 4.2, 3.8; how many messages were accepted, as the client hears it.
std::size_t check_replies(const Run& run) {
    std::string_view replies = run.replies;
    require(replies.starts_with("220 "));
    std::size_t accepted = 0;
    while (!replies.empty()) {
        const auto end = replies.find("\r\n");
        require(end != replies.npos && end <= 510);
        const std::string_view line = replies.substr(0, end);
        replies.remove_prefix(end + 2);
        require(line.size() >= 4 && line[0] >= '2' && line[0] <= '5' && is_digit(line[1]) &&
                is_digit(line[2]) && (line[3] == ' ' || line[3] == '-') &&
                !has_control(line));
        require(line.starts_with("421 ") == (run.hung_up && replies.empty()));
        accepted +=
            line.starts_with("250 accepted: ") || line.starts_with("250 2.0.0 accepted: ")
                ? 1U
                : 0U;
    }
    return accepted;
}

/// The mailbox in the path of a RCPT command, read as simply as can be: quotes resolved,
/// blanks, a source route and a dot at the end dropped, a bare name qualified.
std::string read_recipient(std::string_view line) {
    std::string mailbox;
    bool quoted = false;
    bool literal = false;
    bool named = true; // no domain so far
    for (auto at = std::min(line.find('<'), line.size()) + 1; at < line.size(); ++at) {
        const char c = line[at];
        if (c == '"' && !literal) {
            quoted = !quoted;
        } else if (quoted) {
            at += c == '\\' ? 1U : 0U;
            mailbox += line[std::min(at, line.size() - 1)];
        } else if (c == '>') {
            break;
        } else if (c == ':' && !literal) { // of a source route
            mailbox.clear();
            named = true;
        } else if (!is_blank(c)) {
            literal = c == '[' || (literal && c != ']');
            named = named && c != '@';
            mailbox += c;
        }
    }
    if (!named && mailbox.ends_with('.'))
        mailbox.pop_back();
    return mailbox + (named ? "@example.org" : "");
}

/// Nobody is asked for who is not named by one RCPT, or by the alias. A chunk need not end
/// in a line end: the command after it stands in the same line.
void check_recipients(const Scene& scene, const Run& run, std::string_view said) {
    std::set<std::string> named;
    if (!scene.has('n'))
        named = {"a@x", "b@x", "c@example.org"};
    const std::string verbs = lower_case(said);
    for (auto at = verbs.find("rcpt"); at != verbs.npos; at = verbs.find("rcpt", at + 1))
        named.insert(read_recipient(said.substr(at, said.find('\n', at) - at)));
    for (const std::string& asked : run.all.asked)
        require(asked.find("xn--") != asked.npos || named.contains(read_recipient(asked)));
    std::size_t accepted = 0;
    for (const char* reply : {"\n250 recipient ok", "\n250 2.1.5 recipient ok"}) {
        for (auto at = run.replies.find(reply); at != run.replies.npos;
             at = run.replies.find(reply, at + 1))
            ++accepted;
    }
    require(!scene.has('n') || run.all.granted <= accepted);
}

/// What was called accepted somebody has, and nothing else has been sent. Without an alias
/// it is one copy; with one it may take a transaction for each of the three.
void check_accepted(const Scene& scene, const Run& run) {
    const std::size_t accepted = check_replies(run);
    const std::size_t taken = run.all.taken.size();
    require(accepted <= taken && taken <= accepted * (scene.has('n') ? 1 : 3));
}

/// Ids and dates are new in every run.
std::string without_ids(std::string text) {
    for (const auto& [before, after] :
         {std::pair("\r\nMessage-ID: <", "@example.org>\r\n"),
          {"\r\nDate: ", "\r\n"},
          {"\r\nResent-Message-ID: <", "@example.org>\r\n"},
          {"\r\nResent-Date: ", "\r\n"},
          {"\n\tid ", "\r\n"},
          {"DATA\r\nResent-Message-ID: <", "@example.org>\r\n"}}) {
        for (auto at = text.find(before); at != text.npos; at = text.find(before, at + 1)) {
            const auto begin = at + std::string_view(before).size();
            const auto end = text.find(after, begin);
            if (end != text.npos && text.find('\n', begin) > end)
                text.erase(begin, end - begin);
        }
    }
    return text;
}

/// What is said on each connection, QUIT and what gives up a transaction left out.
std::vector<std::string> said_upstream(const Run& run) {
    std::vector<std::string> all;
    for (const std::string& heard : run.all.heard)
        all.push_back(without_ids(heard));
    for (const std::string_view end : {"QUIT\r\n", "RSET\r\n"}) {
        if (!all.empty() && all.back().ends_with(end))
            all.back().resize(all.back().size() - end.size());
    }
    return all;
}

void check_part(const Run& part, const Run& whole) {
    const auto less = said_upstream(part);
    const auto more = said_upstream(whole);
    require(less.size() <= more.size());
    for (std::size_t i = 0; i < less.size(); ++i) {
        const std::string full =
            i + 1 < more.size() ? more[i] : without_ids(whole.all.heard[i]);
        require(i + 1 < less.size() ? less[i] == full : full.starts_with(less[i]));
    }
    require(part.all.taken.size() <= whole.all.taken.size());
    require(part.replies.size() >= 10 && part.all.taken.size() <= part.replies.size());
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string input(reinterpret_cast<const char*>(data), size);
    const auto first = input.find('\n');
    const auto second = first == input.npos ? input.npos : input.find('\n', first + 1);
    if (second == input.npos)
        return 0;
    const Scene scene(input.substr(0, first), input.substr(first + 1, second - first - 1));
    const std::string_view said = std::string_view(input).substr(second + 1);
    const Run whole(scene, said);
    check_accepted(scene, whole);
    check_recipients(scene, whole, said);
    for (const std::size_t quarters : {1U, 2U, 3U}) {
        const Run part(scene, said.substr(0, said.size() * quarters / 4));
        check_accepted(scene, part);
        check_part(part, whole);
    }
    return 0;
}
