// SPDX-License-Identifier: MIT
#include "net/transcript.h"

#include <utility>

#include "base/concat.h"
#include "text/printable.h"

namespace sallyport {

void Transcript::begin(Step step) const {
    add(step, Kind::began, {});
}

void Transcript::sent(Step step, std::string_view commands) const {
    while (!commands.empty()) {
        const auto end = commands.find("\r\n");
        add(step, Kind::sent, commands.substr(0, end));
        if (end == std::string_view::npos)
            return;
        commands.remove_prefix(end + 2);
    }
}

void Transcript::received(Step step, std::string_view line) const {
    add(step, Kind::received, line);
}

void Transcript::remark(Step step, std::string_view text) const {
    add(step, Kind::remark, text);
}

void Transcript::add(Step step, Kind kind, std::string_view line) const {
    if (!wanted())
        return;
    std::string shown = printable(line);
    if (fd_ >= 0 && kind != Kind::began) {
        const std::string_view mark = kind == Kind::sent       ? "> "
                                      : kind == Kind::received ? "< "
                                                               : "* ";
        print(fd_, concat({mark, shown, "\n"}));
    }
    if (kept_ != nullptr && kept_->size() < entry_limit)
        kept_->push_back({Clock::now(), step, kind, std::move(shown)});
}

std::unique_ptr<VerifiedStream> secure(Securer& securer, std::unique_ptr<Stream> plain,
                                       const std::string& peer, Deadline deadline,
                                       const Transcript& transcript) {
    transcript.begin(Step::tls);
    auto verified = securer.secure(std::move(plain), peer, deadline);
    transcript.remark(Step::tls,
                      concat({peer, ": ", verified->protocol(), ", server verified"}));
    return verified;
}

} // namespace sallyport
