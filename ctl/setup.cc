// SPDX-License-Identifier: MIT
//
// `setup`: from nothing to the first mail.
#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include <sys/stat.h>
#include <unistd.h>

#include "base/concat.h"
#include "base/failure.h"
#include "config/strict_ini.h"
#include "config/values.h"
#include "ctl/answers.h"
#include "ctl/asking.h"
#include "ctl/call.h"
#include "ctl/check.h"
#include "ctl/config_text.h"
#include "ctl/diff.h"
#include "ctl/discover.h"
#include "ctl/draft.h"
#include "ctl/exit.h"
#include "ctl/json.h"
#include "ctl/ladder.h"
#include "ctl/masked.h"
#include "ctl/new_file.h"
#include "ctl/owner.h"
#include "ctl/port_choice.h"
#include "ctl/queue_wish.h"
#include "ctl/screen.h"
#include "ctl/words.h"
#include "message/identity.h"
#include "system/wipe.h"
#include "text/address.h"
#include "text/ascii.h"
#include "text/printable.h"

namespace sallyport::ctl {

namespace {

constexpr std::chrono::seconds discovery_wait{20};
constexpr std::chrono::seconds probe_wait{60};

/// Options that a plan is made of: the environment makes another.
constexpr const char* plan_options[] = {"host",
                                        "port",
                                        "tls",
                                        "user",
                                        "from",
                                        "root",
                                        "force",
                                        "password-file",
                                        "add",
                                        "queue",
                                        "password-command",
                                        "password-stdin",
                                        "token-file",
                                        "iam-secret-stdin"};

bool makes_connections(const Options& options) {
    return !options.has("no-check") && !options.has("dry-run");
}

std::string path_of(const Call& call) {
    if (auto output = call.options.value("output"))
        return *output;
    if (call.sources.argument_file)
        return *call.sources.argument_file;
    return usual_file(call.sources, ::geteuid());
}

void expect_good_name(const std::string& name) {
    const bool good =
        !name.empty() && name.size() <= 40 && std::ranges::all_of(name, [](char c) {
            return is_alpha(c) || is_digit(c) || c == '-' || c == '_' || c == '.';
        });
    if (!good)
        stop(ExitStatus::usage, Fault::local,
             {tr("option --add: a name of letters, digits, - _ and . is expected")});
}

/// A file in the making.
class Setup {
  public:
    explicit Setup(const Call& call)
        : call_(call), options_(call.options), path_(path_of(call)) {}
    Setup(const Setup&) = delete;
    Setup& operator=(const Setup&) = delete;
    ~Setup() {
        wipe_entries();
        wipe(text_);
        wipe(before_);
    }

    int run() {
        expect_sense();
        if (!options_.has("dry-run"))
            prepare();
        make_entries();
        if (options_.has("dry-run")) {
            call_.console.show(options_.has("add") ? sections_of(entries_, true)
                                                   : text_of(entries_, true));
            return done;
        }
        text_ = options_.has("add") ? appended() : text_of(entries_, false);
        const Owner owner = new_owner();
        const bool same = was_there_ && before_ == text_ && is_of(owner.ownership);
        if (!same)
            confirm();
        const std::string queue = queue_directory(entries_);
        const std::string whose = queue.empty() ? "" : make_queue(queue);
        if (same)
            call_.console.remark(concat({printable(path_), tr(": nothing to do")}));
        else
            write(owner);
        if (!queue.empty())
            call_.console.remark(words_about_runs(::geteuid(), named_file()));
        if (!whose.empty())
            call_.console.remark(whose);
        return finish();
    }

  private:
    void expect_sense() const {
        if (const auto name = options_.value("add"))
            expect_good_name(*name);
        const auto given = std::ranges::find_if(
            plan_options, [&](const char* name) { return options_.has(name); });
        if (options_.has("from-env") &&
            (options_.word() || given != std::end(plan_options)))
            stop(ExitStatus::usage, Fault::local,
                 {tr("option --from-env: the variables alone say what is written, and no "
                     "other option or word")});
        if (options_.json() && !makes_connections(options_))
            stop(ExitStatus::usage, Fault::local,
                 {tr("option --json: it shows the check, which --dry-run and --no-check "
                     "leave out")});
        if (const auto to = options_.value("to"))
            by_option("to",
                      [&](const std::string& origin) { return read_mailbox(*to, origin); });
    }

    /// Before anybody is asked anything: may it be written, and what stands there?
    void prepare() {
        if (!options_.has("output") && !call_.sources.argument_file && ::geteuid() != 0)
            make_directory_of(path_);
        place_.emplace(path_);
        was_there_ = place_->is_taken();
        if (was_there_)
            before_ = place_->read(facts_);
        if (options_.has("add"))
            expect_room();
    }

