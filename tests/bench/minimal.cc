// SPDX-License-Identifier: MIT
//
// minimal PORT implicit|starttls CA USER PASSWORD SENDER RECIPIENT... <MESSAGE
//
// The yardstick of the benchmark: the dialogue that sallyport holds, over TLS that is
// verified in the same way, and nothing else. No configuration, no header is looked at,
// nothing is stored, no recipient is checked, no error is told: any trouble ends it with
// status 1. What a real program takes more than this is what its features cost.
#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

namespace {

constexpr std::size_t block_size = 65536;
constexpr std::size_t flight_limit = 16384;

[[noreturn]] void give_up() {
    ::_exit(1);
}

void demand(bool good) {
    if (!good)
        give_up();
}

int connect_to(const char* port) {
    const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(std::atoi(port)));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const int one = 1;
    ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    demand(::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
    return fd;
}

/// The line, in clear and then through TLS.
class Line {
  public:
    explicit Line(int fd) : fd_(fd) {}

    void secure(const char* authorities) {
        SSL_CTX* const context = SSL_CTX_new(TLS_client_method());
        struct stat facts {};
        demand(context != nullptr && ::stat(authorities, &facts) == 0);
        const bool directory = S_ISDIR(facts.st_mode);
        demand(SSL_CTX_load_verify_locations(context, directory ? nullptr : authorities,
                                             directory ? authorities : nullptr) == 1);
        SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
        SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
        ssl_ = SSL_new(context);
        demand(X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl_), "127.0.0.1") == 1);
        demand(SSL_set_fd(ssl_, fd_) == 1 && SSL_connect(ssl_) == 1);
    }

    void write(std::string_view octets) {
        if (ssl_ != nullptr) {
            std::size_t done = 0;
            demand(SSL_write_ex(ssl_, octets.data(), octets.size(), &done) == 1);
        } else {
            demand(::send(fd_, octets.data(), octets.size(), MSG_NOSIGNAL) ==
                   static_cast<ssize_t>(octets.size()));
        }
    }

    /// Reads one reply, which must have this code.
    void expect(std::string_view code) {
        for (bool last = false; !last;) {
            const std::string_view line = next_line();
            demand(line.size() > 3 && line.starts_with(code));
            last = line[3] != '-';
        }
    }

  private:
    std::string_view next_line() {
        for (;;) {
            const auto end = buffer_.find('\n', begin_);
            if (end != std::string::npos) {
                const auto line = std::string_view(buffer_).substr(begin_, end - begin_);
                begin_ = end + 1;
                return line;
            }
            buffer_.erase(0, begin_);
            begin_ = 0;
            const std::size_t size = buffer_.size();
            buffer_.resize(size + flight_limit);
            buffer_.resize(size + read(std::span(buffer_).subspan(size)));
        }
    }

    std::size_t read(std::span<char> buffer) {
        std::size_t got = 0;
        if (ssl_ != nullptr) {
            demand(SSL_read_ex(ssl_, buffer.data(), buffer.size(), &got) == 1);
        } else {
            const ssize_t result = ::recv(fd_, buffer.data(), buffer.size(), 0);
            demand(result > 0);
            got = static_cast<std::size_t>(result);
        }
        return got;
    }

    int fd_;
    SSL* ssl_ = nullptr;
    std::string buffer_;
    std::size_t begin_ = 0;
};

/// RFC 4616, with the initial response.
std::string auth_command(std::string_view user, std::string_view password) {
    std::string plain(1, '\0');
    plain.append(user).append(1, '\0').append(password);
    std::vector<unsigned char> encoded(plain.size() * 2 + 4);
    EVP_EncodeBlock(encoded.data(), reinterpret_cast<const unsigned char*>(plain.data()),
                    static_cast<int>(plain.size()));
    return std::string("AUTH PLAIN ") + reinterpret_cast<const char*>(encoded.data()) +
           "\r\n";
}

/// The next block of standard input with its line ends made CRLF; empty at its end.
std::string next_block(std::vector<char>& block) {
    std::size_t size = 0;
    for (ssize_t got = 1; got != 0 && size < block.size();) {
        got = ::read(STDIN_FILENO, block.data() + size, block.size() - size);
        demand(got >= 0 || errno == EINTR);
        size += static_cast<std::size_t>(std::max<ssize_t>(got, 0));
    }
    std::string wire;
    wire.reserve(size + size / 16);
    for (std::string_view rest(block.data(), size); !rest.empty();) {
        const auto end = std::min(rest.find('\n'), rest.size());
        wire += rest.substr(0, end);
        if (end < rest.size())
            wire += "\r\n";
        rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    return wire;
}

/// MAIL, RCPTs and the first block in flights; the replies to a flight are read when the
/// next one is on its way.
void transact(Line& line, const char* sender, std::span<char*> recipients) {
    std::vector<char> block(block_size);
    std::string flight = std::string("MAIL FROM:<") + sender + ">\r\n";
    std::size_t due_before = 0;
    std::size_t due = 1;
    const auto send = [&](std::string_view octets) {
        line.write(octets);
        for (; due_before > 0; --due_before)
            line.expect("250");
        due_before = std::exchange(due, 0);
        flight.clear();
    };
    for (const char* recipient : recipients) {
        if (flight.size() + std::strlen(recipient) + 16 > flight_limit)
            send(flight);
        flight += std::string("RCPT TO:<") + recipient + ">\r\n";
        ++due;
    }
    std::string text = next_block(block);
    for (bool final = false; !final;) {
        std::string next = next_block(block);
        final = next.empty();
        flight += "BDAT " + std::to_string(text.size()) + (final ? " LAST\r\n" : "\r\n");
        flight += text;
        if (final)
            flight += "QUIT\r\n";
        ++due;
        send(flight);
        text = std::move(next);
    }
    for (; due_before > 0; --due_before)
        line.expect("250");
}

} // namespace

int main(int argc, char** argv) {
    if (argc < 8)
        return 64;
    Line line(connect_to(argv[1]));
    if (std::string_view(argv[2]) == "starttls") {
        line.expect("220");
        line.write("EHLO minimal.example.org\r\n");
        line.expect("250");
        line.write("STARTTLS\r\n");
        line.expect("220");
        line.secure(argv[3]);
    } else {
        line.secure(argv[3]);
        line.expect("220");
    }
    line.write("EHLO minimal.example.org\r\n");
    line.expect("250");
    line.write(auth_command(argv[4], argv[5]));
    line.expect("235");
    transact(line, argv[6], std::span(argv + 7, static_cast<std::size_t>(argc - 7)));
    ::_exit(0);
}
