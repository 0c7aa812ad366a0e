// SPDX-License-Identifier: MIT
#include "trials/evidence.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <utility>

#include "base/failure.h"

namespace sallyport::trials {

namespace {

namespace fs = std::filesystem;

/// Empty where there is no such file.
std::string octets_of(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    std::ostringstream octets;
    if (file)
        octets << file.rdbuf();
    return octets.str();
}

std::vector<std::string> names_in(const std::string& directory) {
    std::error_code trouble;
    std::vector<std::string> names;
    fs::directory_iterator at(directory, trouble);
    for (; !trouble && at != fs::directory_iterator(); at.increment(trouble))
        names.push_back(at->path().filename());
    return names;
}

Queued read_queued(Queued::Place place, const std::string& name, std::string_view octets) {
    Queued queued{place, name};
    const auto end = octets.find("\n\n");
    try {
        if (end == std::string_view::npos)
            stop(ExitStatus::data_error, Fault::local, {"it has no header"});
        queued.header = read_queue_header(octets.substr(0, end + 2));
        const auto rest = octets.substr(end + 2);
        if (rest.size() < queued.header.size || queued.header.id != name)
            stop(ExitStatus::data_error, Fault::local, {"it is too short, or another's"});
        queued.text = rest.substr(0, queued.header.size);
        queued.progress =
            read_journal(rest.substr(queued.header.size), queued.header.recipients.size());
    } catch (const Failure& failure) {
        queued.damage = failure.what();
    }
    return queued;
}

/// "MAIL FROM:<a@b> SIZE=1" and so on.
Received read_received(const std::string& stem) {
    Received received;
    received.text = octets_of(stem + ".eml");
    std::istringstream lines(octets_of(stem + ".env"));
    for (std::string line; std::getline(lines, line);) {
        const auto begin = line.find('<') + 1;
        std::string address = line.substr(begin, line.find('>') - begin);
        if (line.starts_with("MAIL"))
            received.from = std::move(address);
        else
            received.to.push_back(std::move(address));
    }
    return received;
}

} // namespace

std::string token_in(std::string_view text) {
    constexpr std::string_view mark = "Subject: trial ";
    const auto at = text.find(mark);
    if (at == std::string_view::npos)
        return {};
    text.remove_prefix(at + mark.size());
    return std::string(text.substr(0, text.find(' ')));
}

void Evidence::keep(const std::string& path) {
    const std::string name = fs::path(path).filename();
    std::string octets = octets_of(path);
    if (is_queue_id(name) && !octets.empty())
        gone_[name] = std::move(octets);
}

/// DIR/queue has a directory for each user.
std::vector<std::string> Evidence::directories(std::string_view place) const {
    const std::string top = queue_ + "/" + std::string(place);
    if (place == "failed")
        return {top};
    std::vector<std::string> all;
    for (const std::string& user : names_in(top))
        all.push_back(top + "/" + user);
    return all;
}

void Evidence::add(std::vector<Queued>& all, Queued::Place place) const {
    for (const std::string& directory :
         directories(place == Queued::Place::failed ? "failed" : "queue")) {
        for (const std::string& name : names_in(directory)) {
            const std::string octets = octets_of(directory + "/" + name);
            if (is_queue_id(name) && !octets.empty())
                all.push_back(read_queued(place, name, octets));
        }
    }
}

std::vector<Queued> Evidence::queued() const {
    std::vector<Queued> all;
    add(all, Queued::Place::waiting);
    add(all, Queued::Place::failed);
    const auto is_there = [&](const std::string& name) {
        return std::ranges::find(all, name, &Queued::name) != all.end();
    };
    for (const auto& [name, octets] : gone_) {
        if (!is_there(name))
            all.push_back(read_queued(Queued::Place::gone, name, octets));
    }
    return all;
}

const std::vector<Received>& Evidence::received() {
    for (const std::string& name : names_in(mail_)) {
        if (name.ends_with(".eml") && read_.insert(name).second)
            received_.push_back(
                read_received(mail_ + "/" + name.substr(0, name.size() - 4)));
    }
    return received_;
}

std::set<std::string> Evidence::waiting() const {
    std::set<std::string> names;
    for (const std::string& directory : directories("queue")) {
        for (std::string& name : names_in(directory)) {
            if (is_queue_id(name))
                names.insert(std::move(name));
        }
    }
    return names;
}

} // namespace sallyport::trials
