// SPDX-License-Identifier: MIT
#include <algorithm>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include "base/concat.h"
#include "base/failure.h"
#include "ctl/call.h"
#include "ctl/exit.h"
#include "ctl/json.h"
#include "ctl/provider_facts.h"
#include "ctl/provider_text.h"
#include "ctl/words.h"
#include "text/printable.h"

namespace sallyport::ctl {

namespace {

using Rows = std::vector<const Provider*>;

std::string names_of(const Rows& rows) {
    std::string text;
    for (const Provider* const row : rows) {
        for (const PresetName& preset : preset_names(*row))
            text.append(preset.name).append("\n");
    }
    return text;
}

int tell(const Call& call, const Rows& rows, const std::string& names) {
    const Console& console = call.console;
    if (call.options.json())
        console.show(providers_json(rows));
    else if (call.options.has("names"))
        console.show(names);
    else if (rows.size() == 1)
        console.show(described(*rows.front(), console.look()));
    else
        console.show(listed(rows));
    return done;
}

/// By the domain of a mailbox, or by the name of a server. Nobody is asked.
int tell_of_address(const Call& call, std::string_view address) {
    const auto at = address.rfind('@');
    const std::string_view domain = address.substr(at == address.npos ? 0 : at + 1);
    const bool is_mailbox = provider_of_domain(domain) != nullptr;
    const Provider* const row =
        is_mailbox ? provider_of_domain(domain) : provider_of_host(domain);
    if (row == nullptr)
        stop(ExitStatus::no_input, Fault::local,
             {tr("no provider is known for "), printable(domain, 100),
              tr(": ask whoever runs it for its submission server, and set host")});
    return tell(
        call, {row},
        concat({is_mailbox ? preset_of_domain(domain) : preset_of_host(domain), "\n"}));
}

} // namespace

int providers(const Call& call) {
    const auto pattern = call.options.word();
    const auto address = call.options.value("for");
    if (address && pattern)
        stop(ExitStatus::usage, Fault::local, {tr("either a PATTERN or --for, not both")});
    if (address)
        return tell_of_address(call, *address);
    const Rows rows = providers_like(pattern.value_or(""));
    if (rows.empty())
        stop(ExitStatus::no_input, Fault::local,
             {tr("no provider is like "), printable(*pattern, 100),
              tr(": \"sallyportctl providers\" lists them")});
    return tell(call, rows, names_of(rows));
}

} // namespace sallyport::ctl
