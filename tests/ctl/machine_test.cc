// SPDX-License-Identifier: MIT
//
// What is amiss on this machine before a server is asked.
#define BOOST_TEST_MODULE machine
#include <boost/test/unit_test.hpp>

#include <filesystem>
#include <fstream>

#include <grp.h>
#include <pwd.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <sys/wait.h>
#include <unistd.h>

#include "ctl/machine.h"
#include "ctl/queue_health.h"
#include "queue/queue.h"
#include "unit/child.h"
#include "unit/configuring.h"
#include "unit/party.h"

using namespace sallyport;
using namespace sallyport::ctl;

namespace {

/// A machine without a fault, all of it in a directory.
struct Machine : Configuring {
    Machine() {
        ::chmod(folder.path("").c_str(), 0755);
        places.program = folder.write("sallyport", "", 0755);
        places.sendmail = {folder.path("sendmail")};
        BOOST_REQUIRE(::symlink("sallyport", places.sendmail[0].c_str()) == 0);
        places.resolv_conf = folder.write("resolv.conf", "nameserver 192.0.2.1\n");
        places.accounts = {"root"};
        places.php = {folder.path("php8.[5-9]")};
        places.now = std::time(nullptr);
        static_cast<void>(folder.write("ca.pem", Party("Root", nullptr).pem()));
        has_relay("");
    }
    /// A relay with authorities, and further lines.
    void has_relay(const std::string& lines) const {
        Configuring::has_relay("tls_ca = " + folder.path("ca.pem") + "\n" + lines);
    }
    [[nodiscard]] StepReport check() const {
        return check_machine(load(), file_in_force(sources), places);
    }

    [[nodiscard]] std::string spool() const { return folder.path("spool"); }
    void has_queue(const std::string& lines, const std::string& directory = {}) const {
        has_relay("[queue]\ndirectory = " + (directory.empty() ? spool() : directory) +
                  "\n" + lines);
    }
    /// Now, as the kernel says: it gives the file its time.
    void run_queue() {
        const Settings settings = load();
        BOOST_TEST_REQUIRE(bool(QueueTree(settings.queue).take_slot()));
        places.now = std::time(nullptr);
    }
    void add(const std::string& id, const std::vector<JournalLine>& journal) const {
        QueueHeader header;
        header.id = id;
        header.recipients.emplace_back("a@example.org");
        Header fields;
        fields.append(Field("Subject: x\r\n"));
        const Settings settings = load();
        static_cast<void>(Queue(QueueTree(settings.queue), ::getuid())
                              .add(header, Message(fields, Store(), {}), journal));
    }

