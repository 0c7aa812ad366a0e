// SPDX-License-Identifier: MIT
//
// What is said about what may happen with any server, in the order of the rungs.
#include "ctl/advice_rows.h"

namespace sallyport::ctl {

namespace {

constexpr AdviceRow rows[] = {
    // ---- machine ----
    {"no-config", "There is no configuration file, and SALLYPORT_URL is not set.",
     "Nothing says which server to use. Run \"sallyportctl setup\", or set "
     "SALLYPORT_URL."},
    {"config-error", "The configuration cannot be used.",
     "The configuration has a mistake. Nothing is sent until it is mended; \"sallyportctl "
     "config --check\" lists all that there are."},
    {"file-open", "Others can read a file that holds a secret.",
     "Everybody on this machine can read the password in {file}. Run as root: groupadd -r "
     "-f sallyport; usermod -aG sallyport ACCOUNT (for each account that sends); chgrp "
     "sallyport {file}; chmod 640 {file}"},
    {"file-shut", "An account that sends cannot read the configuration.",
     "The account {account} cannot read {file}, so its mail fails with status 78. Run as "
     "root: groupadd -r -f sallyport; usermod -aG sallyport ACCOUNT (for each account that "
     "sends); chgrp sallyport {file}; chmod 640 {file}; then restart what sends. All of "
     "that group can read the password."},
    {"no-authorities",
     "No certification authorities are installed.",
     "This machine knows no certification authorities. Install ca-certificates; in a "
     "container copy /etc/ssl/certs into it.",
     {{"relay", "tls_ca"}}},
    {"other-sendmail", "The program sendmail is not sallyport.",
     "{path} is {program}: cron and PHP do not use sallyport yet. On Debian install "
     "sallyport-mta; on Fedora run \"alternatives --config mta\"; elsewhere run \"make "
     "install-links\" in the source."},
    {"no-sendmail", "There is no program sendmail.",
     "Nothing is called sendmail here, so that cron and PHP cannot send. On Debian install "
     "sallyport-mta; elsewhere run \"make install-links\" in the source."},
    {"clock",
     "The clock is behind the program's own date, or a certificate is not yet valid.",
     "This machine's clock says {date}. If that is wrong, set the clock: certificates look "
     "invalid because of it.[ If it is right, only the server's owner can mend the "
     "certificate, which is good from {since} on.]"},
    {"secret-shape",
     "The secret does not look like one.",
     "The password {shape}.",
     {{"relay", "password", "", "{by_value}"},
      {"relay", "password_file", "", "{by_file}"}}},
    {"php85",
     "PHP 8.5 or later is installed, and mail that has to wait ends with status 75.",
     "PHP 8.5 takes status 75 for success: such mail would be lost without a word. Have "
     "sallyport exit with 69 instead.",
     {{"exit", "tempfail", "69"}}},
    {"queue-shut",
     "A queue is configured, and cannot be used here.",
     "What cannot be sent at once does not wait here: {reason}",
     {{"queue", "directory"}}},
    {"queue-idle", "Nobody has run the queue for an hour.",
     "Nobody has run the queue[ since {since}], and nothing else sends what waits there. "
     "Have cron or a timer run \"sallyport -q\" every five minutes, as the user whose "
     "queue it is: see \"Running the queue\" in sallyport(8)."},
    {"queue-remote",
     "The queue is on a file system of the network.",
     "{path} is on a file system of the network: neither locks nor what is on the disk are "
     "sure there, and a message may be lost or sent twice. Take a local directory.",
     {{"queue", "directory"}}},

    // ---- names ----
    {"no-such-host",
     "The name of the server does not exist.",
     "This machine's name server does not know the host {host}.[ There is {nearest}: is "
     "it a typing error?][ It is a host of {title}: leave it, and check what follows the "
     "colon in provider, if there is one, and the name server.]",
     {{"relay", "host", "{nearest}", "{own}"}}},
    {"no-address", "The name of the server has no address that can be used here.",
     "No address of {host} can be used here: {reason}."},
    {"no-resolver", "No name server answers.",
     "No name server answers[ ({list})]. This is not about mail: names do not work here. "
     "In a chroot, copy /etc/resolv.conf."},
    {"mx-as-host",
     "The host takes mail for its own users and sends none.",
     "The host {host} takes mail for its own users, on port 25. To send, use "
     "another[: that of {preset}].",
     {{"relay", "provider", "{preset}"}}},
    {"no-srv",
     "srv is set, and the domain names no server in DNS.",
     "The domain {domain} does not publish its submission server. Ask for its name.",
     {{"relay", "host"}}},

    // ---- ports ----
    {"port25-shut",
     "Port 25 does not answer.",
     "Port 25 is shut here, as in most clouds (Azure, AWS, Google) and at most providers "
     "of home lines (in Japan: OP25B).[ That is usual; {q} is open.]",
     {{"relay", "port", "{q}"}}},
    {"port-shut",
     "A port that is configured does not answer.",
     "Port {p} is shut on the way out (some clouds shut 465, some 587)[; {q} is open]. "
     "Each delivery waits for it.",
     {{"relay", "port", "{q}"}}},
    {"all-shut",
     "No port answers, though names can be looked up.",
     "No mail port leads out of this network. Ask its owner for 587, or use a proxy, or "
     "a provider with port 443 or 8465 (smtp2go).",
     {{"relay", "port"}, {"relay", "proxy"}}},
    {"refused",
     "The connection is refused.",
     "The connection to {peer} was refused: the machine is there, and nothing listens on "
     "port {p}.[ Port {q} is open.]",
     {{"relay", "host"}, {"relay", "port", "{q}"}}},
    {"unreachable", "There is no route to any address of the server.",
     "This machine has no way to {host}: it has no network, is a container without one, or "
     "has no IPv6 where {host} has nothing else."},
    {"v6-dead",
     "IPv6 does not answer, IPv4 does.",
     "IPv6 leads nowhere from here, and each delivery tries it first.",
     {{"relay", "ip", "4"}}},
    {"proxy",
     "The proxy is not there, refuses, or is none.",
     "The proxy did not connect us: check its host and port, and its user and password. "
     "Ask its owner whether it may reach {host} on port {p}.",
     {{"relay", "proxy"}}},

    // ---- greeting ----
    {"wants-implicit",
     "The server is silent until TLS begins.",
     "The server on port {p} expects TLS at once.",
     {{"relay", "tls", "implicit"}}},
    {"wants-starttls",
     "The server answers TLS in clear.",
     "The server on port {p} greets in clear and starts TLS later.",
     {{"relay", "tls", "starttls"}}},
    {"captive",
     "HTTP comes back.",
     "A web page answers instead of a mail server: is this the right host and port? Where "
     "a network wants a log-in first, log in to it, or name its proxy.",
     {{"relay", "host"}, {"relay", "port"}, {"relay", "proxy"}}},
    {"not-smtp",
     "A server of another protocol answers.",
     "The server speaks {protocol} there, which does not take mail to be sent.",
     {{"relay", "host"}, {"relay", "port"}}},
    {"mute",
     "The connection stands, and nothing is said on it.",
     "The connection stands but nothing answers: a firewall swallows it, or {provider} "
     "has no port {p}.[ Port {tls_port} is open: try that.] (Postmark and Azure have no "
     "465.)",
     {{"relay", "port", "{tls_port}"}, {"relay", "tls", "implicit", "{tls_port}{tls}"}}},
    {"mangled",
     "Asterisks in the greeting, or XXXX in the reply to EHLO.",
     "A firewall rewrites the dialogue (\"SMTP inspection\"). Have it switched off, or "
     "use a port with TLS at once[: {tls_port} is open].",
     {{"relay", "port", "{tls_port}", "{tls_port}"},
      {"relay", "tls", "implicit", "{tls_port}{tls}"}}},
    {"listed",
     "The greeting or the reply to EHLO says that this address is blocked.",
     "The server refuses this machine's address before any word. On 465 and 587 that is "
     "rare: is {host} the submission server?",
     {{"relay", "host"}}},
    {"turned-away", "The server refuses the greeting or EHLO, for another reason.",
     "The server does not want to talk to this machine, for the reason below."},
    {"helo",
     "The server refuses the name given in EHLO.",
     "The server dislikes the name that this machine greets with[, {helo}]. Give one "
     "with dots that exists.",
     {{"relay", "helo"}}},

    // ---- TLS ----
    {"no-starttls",
     "The server does not offer STARTTLS.",
     "The server offers no encryption on port {p}, so nothing is sent. Use a port with TLS "
     "at once[: {tls_port} is open]. (Yahoo! JAPAN and Nifty: 465.)",
     {{"relay", "port", "{tls_port}", "{tls_port}"},
      {"relay", "tls", "implicit", "{tls_port}{tls}"}}},
    {"ca-unknown",
     "Nobody here knows who signed the certificate.",
     "The certificate is signed by {issuer}, which this machine does not know.[ That of "
     "{title} is from a public authority: something between opens the TLS (an antivirus "
     "program, a company's proxy, an attacker). Change nothing here.][ If {own} is your "
     "own server, name its authority in tls_ca; or ask its owner for its pin, on the "
     "telephone or on the server itself, and write that as tls_pin, with tls_ca = "
     "none.][ The key shown here is {pin}: where the owner's differs, write neither, for "
     "something between opens the TLS.]",
     {{"relay", "tls_ca", "", "{own}"}, {"relay", "tls_pin", "", "{own}"}}},
    {"chain-gap",
     "The certificate's issuer is neither sent nor known.",
     "The server does not send the certificate in between[, that of {issuer}]: its owner "
     "must.[ {title} does send it, so something between may open the TLS: change nothing "
     "here.][ Until {own} does, tls_ca can name a file that holds that certificate and the "
     "root above it, both from the authority's own page; nobody else is trusted then.]",
     {{"relay", "tls_ca", "", "{own}"}}},
    {"wrong-name",
     "The certificate is for other names.",
     "The certificate is for {names}, not for {host}.[ In place of {own} use one of these "
     "names only if your provider's own page names it. (Sakura, Onamae: the server's own "
     "name, not your domain.)] If none of them is your provider's, somebody else answers: "
     "change nothing.",
     {{"relay", "host", "", "{own}"}, {"relay", "tls_name", "", "{own}"}}},
    {"expired", "The certificate has ended, or is about to.",
     "[The certificate ended {ago} days ago. ][The certificate ends in {left} days. ]"
     "Only the server's owner can renew it."},
    {"tls-old",
     "No version of TLS is common to both.",
     "The server wants a version of TLS that we do not share[ ({offered})]; sallyport "
     "speaks 1.2 and 1.3.",
     {{"relay", "host"}}},
    {"pin-changed",
     "The server's key is none of tls_pin.",
     "The server's key is not the pinned one.[ {title} has a certificate from a public "
     "authority: remove tls_pin, and tls_ca = none. If it is refused then, something "
     "between opens the TLS (an antivirus program, a company's proxy, an attacker).][ Ask "
     "the owner of {own} for its pin, on the telephone or on the server itself, and write "
     "that as tls_pin.][ The key shown here is {pin}: where the owner's differs, do not "
     "write it, for something between opens the TLS.]",
     {{"relay", "tls_pin"}}},
    {"revoked",
     "A revocation list names the certificate, or is missing or too old.",
     "By the revocation list the certificate is not to be trusted. If the reply says "
     "that the list itself is missing or has expired, fetch a new one.",
     {{"relay", "tls_crl"}}},
    {"not-trusted", "The certificate is refused for another reason.",
     "The certificate is refused for the reason below; only the server's owner can mend "
     "that."},
    {"tls-failed", "TLS does not come about, for another reason.",
     "TLS does not come about with this server, for the reason below."},

    // ---- log-in ----
    {"no-auth-offered",
     "The server offers no log-in, and there is one to make.",
     "The server offers no log-in here: the port or host is for another use. If none is "
     "needed, remove user and password.",
     {{"relay", "host"}, {"relay", "port"}}},
    {"no-mechanism",
     "There is no mechanism in common.",
     "The server offers {list}, and none of it can be used here[: install {package}]. A "
     "password is no use where only XOAUTH2 or OAUTHBEARER is offered: set token_file. A "
     "token is no use where neither is: set password.",
     {{"relay", "token_file"}, {"relay", "password"}, {"relay", "auth"}}},
    {"shape",
     "The log-in is refused, and the user does not have the provider's form.",
     "As the user, {provider} wants {form}; here it is {given}.",
     {{"relay", "user"}}},
    {"wrong-password",
     "The log-in is refused.",
     "The server knows TLS and us, but not the user {user} with this password. It was "
     "tried once.",
     {{"relay", "user"},
      {"relay", "password", "", "{by_value}"},
      {"relay", "password_file", "", "{by_file}"},
      {"relay", "password_command", "", "{by_command}"}}},
    {"too-many", "The log-in is put off.",
     "Too many log-ins lately, or the server cannot check them now: wait, and do not "
     "retry at once. The reply says no more."},
    {"token-refused",
     "The token is refused.",
     "The token was refused[: status {status}][, scope {scope}]. It may have expired: "
     "get a new one.",
     {{"relay", "token_file"}}},
    {"pop-refused",
     "The POP server refuses, or is none.",
     "The POP server did not take the log-in that has to come first. Check pop_before, "
     "user and password.",
     {{"relay", "pop_before"}}},
    {"pop-first",
     "Recipients are refused, no log-in is offered.",
     "The server wants POP before SMTP.",
     {{"relay", "pop_before"}}},
    {"auth-wanted",
     "The server refuses, since there was no log-in.",
     "The server wants a log-in.",
     {{"relay", "user"}, {"relay", "password"}}},
    {"login-refused",
     "A recipient is refused in spite of the log-in.",
     "The log-in as {user} does not allow this. Check whose log-in it is, and the sender.",
     {{"relay", "user"}, {"sender", "envelope_from"}}},

    // ---- sender, recipient, message ----
    {"own-address",
     "The sender is not one of the account's.",
     "At {provider}, {user} may send only as itself or its aliases, and {from} is none.",
     {{"sender", "envelope_from"}, {"sender", "header_from"}, {"sender", "force", "both"}}},
    {"sender-domain",
     "The sender's domain does not exist, or has no dot.",
     "The domain of {from} does not exist outside this machine: put a real one.",
     {{"sender", "domain"}}},
    {"bare-rcpt",
     "A recipient has no domain that others know, or is root.",
     "The name {to} is nobody's out there: say who reads that mail.",
     {{"recipients", "root"}}},
    {"no-mailbox", "The recipient does not exist.",
     "The server knows no {to}. Your set-up is fine up to here."},
    {"suppressed", "The recipient is on a list of those who get nothing more.",
     "The mail will not be delivered: {to} is on the suppression list of {provider}. "
     "Find out there why: mail to it came back, or somebody complained of it. Only when "
     "that is mended take it off the list."},
    {"too-large", "The message is larger than the server takes.",
     "The message[, with {size} octets,] is larger than the server takes."},
    {"other-refusal", "The sender, a recipient or the message is refused.",
     "The log-in worked; the server refuses {what} for a reason of its own, quoted "
     "below."},
    {"later", "The server puts it off.",
     "The server puts it off, for the reason below. sallyport keeps nothing: send it again "
     "later."},

    // ---- anywhere ----
    {"timed-out", "The server stops answering.",
     "The server answered until now and then no more. It may be busy, or something on "
     "the way swallows what it says."},
    {"hung-up", "The server closes the connection.",
     "The server hung up without saying why. It may refuse this machine, or be about to "
     "stop."},
    {"garbled",
     "What comes back is no reply of SMTP.",
     "What came back is not what a mail server says: is this the right host and port?",
     {{"relay", "host"}, {"relay", "port"}}},
    {"slow", "Something takes long.",
     "This took {seconds} seconds[: {reason}]. Each delivery waits as long."},
    {"in-doubt", "The connection ends when the message has gone out, before the reply.",
     "The server may have accepted the message: it is in doubt. Look whether it arrived "
     "before you send it again."},
};

} // namespace

std::span<const AdviceRow> general_advice() {
    return rows;
}

} // namespace sallyport::ctl
