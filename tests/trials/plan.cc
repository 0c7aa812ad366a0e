// SPDX-License-Identifier: MIT
#include "trials/plan.h"

#include <span>
#include <utility>

namespace sallyport::trials {

namespace {

constexpr std::size_t small_size = 400;
constexpr std::size_t large_size = 300'000; // more than is kept in memory

Strike random_strike(Random& random) {
    using Kind = Strike::Kind;
    constexpr std::array kinds{Kind::kill_before, Kind::kill_after, Kind::kill_after,
                               Kind::fail,        Kind::fail,       Kind::cut};
    if (random.chance(45))
        return {};
    const Kind kind = random.one_of(kinds);
    const unsigned choice = random.below(1000);
    switch (random.below(4)) {
    case 0:
        return {kind, random.between(1, 30), choice, Strike::Among::of_messages};
    case 1:
        return {kind, random.between(1, 16), choice, Strike::Among::of_network};
    case 2:
        return {kind, random.between(1, 8), choice, Strike::Among::since_stored};
    default:
        return {kind, random.between(1, random.chance(70) ? 60 : 160), choice};
    }
}

std::string random_keys(Random& random, bool& reports) {
    constexpr std::array when{"temporary",  "temporary", "temporary",
                              "temporary",  "temporary", "temporary",
                              "background", "always",    "never"};
    std::string keys = std::string("when = ") + random.one_of(when) + "\n";
    keys += random.chance(25) ? "in_doubt = hold\n" : "";
    keys += random.chance(15) ? "keep_failed = 0\n" : "";
    keys += random.chance(10) ? "max_count = 2\n" : "";
    keys += random.chance(10) ? "max_size = 250K\n" : "";
    keys += random.chance(3) ? "reserve = 1000G\n" : "reserve = 0\n";
    const unsigned bounce = random.below(10);
    reports = bounce != 0;
    keys += bounce == 0  ? "bounce = no\n"
            : bounce < 4 ? "bounce = postmaster@example.com\n"
                         : "";
    return keys;
}

Setting random_setting(Random& random, bool disks) {
    Setting setting;
    setting.relays = random.chance(25) ? 2 : 1;
    setting.tls = random.chance(6);
    setting.queue_keys = random_keys(random, setting.reports);
    for (std::string& line : whole_offer()) {
        if (!random.chance(20))
            setting.offer.push_back(std::move(line));
    }
    setting.own_disk = random.chance(15) && disks;
    return setting;
}

Mood random_mood(Random& random) {
    Mood mood;
    mood.away = random.chance(12);
    constexpr std::array refusals{"RCPT:5", "MAIL:5", "end:5", "stored:hang"};
    if (random.chance(25))
        mood.only = random.one_of(refusals);
    else if (random.chance(75))
        mood.trouble = random.between(20, 100);
    return mood;
}

class Writer {
  public:
    Writer(std::uint64_t seed, unsigned number, bool disks)
        : random_(seed * 1'000'003 + number), number_(number), disks_(disks) {}

    Plan write() {
        Plan plan;
        plan.seed = random_.seed();
        plan.setting = random_setting(random_, disks_);
        add_scene(plan, sends, random_.between(1, 4));
        for (unsigned left = random_.between(2, 4); left > 0; --left) {
            const unsigned what = random_.below(10);
            const std::span<const Kind> kinds = what < 6   ? std::span<const Kind>(runs)
                                                : what < 8 ? std::span<const Kind>(sends)
                                                           : std::span<const Kind>(all);
            add_scene(plan, kinds, random_.chance(60) ? 1 : random_.between(2, 4));
        }
        return plan;
    }

  private:
    using Kind = Act::Kind;
    static constexpr std::array sends{Kind::send, Kind::send, Kind::send,
                                      Kind::send, Kind::send, Kind::dialogue};
    static constexpr std::array runs{Kind::run, Kind::run, Kind::run_one};
    static constexpr std::array all{Kind::send, Kind::dialogue, Kind::run, Kind::run_one,
                                    Kind::list};

    void add_scene(Plan& plan, std::span<const Kind> kinds, unsigned acts) {
        Scene scene{random_mood(random_)};
        if (plan.setting.own_disk)
            scene.room = random_.one_of(
                std::array{Room::enough, Room::few_blocks, Room::few_inodes});
        for (; acts > 0; --acts)
            scene.acts.push_back(random_act(
                plan, kinds[random_.below(static_cast<unsigned>(kinds.size()))]));
        plan.scenes.push_back(std::move(scene));
    }

    Act random_act(Plan& plan, Kind kind) {
        constexpr std::array ways{"", "", "-odi", "-odq", "-odq", "-odq", "-odb"};
        constexpr std::array spans{"-q", "-q", "-qf"};
        Act act;
        act.kind = kind;
        act.strike = random_strike(random_);
        if (act.kind == Kind::run)
            act.option = random_.one_of(spans);
        if (act.kind == Kind::send) {
            act.option = random_.one_of(ways);
            act.mails.push_back(add_mail(plan));
        }
        for (unsigned left = random_.between(1, 3); act.kind == Kind::dialogue && left > 0;
             --left)
            act.mails.push_back(add_mail(plan));
        return act;
    }

    std::size_t add_mail(Plan& plan) {
        const std::size_t recipients = random_.chance(60) ? 1 : random_.between(2, 4);
        const std::size_t size = random_.chance(8) ? large_size : small_size;
        plan.mails.push_back(
            make_mail(std::to_string(number_) + "x" + std::to_string(plan.mails.size()),
                      recipients, size, random_.chance(12)));
        return plan.mails.size() - 1;
    }

    Random random_;
    unsigned number_;
    bool disks_;
};

} // namespace

std::vector<std::string> whole_offer() {
    return {"PIPELINING", "SIZE 10485760",       "8BITMIME",
            "DSN",        "ENHANCEDSTATUSCODES", "CHUNKING"};
}

Mail make_mail(const std::string& token, std::size_t recipients, std::size_t size,
               bool null_sender) {
    Mail mail;
    mail.token = token;
    mail.sender = null_sender ? "" : "me." + token + "@example.org";
    for (std::size_t i = 0; i < recipients; ++i)
        mail.recipients.push_back("r" + std::to_string(i) + "." + token + "@example.net");
    mail.text = "From: Me <me@example.org>\r\nTo: undisclosed-recipients:;\r\n"
                "Subject: trial " +
                token +
                " end\r\nDate: Mon, 1 Jan 2024 00:00:00 +0000\r\n"
                "Message-ID: <" +
                token + "@example.org>\r\n\r\n";
    for (unsigned line = 0; mail.text.size() < size; ++line)
        mail.text += (line % 7 == 3 ? "." : "") + std::string("line ") +
                     std::to_string(line) + " of " + token + std::string(line % 60, '-') +
                     "\r\n";
    return mail;
}

Plan random_plan(std::uint64_t seed, unsigned number, bool disks) {
    return Writer(seed, number, disks).write();
}

} // namespace sallyport::trials