    MachinePlaces places;
};

std::string ids(const StepReport& step) {
    std::string text;
    for (const Advice& advice : step.advice)
        text += (text.empty() ? "" : " ") + advice.id;
    return text;
}

/// What was found, and nothing else than that.
void expect_warning(const Machine& machine, const std::string& id,
                    const std::string& in_text) {
    const StepReport step = machine.check();
    BOOST_TEST((step.result == Result::warn));
    BOOST_TEST(ids(step) == id);
    for (const Advice& advice : step.advice)
        BOOST_TEST(advice.text.find(in_text) != std::string::npos, advice.text);
}

bool is_root() {
    if (::getuid() == 0 && ::getpwnam("nobody") != nullptr)
        return true;
    BOOST_TEST_MESSAGE("skipped: only root can give files away");
    return false;
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(machine, Machine)

BOOST_AUTO_TEST_CASE(all_is_well) {
    const StepReport step = check();
    BOOST_TEST((step.rung == Rung::machine));
    BOOST_TEST((step.result == Result::ok), ids(step));
    BOOST_TEST(step.advice.empty());
    const std::string owner = ::getpwuid(::getuid())->pw_name;
    BOOST_TEST(step.text.starts_with(owner + ":"), step.text);
    BOOST_TEST(step.text.ends_with(" 0600, authorities found, sendmail is ours"),
               step.text);
}

BOOST_AUTO_TEST_CASE(an_account_that_cannot_read_the_file) {
    if (!is_root())
        return;
    places.accounts = {"root", "nobody", "no-such-account"};
    expect_warning(*this, "file-shut", "nobody cannot read");
    ::chmod(sources.system_file.c_str(), 0640);
    expect_warning(*this, "file-shut", "nobody cannot read");
    static_cast<void>(
        ::chown(sources.system_file.c_str(), 0, ::getpwnam("nobody")->pw_gid));
    BOOST_TEST((check().result == Result::ok)); // by its group
    ::chmod(folder.path("").c_str(), 0700);
    expect_warning(*this, "file-shut", "nobody cannot read");
}

BOOST_AUTO_TEST_CASE(what_a_set_gid_program_can_read) {
    if (!is_root())
        return;
    constexpr gid_t its_own = 4242;
    places.accounts = {"nobody"};
    ::chmod(sources.system_file.c_str(), 0640);
    static_cast<void>(::chown(sources.system_file.c_str(), 0, its_own));
    static_cast<void>(::chown(places.program.c_str(), 0, its_own));
    BOOST_TEST(ids(check()) == "file-shut");
    ::chmod(places.program.c_str(), 02755);
    const StepReport step = check();
    BOOST_TEST((step.result == Result::ok), ids(step));
    BOOST_TEST(step.text.find("0640, set-gid, ") != std::string::npos, step.text);
    ::chmod(sources.system_file.c_str(), 0600);
    BOOST_TEST(ids(check()) == "file-shut");
}

BOOST_AUTO_TEST_CASE(a_file_that_is_the_callers_own) {
    if (!is_root())
        return;
    places.accounts = {"nobody"};
    places.system_file = folder.path("another");
    BOOST_TEST((check().result == Result::ok));
    places.system_file = sources.system_file;
    BOOST_TEST(ids(check()) == "file-shut");
}

BOOST_AUTO_TEST_CASE(no_file_at_all) {
    const StepReport step = check_machine(load(), "", places);
    BOOST_TEST(step.text.starts_with("no file, but variables, "), step.text);
    BOOST_TEST((step.result == Result::ok));
}

BOOST_AUTO_TEST_CASE(a_sendmail_that_is_not_ours) {
    const std::string other = folder.write("exim4", "", 0755);
    ::unlink(places.sendmail[0].c_str());
    BOOST_REQUIRE(::symlink("exim4", places.sendmail[0].c_str()) == 0);
    expect_warning(*this, "other-sendmail", places.sendmail[0]);
    expect_warning(*this, "other-sendmail", "exim4");
    BOOST_TEST(check().text.ends_with("sendmail is another program"));
}

BOOST_AUTO_TEST_CASE(no_sendmail) {
    places.sendmail = {folder.path("none")};
    expect_warning(*this, "no-sendmail", "cron and PHP cannot send");
    BOOST_TEST(check().text.ends_with("there is no sendmail"));
}

BOOST_AUTO_TEST_CASE(authorities_that_cannot_be_used) {
    static_cast<void>(folder.write("ca.pem", "nothing"));
    const StepReport step = check();
    BOOST_TEST((step.result == Result::fail));
    BOOST_TEST(step.text.find("tls_ca: ") != std::string::npos, step.text);
    BOOST_TEST(ids(step) == "config-error");
}

BOOST_AUTO_TEST_CASE(no_authorities) {
    Configuring::has_relay("");
    const Settings settings = load();
    const int status = in_child([&] {
        if (::chroot(folder.path("").c_str()) != 0 || ::chdir("/") != 0)
            return cannot;
        const StepReport step = check_machine(settings, "", places);
        return step.result == Result::fail &&
                       ids(step).find("no-authorities") != std::string::npos
                   ? 0
                   : 1;
    });
    check_or_skip(status);
}

BOOST_AUTO_TEST_CASE(authorities_where_they_do_not_matter) {
    Configuring::has_relay("port = 25\ntls = none\nauth = none\n");
    const StepReport step = check();
    BOOST_TEST((step.result == Result::ok));
    BOOST_TEST(step.text.find("authorities") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_secret_that_looks_odd) {
    has_relay("user = u\npassword = changeme\n");
    expect_warning(*this, "secret-shape", "is still the example's");
    const std::string file = folder.path("password");
    has_relay("user = u\npassword_file = " + file + "\n");
    for (const auto& [secret, shape] :
         {std::pair{"hunter2 \n", "begins or ends with a blank"},
          std::pair{"\"hunter2\"", "quotation mark"},
          std::pair{"<Your-API-Key>\n", "is still the example's"}}) {
        static_cast<void>(folder.write("password", secret));
        expect_warning(*this, "secret-shape", shape);
        for (const Advice& advice : check().advice)
            BOOST_TEST(advice.text.find("hunter2") == std::string::npos);
    }
    static_cast<void>(folder.write("password", "hunter2\r\n"));
    BOOST_TEST((check().result == Result::ok));
}

BOOST_AUTO_TEST_CASE(a_secret_that_a_delivery_would_refuse) {
    has_relay("user = u\npassword_file = " + folder.path("password") + "\n");
    for (const char* secret : {"", "hun\nter2\n"}) {
        static_cast<void>(folder.write("password", secret));
        const StepReport step = check();
        BOOST_TEST((step.result == Result::fail));
        BOOST_TEST(ids(step) == "config-error");
        BOOST_TEST(step.text.find("password_file: ") != std::string::npos, step.text);
    }
}

BOOST_AUTO_TEST_CASE(a_command_is_not_run) {
    has_relay("user = u\npassword_command = touch " + folder.path("run") + "\n");
    BOOST_TEST((check().result == Result::ok));
    BOOST_TEST(::access(folder.path("run").c_str(), F_OK) != 0);
}

BOOST_AUTO_TEST_CASE(a_secret_that_everybody_can_read) {
    const std::string file = folder.write("password", "hunter2", 0644);
    has_relay("user = u\npassword_file = " + file + "\n");
    expect_warning(*this, "file-open", file);
}

BOOST_AUTO_TEST_CASE(a_clock_without_a_battery) {
    places.now = 86400;
    expect_warning(*this, "clock", "1970-01-02 00:00");
}

BOOST_AUTO_TEST_CASE(no_name_server) {
    places.resolv_conf = folder.path("none");
    expect_warning(*this, "no-resolver", places.resolv_conf);
    static_cast<void>(has_system_file(
        "[relay]\nhost = 192.0.2.1\ntls_ca = " + folder.path("ca.pem") + "\n"));
    BOOST_TEST((check().result == Result::ok));
}

BOOST_AUTO_TEST_CASE(a_php_that_takes_75_for_success) {
    static_cast<void>(folder.write("php8.6", ""));
    expect_warning(*this, "php85", "69");
    static_cast<void>(has_system_file("[exit]\ntempfail = 69\n[relay]\nhost = 192.0.2.1\n"
                                      "tls_ca = " +
                                      folder.path("ca.pem") + "\n"));
    BOOST_TEST((check().result == Result::ok));
}

BOOST_AUTO_TEST_CASE(a_queue_that_nobody_runs) {
    has_queue("");
    expect_warning(*this, "queue-idle", "Nobody has run the queue, and");
    BOOST_TEST(!std::filesystem::exists(spool())); // to look makes nothing
    run_queue();
    BOOST_TEST((check().result == Result::ok), ids(check()));
    BOOST_TEST(check().text.ends_with(", the queue is empty"), check().text);
    places.now += 3599;
    BOOST_TEST((check().result == Result::ok), ids(check()));
    places.now += 60;
    expect_warning(*this, "queue-idle", "the queue since 20");
    BOOST_TEST(std::filesystem::exists(spool() + "/queue"));
}

BOOST_AUTO_TEST_CASE(what_waits_in_the_queue) {
    has_queue("reserve = 1M\n");
    run_queue();
    add("00000000001", {});
    BOOST_TEST(check().text.ends_with(", 1 in the queue"), check().text);
    JournalLine hold;
    hold.event = Event::hold;
    hold.text = "by hand";
    add("00000000002", {hold});
    const std::string damaged = spool() + "/queue/" + std::to_string(::getuid());
    std::ofstream(damaged + "/00000000003") << "nothing";
    BOOST_TEST(check().text.ends_with(", 3 in the queue, 1 of them held"), check().text);
}

BOOST_AUTO_TEST_CASE(a_queue_that_cannot_be_used) {
    has_queue("");
    run_queue();
    ::chmod(spool().c_str(), 0770);
    expect_warning(*this, "queue-shut", "queue " + spool() + ": others may write there");
    has_queue("", folder.path("none/spool"));
    expect_warning(*this, "queue-shut", "none/: No such file or directory");
    has_queue("", folder.write("file", ""));
    expect_warning(*this, "queue-shut", "Not a directory");
}

BOOST_AUTO_TEST_CASE(a_queue_of_somebody_else) {
    if (!is_root())
        return;
    has_queue("");
    run_queue();
    const pid_t child = ::fork();
    if (child == 0) {
        ::chmod(sources.system_file.c_str(), 0644);
        const Settings settings = load();
        static_cast<void>(::setuid(::getpwnam("nobody")->pw_uid));
        ::_exit(health_of(settings.queue, {}).trouble.empty() ? 0 : 42);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    BOOST_TEST(WEXITSTATUS(status) == 42);
    BOOST_TEST(health_of(load().queue, {}).trouble == "");
}

BOOST_AUTO_TEST_CASE(a_queue_on_the_network) {
    has_queue("");
    run_queue();
    struct statfs disk {};
    BOOST_REQUIRE(::statfs(spool().c_str(), &disk) == 0);
    places.remote.push_back(disk.f_type);
    expect_warning(*this, "queue-remote", spool() + " is on a file system of the network");
}

BOOST_AUTO_TEST_CASE(with_a_queue_php_loses_nothing) {
    static_cast<void>(folder.write("php8.6", ""));
    has_queue("");
    run_queue();
    BOOST_TEST((check().result == Result::ok), ids(check()));
    has_queue("when = never\n");
    expect_warning(*this, "php85", "69");
}

BOOST_AUTO_TEST_CASE(the_file_in_force) {
    BOOST_TEST(file_in_force(sources) == sources.system_file);
    sources.environment = {"SALLYPORT_CONFIG=/etc/named.conf"};
    BOOST_TEST(file_in_force(sources) == "/etc/named.conf");
    sources.argument_file = "/etc/argument.conf";
    BOOST_TEST(file_in_force(sources) == "/etc/argument.conf");
    sources.argument_file.reset();
    const std::string own = folder.write("sallyport.conf", "");
    sources.environment = {"XDG_CONFIG_HOME=" + folder.path(".")};
    BOOST_TEST(file_in_force(sources) == folder.path("./sallyport.conf"));
    sources.environment = {"XDG_CONFIG_HOME=" + folder.path("none")};
    BOOST_TEST(file_in_force(sources) == sources.system_file);
    ::unlink(sources.system_file.c_str());
    BOOST_TEST(file_in_force(sources) == "");
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_CASE(the_places_of_this_system) {
    const MachinePlaces places = system_places();
    BOOST_TEST(places.program.ends_with("/sallyport"));
    BOOST_TEST(places.now > 0);
    BOOST_TEST(places.sendmail.size() >= 2U);
}
