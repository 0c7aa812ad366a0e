// SPDX-License-Identifier: MIT
//
// A queue, servers and a clock for the tests of its runs.
#pragma once

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include <unistd.h>

#include "deliver/world.h"
#include "queue/run.h"
#include "relays.h"
#include "unit/folder.h"

namespace sallyport {

const inline Script one_more{"250 s", "250 r", "354 go", "250 2.0.0 Ok"};

/// What a run did; gone are those that nobody has to be sent any more.
struct Ran : Tally {
    explicit Ran(const Tally& tally) : Tally(tally) {}
    unsigned gone = sent + failed;
};

struct QueueFixture {
    QueueFixture() {
        settings.queue.directory = folder.path("spool");
        settings.queue.reserve = 0;
        has_relay("one");
        identity.host_name = "host.example";
        identity.id = "0000000000F";
        now() = 1'764'380'000;
    }

    static std::int64_t& now() {
        static std::int64_t time = 0;
        return time;
    }
    static std::int64_t tell_time() { return now(); }

    Relay& has_relay(const std::string& host) {
        return settings.relays.emplace_back(plain_relay(host));
    }

    /// Each script of a relay is of one more connection to the same server.
    void has_one_server() {
        network.goes_on = true;
        network.has_one_address = true;
    }

    void has(const std::string& id, std::vector<std::string> to = {"a@x"},
             std::vector<JournalLine> journal = {}, const std::string& from = "me@x") {
        QueueHeader header;
        header.id = id;
        header.arrived = now();
        header.envelope.reverse_path = from;
        for (auto& one : to)
            header.recipients.emplace_back(std::move(one));
        Header fields;
        fields.append(Field("Subject: " + id + "\r\n"));
        Queue(QueueTree(settings.queue), ::getuid())
            .add(header, Message(fields, Store(), {}), journal);
    }

    Ran run(QueueSelection selection = {}, QueueAttempt::Now clock = tell_time) {
        network.heard.clear();
        network.asked.clear();
        Log log({LogTarget::file, folder.path("log"), LogFormat::text}, "sallyport");
        const QueueTree tree(settings.queue);
        const World world{invocation, settings,   identity,    log,
                          network,    transcript, Clock::now()};
        return Ran(QueueRun(tree, world, clock, 1).run(selection));
    }

    Ran run_against(std::vector<Script> one, QueueSelection selection = {},
                    QueueAttempt::Now clock = tell_time) {
        network.servers["one"] = std::move(one);
        return run(std::move(selection), clock);
    }

    [[nodiscard]] std::vector<std::string> waiting() const {
        auto ids = Queue(QueueTree(settings.queue), ::getuid()).ids();
        std::ranges::sort(ids);
        return ids;
    }

    [[nodiscard]] QueuedMessage read(const std::string& id) const {
        static std::vector<std::unique_ptr<QueueTree>> trees; // which it needs, as these
        static std::vector<std::unique_ptr<Queue>> queues;
        queues.push_back(std::make_unique<Queue>(
            *trees.emplace_back(std::make_unique<QueueTree>(settings.queue)), ::getuid()));
        auto message = queues.back()->look_at(id);
        message->read();
        return std::move(*message);
    }

    /// Since the first run.
    [[nodiscard]] bool has_logged(const std::string& text) const {
        return folder.read("log").find(text) != std::string::npos;
    }

    [[nodiscard]] bool has_failed(const std::string& id) const {
        return std::filesystem::exists(folder.path("spool/failed/" + id));
    }

    /// The messages whose text a server was given, in order.
    [[nodiscard]] std::string subjects() const {
        const std::string mark = "Subject: ";
        std::string all;
        for (auto at = network.heard.find(mark); at != std::string::npos;
             at = network.heard.find(mark, at + 1))
            all += network.heard.substr(at + mark.size() + 10, 1);
        return all;
    }

    Folder folder;
    Settings settings;
    Invocation invocation;
    Identity identity;
    Transcript transcript;
    ScriptedNetwork network;
};

const inline std::string first = "00000000001";
const inline std::string second = "00000000002";
const inline std::string third = "00000000003";
const inline std::string fourth = "00000000004";

} // namespace sallyport
