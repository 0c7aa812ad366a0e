// SPDX-License-Identifier: MIT
//
// A queue with a message in each state.
#pragma once

#include <string>
#include <vector>

#include <unistd.h>

#include "ctl/queue_facts.h"
#include "unit/folder.h"

namespace sallyport::ctl {

class Queued {
  public:
    static constexpr std::int64_t now = 1'764'380'000;

    Queued() {
        settings_.directory = folder_.path("spool");
        settings_.reserve = 0;
        tree_.emplace(settings_);
        queue_.emplace(*tree_, ::getuid());
        add("00000000001", {});
        add("00000000002",
            {{now, Event::attempt, {}, 0, "", "", 1},
             {now, Event::defer, {1, 2}, 450, "4.2.0", "smtp.example.org: 450 4.2.0 later"},
             {now, Event::sent, {0}, 250, "2.0.0", "ok"},
             {now, Event::next, {}, 0, "", "", now + 300, 1}});
        add("00000000003", {{now, Event::attempt, {}, 0, "", "", 1},
                            {now, Event::begin, {0, 1, 2}},
                            {now, Event::doubt, {0, 1, 2}, 0, "4.4.2", "timed out"},
                            {now, Event::hold, {}, 0, "", "a person has to ask"}});
        set_aside("00000000004",
                  {{now, Event::attempt, {}, 0, "", "", 1},
                   {now, Event::sent, {0, 1}, 250, "2.0.0", "ok"},
                   {now, Event::refuse, {2}, 550, "5.1.1", "550 5.1.1 nobody \xe2\x80\xae"},
                   {now, Event::told, {2}}});
        static_cast<void>(folder_.write(
            "spool/queue/" + std::to_string(::getuid()) + "/00000000005", "nothing"));
    }

    [[nodiscard]] const Queue& queue() const { return *queue_; }
    [[nodiscard]] std::vector<QueueEntry> waiting() const { return listed(*queue_, false); }
    [[nodiscard]] std::vector<QueueEntry> failed() const {
        return listed(Queue::failed(*tree_), true);
    }
    [[nodiscard]] QueueEntry details(const std::string& id) const {
        auto message = queue_->look_at(id);
        message->read();
        QueueEntry entry = facts_of(*message, false);
        entry.user = 1000;
        add_details(entry, *message);
        return entry;
    }

    static std::vector<QueueEntry> listed(const Queue& queue, bool in_failed,
                                          std::int64_t time = now) {
        std::vector<QueueEntry> entries;
        add_facts(queue, in_failed, entries);
        put_in_order(entries, time);
        for (QueueEntry& entry : entries)
            entry.user = entry.trouble.empty() ? 1000 : 0; // whoever runs the test
        return entries;
    }

  private:
    QueuedMessage add(const std::string& id, const std::vector<JournalLine>& journal) {
        QueueHeader header;
        header.id = id;
        header.arrived = id.ends_with('2') ? now - 120 : now - 60;
        header.envelope.reverse_path = id.ends_with('1') ? "" : "me@example.org";
        for (const char* const to : {"a@example.com", "b@example.com", "c@example.net"})
            header.recipients.emplace_back(to);
        Store body;
        body.append("hello\r\n");
        return queue_->add(header,
                           Message(*parse_header("Subject: one\r\n\ttwo\r\n"),
                                   std::move(body), BodyFacts()),
                           journal);
    }
    void set_aside(const std::string& id, const std::vector<JournalLine>& journal) {
        static_cast<void>(queue_->set_aside(add(id, journal).name()));
    }

    Folder folder_;
    QueueSettings settings_;
    std::optional<QueueTree> tree_;
    std::optional<Queue> queue_;
};

} // namespace sallyport::ctl
