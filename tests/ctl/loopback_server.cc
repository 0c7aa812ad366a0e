// SPDX-License-Identifier: MIT
//
// loopback_server [NAME=VALUE]...: a submission server on 127.0.0.1 for scripts, which says
// what it is told to. It prints "ready PORT CA-FILE", and ends with its standard input.
//
// Names are those of Manners: tls, shown, raw, greeting, ehlo, mechanisms, auth, auth_end,
// mail, rcpt, data, end; "max" is the newest TLS, "1.1". A line end in a value is "\r\n".
#include <cstdio>
#include <cstdlib>
#include <map>
#include <string>
#include <string_view>

#include <unistd.h>

#include "ctl/loopback.h"

using namespace sallyport;
using namespace sallyport::ctl;

namespace {

[[noreturn]] void refuse(std::string_view argument) {
    std::fprintf(stderr, "loopback_server: %.*s: not known\n",
                 static_cast<int>(argument.size()), argument.data());
    std::exit(2);
}

template<class Value>
Value value_in(const std::map<std::string_view, Value>& values, std::string_view name) {
    const auto found = values.find(name);
    if (found == values.end())
        refuse(name);
    return found->second;
}

const std::map<std::string_view, std::string Manners::*> texts{
    {"raw", &Manners::raw},   {"greeting", &Manners::greeting},
    {"ehlo", &Manners::ehlo}, {"mechanisms", &Manners::mechanisms},
    {"auth", &Manners::auth}, {"auth_end", &Manners::auth_end},
    {"mail", &Manners::mail}, {"rcpt", &Manners::rcpt},
    {"data", &Manners::data}, {"end", &Manners::end}};

void take(Manners& manners, std::string_view name, std::string_view value) {
    if (name == "tls")
        manners.tls = value_in<TlsMode>({{"implicit", TlsMode::implicit},
                                         {"starttls", TlsMode::starttls},
                                         {"none", TlsMode::none}},
                                        value);
    else if (name == "shown")
        manners.shown = value_in<Shown>({{"self_signed", Shown::self_signed},
                                         {"stranger", Shown::stranger},
                                         {"chain_gap", Shown::chain_gap},
                                         {"wrong_name", Shown::wrong_name},
                                         {"expired", Shown::expired},
                                         {"soon", Shown::soon},
                                         {"not_yet", Shown::not_yet}},
                                        value);
    else if (name == "max")
        manners.max_version =
            value_in<int>({{"1.1", TLS1_1_VERSION}, {"1.2", TLS1_2_VERSION}}, value);
    else
        manners.*value_in(texts, name) = value;
}

} // namespace

int main(int argc, char** argv) {
    Manners manners;
    for (int i = 1; i < argc; ++i) {
        const std::string_view argument = argv[i];
        const auto sign = argument.find('=');
        if (sign == argument.npos)
            refuse(argument);
        take(manners, argument.substr(0, sign), argument.substr(sign + 1));
    }
    ::alarm(600); // whatever happens
    const LoopbackServer server(manners);
    std::printf("ready %u %s\n", unsigned{server.port()},
                server.identity().ca_file().c_str());
    std::fflush(stdout);
    char block[64];
    while (::read(STDIN_FILENO, block, sizeof block) > 0) {
    }
}
