// SPDX-License-Identifier: MIT
//
// A queue of everybody: what each may do there, and whoever runs it. Each case needs root,
// to be several users one after the other, each in a child of its own.
#define BOOST_TEST_MODULE queue_tree
#include <boost/test/unit_test.hpp>

#include <functional>

#include <fcntl.h>
#include <grp.h>
#include <sys/stat.h>

#include "child.h"
#include "queue/open_queue.h"
#include "queue/owner.h"
#include "queue/run.h"
#include "queue_runs.h"

using namespace sallyport;

namespace {

const std::string fifth = "00000000005";
constexpr uid_t runner = 54320;
constexpr gid_t runners_group = 54321;
constexpr gid_t gate_group = 54322;
constexpr uid_t one_user = 54323;
constexpr uid_t other_user = 54324;

struct Fixture : QueueFixture {
    Fixture() {
        ::chmod(folder.path("").c_str(), 0755);
        static_cast<void>(folder.write("log", "", 0666));
        is_made = make("", 0, gate_group, 0710) &&
                  make("/queue", runner, runners_group, 03773) &&
                  make("/failed", runner, runners_group, 0700) &&
                  make("/run", runner, runners_group, 0711);
    }

    [[nodiscard]] bool make(const std::string& name, uid_t user, gid_t group,
                            mode_t mode) const {
        const std::string path = settings.queue.directory + name;
        return ::mkdir(path.c_str(), 0700) == 0 &&
               ::chown(path.c_str(), user, group) == 0 && ::chmod(path.c_str(), mode) == 0;
    }

    /// What `act` returns, in a child of that user who is a member of `groups`.
    int as(uid_t user, std::vector<gid_t> groups, const std::function<int()>& act) const {
        return in_child([&] {
            const gid_t group = user == runner ? runners_group : user;
            if (!is_made || ::setgroups(groups.size(), groups.data()) != 0 ||
                ::setresgid(group, group, group) != 0 || ::setresuid(user, user, user) != 0)
                return cannot;
            ::umask(077);
            return act();
        });
    }
    int as_member(uid_t user, const std::function<int()>& act) const {
        return as(user, {gate_group}, act);
    }
    int as_runner(const std::function<int()>& act) const {
        return as(runner, {gate_group}, act);
    }

    int adds(uid_t user, const std::string& id, std::int64_t arrived = 0) {
        return as_member(user, [&] {
            const QueueTree tree(settings.queue);
            add_to(Queue(tree, user), id, arrived);
            return 0;
        });
    }

    void add_to(const Queue& queue, const std::string& id, std::int64_t arrived = 0) {
        QueueHeader header;
        header.id = id;
        header.arrived = now() + arrived;
        header.envelope.reverse_path = "me@x";
        header.recipients.emplace_back("a@x");
        Header fields;
        fields.append(Field("Subject: " + id + "\r\n"));
        queue.add(header, Message(fields, Store(), {}), {});
    }

    [[nodiscard]] std::string path(const std::string& name) const {
        return settings.queue.directory + "/" + name;
    }
    [[nodiscard]] std::string of(uid_t user) const {
        return path("queue/" + std::to_string(user));
    }

    /// "75 text" of a Failure, or "".
    template<class Act>
    static std::string failure_of(Act act) {
        try {
            act();
        } catch (const Failure& failure) {
            return std::to_string(static_cast<int>(failure.status())) + " " +
                   failure.what();
        }
        return {};
    }

    bool is_made = false;
};

bool stands(const std::string& path, uid_t user, gid_t group, mode_t mode) {
    struct stat facts {};
    return ::lstat(path.c_str(), &facts) == 0 && facts.st_uid == user &&
           facts.st_gid == group && (facts.st_mode & 07777U) == mode;
}

} // namespace

