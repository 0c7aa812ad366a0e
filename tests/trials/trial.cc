// SPDX-License-Identifier: MIT
#include "trials/trial.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <list>
#include <memory>
#include <sstream>
#include <utility>

#include <csignal>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "trials/disk.h"
#include "trials/mail_server.h"
#include "trials/talk.h"

namespace sallyport::trials {

namespace {

constexpr int bug_status = 70;
constexpr unsigned clean_rounds = 6;

std::string read_file(const std::string& path) {
    std::ostringstream octets;
    octets << std::ifstream(path, std::ios::binary).rdbuf();
    return octets.str();
}

/// As standard input has it.
std::string with_line_feeds(std::string text) {
    std::erase(text, '\r');
    return text;
}

/// A client and what it is for.
struct Running {
    Client client{};
    const Act* act = nullptr;
    std::vector<const Mail*> mails{};
    std::unique_ptr<Talk> talk{};
    std::string output{}; ///< files
    std::string error{};
};

class Trial {
  public:
    Trial(const Plan& plan, std::string directory, const Surroundings& surroundings)
        : plan_(plan), directory_(std::move(directory)), surroundings_(surroundings),
          moods_(plan.seed), evidence_(path("mail"), path("queue")),
          verdict_(plan, evidence_, moods_),
          tracer_(path("queue"), {"SALLYPORT_CONFIG=" + path("conf"), "HOME=/", "TZ=UTC"},
                  {[this](Client& client) { on_end(client); },
                   [this](const std::string& removed) { evidence_.keep(removed); },
                   [this] { cut(); }, [this] { return moods_.has_stored(); }}) {
        options_.directory = path("mail");
        options_.offer = plan.setting.offer;
    }

    Outcome run() {
        prepare();
        for (const Scene& scene : plan_.scenes)
            play(scene);
        const std::vector<Point> seen = outcome_.seen;
        empty_queue();
        outcome_.seen = seen;
        outcome_.tally = verdict_.conclude();
        outcome_.promises = verdict_.promises();
        outcome_.findings = verdict_.findings();
        return std::move(outcome_);
    }

  private:
    [[nodiscard]] std::string path(const std::string& name) const {
        return directory_ + "/" + name;
    }

    void prepare() {
        ::mkdir(path("mail").c_str(), S_IRWXU);
        ::mkdir(path("queue").c_str(), S_IRWXU);
        if (plan_.setting.own_disk)
            mount_disk(path("queue"));
        for (unsigned i = 0; i < plan_.setting.relays; ++i)
            servers_.emplace_back(
                options_, plan_.setting.tls ? surroundings_.context : nullptr, moods_);
        std::ofstream file(path("conf"));
        for (const MailServer& server : servers_)
            file << "[relay " << server.port()
                 << "]\nhost = 127.0.0.1\nport = " << server.port() << "\ntimeout = 1\n"
                 << (plan_.setting.tls
                         ? "tls = implicit\ntls_ca = " + surroundings_.authority
                         : std::string("tls = none"))
                 << "\n";
        file << "[queue]\ndirectory = " << path("queue") << "\n"
             << plan_.setting.queue_keys << "[log]\nto = file:" << path("log") << "\n";
        std::ofstream(path("log")) << "";
        ::chmod(path("conf").c_str(), S_IRUSR | S_IWUSR);
    }

    void set_mood(const Mood& mood) {
        moods_.set(mood);
        for (MailServer& server : servers_) {
            if (mood.away)
                server.cut();
            else
                server.listen();
        }
    }

    void cut() {
        for (MailServer& server : servers_)
            server.cut();
    }

    void play(const Scene& scene) {
        set_mood(scene.mood);
        if (plan_.setting.own_disk)
            set_room(path("queue"), scene.room);
        tell("scene: trouble " + std::to_string(scene.mood.trouble) + "% " +
             scene.mood.only + (scene.mood.away ? ", away" : "") +
             (scene.room == Room::few_blocks   ? ", disk full"
              : scene.room == Room::few_inodes ? ", no inodes"
                                               : ""));
        for (const Act& act : scene.acts)
            start(act);
        finish();
    }

    void start(const Act& act) {
        Running& running = running_.emplace_back();
        running.act = &act;
        running.client.strike = act.strike;
        for (const std::size_t number : act.mails)
            running.mails.push_back(&plan_.mails[number]);
        begin(running, arguments_of(act));
    }

    [[nodiscard]] std::vector<std::string> arguments_of(const Act& act) const {
        std::vector<std::string> arguments{surroundings_.program};
        if (!act.option.empty())
            arguments.push_back(act.option);
        switch (act.kind) {
        case Act::Kind::send: {
            const Mail& mail = plan_.mails[act.mails.front()];
            arguments.insert(arguments.end(),
                             {"-i", "-f", mail.sender.empty() ? "<>" : mail.sender});
            arguments.insert(arguments.end(), mail.recipients.begin(),
                             mail.recipients.end());
            break;
        }
        case Act::Kind::dialogue:
            arguments.emplace_back("-bs");
            break;
        case Act::Kind::run:
            break;
        case Act::Kind::run_one: {
            const auto waiting = evidence_.waiting();
            arguments.push_back("-qI" + (waiting.empty() ? "none" : *waiting.begin()));
            break;
        }
        case Act::Kind::list:
            arguments.emplace_back("-bp");
            break;
        }
        return arguments;
    }

