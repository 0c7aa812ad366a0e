// SPDX-License-Identifier: MIT
#include "config/usage.h"

#include <algorithm>

#include "base/concat.h"
#include "config/invocation.h"

namespace sallyport {

namespace {

constexpr std::string_view end =
    "  -A -c -e -G -h -L -m -n -p -U -X -x   are ignored\n"
    "  --help            this text\n"
    "  --version         the version\n\n"
    "Options may be joined (-ti) and go before recipients; -- ends them.\n\n"
    "Test, sends nothing: sendmail -v -bv you@example.com\n"
    "Files: -C file, else ~/.config/sallyport.conf, else\n"
    "  " SYSCONFDIR "/sallyport.conf\n"
    "Variables: SALLYPORT_URL, SALLYPORT_PASSWORD_FILE, SALLYPORT_FROM and, for a\n"
    "  server that takes no other sender, SALLYPORT_SENDER_FORCE=both\n"
    "Log: journalctl -t sallyport, /var/log/mail.log; without /dev/log standard error\n"
    "See sallyport(8), sallyport.conf(5).\n";

} // namespace

std::string usage_text(std::string_view program) {
    std::string text = concat({"usage: ", program,
                               " [option ...] [recipient ...]\n"
                               "Reads a message and hands it to the submission server of "
                               "sallyport.conf(5).\n\n"});
    constexpr std::size_t column = 20;
    for (const Option& option : option_table()) {
        if (option.purpose.empty())
            continue;
        std::string line = concat({"  -", {&option.letter, 1}});
        if (option.value == OptionValue::required)
            line.append(" ").append(option.value_name);
        else if (option.value == OptionValue::joined)
            line.append("[").append(option.value_name).append("]");
        line.resize(std::max(column, line.size() + 1), ' ');
        text.append(line).append(option.purpose).append("\n");
    }
    return text.append(end);
}

} // namespace sallyport
