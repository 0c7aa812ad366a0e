// SPDX-License-Identifier: MIT
#include "ctl/answers.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "config/providers.h"
#include "config/values.h"
#include "ctl/asking.h"
#include "ctl/provider_facts.h"
#include "ctl/secret_answer.h"
#include "ctl/secret_form.h"
#include "ctl/server_word.h"
#include "message/aliases.h"
#include "text/address.h"
#include "text/ascii.h"
#include "text/printable.h"

namespace sallyport::ctl {

namespace {

/// An address with its domain, a name before it or not, as it stands in `text`.
std::string read_sender(const std::string& text, const std::string& origin) {
    if (read_mailbox(text, origin).domain.empty())
        misconfigured(origin, tr("an address with its domain is expected"));
    return text;
}

std::string read_readers(const std::string& text, const std::string& origin) {
    read_mailboxes(text, origin);
    for (const Mailbox& mailbox : parse_address_list(text)) {
        if (mailbox.domain.empty())
            misconfigured(origin, tr("an address with its domain is expected"));
    }
    return read_text(text, origin);
}

/// %U and %H stand for something in [sender]; in somebody's address they do not.
std::string without_meaning(std::string_view address) {
    std::string text;
    for (const char c : address)
        text.append(c == '%' ? 2 : 1, c);
    return text;
}

class Interview {
  public:
    Interview(const Options& options, const Console& console,
              const Surroundings& surroundings)
        : options_(options), console_(console), surroundings_(surroundings) {}

    Plan run() {
        has_secret_ = names_secret(options_);
        answer_server();
        answer_user();
        answer_log_in();
        if (!options_.has("add")) {
            answer_sender();
            answer_root();
        }
        expect_none(missing_);
        return std::move(plan_);
    }

  private:
    void answer_server() {
        if (const auto host = options_.value("host"))
            take_host(by_option("host", [&](const std::string& origin) {
                return read_server_word(*host, origin);
            }));
        if (const auto word = options_.word())
            take_server(*word);
        else if (plan_.host.empty() && surroundings_.can_ask)
            ask_until(console_, tr("Provider, mail address or host"), {},
                      [&](const std::string& answer) { return take_server(answer); });
        else if (plan_.host.empty())
            missing_.emplace_back(tr("--host (or a provider, or an address)"));
        if (!plan_.provider.empty())
            preset_ = read_preset(plan_.provider, "provider");
        provider_ = preset_ ? preset_->provider : provider_of_host(plan_.host);
        if (const auto ports = options_.value("port"))
            plan_.ports = by_option("port", [&](const std::string& origin) {
                return read_ports(*ports, origin);
            });
        plan_.tls = options_.value("tls").value_or(plan_.tls);
    }

    /// A provider, somebody's address, or a host.
    bool take_server(const std::string& text) {
        const bool is_url = text.find("://") != text.npos;
        if (!is_url && text.find('@') != text.npos) {
            take_mailbox(text);
        } else if (text.find_first_of(".:") == text.npos || is_preset(text)) {
            const std::string preset = known_preset(text);
            static_cast<void>(read_preset(preset, "provider"));
            plan_.provider = preset;
        } else if (plan_.host.empty()) {
            ServerWord word = by_option(
                "host", [&](const std::string&) { return read_server_word(text, "host"); });
            plan_.provider = preset_of_name(word.host);
            if (!plan_.provider.empty())
                word.host.clear();
            take_host(std::move(word));
        }
        return true;
    }

    void take_host(ServerWord word) {
        plan_.host = std::move(word.host);
        plan_.ports = std::move(word.ports);
        plan_.tls = std::move(word.tls);
    }

    /// Of a host of the table, or of the domain of its mailboxes; or empty.
    static std::string preset_of_name(std::string_view name) {
        std::string preset = preset_of_host(name);
        return preset.empty() ? preset_of_domain(name) : preset;
    }

    /// "onamae:example.jp" has a dot, too.
    static bool is_preset(std::string_view text) {
        const std::string_view key = text.substr(0, text.find(':'));
        return std::ranges::any_of(provider_table(), [&](const Provider& provider) {
            return equals_ignoring_case(key, provider.key);
        });
    }

