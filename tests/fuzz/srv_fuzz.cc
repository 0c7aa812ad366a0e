// SPDX-License-Identifier: MIT
//
// Whatever DNS answers: names that come out of it are host names, and no others.
#include <cstdint>

#include "net/srv.h"
#include "require.h"
#include "text/host_name.h"

using namespace sallyport;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view input(reinterpret_cast<const char*>(data), size);
    const auto services = parse_services(input, TlsMode::implicit);
    if (!services)
        return 0;
    require(services->size() <= size / 18);
    for (const Service& service : *services) {
        require(is_host_name(service.target) && service.target.size() < 256);
        require(service.port != 0 && service.tls == TlsMode::implicit);
    }
    static std::uint32_t seed = 0;
    seed = 0;
    const auto ordered =
        in_order(*services, [](std::uint32_t limit) { return (seed += 7919) % limit; });
    require(ordered.size() == std::min<std::size_t>(services->size(), 8));
    for (std::size_t i = 1; i < ordered.size(); ++i)
        require(ordered[i - 1].priority <= ordered[i].priority);
    return 0;
}
