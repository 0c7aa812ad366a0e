// SPDX-License-Identifier: MIT
#include "smtp/sasl.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include <sasl/sasl.h>

#include "base/concat.h"
#include "base/failure.h"
#include "config/mechanisms.h"
#include "system/memory.h"
#include "system/process.h"
#include "system/wipe.h"
#include "text/ascii.h"
#include "text/printable.h"

namespace sallyport {

namespace {

/// RFC 7677 4, RFC 5802 5.1: with fewer, whoever plays the server has soon guessed the
/// password from our answer. Neither bounds them from above; a server may not make us work
/// forever.
constexpr std::uint32_t scram_iterations_at_least = 4096;
constexpr std::uint32_t scram_iterations_at_most = 1'000'000;
constexpr std::size_t complaint_limit = 300;

constexpr std::string_view plus = "-PLUS";

/// The library itself is broken or of another make.
[[noreturn]] void unusable(std::string_view text) {
    expect_memory();
    stop(ExitStatus::software, Fault::local, {"libsasl2: ", text});
}

/// What is wrong with the iterations that a server-first-message (RFC 5802 7) asks for, or
/// empty. Of a number that is written oddly nobody knows what the plug-in would take it
/// for.
std::string_view trouble_with_iterations(std::string_view challenge) {
    const auto at = challenge.find(",i=");
    auto digits = challenge.substr(at == challenge.npos ? challenge.size() : at + 3);
    digits = digits.substr(0, digits.find(','));
    if (digits.empty() || !std::ranges::all_of(digits, is_digit))
        return "the server does not say how many iterations it wants";
    const auto count = to_number(digits);
    if (!count || *count > scram_iterations_at_most)
        return "the server wants more than 1,000,000 iterations";
    if (*count < scram_iterations_at_least)
        return "the server wants fewer than 4,096 iterations: a password is easily guessed "
               "from them; if you trust the server with it, set auth = PLAIN";
    return {};
}

/// RFC 5801 4: what separates the parts of a message's header must not be in a name.
std::string escape_name(std::string_view name) {
    std::string escaped;
    for (const char c : name) {
        if (c == ',' || c == '=')
            append_hex(escaped, '=', c);
        else
            escaped += c;
    }
    return escaped;
}

/// libsasl2 declares callbacks as functions without parameters.
using Callback = decltype(sasl_callback_t::proc);

template<class Function>
Callback as_callback(Function* function) {
    return reinterpret_cast<Callback>(reinterpret_cast<void (*)()>(function));
}

} // namespace

std::vector<std::string_view> rank_mechanisms(const std::vector<std::string>& offered,
                                              const std::vector<std::string>& configured,
                                              const SaslWishes& wishes) {
    std::vector<std::string_view> ranked;
    std::vector<std::string_view> last;
    const auto add = [&](const Mechanism& mechanism, bool late) {
        const bool binds = mechanism.name.ends_with(plus);
        const bool usable = binds ? wishes.can_bind : !wishes.must_bind;
        if (usable && std::ranges::find(offered, mechanism.name) != offered.end())
            (late ? last : ranked).push_back(mechanism.name);
    };
    for (const std::string& name : configured)
        add(*find_mechanism(name), false);
    for (const Mechanism& mechanism : mechanisms) {
        if (configured.empty() && mechanism.automatic &&
            mechanism.credential == wishes.credential)
            add(mechanism, mechanism.sends_secret && !wishes.encrypted);
    }
    ranked.insert(ranked.end(), last.begin(), last.end());
    return ranked;
}

bool lets_guess(std::string_view mechanism) {
    const Mechanism* const known = find_mechanism(mechanism);
    return known != nullptr && known->credential == Credential::password &&
           !known->sends_secret;
}

/// The library's state for one exchange, and the answers to what it asks.
struct SaslClient::Library {
    Library(const SaslIdentity& who, std::string_view secret);
    ~Library();
    Library(const Library&) = delete;
    Library& operator=(const Library&) = delete;

    static int get_path(void* context, const char** path);
    static int verify_file(void* context, const char* file, sasl_verify_type_t type);
    static int take_log(void* context, int level, const char* message);
    static int get_simple(void* context, int id, const char** text, unsigned* size);
    static int get_secret(sasl_conn_t* connection, void* context, int id,
                          sasl_secret_t** secret);
    static int get_realm(void* context, int id, const char** realms, const char** chosen);

    void open(const Mechanism& mechanism, bool plus_missing);

