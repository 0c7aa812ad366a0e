// SPDX-License-Identifier: MIT
//
// submission_server --directory DIR [OPTION...]: a small submission server on the loopback
// interface, for the tests that run the program itself, the demonstration and the
// benchmark.
//
// It makes an authority and a certificate, leaves the former in DIR/ca.pem and, under its
// hash, in DIR/authorities/, and prints a line
//
//     ready implicit=PORT starttls=PORT
//
// when it listens there, and a line "connection name=value…" (ServerSession::report) when a
// connection has ended. Messages go to DIR/N.eml and DIR/N.env. It ends with its standard
// input: it cannot outlive the script that started it.
//
//     --address ADDRESS     listen there instead of on 127.0.0.1
//     --offer LIST          what EHLO offers, comma separated: "PIPELINING,SIZE 1000"
//     --login USER:PASSWORD ask for a log-in
//     --mechanisms LIST     and offer these for it: "PLAIN LOGIN"
//     --refuse ADDRESS      a recipient that is not here
//     --hang-up-at COMMAND  cut the connection there
//     --discard             throw messages away
//     --connections N       end when N connections have ended
#include <array>
#include <charconv>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <semaphore>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "support/server_session.h"
#include "unit/party.h"

using namespace sallyport;

namespace {

constexpr int connections_at_once = 64;
constexpr unsigned longest_life = 1800; // seconds, whatever happens

[[noreturn]] void stop(const std::string& why) {
    std::fprintf(stderr, "submission_server: %s\n", why.c_str());
    std::exit(1);
}

[[noreturn]] void stop_by_error(const std::string& what) {
    std::perror(("submission_server: " + what).c_str());
    std::exit(1);
}

// ---- options ----

std::vector<std::string> split(std::string_view list) {
    std::vector<std::string> parts;
    while (!list.empty()) {
        const auto part = list.substr(0, list.find(','));
        parts.emplace_back(part);
        list.remove_prefix(std::min(part.size() + 1, list.size()));
    }
    return parts;
}

unsigned to_number(std::string_view text) {
    unsigned value = 0;
    const auto [end, error] =
        std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size())
        stop("no number: " + std::string(text));
    return value;
}

void take_option(ServerOptions& options, std::string_view name, std::string_view value) {
    if (name == "--directory")
        options.directory = value;
    else if (name == "--address")
        options.address = value;
    else if (name == "--offer")
        options.offer = split(value);
    else if (name == "--mechanisms")
        options.mechanisms = value;
    else if (name == "--refuse")
        options.refuse = value;
    else if (name == "--hang-up-at")
        options.hang_up_at = value;
    else if (name == "--connections")
        options.connections = to_number(value);
    else if (name == "--login") {
        const auto colon = std::min(value.find(':'), value.size());
        options.user = value.substr(0, colon);
        options.password = value.substr(std::min(colon + 1, value.size()));
    } else
        stop("no such option: " + std::string(name));
}

ServerOptions read_options(int argc, char** argv) {
    ServerOptions options;
    for (int i = 1; i < argc; ++i) {
        const std::string_view name = argv[i];
        if (name == "--discard")
            options.discard = true;
        else if (i + 1 < argc)
            take_option(options, name, argv[++i]);
        else
            stop("no value for " + std::string(name));
    }
    if (options.directory.empty())
        stop("--directory is expected");
    return options;
}

// ---- certificates ----

void write_file(const std::string& path, const std::string& text) {
    std::FILE* const file = std::fopen(path.c_str(), "we");
    if (file == nullptr || std::fputs(text.c_str(), file) < 0 || std::fclose(file) != 0)
        stop_by_error(path);
}

Context make_context(const ServerOptions& options) {
    const Party authority("sallyport test authority", nullptr);
    const Party server(
        "localhost", &authority,
        {.authority = false, .alternative_names = "DNS:localhost, IP:127.0.0.1, IP:::1"});
    std::array<char, 32> name{};
    std::snprintf(name.data(), name.size(), "/%08lx.0",
                  X509_subject_name_hash(authority.certificate.get()));
    ::mkdir((options.directory + "/authorities").c_str(), 0755);
    write_file(options.directory + "/ca.pem", authority.pem());
    write_file(options.directory + "/authorities" + name.data(), authority.pem());

    Context context(SSL_CTX_new(TLS_server_method()));
    SSL_CTX_use_certificate(context.get(), server.certificate.get());
    SSL_CTX_use_PrivateKey(context.get(), server.key.get());
    // A ticket is something the server says: it would part one flight in two, or not.
    SSL_CTX_set_num_tickets(context.get(), 0);
    SSL_CTX_set_options(context.get(), SSL_OP_NO_TICKET);
    if (SSL_CTX_check_private_key(context.get()) != 1)
        stop("no certificate could be made");
    return context;
}

