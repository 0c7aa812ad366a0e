// SPDX-License-Identifier: MIT
#include "ctl/secret_answer.h"

#include <algorithm>
#include <utility>

#include "config/values.h"
#include "ctl/asking.h"
#include "ctl/provider_facts.h"
#include "ctl/secret_form.h"
#include "ctl/ses.h"
#include "system/secret.h"
#include "system/wipe.h"
#include "text/ascii.h"
#include "text/printable.h"

namespace sallyport::ctl {

namespace {

constexpr const char* secret_options[] = {"password-stdin", "password-file",
                                          "password-command", "token-file",
                                          "iam-secret-stdin"};

void expect_usable(std::string_view secret) {
    if (secret.empty())
        stop(ExitStatus::data_error, Fault::local, {tr("the secret is empty")});
    if (secret.size() > Secret::max_size)
        stop(ExitStatus::data_error, Fault::local,
             {tr("the secret has more than 16384 octets")});
    if (has_control(secret))
        stop(ExitStatus::data_error, Fault::local,
             {tr("the secret holds a line end or another control character")});
}

/// The region of "ses:eu-central-1", whether it is named so or by its host.
std::string region_of(const Plan& plan) {
    std::string preset = plan.provider.empty() ? preset_of_host(plan.host) : plan.provider;
    constexpr std::string_view ses = "ses:";
    if (!preset.starts_with(ses))
        stop(ExitStatus::usage, Fault::local,
             {tr("option --iam-secret-stdin: it is for Amazon SES: setup ses:REGION")});
    return preset.substr(ses.size());
}

void derive(std::string& key, Plan& plan) {
    plan.password = ses_password(key, region_of(plan));
    wipe(key);
}

/// A password that was typed or piped, once it looks like one or is meant so.
class Typed {
  public:
    Typed(const Options& options, const Console& console, bool can_ask,
          const Provider* provider)
        : options_(options), console_(console), can_ask_(can_ask), provider_(provider) {}

    /// False: it is to be asked for again.
    bool judge(std::string& secret) const {
        while (strip(secret)) { // one edge after the other
        }
        expect_usable(secret);
        Doubt doubt = doubt_about_secret(provider_, secret);
        if (doubt.text.empty())
            return true;
        console_.complain(doubt.text);
        const bool takes_other = !doubt.instead.empty() && takes_instead();
        if (takes_other)
            secret.swap(doubt.instead);
        wipe(doubt.instead);
        return takes_other || !can_ask_ ||
               console_.confirm(tr("Use it nevertheless?"), false);
    }

  private:
    /// Whether what stands at its edges was no part of it, which only a person can tell.
    bool strip(std::string& secret) const {
        Doubt doubt = doubt_about_edges(secret);
        if (doubt.text.empty())
            return false;
        console_.complain(
            concat({doubt.text, can_ask_ ? "" : tr("; it is taken as it is")}));
        const bool strips = can_ask_ && console_.confirm(tr("Take that off?"), false);
        if (strips)
            secret.swap(doubt.instead);
        wipe(doubt.instead);
        return strips;
    }

    [[nodiscard]] bool takes_instead() const {
        return can_ask_ ? console_.confirm(tr("Take the blanks out?"), true)
                        : options_.has("yes");
    }

    const Options& options_;
    const Console& console_;
    bool can_ask_;
    const Provider* provider_;
};

void ask_password(const Console& console, const Typed& typed, const Provider* provider,
                  Plan& plan) {
    const std::string question = provider == nullptr
                                     ? tr("Password")
                                     : concat({provider->title, ": ", provider->secret});
    for (;;) {
        std::string secret = console.ask_secret(concat({question, tr(" (not shown)")}));
        try {
            if (typed.judge(secret)) {
                plan.password = secret;
                return wipe(secret);
            }
        } catch (const Failure& failure) { // whoever typed it is told, and asked again
            console.complain(failure.what());
        }
        wipe(secret);
    }
}

/// Whether this provider takes tokens alone.
bool takes_tokens_alone(const Provider* provider) {
    return provider != nullptr && *provider->mechanisms != '\0' &&
           std::string_view(provider->mechanisms).find("PLAIN") == std::string_view::npos &&
           std::string_view(provider->mechanisms).find("LOGIN") == std::string_view::npos &&
           std::string_view(provider->mechanisms).find("MD5") == std::string_view::npos;
}

void ask_secret(const Console& console, const Typed& typed, const Provider* provider,
                Plan& plan) {
    if (takes_tokens_alone(provider))
        plan.token_file = ask_until(
            console, tr("File that holds the OAuth 2.0 access token"), {},
            [](const std::string& answer) { return read_path(answer, "token_file"); });
    else
        ask_password(console, typed, provider, plan);
}

/// Of what nobody is asked about.
void look_at_file(const std::string& path, const Console& console) {
    const SecretShape shape = shape_of(SecretFile{{path}, {}});
    if (shape.blank_at_edge || shape.quoted)
        console.complain(
            concat({printable(path), tr(": a blank or a quotation mark at the edge of "
                                        "the secret is taken for a part of it")}));
}

/// The value of an option that names where the secret is.
void take_place(const Options& options, Plan& plan) {
    const auto path = [&](const char* option) {
        return by_option(option, [&](const std::string& origin) {
            return read_path(*options.value(option), origin);
        });
    };
    if (options.has("password-file"))
        plan.password_file = path("password-file");
    else if (options.has("token-file"))
        plan.token_file = path("token-file");
    else if (options.has("password-command"))
        plan.password_command =
            by_option("password-command", [&](const std::string& origin) {
                return read_text(*options.value("password-command"), origin);
            });
}

} // namespace

bool names_secret(const Options& options) {
    const auto count = std::ranges::count_if(
        secret_options, [&](const char* name) { return options.has(name); });
    if (count > 1)
        stop(ExitStatus::usage, Fault::local,
             {tr("the options --password-stdin, --password-file, --password-command, "
                 "--token-file and --iam-secret-stdin exclude each other")});
    return count == 1;
}

bool answer_secret(const Options& options, const Console& console,
                   const Surroundings& surroundings, const Provider* provider, Plan& plan) {
    const Typed typed(options, console, surroundings.can_ask, provider);
    const bool is_iam = options.has("iam-secret-stdin");
    if (is_iam)
        static_cast<void>(region_of(plan)); // before anybody types a key for nothing
    const bool is_piped = is_iam || options.has("password-stdin");
    const bool is_named = names_secret(options);
    if (!surroundings.wants_secret && (is_piped || !is_named)) {
        plan.password = "(secret)";
    } else if (is_iam) {
        std::string key = Console::read_secret();
        expect_usable(key);
        derive(key, plan);
    } else if (is_piped) {
        plan.password = Console::read_secret();
        if (!typed.judge(plan.password))
            stop(ExitStatus::data_error, Fault::local, {tr("the secret is not used")});
    } else if (is_named) {
        take_place(options, plan);
        if (surroundings.wants_secret && !plan.password_file.empty())
            look_at_file(plan.password_file, console);
    } else if (surroundings.can_ask) {
        ask_secret(console, typed, provider, plan);
    } else {
        return false;
    }
    return true;
}

} // namespace sallyport::ctl