    void begin(Running& running, std::vector<std::string> arguments) {
        const std::string stem = path(std::to_string(++outcome_.clients));
        running.output = stem + ".out";
        running.error = stem + ".err";
        Client& client = running.client;
        client.arguments = std::move(arguments);
        client.error = make_file(running.error);
        if (running.act->kind == Act::Kind::dialogue) {
            int ends[2];
            if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
                throw std::runtime_error("no socket can be had");
            client.input = UniqueFd(ends[0]);
            client.output = UniqueFd(::fcntl(ends[0], F_DUPFD_CLOEXEC, 0));
            tracer_.start(client);
            running.talk = std::make_unique<Talk>(UniqueFd(ends[1]), running.mails);
            return;
        }
        std::ofstream(stem + ".in", std::ios::binary)
            << (running.mails.empty() ? std::string()
                                      : with_line_feeds(running.mails.front()->text));
        client.input = UniqueFd(::open((stem + ".in").c_str(), O_RDONLY | O_CLOEXEC));
        client.output = make_file(running.output);
        tracer_.start(client);
    }

    static UniqueFd make_file(const std::string& name) {
        return UniqueFd(::open(name.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, S_IRUSR));
    }

    void finish() {
        tracer_.run();
        for (const Running& running : running_)
            count(running);
        running_.clear();
    }

    void count(const Running& running) {
        const Client& client = running.client;
        std::string line = "client:";
        for (std::size_t i = 1; i < client.arguments.size(); ++i)
            line += " " + client.arguments[i];
        line += WIFEXITED(client.status)
                    ? ": status " + std::to_string(WEXITSTATUS(client.status))
                    : ": signal " + std::to_string(WTERMSIG(client.status));
        tell(line + (client.struck.empty() ? "" : ", " + client.struck));
        outcome_.killed += client.struck.starts_with("killed") ? 1U : 0U;
        outcome_.cuts += client.struck.starts_with("network") ? 1U : 0U;
        outcome_.failed_calls +=
            client.struck.find(" failed: ") != std::string::npos ? 1U : 0U;
        outcome_.seen = client.seen;
    }

    void tell(const std::string& line) { outcome_.story += line + "\n"; }

    /// The first process of a client is gone: what it said has to be true now.
    void on_end(Client& client) {
        const auto found = std::ranges::find_if(
            running_, [&](const Running& one) { return &one.client == &client; });
        const Running& running = *found;
        const int status = client.status;
        const bool killed = WIFSIGNALED(status) && client.struck.starts_with("killed");
        if ((WIFSIGNALED(status) && !killed) ||
            (WIFEXITED(status) && WEXITSTATUS(status) == bug_status))
            verdict_.add(Wrong::broken, running.error + ": it broke");
        switch (running.act->kind) {
        case Act::Kind::send:
            if (WIFEXITED(status))
                sent(running, WEXITSTATUS(status));
            return;
        case Act::Kind::dialogue:
            return told(running);
        case Act::Kind::list:
            if (WIFEXITED(status) && WEXITSTATUS(status) == 0 && running_.size() == 1)
                listed(running);
            return;
        case Act::Kind::run:
        case Act::Kind::run_one:
            return;
        }
    }

    void sent(const Running& running, int status) {
        const Mail& mail = *running.mails.front();
        if (status == 0)
            verdict_.promised(mail.recipients);
        else if (read_file(running.error).find("may have been accepted") ==
                 std::string::npos)
            verdict_.denied(mail);
    }

    void told(const Running& running) {
        for (const Talk::Told& told : running.talk->told()) {
            if (told.reply.starts_with("250"))
                verdict_.promised(told.recipients);
            else if (!told.reply.empty() &&
                     told.reply.find("may have been accepted") == std::string::npos)
                verdict_.denied(*told.mail);
        }
    }

    /// Nobody else was at work: mailq shows what there is, or says what it could not see.
    void listed(const Running& running) {
        std::set<std::string> shown;
        std::istringstream lines(read_file(running.output));
        for (std::string line; std::getline(lines, line);) {
            const std::string id = line.substr(0, 11);
            if (is_queue_id(id))
                shown.insert(id);
        }
        if (shown != evidence_.waiting() && read_file(running.error).empty())
            verdict_.add(Wrong::unlisted, running.output + " is not what waits");
    }

    /// All is well now. What is held waits for a person; all else has to go.
    void empty_queue() {
        play({});
        const Act all{Act::Kind::run, "-qf"};
        const Act list{Act::Kind::list};
        for (unsigned round = 0; round < clean_rounds; ++round) {
            const auto left = unsettled();
            if (left.empty() && round > 0)
                break;
            play({{}, Room::enough, {all}});
            for (const std::string& id : unsettled()) {
                const Act one{Act::Kind::run, "-qI" + id};
                play({{}, Room::enough, {one}});
            }
        }
        for (const std::string& id : unsettled())
            verdict_.add(Wrong::stuck, id + " still waits");
        play({{}, Room::enough, {list}});
    }

    [[nodiscard]] std::vector<std::string> unsettled() const {
        std::vector<std::string> names;
        for (const Queued& file : evidence_.queued()) {
            if (file.place == Queued::Place::waiting && !file.progress.held)
                names.push_back(file.name);
        }
        return names;
    }

    const Plan& plan_;
    std::string directory_;
    const Surroundings& surroundings_;
    ServerOptions options_;
    Moods moods_;
    std::list<MailServer> servers_;
    Evidence evidence_;
    Verdict verdict_;
    Tracer tracer_;
    std::list<Running> running_;
    Outcome outcome_;
};

} // namespace

Outcome carry_out(const Plan& plan, const std::string& directory,
                  const Surroundings& surroundings) {
    return Trial(plan, directory, surroundings).run();
}

} // namespace sallyport::trials
