// SPDX-License-Identifier: MIT
#include "mail_drop.h"

#include <atomic>

namespace sallyport {

namespace {

/// One number for each message that began, from any connection.
unsigned next_number() {
    static std::atomic<unsigned> number{0};
    return ++number;
}

} // namespace

MailDrop::MailDrop(const std::string& directory) {
    if (directory.empty())
        return;
    stem_ = directory + "/" + std::to_string(next_number());
    file_.reset(std::fopen((stem_ + ".part").c_str(), "we"));
    failed_ = file_ == nullptr;
}

MailDrop::~MailDrop() {
    if (file_ != nullptr)
        std::remove((stem_ + ".part").c_str());
}

void MailDrop::append(std::string_view octets) {
    if (octets.empty())
        return;
    check_lines(octets);
    size_ += octets.size();
    last_ = octets.back();
    if (file_ != nullptr &&
        std::fwrite(octets.data(), 1, octets.size(), file_.get()) != octets.size())
        failed_ = true;
}

void MailDrop::check_lines(std::string_view octets) {
    for (auto at = octets.find('\n'); at != std::string_view::npos;
         at = octets.find('\n', at + 1)) {
        ++line_feeds_;
        lone_line_feed_ = lone_line_feed_ || (at > 0 ? octets[at - 1] : last_) != '\r';
    }
    for (auto at = octets.find('\r'); at != std::string_view::npos;
         at = octets.find('\r', at + 1))
        ++carriage_returns_;
}

bool MailDrop::finish(const MailEnvelope& envelope) {
    if (stem_.empty())
        return true;
    const File facts(std::fopen((stem_ + ".env").c_str(), "we"));
    if (facts == nullptr)
        return false;
    std::fprintf(facts.get(), "MAIL FROM:%s\n", envelope.from.c_str());
    for (const auto& recipient : envelope.to)
        std::fprintf(facts.get(), "RCPT TO:%s\n", recipient.c_str());
    const bool written = std::fflush(facts.get()) == 0 && std::fflush(file_.get()) == 0;
    file_.reset();
    return written && !failed_ &&
           std::rename((stem_ + ".part").c_str(), (stem_ + ".eml").c_str()) == 0;
}

} // namespace sallyport