    const SaslIdentity& identity;
    std::vector<unsigned char> secret_octets; ///< a sasl_secret_t
    std::string_view plugin;                  ///< that may be loaded
    std::array<sasl_callback_t, 8> callbacks;
    sasl_channel_binding_t binding{};
    sasl_conn_t* connection = nullptr;
    bool initialized = false;
};

SaslClient::Library::Library(const SaslIdentity& who, std::string_view secret)
    : identity(who), secret_octets(sizeof(sasl_secret_t) + secret.size()),
      callbacks{{
          {SASL_CB_GETPATH, as_callback(get_path), this},
          {SASL_CB_VERIFYFILE, as_callback(verify_file), this},
          {SASL_CB_LOG, as_callback(take_log), this},
          {SASL_CB_USER, as_callback(get_simple), this},
          {SASL_CB_AUTHNAME, as_callback(get_simple), this},
          {SASL_CB_PASS, as_callback(get_secret), this},
          {SASL_CB_GETREALM, as_callback(get_realm), this},
          {SASL_CB_LIST_END, nullptr, nullptr},
      }} {
    auto& head = *reinterpret_cast<sasl_secret_t*>(secret_octets.data());
    head.len = secret.size();
    secret.copy(reinterpret_cast<char*>(&head.data[0]), secret.size());
}

SaslClient::Library::~Library() {
    if (connection != nullptr)
        sasl_dispose(&connection);
    if (initialized)
        sasl_client_done();
    ::explicit_bzero(secret_octets.data(), secret_octets.size());
}

/// Without this callback SASL_PATH would name the directory.
int SaslClient::Library::get_path(void* /*context*/, const char** path) {
    *path = SASL_PLUGIN_DIR;
    return SASL_OK;
}

int SaslClient::Library::verify_file(void* context, const char* file,
                                     sasl_verify_type_t /*type*/) {
    const std::string_view path(file);
    const auto slash = path.rfind('/');
    const auto name = slash == std::string_view::npos ? path : path.substr(slash + 1);
    const auto& plugin = static_cast<Library*>(context)->plugin;
    const bool wanted =
        name.starts_with(plugin) && name.substr(plugin.size()).starts_with(".so");
    return wanted ? SASL_OK : SASL_CONTINUE;
}

/// The library logs that the C library had no memory, and goes on as if there were no such
/// plug-in: the next mechanism might send the password.
int SaslClient::Library::take_log(void* /*context*/, int /*level*/, const char* message) {
    if (message != nullptr && std::strstr(message, std::strerror(ENOMEM)) != nullptr)
        note_want_of_memory();
    return SASL_OK;
}

int SaslClient::Library::get_simple(void* context, int id, const char** text,
                                    unsigned* size) {
    const Library& library = *static_cast<Library*>(context);
    const std::string& answer =
        id == SASL_CB_USER ? library.identity.authzid : library.identity.user;
    *text = answer.c_str();
    if (size != nullptr)
        *size = static_cast<unsigned>(answer.size());
    return SASL_OK;
}

int SaslClient::Library::get_secret(sasl_conn_t* /*connection*/, void* context, int /*id*/,
                                    sasl_secret_t** secret) {
    *secret = reinterpret_cast<sasl_secret_t*>(
        static_cast<Library*>(context)->secret_octets.data());
    return SASL_OK;
}

/// Where none is configured, the first that the server has.
int SaslClient::Library::get_realm(void* context, int /*id*/, const char** realms,
                                   const char** chosen) {
    const std::string& realm = static_cast<Library*>(context)->identity.realm;
    const bool any = realm.empty() && realms != nullptr && *realms != nullptr;
    *chosen = any ? *realms : realm.c_str();
    return SASL_OK;
}

void SaslClient::Library::open(const Mechanism& mechanism, bool plus_missing) {
    const FragileCall guard(
        "sallyport: broken off while logging in, most likely for want of memory; nothing "
        "was sent in this session\n");
    plugin = mechanism.plugin;
    if (sasl_client_init(callbacks.data()) != SASL_OK)
        unusable("it cannot be initialized");
    initialized = true;
    if (sasl_client_new("smtp", identity.host.c_str(), nullptr, nullptr, callbacks.data(),
                        0, &connection) != SASL_OK)
        unusable("it cannot begin an exchange");
    // No security layer: TLS is the only one that SMTP sessions of ours have.
    sasl_security_properties_t properties{};
    sasl_setprop(connection, SASL_SEC_PROPS, &properties);
    const bool binds = mechanism.name.ends_with(plus);
    if (identity.binding.type.empty() || (!binds && !plus_missing))
        return;
    binding.name = identity.binding.type.c_str();
    binding.critical = binds ? 1 : 0; // used; else SCRAM says that we could have
    binding.len = identity.binding.data.size();
    binding.data = reinterpret_cast<const unsigned char*>(identity.binding.data.data());
    sasl_setprop(connection, SASL_CHANNEL_BINDING, &binding);
}

SaslClient::SaslClient(SaslIdentity identity, std::string_view secret)
    : identity_(std::move(identity)), secret_(secret) {}

SaslClient::~SaslClient() {
    if (initial_)
        wipe(*initial_);
}

bool SaslClient::start(std::string_view mechanism, bool plus_missing) {
    mechanism_ = mechanism;
    complaint_.clear();
    challenged_ = false;
    initial_.reset();
    const Mechanism* const known = find_mechanism(mechanism);
    if (known == nullptr) {
        explain("not in this version");
        return false;
    }
    library_.reset();
    complete_ = false;
    if (known->plugin.empty()) {
        // LOGIN alone waits to be asked.
        if (mechanism != "LOGIN")
            initial_ = own_answer(true);
        return true;
    }
    library_ = std::make_unique<Library>(identity_, secret_);
    const bool says_so = plus_missing && mechanism.starts_with("SCRAM-");
    library_->open(*known, says_so);
    // Only of a list of several does the library think that there was a choice, and tells
    // the server that we could have bound it.
    const std::string list =
        concat({mechanism, says_so ? " " : "", says_so ? mechanism : ""});
    const char* answer = nullptr;
    unsigned size = 0;
    const char* chosen = nullptr;
    const int result = sasl_client_start(library_->connection, list.c_str(), nullptr,
                                         &answer, &size, &chosen);
    if (!is_good(result)) {
        if (result == SASL_NOMECH)
            explain(concat({"its plug-in is missing: install ", known->package}));
        return false;
    }
    if (answer != nullptr)
        initial_ = std::string(answer, size);
    return true;
}

std::optional<std::string> SaslClient::step(std::string_view challenge) {
    // RFC 7628 3.2.3: the server says why the token will not do, and waits for an answer
    // that means nothing before it refuses.
    const bool bears_token = mechanism_ == "OAUTHBEARER" || mechanism_ == "XOAUTH2";
    if (complete_ && bears_token && complaint_.empty()) {
        complaint_ =
            challenge.empty() ? "no reason given" : printable(challenge, complaint_limit);
        complete_ = false;
        return mechanism_ == "XOAUTH2" ? std::string() : std::string("\1");
    }
    if (complete_ || !complaint_.empty()) {
        explain("the server asks for more than the mechanism has");
        return std::nullopt;
    }
    const bool first = !std::exchange(challenged_, true);
    if (library_ == nullptr)
        return own_answer(first);
    const auto trouble = first && mechanism_.starts_with("SCRAM-")
                             ? trouble_with_iterations(challenge)
                             : std::string_view();
    if (!trouble.empty()) {
        explain(trouble);
        return std::nullopt;
    }
    const char* answer = nullptr;
    unsigned size = 0;
    const int result =
        sasl_client_step(library_->connection, challenge.data(),
                         static_cast<unsigned>(challenge.size()), nullptr, &answer, &size);
    if (!is_good(result))
        return std::nullopt;
    return answer != nullptr ? std::string(answer, size) : std::string();
}

/// A mechanism that goes on without memory sends nonsense, for which the server would
/// refuse a good password.
bool SaslClient::is_good(int result) {
    if (result == SASL_NOMEM)
        note_want_of_memory();
    expect_memory();
    complete_ = result == SASL_OK;
    const bool good = complete_ || result == SASL_CONTINUE;
    if (!good)
        explain(sasl_errdetail(library_->connection));
    return good;
}

/// Of PLAIN (RFC 4616), XOAUTH2, OAUTHBEARER (RFC 7628) and EXTERNAL (RFC 4422) the one
/// message; of LOGIN (draft-murchison-sasl-login) the `first` of two, or the other: servers
/// word its prompts as they like, in this order.
std::string SaslClient::own_answer(bool first) {
    constexpr std::string_view nul("\0", 1);
    const std::string& user = identity_.user;
    const std::string& authzid = identity_.authzid;
    complete_ = mechanism_ != "LOGIN" || !first;
    if (mechanism_ == "PLAIN")
        return concat({authzid, nul, user, nul, secret_});
    if (mechanism_ == "LOGIN")
        return std::string(first ? user : secret_);
    if (mechanism_ == "XOAUTH2")
        return concat({"user=", user, "\1auth=Bearer ", secret_, "\1\1"});
    if (mechanism_ == "OAUTHBEARER")
        return concat({"n,a=", escape_name(authzid.empty() ? user : authzid),
                       ",\1host=", lower_case(identity_.host), "\1port=",
                       std::to_string(identity_.port), "\1auth=Bearer ", secret_, "\1\1"});
    return authzid;
}

void SaslClient::explain(std::string_view why) {
    trouble_ = concat({mechanism_, ": ", printable(why)});
}

} // namespace sallyport
