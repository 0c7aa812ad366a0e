// SPDX-License-Identifier: MIT
#include "ctl/ses.h"

#include <array>

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "base/concat.h"
#include "base/failure.h"
#include "system/wipe.h"
#include "text/base64.h"

namespace sallyport::ctl {

namespace {

/// What stands before the last digest: which way of deriving was used.
constexpr char version = 0x04;

std::string digest(std::string_view key, std::string_view text) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> octets{};
    unsigned size = 0;
    const bool made = ::HMAC(::EVP_sha256(), key.data(), static_cast<int>(key.size()),
                             reinterpret_cast<const unsigned char*>(text.data()),
                             text.size(), octets.data(), &size) != nullptr;
    std::string result(reinterpret_cast<const char*>(octets.data()), size);
    ::OPENSSL_cleanse(octets.data(), octets.size());
    if (!made)
        stop(ExitStatus::software, Fault::local, {"HMAC: OpenSSL does not make one"});
    return result;
}

} // namespace

std::string ses_password(std::string_view secret_key, std::string_view region) {
    std::string key = concat({"AWS4", secret_key});
    // The date is that of the scheme, and no day's.
    for (const std::string_view text :
         {std::string_view("11111111"), region, std::string_view("ses"),
          std::string_view("aws4_request"), std::string_view("SendRawEmail")}) {
        std::string next = digest(key, text);
        wipe(key);
        key.swap(next);
        wipe(next);
    }
    std::string octets = concat({std::string_view(&version, 1), key});
    wipe(key);
    std::string password = encode_base64(octets);
    wipe(octets);
    return password;
}

} // namespace sallyport::ctl
