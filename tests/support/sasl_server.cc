// SPDX-License-Identifier: MIT
//
// sasl_server --certificate PEM --key PEM --sasldb FILE [OPTION...]: a submission server
// that leaves AUTH to the server side of libsasl2, for mechanisms that no packaged server
// offers: those tied to the TLS channel, EXTERNAL, GSSAPI, NTLM. TLS begins at once; one
// connection is served after the other. It prints a line "ready PORT", then one for each
// thing that happens:
//
//     login MECHANISM USER | refused MECHANISM | message OCTETS
//
//     --clients PEM         ask for client certificates of this authority
//     --mechanisms LIST     offer these, and hide all others from libsasl2: "NTLM GSSAPI"
//     --hide-plus           leave -PLUS out of the offer, as somebody in between would
//     --tls-max 1.2         speak no newer version
//
// It ends by a signal, or after ten minutes.
#include <array>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>

#include <netinet/in.h>
#include <openssl/ssl.h>
#include <sasl/sasl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/unique_fd.h"
#include "text/base64.h"
#include "unit/party.h"

using namespace sallyport;

namespace {

constexpr const char* realm = "submit.test";
constexpr unsigned longest_life = 600; // seconds, whatever happens

struct Options {
    std::string certificate;
    std::string key;
    std::string clients;
    std::string sasldb;
    std::string mechanisms;
    bool hide_plus = false;
    bool tls_1_2 = false;
};

[[noreturn]] void stop(const std::string& why) {
    std::fprintf(stderr, "sasl_server: %s\n", why.c_str());
    std::exit(1);
}

void say(const std::string& line) {
    const std::string whole = line + "\n";
    if (::write(STDOUT_FILENO, whole.data(), whole.size()) < 0)
        std::_Exit(0);
}

Options read_options(int argc, char** argv) {
    Options options;
    for (int i = 1; i < argc; ++i) {
        const std::string_view name = argv[i];
        if (name == "--hide-plus") {
            options.hide_plus = true;
            continue;
        }
        if (i + 1 == argc)
            stop("no value for " + std::string(name));
        const std::string value = argv[++i];
        if (name == "--certificate")
            options.certificate = value;
        else if (name == "--key")
            options.key = value;
        else if (name == "--clients")
            options.clients = value;
        else if (name == "--sasldb")
            options.sasldb = value;
        else if (name == "--mechanisms")
            options.mechanisms = value;
        else if (name == "--tls-max" && value == "1.2")
            options.tls_1_2 = true;
        else
            stop("no such option: " + std::string(name));
    }
    return options;
}

/// What libsasl2 would read in a file.
int get_option(void* context, const char* /*plugin*/, const char* name, const char** value,
               unsigned* size) {
    const Options& options = *static_cast<const Options*>(context);
    if (std::strcmp(name, "sasldb_path") == 0)
        *value = options.sasldb.c_str();
    else if (std::strcmp(name, "mech_list") == 0)
        *value = options.mechanisms.c_str();
    else if (std::strcmp(name, "pwcheck_method") == 0)
        *value = "auxprop";
    else if (std::strcmp(name, "auxprop_plugin") == 0)
        *value = "sasldb";
    else
        return SASL_FAIL;
    if (size != nullptr)
        *size = static_cast<unsigned>(std::strlen(*value));
    return SASL_OK;
}

class Session {
  public:
    Session(int fd, SSL_CTX* context, const Options& options)
        : options_(options), ssl_(SSL_new(context)) {
        SSL_set_fd(ssl_.get(), fd);
        open_ = SSL_accept(ssl_.get()) == 1;
    }

    void run() {
        reply("220 submit.test ready");
        while (const auto line = read_line()) {
            const std::string verb = line->substr(0, line->find(' '));
            if (verb == "EHLO")
                ehlo();
            else if (verb == "AUTH")
                auth(line->substr(5));
            else if (verb == "MAIL" && user_.empty())
                reply("530 5.7.0 log in first");
            else if (verb == "MAIL" || verb == "RCPT" || verb == "RSET")
                reply("250 2.0.0 ok");
            else if (verb == "DATA")
                data();
            else if (verb == "QUIT")
                return reply("221 2.0.0 bye");
            else
                reply("502 5.5.1 what?");
        }
    }

  private:
    void reply(const std::string& text) {
        const std::string line = text + "\r\n";
        open_ =
            open_ && SSL_write(ssl_.get(), line.data(), static_cast<int>(line.size())) > 0;
    }

    std::optional<std::string> read_line() {
        for (;;) {
            const auto end = input_.find("\r\n");
            if (end != std::string::npos) {
                std::string line = input_.substr(0, end);
                input_.erase(0, end + 2);
                return line;
            }
            std::array<char, 4096> block{};
            const int got =
                open_ ? SSL_read(ssl_.get(), block.data(), static_cast<int>(block.size()))
                      : 0;
            if (got <= 0)
                return std::nullopt;
            input_.append(block.data(), static_cast<std::size_t>(got));
        }
    }

    void ehlo() {
        begin_sasl();
        const char* list = nullptr;
        unsigned size = 0;
        int count = 0;
        if (sasl_listmech(sasl_, nullptr, "", " ", "", &list, &size, &count) != SASL_OK)
            stop("no mechanism: " + std::string(sasl_errdetail(sasl_)));
        std::string offer(list, size);
        for (auto at = offer.find("-PLUS"); options_.hide_plus && at != std::string::npos;
             at = offer.find("-PLUS")) {
            const auto begin = offer.rfind(' ', at) + 1;
            offer.erase(begin, at + 6 - begin);
        }
        reply("250-submit.test");
        reply("250 AUTH " + offer);
    }