    /// A key, or that of the row which alone has the word in it, but for kinds of it: of
    /// gmail and gmail-relay the first. Failure (66, local): none has.
    [[nodiscard]] std::string known_preset(const std::string& text) const {
        if (is_preset(text))
            return text;
        const auto rows = providers_like(text);
        const auto is_kind = [&](const Provider* row) {
            return std::string_view(row->key).starts_with(rows.front()->key);
        };
        if (rows.empty() || !std::ranges::all_of(rows, is_kind))
            refuse_unknown(text, rows);
        const Provider& row = *rows.front();
        console_.remark(concat({printable(text, 60), ": ", row.key, ", ", row.title}));
        return row.key;
    }

    [[noreturn]] static void refuse_unknown(std::string_view text,
                                            const std::vector<const Provider*>& rows) {
        std::vector<std::string> near;
        near.reserve(rows.size());
        for (const Provider* const row : rows)
            near.emplace_back(row->key);
        const std::string_view nearest =
            std::ranges::min_element(provider_table(), {}, [&](const Provider& provider) {
                return distance(text, provider.key);
            })->key;
        if (near.empty() &&
            distance(text, nearest) <= std::min<std::size_t>(nearest.size() / 2, 3))
            near.emplace_back(nearest);
        stop(ExitStatus::no_input, Fault::local,
             {printable(text, 60), tr(" is no provider that is known"),
              near.size() == 1  ? tr("; the nearest is ")
              : near.size() > 1 ? tr("; there are ")
                                : "",
              printable(joined(near, ", "), 200),
              tr(": \"sallyportctl providers\" lists them, and another server is named by "
                 "--host")});
    }

    void take_mailbox(const std::string& text) {
        if (text.substr(0, text.rfind('@')).find(':') != text.npos) // not to be quoted
            stop(ExitStatus::usage, Fault::local,
                 {tr("an address without a colon before its @ is expected: the password "
                     "is asked for later")});
        const Mailbox mailbox = by_option("from", [&](const std::string&) {
            return read_mailbox(text, printable(text, 80));
        });
        mailbox_ = mailbox.address();
        if (!plan_.host.empty())
            return;
        const Discovered found = surroundings_.discover(mailbox.domain);
        if (!found.why.empty())
            console_.remark(concat({printable(mailbox.domain), ": ", found.why}));
        if (found.to_be_confirmed)
            confirm_host(found);
        plan_.provider = found.provider;
        plan_.srv = found.srv;
        plan_.host = found.host;
        plan_.ports = found.ports;
        if (plan_.provider.empty() && plan_.srv.empty() && plan_.host.empty())
            take_unknown_host(mailbox.domain);
    }

    void confirm_host(const Discovered& found) const {
        const std::string host = printable(
            found.provider.empty() ? found.host : read_preset(found.provider, {}).host);
        if (!surroundings_.can_ask)
            misconfigured(host, tr("DNS alone names this server, and anybody could have "
                                   "forged it: name it by --host if it is the right one"));
        if (!console_.confirm(
                concat({tr("DNS alone names "), host,
                        tr(", and could be forged. Is it the right server?")}),
                false))
            misconfigured(host, tr("it is not used"));
    }

    void take_unknown_host(const std::string& domain) {
        const std::string name = printable(domain);
        if (!surroundings_.can_ask) {
            missing_.push_back(concat(
                {"--host (", tr("nothing tells the submission server of "), name, ")"}));
            return;
        }
        take_host(ask_until(
            console_, concat({tr("Submission server of "), name}), {},
            [](const std::string& answer) { return read_server_word(answer, "host"); }));
    }

    void answer_user() {
        if (const auto user = options_.value("user")) {
            plan_.user = *user;
        } else if (preset_ && !preset_->user.empty()) {
            plan_.user = preset_->user;
        } else if (!mailbox_.empty()) {
            plan_.user = user_of_mailbox(provider_, mailbox_);
        }
        if (!plan_.user.empty()) {
            plan_.user = by_option("user", [&](const std::string& origin) {
                return read_text(plan_.user, origin);
            });
            refuse_temporary(plan_.user);
            if (judge_user())
                return;
        } else if (options_.has("user")) {
            return; // no log-in is wanted
        }
        ask_user();
    }

    void ask_user() {
        if (!surroundings_.can_ask)
            return;
        const bool must = must_log_in();
        do {
            plan_.user = console_.ask(must ? tr("User") : tr("User (empty: no log-in)"));
            refuse_temporary(plan_.user);
        } while ((plan_.user.empty() && must) || !judge_user());
    }

    /// A server of one's own may ask for no log-in.
    [[nodiscard]] bool must_log_in() const {
        return provider_ != nullptr || has_secret_ ||
               (plan_.host.empty() && plan_.srv.empty());
    }

