// SPDX-License-Identifier: MIT
#include "net/proxy.h"

#include <array>
#include <string_view>

#include <arpa/inet.h>
#include <netinet/in.h>

#include "base/concat.h"
#include "net/prelude.h"
#include "system/secret.h"
#include "text/ascii.h"
#include "text/base64.h"

namespace sallyport {

namespace {

void append_counted(std::string& octets, std::string_view text) {
    octets += static_cast<char>(text.size());
    octets += text;
}

/// RFC 1929: user name and password, in clear.
void log_in(Prelude& prelude, const Proxy& proxy) {
    std::string octets;
    octets.reserve(3 + 2 * Proxy::text_limit); // so that it leaves no copies behind
    octets += '\x01';
    append_counted(octets, proxy.user);
    append_counted(octets, proxy.password->reveal());
    prelude.write(octets);
    wipe(octets);
    if (prelude.read(2)[1] != 0)
        prelude.fail(ExitStatus::no_perm, Fault::relay, {"the proxy refuses the log-in"},
                     "5.7.8");
}

[[noreturn]] void no_socks(const Prelude& prelude) {
    prelude.fail(ExitStatus::protocol, Fault::relay, {"this is no SOCKS 5 proxy"}, "5.5.0");
}

/// RFC 1928 3.
void choose_method(Prelude& prelude, const Proxy& proxy) {
    using namespace std::string_view_literals;
    prelude.write(proxy.password ? "\5\2\0\2"sv : "\5\1\0"sv);
    const std::string answer = prelude.read(2);
    if (answer[0] == 5 && answer[1] == 2 && proxy.password)
        log_in(prelude, proxy);
    else if (answer[0] == 5 && answer[1] == '\xff')
        prelude.fail(ExitStatus::no_perm, Fault::relay,
                     {proxy.password ? "the proxy takes no log-in by password"
                                     : "the proxy wants a log-in"},
                     "5.7.0");
    else if (answer != "\5\0"sv)
        no_socks(prelude);
}

/// RFC 1928 4, 5: the name goes as it is, an address as one.
std::string socks_request(const std::string& host, std::uint16_t port) {
    std::string request("\5\1\0", 3);
    std::array<char, sizeof(in6_addr)> address{};
    const bool v6 = host.find(':') != std::string::npos;
    if (::inet_pton(v6 ? AF_INET6 : AF_INET, host.c_str(), address.data()) == 1) {
        request.append(v6 ? "\4" : "\1");
        request.append(address.data(), v6 ? sizeof(in6_addr) : sizeof(in_addr));
    } else {
        request += '\3';
        append_counted(request, host);
    }
    const std::uint16_t number = htons(port);
    request.append(reinterpret_cast<const char*>(&number), sizeof number);
    return request;
}

/// RFC 1928 6: why the proxy does not connect.
[[noreturn]] void socks_refused(const Prelude& prelude, unsigned char code) {
    constexpr std::array reasons{"general failure",       "not allowed",
                                 "Network unreachable",   "Host unreachable",
                                 "Connection refused",    "TTL expired",
                                 "command not supported", "address type not supported"};
    constexpr unsigned not_allowed = 2;
    constexpr unsigned not_supported = 7; // and beyond
    const char* const why =
        code <= reasons.size() ? reasons[code - 1U] : "a code that has no meaning";
    const ExitStatus status = code == not_allowed    ? ExitStatus::no_perm
                              : code < not_supported ? ExitStatus::temp_fail
                                                     : ExitStatus::unavailable;
    prelude.fail(status, Fault::address, {"the proxy says: ", why},
                 status == ExitStatus::temp_fail ? "4.4.1" : "5.7.1");
}

void ask_by_socks(Prelude& prelude, const Proxy& proxy, const std::string& host,
                  std::uint16_t port) {
    prelude.remark({"asking for ", host, ", port ", std::to_string(port)});
    choose_method(prelude, proxy);
    prelude.write(socks_request(host, port));
    const std::string answer = prelude.read(4);
    if (answer[0] != 5)
        no_socks(prelude);
    if (answer[1] != 0) // some say no more than that
        socks_refused(prelude, static_cast<unsigned char>(answer[1]));
    // The address it connects from is of no use, but must be read.
    std::size_t size = answer[3] == 4 ? sizeof(in6_addr) : sizeof(in_addr);
    if (answer[3] == 3)
        size = static_cast<unsigned char>(prelude.read(1).front());
    prelude.read(size + sizeof port);
    prelude.remark({"the proxy has connected"});
}

/// RFC 7617: user name and password, in clear but for the base64.
void append_log_in(Prelude& prelude, std::string& request, const Proxy& proxy) {
    std::string pair;
    pair.reserve(2 * Proxy::text_limit + 1);
    pair.append(proxy.user).append(":").append(proxy.password->reveal());
    std::string encoded = encode_base64(pair);
    prelude.withhold(proxy.password->reveal());
    prelude.withhold(encoded);
    request.append("Proxy-Authorization: Basic ").append(encoded).append("\r\n");
    wipe(encoded);
    wipe(pair);
}

/// The code of "HTTP/1.1 200 Connection established"; 0 if it is no such line.
int status_code(std::string_view line) {
    if (!line.starts_with("HTTP/1.") || line.size() < 12 || line[8] != ' ' ||
        (line.size() > 12 && line[12] != ' '))
        return 0;
    return static_cast<int>(to_number(line.substr(9, 3)).value_or(0));
}

/// RFC 9110 9.3.6, 15.
[[noreturn]] void http_refused(const Prelude& prelude, int code, const std::string& line) {
    if (code == 0)
        prelude.fail(ExitStatus::protocol, Fault::relay,
                     {"this is no HTTP proxy: ", prelude.quote(line, 80)}, "5.5.0");
    const bool log_in = code == 407 || code == 401; // tinyproxy says 401 to a wrong one
    const bool later = code / 100 == 5 || code == 408 || code == 429;
    const ExitStatus status = log_in || code == 403 ? ExitStatus::no_perm
                              : later               ? ExitStatus::temp_fail
                                                    : ExitStatus::unavailable;
    prelude.fail(
        status, log_in ? Fault::relay : Fault::address,
        {"the proxy says: ", prelude.quote(line.substr(9), 200, line.substr(9, 3))},
        later ? "4.4.1" : "5.7.1");
}

void ask_by_http(Prelude& prelude, const Proxy& proxy, const std::string& host,
                 std::uint16_t port) {
    const bool bare_v6 = host.find(':') != std::string::npos;
    const std::string target =
        concat({bare_v6 ? "[" : "", host, bare_v6 ? "]:" : ":", std::to_string(port)});
    std::string request;
    request.reserve(2 * target.size() + 4 * Proxy::text_limit);
    request.append("CONNECT ").append(target).append(" HTTP/1.1\r\nHost: ");
    request.append(target).append("\r\n");
    std::string shown = request;
    if (proxy.password) {
        append_log_in(prelude, request, proxy);
        shown += "Proxy-Authorization: Basic (credentials)\r\n";
    }
    request += "\r\n";
    prelude.write(request, shown);
    wipe(request);
    for (int code = 100; code / 100 != 2;) {
        const std::string line = prelude.read_line();
        code = status_code(line);
        if (code / 100 != 1)
            prelude.show(line, code > 0 ? line.substr(9, 3) : std::string());
        if (code / 100 != 2 && code / 100 != 1)
            http_refused(prelude, code, line);
        while (!prelude.read_line().empty()) { // to the end of the header
        }
    }
}

} // namespace

void ask_proxy(Stream& stream, const Proxy& proxy, const std::string& peer,
               const std::string& host, std::uint16_t port, Deadline deadline,
               const Transcript& transcript) {
    const bool by_socks = proxy.kind == Proxy::Kind::socks5;
    Prelude prelude(stream, peer, deadline, by_socks ? Step::socks : Step::http_connect,
                    transcript);
    if (by_socks)
        ask_by_socks(prelude, proxy, host, port);
    else
        ask_by_http(prelude, proxy, host, port);
}

} // namespace sallyport