BOOST_FIXTURE_TEST_CASE(each_user_has_a_directory_that_the_runner_works_in, Fixture) {
    check_or_skip(adds(one_user, first));
    check_or_skip(adds(other_user, second));
    check_or_skip(in_child([&] {
        if (!is_made)
            return cannot;
        return stands(of(one_user), one_user, runners_group, 02770) &&
                       stands(of(one_user) + "/" + first, one_user, runners_group, 0660)
                   ? 0
                   : 1;
    }));
    check_or_skip(as_runner([&] {
        const QueueTree tree(settings.queue);
        if (!tree.is_owned() || tree.users().size() != 2)
            return 1;
        const auto queue = queue_of(tree, one_user);
        auto message = queue ? queue->lock(first) : std::nullopt;
        if (!message)
            return 2;
        message->read();
        if (message->owner() != one_user)
            return 3;
        message->append({now(), Event::hold});
        return message->remove() && queue->ids().empty() ? 0 : 4;
    }));
}

BOOST_FIXTURE_TEST_CASE(nobody_sees_or_moves_what_is_anothers, Fixture) {
    check_or_skip(adds(one_user, first));
    check_or_skip(as_member(other_user, [&] {
        const std::string file = of(one_user) + "/" + first;
        struct stat facts {};
        if (::access(path("queue").c_str(), R_OK) == 0)
            return 1;
        if (::stat(file.c_str(), &facts) == 0 || ::unlink(file.c_str()) == 0)
            return 2;
        if (::rename(of(one_user).c_str(), path("queue/x").c_str()) == 0)
            return 3;
        if (::access(path("failed").c_str(), X_OK) == 0 ||
            ::access(path("run").c_str(), R_OK) == 0)
            return 4;
        const QueueTree tree(settings.queue);
        if (tree.is_owned() || tree.users() != std::vector<uid_t>{other_user})
            return 5;
        return queue_of(tree, other_user) ? 6 : 0;
    }));
}

BOOST_FIXTURE_TEST_CASE(without_the_group_there_is_no_way_in, Fixture) {
    check_or_skip(as(one_user, {}, [&] {
        const std::string failure = failure_of([&] { QueueTree tree(settings.queue); });
        return failure.starts_with("78 queue " + settings.queue.directory + ": user ") ? 0
                                                                                       : 1;
    }));
}

BOOST_FIXTURE_TEST_CASE(what_is_open_works_without_the_group, Fixture) {
    check_or_skip(as(0, {}, [&] {
        if (::setresgid(one_user, gate_group, gate_group) != 0 ||
            ::setresuid(one_user, one_user, one_user) != 0)
            return cannot;
        const OpenQueue open(settings.queue, true);
        if (::setresgid(one_user, one_user, one_user) != 0 || !open.is_usable())
            return 1;
        if (::access(path("queue").c_str(), X_OK) == 0)
            return 2;
        add_to(*open.own(), first);
        return stands(of(one_user), one_user, runners_group, 02770) ? 3 : 0; // out of sight
    }));
    check_or_skip(as_runner([&] {
        const QueueTree tree(settings.queue);
        const auto queue = queue_of(tree, one_user);
        return queue && queue->ids().size() == 1 ? 0 : 1;
    }));
}

BOOST_FIXTURE_TEST_CASE(a_gate_that_others_pass_is_none, Fixture) {
    const auto fails = [&](const std::string& name, mode_t mode, mode_t before) {
        return in_child([&] {
            if (!is_made || ::chmod(path(name).c_str(), mode) != 0)
                return cannot;
            const std::string failure = failure_of([&] { QueueTree tree(settings.queue); });
            ::chmod(path(name).c_str(), before);
            return failure.find("others may write there") != std::string::npos ? 0 : 1;
        });
    };
    check_or_skip(fails("", 0711, 0710));
    check_or_skip(fails("", 0730, 0710));
    check_or_skip(fails("queue", 02773, 03773));
    check_or_skip(fails("queue", 01773, 03773));
    check_or_skip(in_child([&] { // whose owner is not root
        if (!is_made || ::chown(path("").c_str(), runner, gate_group) != 0)
            return cannot;
        const std::string failure = failure_of([&] { QueueTree tree(settings.queue); });
        return ::chown(path("").c_str(), 0, gate_group) == 0 &&
                       failure.starts_with("78 queue ")
                   ? 0
                   : 1;
    }));
    check_or_skip(in_child([&] {
        if (!is_made)
            return cannot;
        return QueueTree(settings.queue).is_shared() ? 0 : 1;
    }));
}

