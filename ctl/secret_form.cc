// SPDX-License-Identifier: MIT
#include "ctl/secret_form.h"

#include <algorithm>

#include "base/concat.h"
#include "ctl/words.h"
#include "text/ascii.h"

namespace sallyport::ctl {

namespace {

constexpr std::size_t ses_password_size = 44;
constexpr std::size_t iam_key_size = 40;
constexpr std::size_t gmail_password_size = 16;

Doubt about_sendgrid(std::string_view secret) {
    if (secret.starts_with("SG."))
        return {};
    return {tr("an API key of SendGrid begins with SG."), {}};
}

Doubt about_ses(std::string_view secret) {
    if (secret.size() == ses_password_size)
        return {};
    if (secret.size() == iam_key_size)
        return {tr("this looks like an IAM secret key: --iam-secret-stdin makes the SMTP "
                   "password of it"),
                {}};
    return {tr("an SMTP password of Amazon SES has 44 characters"), {}};
}

Doubt about_gmail(std::string_view secret) {
    std::string letters(secret);
    std::erase_if(letters, is_blank);
    const bool good =
        letters.size() == gmail_password_size && std::ranges::all_of(letters, is_alpha);
    if (!good)
        return {tr("an app password of Google has 16 letters; the account's own password "
                   "is refused"),
                {}};
    if (letters == secret)
        return {};
    return {tr("Google shows an app password with blanks, which are no part of it"),
            letters};
}

Doubt about_brevo(std::string_view secret) {
    if (secret.starts_with("xkeysib-"))
        return {tr("this is an API key of Brevo, which SMTP refuses; an SMTP key begins "
                   "with xsmtpsib-"),
                {}};
    if (secret.starts_with("xsmtpsib-"))
        return {};
    return {tr("an SMTP key of Brevo begins with xsmtpsib-"), {}};
}

struct SecretForm {
    std::string_view provider;
    Doubt (*doubt)(std::string_view secret);
};

constexpr SecretForm forms[] = {
    {"sendgrid", about_sendgrid},
    {"ses", about_ses},
    {"gmail", about_gmail},
    {"brevo", about_brevo},
};

std::string local_part(std::string_view address) {
    return std::string(address.substr(0, address.rfind('@')));
}

/// What a user's name of this form looks like; null if it does look so.
const char* objection(const Provider& provider, std::string_view user) {
    using Form = Provider::UserForm;
    const bool is_address = user.find('@') != user.npos;
    if (provider.user_form == Form::address && !is_address)
        return tr("the user is the whole address there");
    if (provider.user_form == Form::local_part && is_address)
        return tr("the user is what stands before the @ there");
    if (provider.user_form == Form::local_and_domain &&
        (is_address || user.find('.') == user.npos))
        return tr("the user is the address there, with a dot in the place of the @");
    return nullptr;
}

} // namespace

bool is_temporary_key(std::string_view user) {
    return user.starts_with("ASIA");
}

Doubt doubt_about_user(const Provider* provider, std::string_view user) {
    if (provider == nullptr || user.empty())
        return {};
    if (provider->user_form == Provider::UserForm::fixed && user != provider->user)
        return {concat({provider->title, tr(": everybody's user is "), provider->user}),
                provider->user};
    if (std::string_view(provider->key) == "ses" && !user.starts_with("AKIA"))
        return {tr("the user of Amazon SES is an access key ID, which begins with AKIA"),
                {}};
    if (const char* const why = objection(*provider, user))
        return {concat({provider->title, ": ", why}), {}};
    return {};
}

Doubt doubt_about_secret(const Provider* provider, std::string_view secret) {
    if (provider != nullptr) {
        const std::string_view key = provider->key;
        const auto form = std::ranges::find(forms, key, &SecretForm::provider);
        if (form != std::end(forms))
            return form->doubt(secret);
    }
    return {};
}

Doubt doubt_about_edges(std::string_view secret) {
    if (trim(secret) != secret)
        return {tr("the secret begins or ends with a blank"), std::string(trim(secret))};
    const bool is_quoted = secret.size() > 2 && secret.front() == secret.back() &&
                           (secret.front() == '"' || secret.front() == '\'');
    if (is_quoted)
        return {tr("the secret stands in quotation marks"),
                std::string(secret.substr(1, secret.size() - 2))};
    return {};
}

std::string user_of_mailbox(const Provider* provider, std::string_view address) {
    using Form = Provider::UserForm;
    if (provider == nullptr || provider->user_form == Form::address)
        return std::string(address);
    if (provider->user_form == Form::local_part)
        return local_part(address);
    if (provider->user_form == Form::local_and_domain) {
        std::string user(address);
        user[user.rfind('@')] = '.';
        return user;
    }
    return provider->user; // and an address says nothing about other users
}

} // namespace sallyport::ctl
