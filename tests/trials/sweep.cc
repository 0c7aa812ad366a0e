// SPDX-License-Identifier: MIT
#include "trials/sweep.h"

#include <fstream>
#include <iterator>
#include <stdexcept>
#include <utility>

#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

namespace sallyport::trials {

namespace {

using Kind = Act::Kind;

constexpr std::size_t small = 400;
constexpr std::size_t large = 300'000;
constexpr const char* retry = "reserve = 0\n";
constexpr const char* hold = "reserve = 0\nin_doubt = hold\n";

/// Messages that are handed over while all is well, and one act in a mood.
struct Case {
    const char* keys;
    unsigned before;        ///< messages that wait already
    std::size_t recipients; ///< of each message
    std::size_t size;       ///< likewise
    const char* only;       ///< trouble that each connection meets
    Kind kind;              ///< of the act that is struck
    const char* option;
};

constexpr Case cases[] = {
    // A message is handed over.
    {retry, 0, 1, small, "", Kind::send, "-odq"},
    {retry, 1, 1, small, "", Kind::send, "-odq"},
    {retry, 0, 1, large, "", Kind::send, "-odq"},
    {retry, 0, 1, small, "", Kind::send, ""},
    {retry, 0, 1, large, "", Kind::send, ""},
    {retry, 0, 2, small, "MAIL:4", Kind::send, ""},
    {retry, 0, 2, small, "RCPT:4", Kind::send, ""},
    {retry, 0, 1, small, "greeting:421", Kind::send, ""},
    {retry, 0, 1, small, "stored:hang", Kind::send, ""},
    {hold, 0, 1, small, "stored:hang", Kind::send, ""},
    {retry, 0, 1, small, "stored:late", Kind::send, ""},
    {retry, 0, 1, small, "", Kind::send, "-odb"},
    {retry, 0, 2, small, "RCPT:5", Kind::send, "-odb"},
    {retry, 0, 2, small, "", Kind::dialogue, ""},
    {retry, 0, 2, small, "MAIL:4", Kind::dialogue, ""},
    {retry, 0, 2, small, "stored:hang", Kind::dialogue, ""},
    // A run.
    {retry, 2, 1, small, "", Kind::run, "-q"},
    {retry, 1, 1, large, "", Kind::run, "-q"},
    {retry, 2, 1, small, "greeting:421", Kind::run, "-q"},
    {retry, 1, 2, small, "RCPT:4", Kind::run, "-q"},
    {retry, 1, 2, small, "RCPT:5", Kind::run, "-q"},
    {"reserve = 0\nkeep_failed = 0\n", 1, 1, small, "MAIL:5", Kind::run, "-q"},
    {retry, 1, 1, small, "end:4", Kind::run, "-q"},
    {retry, 1, 1, small, "end:hang", Kind::run, "-q"},
    {retry, 1, 2, small, "stored:hang", Kind::run, "-q"},
    {hold, 1, 2, small, "stored:hang", Kind::run, "-q"},
    {retry, 1, 1, small, "stored:late", Kind::run_one, ""},
    {retry, 2, 1, small, "", Kind::list, ""},
};

/// The calls that can be struck. A process of its own plays the plan, and leaves them in a
/// file.
std::vector<Point> points_of(const Plan& plan, const std::string& directory,
                             const Surroundings& surroundings) {
    const std::string file = directory + ".points";
    const pid_t child = ::fork();
    if (child == 0) {
        ::mkdir(directory.c_str(), S_IRWXU);
        std::ofstream numbers(file);
        for (const Point& point : carry_out(plan, directory, surroundings).seen)
            numbers << point.errors << " " << point.of_network << "\n";
        numbers.close();
        ::_exit(0);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    std::vector<Point> points;
    std::ifstream numbers(file);
    for (Point point; numbers >> point.errors >> point.of_network;)
        points.push_back(point);
    if (status != 0 || points.empty())
        throw std::runtime_error("a scene cannot be played");
    return points;
}

} // namespace

std::vector<Swept> all_swept(const std::string& directory,
                             const Surroundings& surroundings) {
    using Way = Strike::Kind;
    std::vector<Swept> all;
    for (std::size_t scene = 0; scene < std::size(cases); ++scene) {
        // To die after one call is to die before the next.
        all.push_back({scene, {Way::kill_before, 1}});
        unsigned at = 0;
        unsigned fallible = 0;
        for (const Point& point :
             points_of(plan_of({scene}), directory + "/scene" + std::to_string(scene),
                       surroundings)) {
            all.push_back({scene, {Way::kill_after, ++at}});
            if (point.of_network)
                all.push_back({scene, {Way::cut, at}});
            fallible += point.errors > 0 ? 1 : 0;
            for (unsigned choice = 0; choice < point.errors; ++choice)
                all.push_back({scene, {Way::fail, fallible, choice}});
        }
    }
    return all;
}

Plan plan_of(const Swept& swept) {
    const Case& one = cases[swept.scene];
    Plan plan;
    plan.setting.queue_keys = one.keys;
    plan.setting.offer = whole_offer();
    const auto add = [&] {
        plan.mails.push_back(make_mail("s" + std::to_string(plan.mails.size()),
                                       one.recipients, one.size, false));
        return plan.mails.size() - 1;
    };
    for (unsigned left = one.before; left > 0; --left)
        plan.scenes.push_back({{}, Room::enough, {{Kind::send, "-odq", {add()}}}});
    Act act{one.kind, one.option, {}, swept.strike};
    if (one.kind == Kind::send || one.kind == Kind::dialogue)
        act.mails.push_back(add());
    plan.scenes.push_back({{0, one.only}, Room::enough, {std::move(act)}});
    return plan;
}

} // namespace sallyport::trials
