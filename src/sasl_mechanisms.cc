// SPDX-License-Identifier: MIT
#include "sasl_mechanisms.h"

#include <array>
#include <memory>
#include <new>
#include <string>
#include <string_view>

#include <sasl/sasl.h> // saslplug.h needs it first

#include <sasl/saslplug.h>

#include "secret.h"

namespace sallyport {

namespace {

/// One exchange: what the last answer was, and how many answers there were. The library
/// keeps a pointer to the answer until the next step.
struct Exchange {
    Exchange() = default;
    Exchange(const Exchange&) = delete;
    Exchange& operator=(const Exchange&) = delete;
    ~Exchange() { wipe(answer); }

    std::string answer;
    int answers = 0;
};

/// The callbacks that SaslClient gave to the library, asked through it.
class Credentials {
  public:
    explicit Credentials(const sasl_utils_t& utils) : utils_(utils) {}

    [[nodiscard]] std::string_view simple(unsigned long id) const {
        sasl_callback_ft procedure = nullptr;
        void* context = nullptr;
        if (utils_.getcallback(utils_.conn, id, &procedure, &context) != SASL_OK)
            return {};
        const char* text = nullptr;
        unsigned size = 0;
        auto* const ask = reinterpret_cast<sasl_getsimple_t*>(erased(procedure));
        if (ask(context, static_cast<int>(id), &text, &size) != SASL_OK || text == nullptr)
            return {};
        return {text, size};
    }

    [[nodiscard]] std::string_view password() const {
        sasl_callback_ft procedure = nullptr;
        void* context = nullptr;
        if (utils_.getcallback(utils_.conn, SASL_CB_PASS, &procedure, &context) != SASL_OK)
            return {};
        sasl_secret_t* secret = nullptr;
        auto* const ask = reinterpret_cast<sasl_getsecret_t*>(erased(procedure));
        if (ask(utils_.conn, context, SASL_CB_PASS, &secret) != SASL_OK ||
            secret == nullptr)
            return {};
        return {reinterpret_cast<const char*>(&secret->data[0]), secret->len};
    }

  private:
    using Erased = void (*)();
    static Erased erased(sasl_callback_ft procedure) {
        return reinterpret_cast<Erased>(procedure);
    }

