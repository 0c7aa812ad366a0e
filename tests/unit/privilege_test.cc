// SPDX-License-Identifier: MIT
//
// Each case is a child of its own; its status says what was wrong.
#define BOOST_TEST_MODULE privilege
#include <boost/test/unit_test.hpp>

#include <sys/prctl.h>
#include <unistd.h>

#include "child.h"
#include "system/privilege.h"

using namespace sallyport;

namespace {

constexpr uid_t caller = 1000;
constexpr gid_t callers_group = 1001;

/// As the system leaves it when the caller runs a set-id program of user and group 0.
bool begin_set_id() {
    return ::setresgid(callers_group, 0, 0) == 0 && ::setresuid(caller, 0, 0) == 0;
}

bool count(uid_t user, gid_t group) {
    return ::geteuid() == user && ::getegid() == group;
}

} // namespace

BOOST_AUTO_TEST_CASE(an_ordinary_run_has_no_privileges) {
    BOOST_TEST(in_child([] {
                   const uid_t user = ::geteuid();
                   const gid_t group = ::getegid();
                   Privilege privilege;
                   if (privilege.held())
                       return 1;
                   privilege.give_up();
                   return count(user, group) ? 0 : 2;
               }) == 0);
}

BOOST_AUTO_TEST_CASE(the_callers_ids_count_but_where_something_is_opened) {
    check_or_skip(in_child([] {
        if (!begin_set_id())
            return cannot;
        Privilege privilege(true);
        if (!count(caller, callers_group))
            return 1;
        if (!privilege.as_owner([] { return count(0, 0); }))
            return 2;
        if (!count(caller, callers_group))
            return 3;
        try {
            privilege.as_owner([]() -> int { throw 0; });
        } catch (int) {
            return count(caller, callers_group) ? 0 : 4;
        }
        return 5;
    }));
}

BOOST_AUTO_TEST_CASE(privileges_are_given_up_for_good) {
    check_or_skip(in_child([] {
        if (!begin_set_id())
            return cannot;
        Privilege privilege(true);
        privilege.give_up();
        uid_t users[3];
        gid_t groups[3];
        ::getresuid(&users[0], &users[1], &users[2]);
        ::getresgid(&groups[0], &groups[1], &groups[2]);
        for (int i = 0; i < 3; ++i)
            if (users[i] != caller || groups[i] != callers_group)
                return 2;
        if (privilege.held() || ::prctl(PR_GET_DUMPABLE) != 0)
            return 3;
        return ::setuid(0) == -1 && ::setgid(0) == -1 ? 0 : 4;
    }));
}
