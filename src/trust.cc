// SPDX-License-Identifier: MIT
#include "trust.h"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <memory>
#include <string_view>

#include <dirent.h>
#include <openssl/x509.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bundle.h"
#include "concat.h"
#include "failure.h"
#include "memory.h"
#include "permission.h"
#include "printable.h"

namespace sallyport {

namespace {

constexpr const char* system_directory = "/etc/ssl/certs";
constexpr const char* system_bundles[] = {
    "/etc/ssl/certs/ca-certificates.crt",                // Debian, Alpine
    "/etc/pki/tls/certs/ca-bundle.crt",                  // Fedora
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem", // RHEL
    "/etc/ssl/ca-bundle.pem",                            // SUSE
    "/etc/ssl/cert.pem",                                 // Alpine without certs
};

mode_t type_of(const std::string& path) {
    struct stat facts {};
    return ::stat(path.c_str(), &facts) == 0 ? facts.st_mode & S_IFMT : 0;
}

bool is_directory(const std::string& path) {
    return type_of(path) == S_IFDIR;
}

/// OpenSSL looks for certificates under the hash of their names: 5ed36f99.0
bool has_hash_links(const std::string& directory) {
    errno = 0;
    const std::unique_ptr<DIR, int (*)(DIR*)> listing(::opendir(directory.c_str()),
                                                      ::closedir);
    expect_memory_for(listing.get());
    while (const dirent* entry = listing ? ::readdir(listing.get()) : nullptr) {
        if (std::string_view(entry->d_name).ends_with(".0"))
            return true;
    }
    return false;
}

bool is_usable(const std::string& path) {
    return is_directory(path) ? has_hash_links(path) : holds_certificates(path);
}

/// "path: why" of one that leads to no authority.
std::string unusable(const std::string& path) {
    return concat({printable(path), ": ",
                   ::access(path.c_str(), R_OK) == 0
                       ? "neither a PEM file with certificates nor a directory with hash "
                         "links (openssl rehash makes them)"
                       : why_unreadable(path, errno)});
}

class Authorities {
  public:
    explicit Authorities(SSL_CTX* context) : store_(SSL_CTX_get_cert_store(context)) {}

    bool add(const std::string& path) {
        if (!is_directory(path))
            return add_bundle(store_, path);
        return has_hash_links(path) && X509_STORE_load_path(store_, path.c_str()) == 1;
    }

    /// secure_getenv: a set-id run does not let its caller choose whom to trust.
    bool add_from_environment() {
        const char* const file = ::secure_getenv("SSL_CERT_FILE");
        const char* const directory = ::secure_getenv("SSL_CERT_DIR");
        const bool has_file = file != nullptr && add(file);
        const bool has_directory = directory != nullptr && add(directory);
        return has_file || has_directory;
    }

  private:
    X509_STORE* store_;
};

} // namespace

bool is_regular_file(const std::string& path) {
    return type_of(path) == S_IFREG;
}

void load_authorities(SSL_CTX* context, const std::string& configured,
                      const std::string& origin) {
    Authorities authorities(context);
    if (!configured.empty()) {
        if (authorities.add(configured))
            return;
        expect_memory();
        misconfigured(origin, unusable(configured));
    }
    if (authorities.add_from_environment() || authorities.add(system_directory))
        return;
    const bool found = std::ranges::any_of(
        system_bundles, [&](const char* path) { return authorities.add(path); });
    if (found)
        return;
    expect_memory();
    misconfigured("no CA certificates found",
                  "install the package ca-certificates, or set tls_ca");
}

std::string unusable_variable() {
    for (const char* const name : {"SSL_CERT_FILE", "SSL_CERT_DIR"}) {
        const char* const path = ::secure_getenv(name);
        if (path != nullptr && *path != '\0' && !is_usable(path))
            return concat({name, ": ", unusable(path), ": ignored"});
    }
    return {};
}

} // namespace sallyport
