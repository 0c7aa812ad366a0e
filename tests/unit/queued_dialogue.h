// SPDX-License-Identifier: MIT
//
// A -bs dialogue where there is a queue, and what is in it afterwards.
#pragma once

#include <algorithm>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include <unistd.h>

#include "dialogue.h"
#include "queue/queue.h"

namespace sallyport {

struct QueuedClient : Client {
    QueuedClient() {
        settings.queue.directory = folder.path("spool");
        settings.queue.reserve = 0;
        identity.uid = 1000;
    }

    [[nodiscard]] std::string own_directory() const {
        return settings.queue.directory + "/queue/" + std::to_string(::getuid());
    }

    /// The names there, those of finished messages and others.
    [[nodiscard]] std::vector<std::string> names() const {
        std::vector<std::string> all;
        if (std::filesystem::exists(own_directory())) {
            for (const auto& entry : std::filesystem::directory_iterator(own_directory()))
                all.push_back(entry.path().filename());
        }
        return all;
    }
    /// Those that are promised.
    [[nodiscard]] std::vector<std::string> waiting() const {
        auto all = names();
        std::erase_if(all, [](const std::string& name) { return !is_queue_id(name); });
        std::ranges::sort(all);
        return all;
    }
    /// Nothing is promised, and nothing half written is left.
    [[nodiscard]] bool is_empty() const {
        return std::ranges::none_of(names(), [](const std::string& name) {
            return is_queue_id(name) || is_queue_id(name.substr(1));
        });
    }
    void forget() const { std::filesystem::remove_all(settings.queue.directory); }

    [[nodiscard]] QueuedMessage read(const std::string& id) {
        queues.push_back(std::make_unique<Queue>(
            *trees.emplace_back(std::make_unique<QueueTree>(settings.queue)), ::getuid()));
        auto message = queues.back()->look_at(id);
        BOOST_REQUIRE(message.has_value());
        message->read();
        return std::move(*message);
    }
    [[nodiscard]] QueuedMessage read_lone() {
        BOOST_REQUIRE(waiting().size() == 1U);
        return read(waiting().front());
    }
    /// "a@x open, b@x sent": the recipients of a message, and where each stands.
    static std::string fates_of(const QueuedMessage& message) {
        constexpr const char* states[] = {"open", "in doubt", "sent", "refused", "told"};
        std::string all;
        for (std::size_t i = 0; i < message.header().recipients.size(); ++i) {
            const Progress::Fate& fate = message.progress().recipients[i];
            all += (i > 0 ? ", " : "") + message.header().recipients[i].address + " " +
                   states[static_cast<int>(fate.state)] +
                   (fate.doubts > 0 ? " after a doubt" : "");
        }
        return all;
    }
    [[nodiscard]] std::string fates() { return fates_of(read_lone()); }
    /// With their identifiers, which nobody knows before, as ID.
    [[nodiscard]] std::string without_ids(std::string text) const {
        for (const std::string& id : waiting()) {
            for (auto at = text.find(id); at != text.npos; at = text.find(id))
                text.replace(at, id.size(), "ID");
        }
        return text;
    }

    [[nodiscard]] std::string log() const {
        return std::filesystem::exists(folder.path("log")) ? folder.read("log") : "";
    }

    std::vector<std::unique_ptr<QueueTree>> trees; ///< which what is read needs
    std::vector<std::unique_ptr<Queue>> queues;    ///< likewise
};

const inline std::string mail = "MAIL FROM:<me@x>\n";
const inline std::string to_a = "RCPT TO:<a@x>\n";
const inline std::string to_b = "RCPT TO:<b@x>\n";
const inline std::string data = "DATA\nFrom: a@x\nDate: x\nMessage-ID: <i@x>\n\nhello\n.\n";
const inline std::string sender_ok = "250 2.1.0 sender ok\n";
const inline std::string recipient_ok = "250 2.1.5 recipient ok\n";
const inline std::string go = "354 end with a dot alone in a line\n";
const inline std::string queued = "250 2.0.0 queued as ID\n";

} // namespace sallyport
