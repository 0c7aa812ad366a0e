// SPDX-License-Identifier: MIT
#include "ctl/observed.h"

#include <ctime>
#include <optional>
#include <string>
#include <utility>

#include "ctl/tls_facts.h"

namespace sallyport::ctl {

namespace {

class ObservedSecurer : public Securer {
  public:
    ObservedSecurer(Securer& securer, TlsReport& seen) : securer_(securer), seen_(seen) {}

    std::unique_ptr<VerifiedStream> secure(std::unique_ptr<Stream> plain,
                                           const std::string& peer,
                                           Deadline deadline) override {
        auto verified = securer_.secure(std::move(plain), peer, deadline);
        const TlsMode mode = seen_.mode;
        if (X509* const certificate = verified->peer_certificate(); certificate != nullptr)
            seen_ = facts_of(certificate, std::time(nullptr));
        seen_.mode = mode;
        seen_.version = verified->protocol();
        return verified;
    }

  private:
    Securer& securer_;
    TlsReport& seen_;
};

class ObservedRoute : public Route {
  public:
    ObservedRoute(std::unique_ptr<Route> route, const Relay& relay, TlsReport& seen)
        : route_(std::move(route)), relay_(relay), seen_(seen) {}

    std::optional<Connection> connect() override {
        auto connection = route_->connect();
        seen_ = {};
        if (connection)
            seen_.mode = connection->tls.value_or(relay_.tls_mode(connection->port));
        return connection;
    }

    Securer& securer() override {
        if (!securer_)
            securer_.emplace(route_->securer(), seen_);
        return *securer_;
    }

  private:
    std::unique_ptr<Route> route_;
    const Relay& relay_;
    TlsReport& seen_;
    std::optional<ObservedSecurer> securer_;
};

} // namespace

std::unique_ptr<Route> ObservedNetwork::route(const Relay& relay, Deadline run_deadline) {
    return std::make_unique<ObservedRoute>(network_.route(relay, run_deadline), relay,
                                           seen_);
}

} // namespace sallyport::ctl