BOOST_FIXTURE_TEST_CASE(who_takes_the_name_of_another_is_moved_away, Fixture) {
    check_or_skip(as_member(other_user, [&] {
        return ::mkdir(of(one_user).c_str(), 0700) == 0 &&
                       ::close(::creat(of(one_user + 9).c_str(), 0600)) == 0
                   ? 0
                   : 1;
    }));
    check_or_skip(as_member(one_user, [&] {
        const QueueTree tree(settings.queue);
        return failure_of([&] { Queue(tree, one_user); })
                       .starts_with("75 queue " + settings.queue.directory +
                                    ": somebody else has made queue/")
                   ? 0
                   : 1;
    }));
    check_or_skip(as_runner([&] {
        run();
        return has_logged("it was in the way of somebody's mail: ") ? 0 : 1;
    }));
    check_or_skip(adds(one_user, first));
    check_or_skip(adds(one_user + 9, first));
}

BOOST_FIXTURE_TEST_CASE(who_has_many_is_in_nobodys_way, Fixture) {
    check_or_skip(adds(one_user, first));
    check_or_skip(adds(one_user, second, 1));
    check_or_skip(adds(one_user, third, 2));
    check_or_skip(adds(other_user, fourth, 4));
    check_or_skip(adds(other_user, fifth, 5));
    check_or_skip(as_runner([&] {
        now() += 10;
        const Ran ran =
            run_against({hello + one_more + one_more + one_more + one_more + one_more});
        if (ran.sent != 5)
            return 1;
        return subjects() == "14253" ? 0 : 2;
    }));
}

BOOST_FIXTURE_TEST_CASE(one_sends_his_own_and_a_run_tells_the_sender, Fixture) {
    check_or_skip(adds(one_user, first));
    check_or_skip(adds(other_user, second));
    check_or_skip(as_member(one_user, [&] {
        settings.relays.front().host = "one";
        const Ran ran = run_against({hello + Script{"250 s", "550 5.1.1 no", "250 reset"}});
        return ran.failed + ran.deferred == 1 && waiting().size() == 2 ? 0 : 1;
    }));
    check_or_skip(as_runner([&] {
        settings.relays.front().match = {"nobody"};
        run();
        return has_failed(first) ? 0 : 1;
    }));
}

BOOST_FIXTURE_TEST_CASE(root_runs_it_as_whose_it_is_and_sends_as_root, Fixture) {
    check_or_skip(in_child([&] {
        if (!is_made)
            return cannot;
        const std::string& directory = settings.queue.directory;
        if (QueueOwner::of_calls(directory).user() != 0)
            return 1;
        const QueueOwner owner = QueueOwner::of_runs(directory);
        owner.become();
        gid_t group = 0;
        if (::geteuid() != runner || ::getegid() != runners_group ||
            ::getgroups(1, &group) != 1 || group != gate_group)
            return 2;
        return QueueTree(settings.queue).is_owned() ? 0 : 3;
    }));
}

BOOST_FIXTURE_TEST_CASE(nobody_has_what_failed_of_others_removed, Fixture) {
    settings.queue.max_count = 2;
    const auto fail = [&](uid_t user, const std::string& id) {
        check_or_skip(adds(user, id));
        check_or_skip(as_runner([&] {
            const QueueTree tree(settings.queue);
            return queue_of(tree, user)->set_aside(id) ? 0 : 1;
        }));
    };
    fail(one_user, first);
    for (const char* const id : {"00000000021", "00000000022", "00000000023"})
        fail(other_user, id);
    check_or_skip(as_runner([&] {
        const QueueTree tree(settings.queue);
        const Queue failed = Queue::failed(tree);
        failed.sweep_failed(now());
        return has_failed(first) && failed.ids().size() == 3 ? 0 : 1;
    }));
}

BOOST_FIXTURE_TEST_CASE(a_sender_whom_his_user_may_not_name_is_not_sent, Fixture) {
    check_or_skip(adds(one_user, first));
    check_or_skip(as_runner([&] {
        settings.sender.allow = {"*@y"};
        const Ran ran = run_against({takes_all});
        return ran.damaged == 1 && ran.sent == 0 && has_failed(first) &&
                       has_logged("[sender] allow does not name it")
                   ? 0
                   : 1;
    }));
}