// ---- the network ----

/// A socket that listens at a port which the kernel chooses.
int listen_at(const std::string& address) {
    sockaddr_in v4{};
    sockaddr_in6 v6{};
    v4.sin_family = AF_INET;
    v6.sin6_family = AF_INET6;
    const bool is_v4 = ::inet_pton(AF_INET, address.c_str(), &v4.sin_addr) == 1;
    if (!is_v4 && ::inet_pton(AF_INET6, address.c_str(), &v6.sin6_addr) != 1)
        stop("no address: " + address);
    const auto* const where = is_v4 ? reinterpret_cast<const sockaddr*>(&v4)
                                    : reinterpret_cast<const sockaddr*>(&v6);
    const int fd =
        ::socket(where->sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0 || ::bind(fd, where, is_v4 ? sizeof v4 : sizeof v6) != 0 ||
        ::listen(fd, connections_at_once) != 0)
        stop_by_error(address);
    return fd;
}

unsigned port_of(int fd) {
    sockaddr_in6 name{}; // the port stands at the same place in both families
    socklen_t size = sizeof name;
    if (::getsockname(fd, reinterpret_cast<sockaddr*>(&name), &size) != 0)
        stop_by_error("getsockname");
    return ntohs(name.sin6_port);
}

/// One write a line, so that lines of several connections do not mix.
void say(const std::string& line) {
    if (::write(STDOUT_FILENO, line.data(), line.size()) < 0)
        std::_Exit(0); // nobody listens any more
}

class Server {
  public:
    Server(const ServerOptions& options, SSL_CTX* context)
        : options_(options), context_(context), implicit_(listen_at(options.address)),
          starttls_(listen_at(options.address)) {}

    void run() {
        say("ready implicit=" + std::to_string(port_of(implicit_)) +
            " starttls=" + std::to_string(port_of(starttls_)) + "\n");
        std::array<pollfd, 3> watched{pollfd{implicit_, POLLIN, 0},
                                      pollfd{starttls_, POLLIN, 0},
                                      pollfd{STDIN_FILENO, POLLIN, 0}};
        for (unsigned begun = 0;
             options_.connections == 0 || begun < options_.connections;) {
            ::poll(watched.data(), watched.size(), -1);
            if (watched[2].revents != 0 && stdin_ended())
                std::_Exit(0);
            for (const bool implicit : {true, false}) {
                if (watched[implicit ? 0 : 1].revents != 0 && begin(implicit))
                    ++begun;
            }
        }
        for (unsigned ended = 0; ended < options_.connections; ++ended)
            ended_.acquire();
    }

  private:
    static bool stdin_ended() {
        std::array<char, 256> ignored{};
        return ::read(STDIN_FILENO, ignored.data(), ignored.size()) <= 0;
    }

    bool begin(bool implicit) {
        UniqueFd fd(
            ::accept4(implicit ? implicit_ : starttls_, nullptr, nullptr, SOCK_CLOEXEC));
        if (!fd)
            return false;
        room_.acquire();
        std::thread([this, implicit, fd = std::move(fd)]() mutable {
            serve(std::move(fd), implicit);
            room_.release();
            ended_.release();
        }).detach();
        return true;
    }

    void serve(UniqueFd fd, bool implicit) {
        std::string report;
        {
            Channel channel(std::move(fd));
            ServerSession session(channel, options_, context_, implicit);
            session.run();
            report = session.report();
        }
        say("connection " + report + "\n");
    }

    const ServerOptions& options_;
    SSL_CTX* context_;
    int implicit_;
    int starttls_;
    std::counting_semaphore<connections_at_once> room_{connections_at_once};
    std::counting_semaphore<> ended_{0};
};

} // namespace

int main(int argc, char** argv) {
    std::signal(SIGPIPE, SIG_IGN);
    ::alarm(longest_life);
    const ServerOptions options = read_options(argc, argv);
    const Context context = make_context(options);
    Server(options, context.get()).run();
    std::_Exit(0); // threads may be about to end
}