    const sasl_utils_t& utils_;
};

/// The library wants every mechanism to name who logs in, and on whose behalf.
int name_identities(const sasl_client_params_t& parameters, std::string_view user,
                    std::string_view authzid, sasl_out_params_t& out) {
    const auto canonicalize = [&](std::string_view name, unsigned flags) {
        return parameters.canon_user(parameters.utils->conn, name.data(),
                                     static_cast<unsigned>(name.size()), flags, &out);
    };
    if (authzid.empty())
        return canonicalize(user, SASL_CU_AUTHID | SASL_CU_AUTHZID);
    const int result = canonicalize(user, SASL_CU_AUTHID);
    return result == SASL_OK ? canonicalize(authzid, SASL_CU_AUTHZID) : result;
}

int new_exchange(void* /*global*/, sasl_client_params_t* /*parameters*/, void** context) {
    *context = new (std::nothrow) Exchange;
    return *context != nullptr ? SASL_OK : SASL_NOMEM;
}

void dispose(void* context, const sasl_utils_t* /*utils*/) {
    const std::unique_ptr<Exchange> owner(static_cast<Exchange*>(context));
}

/// Writes the whole of what a mechanism has to say.
using Writer = void (*)(std::string& answer, const Credentials& credentials,
                        const sasl_client_params_t& parameters);

/// Answers a challenge, or begins: "mech_step" of the library.
using Step = int (*)(Exchange& exchange, sasl_client_params_t& parameters, bool challenged,
                     sasl_out_params_t& out);

/// No exception passes the library, which is C.
template<Step step>
int guarded(void* context, sasl_client_params_t* parameters, const char* challenge,
            unsigned /*challenge_size*/, sasl_interact_t** /*prompts*/,
            const char** client_out, unsigned* client_out_size, sasl_out_params_t* out) {
    auto& exchange = *static_cast<Exchange*>(context);
    try {
        const int result = step(exchange, *parameters, challenge != nullptr, *out);
        *client_out = exchange.answers > 0 ? exchange.answer.data() : nullptr;
        *client_out_size = static_cast<unsigned>(exchange.answer.size());
        return result;
    } catch (const std::bad_alloc&) {
        return SASL_NOMEM;
    }
}

/// A mechanism of one message.
template<Writer write>
int step_once(Exchange& exchange, sasl_client_params_t& parameters, bool /*challenged*/,
              sasl_out_params_t& out) {
    const Credentials credentials(*parameters.utils);
    const auto user = credentials.simple(SASL_CB_AUTHNAME);
    const auto authzid = credentials.simple(SASL_CB_USER);
    const int named = name_identities(parameters, user, authzid, out);
    if (named != SASL_OK)
        return named;
    // So that it leaves no copies behind; a name may be escaped, and a host is named.
    exchange.answer.reserve(512 + 3 * (user.size() + authzid.size()) +
                            credentials.password().size());
    write(exchange.answer, credentials, parameters);
    ++exchange.answers;
    out.doneflag = 1;
    return SASL_OK;
}

void write_plain(std::string& answer, const Credentials& credentials,
                 const sasl_client_params_t& /*parameters*/) {
    answer.append(credentials.simple(SASL_CB_USER)).append(1, '\0');
    answer.append(credentials.simple(SASL_CB_AUTHNAME)).append(1, '\0');
    answer.append(credentials.password());
}

int step_login(Exchange& exchange, sasl_client_params_t& parameters, bool challenged,
               sasl_out_params_t& out) {
    const Credentials credentials(*parameters.utils);
    const auto user = credentials.simple(SASL_CB_AUTHNAME);
    // The prompts are not read: servers word them as they like, in this order.
    if (exchange.answers == 0 && challenged) {
        const int named = name_identities(parameters, user, {}, out);
        if (named != SASL_OK)
            return named;
        exchange.answer = user;
        ++exchange.answers;
        return SASL_CONTINUE;
    }
    if (exchange.answers == 0)
        return SASL_CONTINUE;
    exchange.answer = credentials.password();
    ++exchange.answers;
    out.doneflag = 1;
    return SASL_OK;
}

/// RFC 5801 4: what parts the header of a message must not be in a name.
std::string escape_name(std::string_view name) {
    std::string escaped;
    for (const char c : name)
        escaped += c == ',' ? "=2C" : c == '=' ? "=3D" : std::string(1, c);
    return escaped;
}

void write_oauthbearer(std::string& answer, const Credentials& credentials,
                       const sasl_client_params_t& parameters) {
    const auto user = credentials.simple(SASL_CB_AUTHNAME);
    const auto authzid = credentials.simple(SASL_CB_USER);
    answer.append("n,a=").append(escape_name(authzid.empty() ? user : authzid));
    answer.append(",\1host=").append(parameters.serverFQDN);
    answer.append("\1port=").append(credentials.simple(port_callback));
    answer.append("\1auth=Bearer ").append(credentials.password()).append("\1\1");
}

void write_xoauth2(std::string& answer, const Credentials& credentials,
                   const sasl_client_params_t& /*parameters*/) {
    answer.append("user=").append(credentials.simple(SASL_CB_AUTHNAME));
    answer.append("\1auth=Bearer ").append(credentials.password()).append("\1\1");
}

sasl_client_plug_t describe(const char* name, unsigned features,
                            decltype(sasl_client_plug_t::mech_step) step) {
    sasl_client_plug_t plugin{};
    plugin.mech_name = name;
    plugin.security_flags = SASL_SEC_NOANONYMOUS | SASL_SEC_PASS_CREDENTIALS;
    plugin.features = features;
    plugin.mech_new = new_exchange;
    plugin.mech_step = step;
    plugin.mech_dispose = dispose;
    return plugin;
}

int offer(const sasl_utils_t* /*utils*/, int max_version, int* version,
          sasl_client_plug_t** plugins, int* count) {
    constexpr unsigned first = SASL_FEAT_WANT_CLIENT_FIRST | SASL_FEAT_ALLOWS_PROXY;
    static std::array offered{
        describe("PLAIN", first, guarded<step_once<write_plain>>),
        describe("LOGIN", SASL_FEAT_SERVER_FIRST, guarded<step_login>),
        describe("OAUTHBEARER", first, guarded<step_once<write_oauthbearer>>),
        describe("XOAUTH2", SASL_FEAT_WANT_CLIENT_FIRST, guarded<step_once<write_xoauth2>>),
    };
    if (max_version < SASL_CLIENT_PLUG_VERSION)
        return SASL_BADVERS;
    *version = SASL_CLIENT_PLUG_VERSION;
    *plugins = offered.data();
    *count = static_cast<int>(offered.size());
    return SASL_OK;
}

} // namespace

bool register_mechanisms() {
    return sasl_client_add_plugin("sallyport", offer) == SASL_OK;
}

} // namespace sallyport
