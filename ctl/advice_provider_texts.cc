// SPDX-License-Identifier: MIT
//
// What is said about what is true of one provider, or of a few.
#include "ctl/advice_rows.h"

namespace sallyport::ctl {

namespace {

constexpr AdviceRow rows[] = {
    {"sendgrid-user",
     "SendGrid refuses a user that is not apikey.",
     "For SendGrid the user is the word apikey, and the password an API key that may send "
     "mail.",
     {{"relay", "user", "apikey"}, {"relay", "password"}}},
    {"sendgrid-credits", "SendGrid says \"Maximum credits exceeded\".",
     "SendGrid says that the plan is used up. This 451 does not go away by waiting."},
    {"sendgrid-from",
     "SendGrid wants a verified sender.",
     "SendGrid accepts only senders that are verified there, and {from} is not.",
     {{"sender", "header_from"}, {"sender", "force", "both"}}},
    {"gmail-app",
     "Google refuses the password.",
     "Google takes no account password: switch on two-step verification and make an app "
     "password (16 letters), or use a token.",
     {{"relay", "password"}}},
    {"gmail-web", "Google wants a log-in by browser.",
     "Google holds this log-in back until somebody has logged in by a browser and "
     "confirmed it."},
    {"gmail-relay",
     "The Workspace relay refuses.",
     "The Workspace relay does not know this address or domain: register it in the Admin "
     "console, and greet with a name of your domain.",
     {{"relay", "helo"}}},
    {"m365-auth-off", "SmtpClientAuthentication is disabled.",
     "SMTP AUTH is switched off for the {part}. An administrator switches it on (Mail, "
     "Manage email apps); a token needs that too."},
    {"m365-policy",
     "Security defaults or a policy refuse the password.",
     "A security policy forbids passwords for this account. Use a token, or have the "
     "policy except it.",
     {{"relay", "token_file"}}},
    {"basic-off",
     "Microsoft takes no passwords any more.",
     "Passwords are switched off here, app passwords too: use a token.",
     {{"relay", "token_file"}}},
    {"m365-token",
     "Microsoft refuses the token.",
     "Microsoft does not take the token: it must be for outlook.office365.com[ (yours: "
     "{aud})], with SMTP.Send or SMTP.SendAsApp[ (yours: {scp})], and the user must be "
     "the mailbox.",
     {{"relay", "user"}, {"relay", "token_file"}}},
    {"m365-hve-token",
     "High Volume Email says that the token ends too soon.",
     "Microsoft wants a token that lives ten minutes more: renew it earlier.",
     {{"relay", "token_file"}}},
    {"m365-mailbox", "The application may not open the mailbox.",
     "The application may log in but not open {user}: give its service principal (the "
     "object id of the enterprise application) FullAccess."},
    {"m365-send-as",
     "The account may not send as this sender.",
     "At Microsoft, {user} may not send as {from}: use its own address, or grant SendAs.",
     {{"sender", "header_from"}, {"sender", "force", "both"}}},
    {"m365-anonymous",
     "Microsoft wants a log-in.",
     "Microsoft wants a log-in here.",
     {{"relay", "user"}, {"relay", "password"}}},
    {"quota", "The account has sent as much as it may for now.",
     "Enough for now, says {provider}[ ({limit})]. It works again by itself."},
    {"m365-blocked", "The mailbox is barred from sending.",
     "Microsoft has barred this mailbox from sending, for spam. An administrator lifts "
     "it."},
    {"acs-user",
     "Azure refuses the log-in.",
     "Azure wants the SMTP Username resource (or resource.appID.tenantID) and a client "
     "secret that has not expired, and the application a role on the Communication "
     "Services resource.",
     {{"relay", "user"}, {"relay", "password"}}},
    {"acs-domain",
     "The sender's domain is not linked.",
     "The domain of {from} is not connected to this Communication Services resource, or "
     "the address is none of its MailFrom addresses.",
     {{"sender", "envelope_from"}, {"sender", "force", "both"}}},
    {"ses-secret",
     "SES refuses a password of 40 characters.",
     "That looks like an IAM secret key. The SMTP password is another: run \"sallyportctl "
     "setup ses:{region} --iam-secret-stdin\".",
     {{"relay", "password"}}},
    {"ses-region",
     "SES refuses the log-in.",
     "SES passwords hold for one region: was this one made for {region}?",
     {{"relay", "provider"}, {"relay", "password"}}},
    {"ses-unverified",
     "SES says that an address is not verified.",
     "Not verified in {region}[: {identities}]. In the sandbox the recipients must be, "
     "too.",
     {{"sender", "envelope_from"}, {"sender", "header_from"}, {"sender", "force", "both"}}},
    {"ses-denied", "SES says \"Access denied\".",
     "The IAM user may not call ses:SendRawEmail for this identity: mend its policy."},
    {"mailgun-key",
     "Mailgun refuses the log-in.",
     "Mailgun has one SMTP password for each domain and region; the API key is not one. "
     "Domains in the EU: provider = mailgun:eu.",
     {{"relay", "password"}, {"relay", "provider"}}},
    {"mailgun-sandbox", "Mailgun does not let the domain send.",
     "Mailgun does not let this domain send[: {reason}]. This 421 does not go away by "
     "waiting."},
    {"brevo-ip", "Brevo does not know this machine's address.",
     "The password is right; Brevo does not know this address: allow it under Security, "
     "Authorised IPs."},
    {"brevo-key",
     "Brevo refuses the log-in.",
     "Brevo wants the SMTP login of its panel and an SMTP key; an API key looks alike.",
     {{"relay", "user"}, {"relay", "password"}}},
    {"sparkpost",
     "SparkPost refuses the log-in or the domain.",
     "The user is SMTP_Injection, the key needs \"Send via SMTP\", and the domain of "
     "{from} must be set up there.",
     {{"relay", "user", "SMTP_Injection"}, {"relay", "password"}}},
    {"oci-sender",
     "The sender is not an approved one.",
     "The password is right; {from} is not an approved sender in this region.",
     {{"sender", "envelope_from"}, {"sender", "force", "both"}}},
    {"smtp-off",
     "A mailbox provider refuses the log-in.",
     "This log-in is refused by {provider}. Access for mail programs is off until it is "
     "switched on in the mailbox's settings, and goes off again after long disuse; if it "
     "is on, user or password is wrong.",
     {{"relay", "user"}, {"relay", "password"}}},
    {"jp-abroad",
     "A Japanese host refuses the log-in or the command.",
     "Log-ins from outside Japan are refused by {provider} by default, and many clouds "
     "count as outside: switch the restriction off in its panel; if it is off, user or "
     "password is wrong.",
     {{"relay", "user"}, {"relay", "password"}}},
};

} // namespace

std::span<const AdviceRow> provider_advice() {
    return rows;
}

} // namespace sallyport::ctl
