// SPDX-License-Identifier: MIT
#include "message/envelope.h"

#include <algorithm>
#include <set>
#include <utility>

#include "base/concat.h"
#include "base/failure.h"
#include "message/aliases.h"
#include "text/ascii.h"
#include "text/glob.h"
#include "text/printable.h"

namespace sallyport {

namespace {

constexpr std::string_view recipient_fields = "to:cc:bcc";
constexpr std::string_view resent_fields = "resent-to:resent-cc:resent-bcc";
/// Of an administrator's tool.
constexpr std::string_view commands =
    "check:setup:doctor:test:config:providers:import:queue:token:help";

class Recipients {
  public:
    /// `refuses_commands`: called as sendmail, any word is a recipient. Under the program's
    /// own name people look for a tool with commands, and an empty message would go to
    /// somebody.
    Recipients(std::string domain, const RecipientSettings& settings,
               std::vector<std::string>& notes, bool refuses_commands = false)
        : domain_(std::move(domain)), settings_(settings), notes_(notes),
          refuses_commands_(refuses_commands) {}

    /// `what` the list is, for errors.
    void add(std::string_view list, std::string_view what) {
        for (Mailbox& mailbox : parse_address_list(list, what))
            add(std::move(mailbox));
    }

    void add(Mailbox&& mailbox) {
        const bool is_local = settings_.is_local(mailbox.domain);
        if (is_local)
            mailbox.domain.clear();
        if (mailbox.domain.empty() && !mailbox.final)
            add_bare(std::move(mailbox), is_local);
        else
            add_one(std::move(mailbox));
    }

    void add(const Header& header) {
        const bool resent = std::ranges::any_of(header.fields(), [](const Field& field) {
            return field.is_one_of(resent_fields);
        });
        for (const Field& field : header.fields()) {
            if (field.is_one_of(resent ? resent_fields : recipient_fields))
                add(field.body(), concat({field.name(), ":"}));
        }
    }

    std::vector<std::string> take() { return std::move(addresses_); }

  private:
    void add_one(Mailbox&& mailbox) {
        std::string address = qualify(std::move(mailbox), domain_);
        if (!known_.insert(mailbox_key(address)).second)
            return;
        if (addresses_.size() == recipients_limit)
            stop(ExitStatus::data_error, Fault::local,
                 {"more than 10,000 recipients: split the list"}, "5.5.3");
        addresses_.push_back(std::move(address));
    }

    /// The aliases are read when the first bare name wants them. One that stands for a long
    /// list may be written a thousand times.
    void add_bare(Mailbox&& mailbox, bool with_domain) {
        if (!aliases_)
            aliases_.emplace(settings_);
        std::string key = lower_case(mailbox.local);
        const bool is_command =
            refuses_commands_ && !with_domain && is_one_of(key, commands);
        if (!aliases_->stands_for_others(key, with_domain || is_command)) {
            if (is_command)
                refuse_command(key);
            note_orphan(key);
            return add_one(std::move(mailbox)); // Root and root are two
        }
        if (!expanded_.insert(std::move(key)).second)
            return;
        for (Mailbox& member : aliases_->expand(mailbox.local))
            add_one(std::move(member));
    }

    [[noreturn]] static void refuse_command(const std::string& word) {
        constexpr std::string_view remedy =
            ": there is no such command; to try the configuration, run sallyportctl "
            "check; to send a message to ";
        stop(ExitStatus::usage, Fault::local,
             {word, remedy, word, ", run sallyport -- ", word});
    }

    /// What the system has to say goes to root, and at a provider's domain nobody reads it.
    void note_orphan(std::string_view name) {
        if (name == "root" && notes_.empty())
            notes_.push_back(concat({"nobody is named for root, whose mail goes to root@",
                                     domain_, ": set root in [recipients]"}));
    }

    std::string domain_;
    const RecipientSettings& settings_;
    std::vector<std::string>& notes_;
    bool refuses_commands_;
    std::optional<Aliases> aliases_;
    std::set<std::string> known_;
    std::set<std::string> expanded_; ///< names with an alias, in lower case
    std::vector<std::string> addresses_;
};

} // namespace

std::string mailbox_key(const std::string& address) {
    std::string key = address;
    for (auto at = std::min(key.rfind('@'), key.size()); at < key.size(); ++at)
        key[at] = to_lower(key[at]);
    return key;
}

void check_sender(const std::string& address, const SenderSettings& settings) {
    if (!settings.allow.empty() && !address.empty() &&
        !matches_any(address, settings.allow))
        stop(ExitStatus::no_perm, Fault::local,
             {"sender <", printable(address), ">: [sender] allow does not name it"},
             "5.7.1", 550);
}

std::string make_reverse_path(std::optional<Mailbox> given, const SenderSettings& settings,
                              const Identity& identity) {
    if (settings.force_envelope || (!given && !settings.envelope_from.local.empty()))
        given = identity.fill_in(settings.envelope_from);
    if (!given)
        given.emplace().local = make_local_part(identity.login);
    if (given->local.empty())
        return {};
    std::string address = qualify(std::move(*given), identity.domain(settings));
    check_sender(address, settings);
    return address;
}

std::vector<std::string> make_recipients(const Mailbox& mailbox, const Settings& settings,
                                         const Identity& identity,
                                         std::vector<std::string>& notes) {
    Recipients recipients(identity.domain(settings.sender), settings.recipients, notes);
    recipients.add(Mailbox(mailbox));
    return recipients.take();
}

Envelope make_envelope(const Invocation& invocation, const Settings& settings,
                       const Header& header, const Identity& identity) {
    Envelope envelope;
    Recipients recipients(identity.domain(settings.sender), settings.recipients,
                          envelope.notes,
                          invocation.lone_argument && invocation.program == "sallyport");
    for (const auto& list : invocation.recipients)
        recipients.add(list, "recipient");
    if (invocation.recipients_from_header)
        recipients.add(header);
    envelope.recipients = recipients.take();
    if (envelope.recipients.empty())
        stop(
            ExitStatus::usage, Fault::local,
            {"no recipients: name them as arguments, or give -t and a To, Cc or Bcc field"},
            "5.1.3");
    std::optional<Mailbox> sender;
    if (invocation.sender && !settings.sender.force_envelope)
        sender = parse_reverse_path(*invocation.sender);
    envelope.reverse_path = make_reverse_path(std::move(sender), settings.sender, identity);
    envelope.require_tls = invocation.require_tls;
    envelope.smtputf8 = invocation.smtputf8;
    envelope.body = invocation.body;
    envelope.notify = invocation.notify;
    envelope.ret = invocation.ret;
    envelope.envelope_id = invocation.envelope_id;
    return envelope;
}

} // namespace sallyport