    void expect_room() const {
        if (!was_there_)
            stop(ExitStatus::no_input, Fault::local,
                 {printable(path_), tr(": there is no such file to add a relay to")});
        static_cast<void>(owner_kept(path_, facts_, ::geteuid())); // before any question
        const std::string section = concat({"relay ", *options_.value("add")});
        for (IniEntry& entry : parse_ini(before_, path_)) {
            wipe(entry.value);
            if (entry.section == section)
                stop(ExitStatus::cannot_create, Fault::local,
                     {printable(path_), ": [", section, tr("] stands there already")});
        }
    }

    [[noreturn]] void refuse_unconfirmed() const {
        stop(ExitStatus::cannot_create, Fault::local,
             {printable(path_), tr(": it is there already, and is replaced with --yes "
                                   "only")});
    }

    void make_entries() {
        if (options_.has("from-env")) {
            std::vector<std::string> notes;
            entries_ = entries_of_environment(call_.sources.environment, notes);
            for (const std::string& note : notes)
                call_.console.remark(note);
            return;
        }
        const bool connects = makes_connections(options_);
        const Surroundings surroundings{
            Console::can_ask(), !options_.has("dry-run"), "/etc/aliases",
            [connects](const std::string& domain) {
                return discover(domain, Clock::now() + discovery_wait, connects);
            }};
        Plan plan = answers(options_, call_.console, surroundings);
        take(plan);
        if (!plan.ports.empty())
            add_tls(plan);
        else if (connects)
            add_ports(plan);
        take(plan);
        readers_ = plan.root;
        wipe(plan.password);
        add_queue();
    }

    void add_queue() {
        const auto queue = queue_entries(options_, call_.console, queue_entries_in(path_),
                                         usual_queue(call_.sources, ::geteuid()));
        entries_.insert(entries_.end(), queue.begin(), queue.end());
        settings_ = settings_of(entries_);
    }

    /// Its path, where sallyport may not look for it by itself.
    [[nodiscard]] std::string named_file() const {
        return options_.has("output") || call_.sources.argument_file ? path_ : "";
    }

    void wipe_entries() {
        for (ConfigEntry& entry : entries_)
            wipe(entry.value);
    }

    /// Failure where sallyport would not read it as it is meant.
    void take(const Plan& plan) {
        wipe_entries();
        const auto name = options_.value("add");
        entries_ = name ? relay_entries(plan, *name) : entries_of(plan);
        settings_ = settings_of(entries_);
    }

    [[nodiscard]] RelayReport probe(const Relay& relay, Clock::time_point started) const {
        LadderOptions ladder;
        ladder.log_in = false;
        ladder.started = started;
        ladder.deadline = started + probe_wait;
        return probe_server(relay, *settings_, look_up_identity(), ladder);
    }

    void add_ports(Plan& plan) {
        const Relay& relay = settings_->relays.front();
        if (relay.srv || relay.is_local())
            return;
        const auto started = Clock::now();
        call_.console.progress(tr("Looking which ports lead to the server …"));
        const PortChoice choice =
            choose_ports(relay, [&](const Relay& tried) { return probe(tried, started); });
        call_.console.progress({});
        plan.ports = choice.ports;
        if (!choice.trouble.empty())
            call_.console.complain(
                concat({tr("warning: "), printable(relay.host), ": ", choice.trouble}));
    }

    /// How TLS begins on a port that says nothing of it: who speaks first there tells. With
    /// several ports one answer would stand for all of them, and nobody is asked.
    void add_tls(Plan& plan) {
        const Relay& relay = settings_->relays.front();
        const auto port = std::ranges::find_if(relay.port, is_unusual);
        if (relay.tls || relay.srv || relay.is_local() || port == relay.port.end())
            return;
        const TlsMode usual = relay.tls_mode(*port);
        std::optional<TlsMode> told;
        if (makes_connections(options_) && relay.port.size() == 1) {
            call_.console.progress(tr("Looking how TLS begins there …"));
            told = tls_of(probe(relay, Clock::now()), usual);
            call_.console.progress({});
        }
        const bool at_once = told.value_or(usual) == TlsMode::implicit;
        if (told)
            plan.tls = at_once ? "implicit" : "starttls";
        else
            call_.console.remark(
                concat({printable(relay.host), tr(", port "), std::to_string(*port),
                        tr(": TLS is taken to begin "),
                        at_once ? tr("at once") : tr("by STARTTLS"),
                        tr(", unless --tls says otherwise")}));
    }

