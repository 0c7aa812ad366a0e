// SPDX-License-Identifier: MIT
#include "queue/resting.h"

#include <algorithm>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/concat.h"
#include "base/unique_fd.h"
#include "queue/file.h"
#include "text/ascii.h"

namespace sallyport {

namespace {

constexpr std::size_t file_limit = 65536;
constexpr std::int64_t rests_for[] = {15 * 60, 3600, 4 * 3600}; // seconds
constexpr int mode = S_IRUSR | S_IWUSR;

/// When it was written last, and its size; empty where there is no such file.
std::string state_of(const std::string& path) {
    struct stat facts {};
    if (path.empty() || ::stat(path.c_str(), &facts) != 0)
        return {};
    return concat({std::to_string(facts.st_mtime), " ", std::to_string(facts.st_size)});
}

/// A relay as it is configured: where the file that says so has changed, or that of its
/// password, it is another, which has not refused us. The password is not looked at: its
/// check would tell of it.
std::string key_of(const Relay& relay) {
    const auto* const password = std::get_if<SecretFile>(&relay.secret);
    return check_of(
        concat({relay.name, "\n", relay.host, "\n", relay.user, "\n",
                state_of(relay.origin.substr(0, relay.origin.rfind(':'))), "\n",
                password != nullptr ? state_of(password->file.path) : std::string()}));
}

} // namespace

RestingRelays::RestingRelays(int directory) : directory_(directory) {
    const UniqueFd file(
        ::openat(directory, "relays", O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
    before_.resize(file_limit);
    const ssize_t got = file ? ::read(file.get(), before_.data(), file_limit) : 0;
    before_.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
    for (std::string_view left = before_; !left.empty();) {
        std::string_view line = take_until(left, '\n');
        const std::string_view key = take_until(line, ' ');
        const auto refusals = to_number(take_until(line, ' '));
        const auto until = to_number(line);
        if (refusals && until)
            all_.push_back(
                {std::string(key), *refusals, static_cast<std::int64_t>(*until)});
    }
}

bool RestingRelays::rests(const Relay& relay, std::int64_t now) const {
    const auto found = std::ranges::find(all_, key_of(relay), &Resting::key);
    // One that is further away was written by a clock that was wrong.
    return found != all_.end() && found->until > now &&
           found->until <= now + *std::ranges::max_element(rests_for);
}

void RestingRelays::add(const Relay& relay, std::int64_t now) {
    std::string key = key_of(relay);
    auto found = std::ranges::find(all_, key, &Resting::key);
    if (found == all_.end())
        found = all_.insert(found, {std::move(key)});
    const auto last = std::size(rests_for) - 1;
    found->until = now + rests_for[std::min<std::uint64_t>(found->refusals, last)];
    ++found->refusals;
}

void RestingRelays::remove(const Relay& relay) {
    std::erase_if(all_,
                  [key = key_of(relay)](const Resting& one) { return one.key == key; });
}

std::string RestingRelays::text() const {
    std::string lines;
    for (const Resting& one : all_)
        lines += concat({one.key, " ", std::to_string(one.refusals), " ",
                         std::to_string(one.until), "\n"});
    return lines;
}

void RestingRelays::save() const {
    const std::string lines = text();
    if (lines == before_)
        return;
    const char* const fresh = ".relays";
    const UniqueFd file(
        ::openat(directory_, fresh,
                 O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, mode));
    const bool written = file && ::write(file.get(), lines.data(), lines.size()) ==
                                     static_cast<ssize_t>(lines.size());
    if (!written || ::renameat(directory_, fresh, directory_, "relays") != 0)
        ::unlinkat(directory_, fresh, 0);
}

} // namespace sallyport
