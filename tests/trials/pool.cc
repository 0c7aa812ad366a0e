// SPDX-License-Identifier: MIT
#include "trials/pool.h"

#include <cstdio>
#include <exception>
#include <filesystem>
#include <fstream>
#include <new>
#include <stdexcept>

#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

namespace sallyport::trials {

namespace {

constexpr unsigned patience = 240; // seconds for one trial

Sums* shared_sums() {
    void* const memory = ::mmap(nullptr, sizeof(Sums), PROT_READ | PROT_WRITE,
                                MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED)
        throw std::bad_alloc();
    return new (memory) Sums;
}

} // namespace

void Sums::add(const Plan& plan, const Outcome& outcome) {
    messages += plan.mails.size();
    promises += outcome.promises;
    received += outcome.tally.received;
    copies += outcome.tally.copies;
    reports += outcome.tally.reports;
    clients += outcome.clients;
    killed += outcome.killed;
    failed_calls += outcome.failed_calls;
    cuts += outcome.cuts;
    bad += outcome.findings.empty() ? 0 : 1;
    for (const Finding& finding : outcome.findings)
        ++wrongs[static_cast<std::size_t>(finding.wrong)];
}

void Sums::print(std::uint64_t trials) const {
    const auto line = [](std::string_view name, std::uint64_t count) {
        std::printf("%-22.*s %8llu\n", static_cast<int>(name.size()), name.data(),
                    static_cast<unsigned long long>(count));
    };
    line("trials", trials);
    line("messages", messages);
    line("runs of the program", clients);
    line("killed", killed);
    line("calls that failed", failed_calls);
    line("network cut", cuts);
    line("recipients promised", promises);
    line("recipients who have it", received);
    line("marked copies", copies);
    line("failure reports", reports);
    for (std::size_t i = 0; i < wrongs.size(); ++i)
        line(names_of_wrongs[i], wrongs[i]);
}

Pool::Pool(std::string directory, const Surroundings& surroundings, unsigned at_once,
           bool told)
    : directory_(std::move(directory)), surroundings_(surroundings), at_once_(at_once),
      told_(told), sums_(shared_sums()) {}

void Pool::start(const Plan& plan, const std::string& repeat) {
    while (running_.size() >= at_once_)
        wait_for_one();
    const std::string directory = directory_ + "/" + std::to_string(++number_);
    std::fflush(stdout);
    const pid_t child = ::fork();
    if (child == 0) {
        ::alarm(patience);
        ::_exit(play(plan, directory, repeat));
    }
    if (child < 0)
        throw std::runtime_error("no process can be had");
    running_[child] = repeat;
}

void Pool::finish() {
    while (!running_.empty())
        wait_for_one();
}

void Pool::wait_for_one() {
    int status = 0;
    const pid_t child = ::waitpid(-1, &status, 0);
    if (child < 0)
        throw std::runtime_error("the trials are gone");
    const auto found = running_.find(child);
    if (found == running_.end())
        return;
    if (WIFSIGNALED(status)) {
        std::printf("trials %s: it does not end (signal %d)\n", found->second.c_str(),
                    WTERMSIG(status));
        ++sums_->wrongs[static_cast<std::size_t>(Wrong::broken)];
        ++sums_->bad;
    }
    running_.erase(found);
}

int Pool::play(const Plan& plan, const std::string& directory,
               const std::string& repeat) const {
    ::mkdir(directory.c_str(), S_IRWXU);
    Outcome outcome;
    try {
        outcome = carry_out(plan, directory, surroundings_);
    } catch (const std::exception& trouble) {
        outcome.findings.push_back({Wrong::broken, trouble.what()});
    }
    sums_->add(plan, outcome);
    if (told_)
        std::fputs(outcome.story.c_str(), stdout);
    std::error_code ignored;
    if (outcome.findings.empty()) {
        std::filesystem::remove_all(directory, ignored);
        std::fflush(stdout);
        return 0;
    }
    std::string text = "trials " + repeat + ": see " + directory + "\n";
    for (const Finding& finding : outcome.findings)
        text += "    " +
                std::string(names_of_wrongs[static_cast<std::size_t>(finding.wrong)]) +
                ": " + finding.text + "\n";
    std::fputs(text.c_str(), stdout);
    std::fflush(stdout);
    std::ofstream(directory + "/story") << text << outcome.story;
    if (plan.setting.own_disk) // nobody else sees it
        std::filesystem::copy(directory + "/queue", directory + "/queue.kept",
                              std::filesystem::copy_options::recursive, ignored);
    return 1;
}

} // namespace sallyport::trials