    void answer_log_in() {
        const bool wants_none = options_.has("user") && !has_secret_;
        bool knows_secret = has_secret_ || !surroundings_.wants_secret;
        if (!plan_.user.empty())
            knows_secret =
                answer_secret(options_, console_, surroundings_, provider_, plan_);
        else if (wants_none || !must_log_in())
            return;
        else
            missing_.emplace_back("--user");
        if (!knows_secret)
            missing_.emplace_back("--password-stdin");
    }

    void refuse_temporary(std::string_view user) const {
        const bool is_ses =
            provider_ != nullptr && std::string_view(provider_->key) == "ses";
        if ((is_ses || options_.has("iam-secret-stdin")) && is_temporary_key(user))
            stop(ExitStatus::usage, Fault::local,
                 {tr("option --user: ASIA… is a temporary access key, and no SMTP password "
                     "can be made of one: make a key of an IAM user (AKIA…)")});
    }

    /// False: it is to be asked for.
    bool judge_user() {
        const Doubt doubt = doubt_about_user(provider_, plan_.user);
        if (doubt.text.empty())
            return true;
        console_.complain(doubt.text);
        return !surroundings_.can_ask ||
               console_.confirm(tr("Use it nevertheless?"), false);
    }

    void answer_sender() {
        const std::string address = !mailbox_.empty() ? mailbox_ : plan_.user;
        std::string usual;
        if (address.find('@') != address.npos && is_sender(address))
            usual = without_meaning(address);
        if (const auto from = options_.value("from"))
            plan_.from = by_option("from", [&](const std::string& origin) {
                return read_sender(*from, origin);
            });
        else if (surroundings_.can_ask)
            plan_.from = ask_until(console_, tr("Sender that the server accepts"), usual,
                                   [](const std::string& answer) {
                                       return read_sender(answer, "the sender");
                                   });
        else if (!usual.empty())
            plan_.from = usual;
        else
            missing_.emplace_back("--from");
        plan_.force = options_.value("force").value_or("");
    }

    static bool is_sender(const std::string& text) {
        try {
            return read_sender(text, {}) == text;
        } catch (const Failure&) { // it is no address, and so no sender
            return false;
        }
    }

    void answer_root() {
        if (const auto root = options_.value("root")) {
            plan_.root = by_option("root", [&](const std::string& origin) {
                return read_readers(*root, origin);
            });
            return;
        }
        const auto readers = readers_in_aliases();
        if (readers && (surroundings_.can_ask
                            ? console_.confirm(concat({tr("Follow "), surroundings_.aliases,
                                                       tr(" for names without a domain?")}),
                                               true)
                            : !readers->empty()))
            plan_.aliases = surroundings_.aliases;
        if (!plan_.aliases.empty() && !readers->empty())
            return;
        if (!surroundings_.can_ask) {
            missing_.emplace_back("--root");
            return;
        }
        plan_.root = ask_until(
            console_, tr("Who reads root's mail"), read_mailbox(plan_.from, {}).address(),
            [](const std::string& answer) { return read_readers(answer, "the reader"); });
    }

    /// Who reads root's mail by the file of aliases, if there is one that can be followed;
    /// none, where it does not lead to addresses elsewhere.
    [[nodiscard]] std::optional<std::vector<Mailbox>> readers_in_aliases() const {
        try {
            RecipientSettings settings;
            settings.aliases = surroundings_.aliases;
            const Aliases aliases(settings);
            std::vector<Mailbox> readers;
            if (aliases.stands_for_others("root", false))
                readers = aliases.expand("root");
            if (std::ranges::any_of(
                    readers, [](const Mailbox& reader) { return reader.domain.empty(); }))
                readers.clear();
            return readers;
        } catch (const Failure&) { // what it says only a local mailer could do
            return std::nullopt;
        }
    }

    const Options& options_;
    const Console& console_;
    const Surroundings& surroundings_;
    Plan plan_;
    std::string mailbox_; ///< somebody's address, or empty
    std::optional<Preset> preset_;
    const Provider* provider_ = nullptr;
    bool has_secret_ = false;          ///< an option says where it is
    std::vector<std::string> missing_; ///< options that nobody can be asked for
};

} // namespace

Plan answers(const Options& options, const Console& console,
             const Surroundings& surroundings) {
    return Interview(options, console, surroundings).run();
}

} // namespace sallyport::ctl
