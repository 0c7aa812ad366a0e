// SPDX-License-Identifier: MIT
//
// What is known of a submission service: facts only, no advice.
#pragma once

#include <cstdint>

namespace sallyport {

struct Provider {
    enum class UserForm : unsigned char {
        any,
        address,
        local_part,
        local_and_domain,
        fixed
    };
    enum class SenderRule : unsigned char { any, own, domain };
    enum Trait : unsigned char {
        judges_at_data = 1,   ///< who may send is said at the end of data
        four_xx_is_final = 2, ///< some 4xx do not go away by waiting
        sandbox = 4,          ///< its variant of that name takes mail and never delivers it
        no_pipelining = 8,
    };

    const char* key = "";
    const char* title = "";
    /// Words, "eu us"; or one in capitals ("REGION"), which stands for any and must be
    /// given.
    const char* variants = "";
    /// Names with a blank between them: without a variant, then one for each variant. Of a
    /// variant in capitals there is one name, which has it in it.
    const char* host = "";
    std::uint16_t ports[5] = {}; ///< in the order to try them; 0: no more
    const char* user = "";       ///< the user's literal name, or empty
    UserForm user_form = UserForm::any;
    const char* secret = "password"; ///< what the provider calls it: "API key"
    const char* mechanisms = "";     ///< "PLAIN LOGIN"; empty: not known
    SenderRule sender = SenderRule::any;
    const char* limits = "";  ///< for people: "30 MiB; 5,000 messages a connection"
    const char* domains = ""; ///< of its mailboxes: "gmail.com googlemail.com"
    const char* mx = "";      ///< suffixes of the mail exchangers of its customers' domains
    const char* traps = "";   ///< ids of sallyport-advice(7)
    unsigned traits = 0;
    const char* source = ""; ///< where the facts were read
    char confidence = 'V';   ///< V read there, C in several unrelated code bases
};

} // namespace sallyport
