// SPDX-License-Identifier: MIT
//
// Whatever a server says: replies are bounded, well-formed or refused, and their text is
// fit for a log.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "smtp/extensions.h"
#include "smtp/wire.h"
#include "support/talker.h"
#include "text/ascii.h"

using namespace sallyport;

namespace {

constexpr std::size_t piece_size = 7;

void require(bool condition) {
    if (!condition)
        std::abort();
}

void check(const Reply& reply) {
    require(reply.code >= 200 && reply.code <= 559);
    require(!reply.lines.empty() && reply.lines.size() <= ReplyLimits::lines);
    std::size_t octets = 0;
    for (const auto& line : reply.lines)
        octets += line.size();
    require(octets <= ReplyLimits::octets + ReplyLimits::line);
    require(!has_control(reply.text()));
    const std::string enhanced = reply.enhanced();
    require(enhanced.empty() || enhanced.front() - '0' == reply.code / 100);
    const Extensions offered = parse_extensions(reply, {"CHUNKING"});
    require(!offered.chunking && offered.rcptmax.value_or(1) > 0);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view input(reinterpret_cast<const char*>(data), size);
    const Transcript transcript;
    Talk talk;
    for (std::size_t at = 0; at < size; at += piece_size)
        talk.says.emplace_back(input.substr(at, piece_size));
    Wire wire(std::make_unique<Talker>(talk), "peer", transcript, std::chrono::seconds(1),
              Deadline::max());
    try {
        for (;;)
            check(wire.receive(Step::data));
    } catch (const Failure& failure) {
        require(!has_control(failure.what()));
        require(failure.fault() != Fault::in_doubt);
    }
    return 0;
}