    [[nodiscard]] std::string appended() const {
        std::string sections = sections_of(entries_, false);
        const bool open = !before_.empty() && !before_.ends_with('\n');
        std::string text = concat({before_, open ? "\n" : "", "\n", sections});
        wipe(sections);
        return text;
    }

    /// Shows what is to be written. Failure where nobody agrees.
    void confirm() const {
        const std::string shown_path = printable(path_);
        std::string text;
        if (was_there_) {
            const MaskedText old = masked_text(before_);
            const MaskedText fresh = masked_text(text_, old.secrets);
            text = unified_diff(old.text, fresh.text, shown_path,
                                concat({shown_path, tr(" (new)")}));
            if (text.empty())
                text = before_ == text_ ? tr("(only who can read it changes)\n")
                                        : tr("(the difference is in what is not shown)\n");
        } else {
            text = concat({shown_path, ":\n", text_of(entries_, true)});
        }
        const bool asks = Console::can_ask() && !options_.has("yes");
        if (!asks && was_there_)
            call_.console.remark(text.substr(0, text.size() - 1));
        if (was_there_ && !asks && !options_.has("yes"))
            refuse_unconfirmed();
        // What is agreed to is part of the question, and shown with --quiet, too.
        if (asks &&
            !call_.console.confirm(concat({text, tr("Write "), shown_path, "?"}), true))
            stop(ExitStatus::cannot_create, Fault::local,
                 {shown_path, tr(": not written")});
    }

    /// A group that has been let in, and not everybody, stays so.
    [[nodiscard]] Owner new_owner() const {
        const uid_t caller = ::geteuid();
        const bool lets_in = was_there_ &&
                             (facts_.st_mode & (S_IRGRP | S_IROTH)) == S_IRGRP &&
                             (facts_.st_uid == 0 || facts_.st_uid == caller);
        if (!options_.has("readable-by") && (lets_in || options_.has("add")))
            return owner_kept(path_, facts_, caller);
        return owner_of_file(caller, options_.value("readable-by"));
    }

    /// Whether the file is so already.
    [[nodiscard]] bool is_of(const Ownership& wanted) const {
        return facts_.st_uid == wanted.user && facts_.st_gid == wanted.group &&
               (facts_.st_mode & 07777U) == wanted.mode;
    }

    void write(const Owner& owner) const {
        replace_file(*place_, text_, owner.ownership);
        call_.console.remark(
            concat({printable(path_), tr(": written ("), shown(owner.ownership), ")",
                    was_there_ ? tr("; the one before is kept as .bak") : ""}));
        if (owner.remark.starts_with("warning"))
            call_.console.complain(owner.remark);
        else if (!owner.remark.empty())
            call_.console.remark(owner.remark);
    }

    int finish() {
        const int status = makes_connections(options_) ? check_it() : done;
        if (status == done)
            call_.console.remark(concat({tr("Try it: "), line_to_try()}));
        return status;
    }

    int check_it() {
        ConfigurationSources sources = call_.sources;
        sources.argument_file = path_;
        // The file itself is checked: a variable would stand in for a part of it.
        std::erase_if(sources.environment, [](const std::string& entry) {
            return entry.starts_with("SALLYPORT_");
        });
        CheckWishes wishes;
        wishes.to = options_.value("to");
        wishes.relay = options_.value("add");
        wishes.verbose = options_.verbose();
        if (!wishes.to && Console::can_ask() && !readers_.empty()) {
            const std::vector<Mailbox> readers = parse_address_list(readers_);
            const std::string first = readers.front().address();
            if (call_.console.confirm(
                    concat({tr("Send a test message to "), printable(first), "?"}), true))
                wishes.to = first;
        }
        const CheckReport report = run_check(sources, wishes, call_.console);
        call_.console.show(options_.json() ? check_json(report)
                                           : shown(report, call_.console.look(), false));
        return report.status;
    }

    static const char* line_to_try() {
        constexpr std::array<const char*, 3> mail = {"/usr/bin/mail", "/bin/mail",
                                                     "/usr/local/bin/mail"};
        const bool has_mail = std::ranges::any_of(
            mail, [](const char* path) { return ::access(path, X_OK) == 0; });
        return has_mail ? "echo hi | mail root" : "echo hi | sendmail root";
    }

    const Call& call_;
    const Options& options_;
    std::string path_;
    std::optional<Place> place_; ///< none where nothing is written
    bool was_there_ = false;
    std::string before_;
    struct stat facts_ {};
    std::vector<ConfigEntry> entries_;
    std::optional<Settings> settings_;
    std::string readers_; ///< of root's mail
    std::string text_;
};

} // namespace

int setup(const Call& call) {
    return Setup(call).run();
}

} // namespace sallyport::ctl