    void begin_sasl() {
        if (sasl_ != nullptr)
            sasl_dispose(&sasl_);
        if (sasl_server_new("smtp", realm, realm, nullptr, nullptr, nullptr, 0, &sasl_) !=
            SASL_OK)
            stop("sasl_server_new");
        sasl_security_properties_t properties{};
        sasl_setprop(sasl_, SASL_SEC_PROPS, &properties);
        const bool exporter = SSL_version(ssl_.get()) == TLS1_3_VERSION;
        constexpr std::string_view label = "EXPORTER-Channel-Binding";
        unsigned size = 32;
        if (exporter)
            SSL_export_keying_material(ssl_.get(), binding_octets_.data(), size,
                                       label.data(), label.size(), nullptr, 0, 0);
        else
            X509_digest(SSL_get_certificate(ssl_.get()), EVP_sha256(),
                        binding_octets_.data(), &size);
        binding_ = {exporter ? "tls-exporter" : "tls-server-end-point", 0, size,
                    binding_octets_.data()};
        sasl_setprop(sasl_, SASL_CHANNEL_BINDING, &binding_);
        const std::unique_ptr<X509, Free<X509_free>> client(
            SSL_get1_peer_certificate(ssl_.get()));
        std::array<char, 256> name{};
        if (client &&
            X509_NAME_get_text_by_NID(X509_get_subject_name(client.get()), NID_commonName,
                                      name.data(), static_cast<int>(name.size())) > 0)
            sasl_setprop(sasl_, SASL_AUTH_EXTERNAL, name.data());
    }

    void auth(const std::string& argument) {
        const auto blank = argument.find(' ');
        const std::string mechanism = argument.substr(0, blank);
        std::optional<std::string> answer;
        if (blank != std::string::npos)
            answer = argument.substr(blank + 1) == "="
                         ? std::string()
                         : decode_base64(argument.substr(blank + 1));
        const char* challenge = nullptr;
        unsigned size = 0;
        int result = sasl_server_start(
            sasl_, mechanism.c_str(), answer ? answer->data() : nullptr,
            answer ? static_cast<unsigned>(answer->size()) : 0, &challenge, &size);
        while (result == SASL_CONTINUE) {
            reply("334 " + encode_base64({challenge, size}));
            const auto line = read_line();
            answer = line && *line != "*" ? decode_base64(*line) : std::nullopt;
            if (!answer)
                return reply("501 5.7.0 cancelled");
            result =
                sasl_server_step(sasl_, answer->data(),
                                 static_cast<unsigned>(answer->size()), &challenge, &size);
        }
        const void* user = nullptr;
        if (result != SASL_OK || sasl_getprop(sasl_, SASL_USERNAME, &user) != SASL_OK) {
            say("refused " + mechanism);
            return reply("535 5.7.8 refused");
        }
        user_ = static_cast<const char*>(user);
        say("login " + mechanism + " " + user_);
        reply("235 2.7.0 welcome");
    }

    void data() {
        reply("354 go on");
        std::size_t octets = 0;
        for (auto line = read_line(); line && *line != "."; line = read_line())
            octets += line->size() + 2;
        if (!open_)
            return;
        say("message " + std::to_string(octets));
        reply("250 2.0.0 taken");
    }

    const Options& options_;
    std::unique_ptr<SSL, Free<SSL_free>> ssl_;
    bool open_ = false;
    std::string input_;
    std::string user_;
    sasl_conn_t* sasl_ = nullptr; // left to the end of the process, as the library is
    sasl_channel_binding_t binding_{};
    std::array<unsigned char, EVP_MAX_MD_SIZE> binding_octets_{};
};

Context make_context(const Options& options) {
    Context context(SSL_CTX_new(TLS_server_method()));
    if (SSL_CTX_use_certificate_chain_file(context.get(), options.certificate.c_str()) !=
            1 ||
        SSL_CTX_use_PrivateKey_file(context.get(), options.key.c_str(), SSL_FILETYPE_PEM) !=
            1)
        stop("certificate and key cannot be used");
    if (options.tls_1_2)
        SSL_CTX_set_max_proto_version(context.get(), TLS1_2_VERSION);
    if (!options.clients.empty()) {
        if (SSL_CTX_load_verify_file(context.get(), options.clients.c_str()) != 1)
            stop("--clients cannot be used");
        SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER, nullptr);
    }
    return context;
}

int listen_anywhere() {
    sockaddr_in name{};
    name.sin_family = AF_INET;
    name.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof name;
    const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0 || ::bind(fd, reinterpret_cast<sockaddr*>(&name), size) != 0 ||
        ::listen(fd, 8) != 0 ||
        ::getsockname(fd, reinterpret_cast<sockaddr*>(&name), &size) != 0)
        stop("no port to listen at");
    say("ready " + std::to_string(ntohs(name.sin_port)));
    return fd;
}

} // namespace

int main(int argc, char** argv) {
    std::signal(SIGPIPE, SIG_IGN);
    ::alarm(longest_life);
    Options options = read_options(argc, argv);
    const std::array<sasl_callback_t, 2> callbacks{{
        {SASL_CB_GETOPT,
         reinterpret_cast<int (*)()>(reinterpret_cast<void (*)()>(get_option)), &options},
        {SASL_CB_LIST_END, nullptr, nullptr},
    }};
    if (sasl_server_init(callbacks.data(), "sasl_server") != SASL_OK)
        stop("sasl_server_init");
    const Context context = make_context(options);
    const int listener = listen_anywhere();
    for (;;) {
        const UniqueFd fd(::accept4(listener, nullptr, nullptr, SOCK_CLOEXEC));
        if (fd)
            Session(fd.get(), context.get(), options).run();
    }
}
