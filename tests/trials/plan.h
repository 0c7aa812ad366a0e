// SPDX-License-Identifier: MIT
//
// What is done in one trial: a configuration, messages, and scenes, in each of which some
// clients run at once while the servers are in one mood.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "trials/random.h"

namespace sallyport::trials {

/// What happens to a client at one of its calls that reach the queue or the network.
struct Strike {
    /// Of which calls `at` is the number; of those that can fail if it is to.
    enum class Among : unsigned char {
        all,
        of_messages,
        of_network,
        since_stored, ///< by a server, a message in this scene, and nobody knows of it yet
    };
    enum class Kind : unsigned char {
        none,
        kill_before, ///< SIGKILL, and the call is not made
        kill_after,  ///< or is made first
        fail,        ///< the call fails, once
        cut,         ///< the network is gone
    };
    Kind kind = Kind::none;
    unsigned at = 0; ///< the how manyth call, from 1; of those that can fail if it is to
    unsigned choice = 0; ///< which of the errors that the call can have
    Among among = Among::all;
};

/// How servers behave until the next scene.
struct Mood {
    /// Of a hundred connections, how many meet trouble.
    unsigned trouble = 0;
    /// Trouble of one kind, the same for all; empty: any. "step:what", see Moody.
    std::string only{};
    bool away = false; ///< nobody listens
};

struct Act {
    enum class Kind : unsigned char {
        send,     ///< sendmail, one message
        dialogue, ///< -bs, some messages
        run,      ///< -q, -qf
        run_one,  ///< -qI of one message that waits, if any does
        list,     ///< mailq
    };
    Kind kind = Kind::send;
    std::string option{};             ///< -odq, -odb, -qf; or none
    std::vector<std::size_t> mails{}; ///< by number
    Strike strike{};
};

/// What is left on the disk of the queue.
enum class Room : unsigned char { enough, few_blocks, few_inodes };

struct Scene {
    Mood mood{};
    Room room = Room::enough;
    std::vector<Act> acts{};
};

/// A message that somebody hands over.
struct Mail {
    std::string token;  ///< in its subject, and in all its addresses
    std::string sender; ///< empty: the null sender
    std::vector<std::string> recipients;
    std::string text; ///< in wire form
};

struct Setting {
    unsigned relays = 1;
    bool tls = false;
    std::string queue_keys{};         ///< lines of [queue]
    bool reports = true;              ///< bounce is not `no`
    std::vector<std::string> offer{}; ///< by the servers, to EHLO
    bool own_disk = false;            ///< which can be made full
};

struct Plan {
    std::uint64_t seed = 0; ///< for what the servers do
    Setting setting;
    std::vector<Mail> mails;
    std::vector<Scene> scenes;
};

/// A message of its own kind, of about so many octets.
Mail make_mail(const std::string& token, std::size_t recipients, std::size_t size,
               bool null_sender);

/// What EHLO offers where nothing is left out.
std::vector<std::string> whole_offer();

/// Any; the seed and the number of the trial make it. `disks`: it may have one of its own.
Plan random_plan(std::uint64_t seed, unsigned number, bool disks);

} // namespace sallyport::trials
