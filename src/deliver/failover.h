// SPDX-License-Identifier: MIT
//
// The relays in the order of the configuration, the session that is open to one of them,
// and the one place that weighs a Failure. What each kind of it means:
//
// local     This machine, the configuration or the caller: no server is asked any more.
// message   The server refuses this message or its sender for good: so would others, or
//           they would do harm. No server is asked any more.
// relay     This relay, however it is reached: a strange certificate, a refused log-in, no
//           such name. The next relay is asked. A refused log-in is not tried again as long
//           as this lives, since accounts get locked that way.
// address   This address or port at this moment: 4xx, a lost connection, a timeout. The
//           next address or port of the same relay is asked, then the next relay.
// in_doubt  The server may have the message: the recipients of that transaction are asked
//           about nowhere again; others are, as after `address`.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/failure.h"
#include "config/settings.h"
#include "deliver/visit.h"
#include "smtp/session.h"

namespace sallyport {

class Failover {
  public:
    /// Everything must outlive it. `many`: for a run of many messages, in which a relay is
    /// not asked again with which no session can be had, or that has put off three in a
    /// row, or lost them.
    Failover(const Settings& settings, Network& network, DeliveryContext context,
             bool many = false);
    Failover(const Failover&) = delete;
    Failover& operator=(const Failover&) = delete;
    /// QUIT, where a session is open.
    ~Failover() = default;

    /// For a message from `reverse_path`, of a run that began then: the relays from the
    /// first again. A session is kept if it is open to the relay that comes first, those
    /// apart that were passed over when it was looked for.
    void begin(const std::string& reverse_path, Clock::time_point started);

    /// Failure (78, local) if no relay serves this sender.
    void require_relay(const std::string& reverse_path) const;
    /// None of those that serve this sender is asked again by this run.
    [[nodiscard]] bool leaves_all_alone(const std::string& reverse_path) const;
    /// This relay is not asked again, as if it could not be reached.
    void give_up_relay(std::size_t at) { tried_[at].given_up = true; }

    /// How each relay of the settings took us, when it was last asked.
    enum class Welcome : unsigned char {
        unknown, ///< it was not asked, or could not be reached
        had,     ///< a session was had
        refused, ///< it turns us away
    };
    [[nodiscard]] Welcome welcome(std::size_t at) const { return tried_[at].welcome; }

    /// The next relay for this sender; false when there is none left. Failure (78, local)
    /// if there never was.
    bool next_relay();

    /// The session for the next transaction: the one that is open, or a new one over the
    /// next of the relay's addresses and ports. Null when all were used; those of a server
    /// that took as many messages as it may, and was left for that, are used once more.
    /// Failure as Visit and Session, to be given to weigh() as all that come of it.
    Session* session();

    /// A relay that is there and turns us away: its certificate, our log-in, what it
    /// speaks. To wait does not help.
    static bool turns_away(Fault fault, ExitStatus status) {
        return fault == Fault::relay && status != ExitStatus::temp_fail &&
               status != ExitStatus::no_host;
    }

    /// Nothing is left to try after it.
    static bool ends_all(const Failure& failure);

    enum class Next {
        address, ///< the same relay by another session: session()
        relay,   ///< next_relay()
        anew,    ///< the same, from the first one: what failed was an earlier message's
                 ///< session, to a server that was tired of waiting, and tells nothing
        nothing,
    };
    /// What may be tried after a Failure. It closes the session, unless that is `nothing`.
    Next weigh(const Failure& failure);

    /// Whether `later` is to be told instead of `earlier`, which came of a relay before.
    /// Not where that relay may still take the message later (75) and this one never will;
    /// then it is a remark for the log.
    bool replaces(const Failure& later, ExitStatus earlier);

    /// A transaction went to its end.
    void completed() { tried_[at_].put_off = 0; }

    /// Why another session is needed (75) for those who were not dealt with.
    [[nodiscard]] Failure session_lost() const;

    /// Remarks for the log, to be taken out by whoever writes them there.
    [[nodiscard]] std::vector<std::string>& notes() { return notes_; }

    /// The relay, and how the last session to it came about.
    [[nodiscard]] const Visit& visit() const { return *visit_; }
    /// The session that is open, or null.
    [[nodiscard]] Session* open() const { return session_.get(); }

  private:
    /// What is known of a relay of the settings.
    struct Tried {
        bool passed_over = false;       ///< since the session was looked for
        bool out_of_reach = false;      ///< no session could be had for the last message
        bool given_up = false;          ///< for the rest of the run
        unsigned put_off = 0;           ///< messages in a row
        std::optional<Failure> refused; ///< its log-in
        Welcome welcome = Welcome::unknown;

        [[nodiscard]] bool is_left_alone() const { return out_of_reach || given_up; }
    };
    [[nodiscard]] std::size_t first_relay() const;
    void pass_over_unreachable();
    void count_put_off(const Failure& failure);
    void start_over();

    const Settings& settings_;
    Network& network_;
    DeliveryContext context_; ///< of the message under way
    bool many_;
    std::vector<std::string> notes_;
    std::string reverse_path_;
    std::vector<Tried> tried_; ///< one for each relay
    std::size_t at_ = 0;       ///< whose visit it is
    std::unique_ptr<Visit> visit_;
    bool asked_ = false; ///< the visit is this message's, too
    std::unique_ptr<Session> session_;
    bool kept_ = false;    ///< the session was an earlier message's first
    bool reached_ = false; ///< a session was had with it for this message
    bool full_ = false;    ///< one was left that took as many messages as it may
};

/// What there is to say (78, local) where no relay serves this sender.
Failure no_relay_for(const std::string& reverse_path);

} // namespace sallyport
