// SPDX-License-Identifier: MIT
#include "trials/moody.h"

#include <array>
#include <chrono>
#include <thread>

namespace sallyport::trials {

namespace {

using namespace std::chrono_literals;

constexpr auto too_late = 1100ms; // the clients' `timeout` is a second
constexpr auto late = 20ms;

/// "<a@b> SIZE=1" after "FROM:" or "TO:".
std::string address_in(std::string_view argument) {
    const auto begin = argument.find('<');
    const auto end = argument.find('>');
    return begin < end && end != std::string_view::npos
               ? std::string(argument.substr(begin + 1, end - begin - 1))
               : std::string();
}

std::string random_trouble(Random& random) {
    constexpr std::array steps{"greeting", "EHLO",   "MAIL",   "RCPT", "RCPT",
                               "RCPT",     "DATA",   "BDAT",   "end",  "end",
                               "stored",   "stored", "stored", "QUIT"};
    constexpr std::array deeds{"4", "4", "5", "5", "421", "hang"};
    const std::string step = random.one_of(steps);
    if (random.chance(1) && (step == "EHLO" || step == "MAIL" || step == "RCPT"))
        return step + ":stall";
    if (step == "BDAT" || step == "QUIT")
        return step + ":hang";
    if (step == "stored")
        return step + (random.chance(50) ? ":hang" : random.chance(50) ? ":late" : ":bad");
    return step + ":" + random.one_of(deeds);
}

} // namespace

void Moods::set(const Mood& mood) {
    const std::scoped_lock lock(mutex_);
    mood_ = mood;
    stored_ = false;
}

std::string Moods::trouble(std::uint64_t& seed) {
    const std::scoped_lock lock(mutex_);
    seed = random_.seed();
    if (!mood_.only.empty())
        return mood_.only;
    return random_.chance(mood_.trouble) ? random_trouble(random_) : std::string();
}

void Moods::refused(std::string_view address) {
    const std::scoped_lock lock(mutex_);
    refused_.emplace(address);
}

bool Moods::has_refused(const std::string& address) const {
    const std::scoped_lock lock(mutex_);
    return refused_.contains(address);
}

Meddler::Deed Moody::deed_at(std::string_view step, std::string_view argument) {
    if (step == "MAIL") {
        sender_ = address_in(argument);
        recipients_.clear();
    }
    if (step == "stored")
        moods_.stored();
    const auto colon = trouble_.find(':');
    const bool mine = step == std::string_view(trouble_).substr(0, colon);
    // One recipient of several, as a rule.
    const bool meets = mine && (step != "RCPT" || Random(seed_++).chance(60));
    const Deed deed =
        meets ? this->deed(std::string_view(trouble_).substr(colon + 1)) : Deed{};
    if (step == "RCPT")
        recipients_.insert(address_in(argument));
    if (deed.reply.starts_with('5') && step != "greeting" && step != "EHLO")
        remember(step, argument);
    if (deed.hangs_up)
        trouble_.clear();
    return deed;
}

Meddler::Deed Moody::deed(std::string_view what) {
    if (what == "4")
        return {"451 4.3.0 not now"};
    if (what == "5")
        return {"550 5.7.1 never"};
    if (what == "421")
        return {"421 4.3.2 closing", true};
    if (what == "bad")
        return {"this is no reply", true};
    if (what == "late")
        std::this_thread::sleep_for(late);
    if (what == "stall")
        std::this_thread::sleep_for(too_late);
    return {{}, what != "late"};
}

void Moody::remember(std::string_view step, std::string_view argument) {
    if (step == "RCPT")
        return moods_.refused(address_in(argument));
    // Of a sender that is refused at once nobody else may have been named yet.
    moods_.refused(sender_);
    for (const std::string& recipient : recipients_)
        moods_.refused(recipient);
}

} // namespace sallyport::trials
