// SPDX-License-Identifier: MIT
//
// What the ladder would make of a case of advice_cases.h.
#pragma once

#include <algorithm>
#include <memory>
#include <string>

#include "advice_cases.h"
#include "ctl/advice.h"
#include "smtp/wire.h"
#include "text/printable.h"

namespace sallyport::ctl {

/// As the mail path reads it; no code where it is none.
inline Reply reply_of(std::string_view text) {
    Reply reply;
    while (!text.empty()) {
        const auto end = std::min(text.find("\r\n"), text.size());
        const auto line = parse_reply_line(text.substr(0, end));
        if (!line)
            return {};
        reply.code = line->code;
        reply.lines.emplace_back(line->text);
        text.remove_prefix(std::min(end + 2, text.size()));
    }
    return reply;
}

inline Relay relay_of(const AdviceCase& given) {
    Relay relay;
    relay.host = "mail.example.org";
    relay.port = {465};
    relay.origin = "conf:1";
    relay.user = given.user;
    relay.auth_wanted = given.login != Login::none;
    relay.is_token = given.login == Login::token;
    std::string secret = given.is_iam_key ? std::string(40, 'k') : "S3cretS3cret";
    if (relay.auth_wanted)
        relay.secret = std::make_shared<const Secret>(secret);
    return relay;
}

inline Symptom symptom_of(const AdviceCase& given, const Relay& relay) {
    const Reply reply = reply_of(given.reply);
    Symptom symptom;
    symptom.relay = &relay;
    symptom.provider = given.provider;
    symptom.rung = given.rung;
    symptom.code = reply.code;
    symptom.enhanced = reply.enhanced();
    symptom.reply = reply.code != 0 ? reply.text() : printable(given.reply);
    symptom.auth_offered = given.auth_offered;
    symptom.words = {{"from", given.from}, {"to", given.to}};
    return symptom;
}

} // namespace sallyport::ctl
