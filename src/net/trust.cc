// SPDX-License-Identifier: MIT
#include "net/trust.h"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <string_view>

#include <dirent.h>
#include <openssl/x509.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/concat.h"
#include "base/failure.h"
#include "base/owned.h"
#include "net/bundle.h"
#include "system/memory.h"
#include "system/permission.h"
#include "text/printable.h"

namespace sallyport {

namespace {

constexpr const char* system_places[] = {
    "/etc/ssl/certs",                                    // where it has hash links
    "/etc/ssl/certs/ca-certificates.crt",                // Debian, Alpine
    "/etc/pki/tls/certs/ca-bundle.crt",                  // Fedora
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem", // RHEL
    "/etc/ssl/ca-bundle.pem",                            // SUSE
    "/etc/ssl/cert.pem",                                 // Alpine without certs
};
constexpr const char* variables[] = {"SSL_CERT_FILE", "SSL_CERT_DIR"};

bool is_directory(const std::string& path) {
    struct stat facts {};
    return ::stat(path.c_str(), &facts) == 0 && S_ISDIR(facts.st_mode);
}

/// OpenSSL looks for certificates under the hash of their names: 5ed36f99.0
bool has_hash_links(const std::string& directory) {
    errno = 0;
    const Owned<DIR, ::closedir> listing(::opendir(directory.c_str()));
    expect_memory_for(listing.get());
    while (const dirent* entry = listing ? ::readdir(listing.get()) : nullptr) {
        if (std::string_view(entry->d_name).ends_with(".0"))
            return true;
    }
    return false;
}

/// False if there are none in `path`, and where OpenSSL has no memory.
bool add(X509_STORE* store, const std::string& path) {
    if (!is_directory(path))
        return add_bundle(store, path);
    return has_hash_links(path) && X509_STORE_load_path(store, path.c_str()) == 1;
}

/// "path: why" of one that leads to no authority.
std::string unusable(const std::string& path) {
    return concat({printable(path), ": ",
                   ::access(path.c_str(), R_OK) == 0
                       ? "neither a PEM file with certificates nor a directory with hash "
                         "links (openssl rehash makes them)"
                       : why_unreadable(path, errno)});
}

/// secure_getenv: a set-id run does not let its caller choose whom to trust.
bool add_from_environment(X509_STORE* store) {
    bool added = false;
    for (const char* const name : variables) {
        const char* const path = ::secure_getenv(name);
        added = (path != nullptr && add(store, path)) || added;
    }
    return added;
}

} // namespace

void load_authorities(SSL_CTX* context, const std::string& configured,
                      const std::string& origin) {
    X509_STORE* const store = SSL_CTX_get_cert_store(context);
    const auto add_this = [store](const char* path) { return add(store, path); };
    const bool found = configured.empty() ? add_from_environment(store) ||
                                                std::ranges::any_of(system_places, add_this)
                                          : add(store, configured);
    if (found)
        return;
    expect_memory();
    if (!configured.empty())
        misconfigured(origin, unusable(configured));
    misconfigured("no CA certificates found",
                  "install the package ca-certificates, or set tls_ca");
}

std::string unusable_variable() {
    for (const char* const name : variables) {
        const char* const path = ::secure_getenv(name);
        if (path == nullptr || *path == '\0')
            continue;
        if (is_directory(path) ? has_hash_links(path) : holds_certificates(path))
            continue;
        expect_memory();
        return concat({name, ": ", unusable(path), ": ignored"});
    }
    return {};
}

} // namespace sallyport
