// SPDX-License-Identifier: MIT
#include "trust.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <memory>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include <dirent.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <sys/stat.h>

#include "failure.h"
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

struct BioDeleter {
    void operator()(BIO* bio) const { BIO_free_all(bio); }
};
struct NameDeleter {
    void operator()(X509_NAME* name) const { X509_NAME_free(name); }
};
struct X509Deleter {
    void operator()(X509* certificate) const { X509_free(certificate); }
};
struct OctetsDeleter {
    void operator()(void* octets) const { OPENSSL_free(octets); }
};
using Octets = std::unique_ptr<unsigned char, OctetsDeleter>;

/// A certificate of the bundle: its DER and, of all that is in there, only the subject
/// parsed.
struct Certificate {
    Octets der;
    long size = 0;
    std::span<const unsigned char> subject;    ///< in `der`
    std::unique_ptr<X509, X509Deleter> parsed; ///< once it was asked for
};

/// Steps over one ASN.1 element, or into it; false if there is none.
bool next_element(const unsigned char*& at, const unsigned char* end, bool into, int* tag) {
    const unsigned char* content = at;
    long length = 0;
    int tag_class = 0;
    if ((ASN1_get_object(&content, &length, tag, &tag_class, end - at) & 0x80) != 0)
        return false;
    at = into ? content : content + length;
    return true;
}

/// RFC 5280 4.1: Certificate { TBSCertificate { [0] version, serialNumber, signature,
/// issuer, validity, subject, … } … }. Empty if there is none.
std::span<const unsigned char> find_subject(const unsigned char* der, long size) {
    const unsigned char* at = der;
    const unsigned char* const end = der + size;
    int tag = 0;
    if (!next_element(at, end, true, &tag) || !next_element(at, end, true, &tag))
        return {};
    constexpr unsigned char version_tag = V_ASN1_CONTEXT_SPECIFIC | V_ASN1_CONSTRUCTED;
    const int left = at < end && *at == version_tag ? 5 : 4;
    for (int i = 0; i < left; ++i) {
        if (!next_element(at, end, false, &tag))
            return {};
    }
    const unsigned char* const begin = at;
    if (!next_element(at, end, false, &tag))
        return {};
    return {begin, at};
}

/// A PEM file that is read when the first name is looked for.
class Bundle {
  public:
    explicit Bundle(std::string path) : path_(std::move(path)) {}

    /// Adds every certificate of this subject to `store`; returns one of them, or null. It
    /// lives as long as the bundle.
    X509* find(X509_STORE* store, const X509_NAME* subject) {
        if (!std::exchange(read_, true))
            read();
        // As a rule the octets are the same; only where they are not are names parsed.
        const unsigned char* octets = nullptr;
        std::size_t size = 0;
        X509_NAME_get0_der(subject, &octets, &size);
        X509* const same = add_those(store, [&](const Certificate& certificate) {
            return std::ranges::equal(certificate.subject, std::span(octets, size));
        });
        return same != nullptr
                   ? same
                   : add_those(store, [&](const Certificate& certificate) {
                         const unsigned char* at = certificate.subject.data();
                         const std::unique_ptr<X509_NAME, NameDeleter> name(d2i_X509_NAME(
                             nullptr, &at, static_cast<long>(certificate.subject.size())));
                         return name != nullptr && X509_NAME_cmp(name.get(), subject) == 0;
                     });
    }

  private:
    template<class Wanted>
    X509* add_those(X509_STORE* store, Wanted wanted) {
        X509* found = nullptr;
        for (Certificate& certificate : certificates_) {
            if (!wanted(certificate))
                continue;
            const unsigned char* der = certificate.der.get();
            certificate.parsed.reset(d2i_X509(nullptr, &der, certificate.size));
            if (certificate.parsed &&
                X509_STORE_add_cert(store, certificate.parsed.get()) == 1)
                found = certificate.parsed.get();
        }
        return found;
    }

    void read() {
        const std::unique_ptr<BIO, BioDeleter> file(BIO_new_file(path_.c_str(), "r"));
        char* type = nullptr;
        char* headers = nullptr;
        unsigned char* der = nullptr;
        long size = 0;
        while (file != nullptr &&
               PEM_read_bio(file.get(), &type, &headers, &der, &size) == 1) {
            const std::unique_ptr<char, OctetsDeleter> type_owner(type);
            const std::unique_ptr<char, OctetsDeleter> headers_owner(headers);
            add(type, Octets(der), size);
        }
        ERR_clear_error(); // the end of the file is reported as one
    }

    void add(std::string_view type, Octets der, long size) {
        if (type != PEM_STRING_X509 && type != PEM_STRING_X509_OLD)
            return;
        const auto subject = find_subject(der.get(), size);
        if (!subject.empty())
            certificates_.push_back({std::move(der), size, subject, nullptr});
    }

    std::string path_;
    bool read_ = false;
    std::vector<Certificate> certificates_;
};

int find_by_subject(X509_LOOKUP* lookup, X509_LOOKUP_TYPE type, const X509_NAME* name,
                    X509_OBJECT* result) {
    if (type != X509_LU_X509)
        return 0;
    auto* const bundle = static_cast<Bundle*>(X509_LOOKUP_get_method_data(lookup));
    X509* const found = bundle->find(X509_LOOKUP_get_store(lookup), name);
    if (found == nullptr || X509_OBJECT_set1_X509(result, found) != 1)
        return 0;
    X509_free(found); // OpenSSL takes its own reference to what a look-up returns
    return 1;
}

void free_bundle(X509_LOOKUP* lookup) {
    const std::unique_ptr<Bundle> owner(
        static_cast<Bundle*>(X509_LOOKUP_get_method_data(lookup)));
}

mode_t type_of(const std::string& path) {
    struct stat facts {};
    return ::stat(path.c_str(), &facts) == 0 ? facts.st_mode & S_IFMT : 0;
}

bool is_directory(const std::string& path) {
    return type_of(path) == S_IFDIR;
}

/// Looks no further than the first certificate.
bool holds_certificates(const std::string& path) {
    const std::unique_ptr<BIO, BioDeleter> file(BIO_new_file(path.c_str(), "r"));
    std::array<char, 256> line{};
    bool found = false;
    while (!found && file != nullptr &&
           BIO_gets(file.get(), line.data(), static_cast<int>(line.size())) > 0) {
        const std::string_view text(line.data());
        found = text.starts_with("-----BEGIN " PEM_STRING_X509 "-----") ||
                text.starts_with("-----BEGIN " PEM_STRING_X509_OLD "-----");
    }
    ERR_clear_error();
    return found;
}

/// OpenSSL looks for certificates under the hash of their names: 5ed36f99.0
bool has_hash_links(const std::string& directory) {
    const std::unique_ptr<DIR, int (*)(DIR*)> listing(::opendir(directory.c_str()),
                                                      ::closedir);
    while (const dirent* entry = listing ? ::readdir(listing.get()) : nullptr) {
        if (std::string_view(entry->d_name).ends_with(".0"))
            return true;
    }
    return false;
}

class Authorities {
  public:
    explicit Authorities(SSL_CTX* context) : store_(SSL_CTX_get_cert_store(context)) {}

    bool add_directory(const std::string& path) {
        return has_hash_links(path) && X509_STORE_load_path(store_, path.c_str()) == 1;
    }

    bool add_bundle(const std::string& path) {
        if (!is_regular_file(path) || !holds_certificates(path))
            return false;
        // The method lives as long as the process: OpenSSL keeps a pointer in each store.
        static X509_LOOKUP_METHOD* const method = [] {
            X509_LOOKUP_METHOD* const made = X509_LOOKUP_meth_new("bundle");
            X509_LOOKUP_meth_set_get_by_subject(made, find_by_subject);
            X509_LOOKUP_meth_set_free(made, free_bundle);
            return made;
        }();
        X509_LOOKUP* const lookup = X509_STORE_add_lookup(store_, method);
        return lookup != nullptr &&
               X509_LOOKUP_set_method_data(
                   lookup, std::make_unique<Bundle>(path).release()) == 1; // free_bundle
    }

    bool add(const std::string& path) {
        return is_directory(path) ? add_directory(path) : add_bundle(path);
    }

    /// secure_getenv: a set-id run does not let its caller choose whom to trust.
    bool add_from_environment() {
        const char* const file = ::secure_getenv("SSL_CERT_FILE");
        const char* const directory = ::secure_getenv("SSL_CERT_DIR");
        const bool has_file = file != nullptr && add_bundle(file);
        const bool has_directory = directory != nullptr && add_directory(directory);
        return has_file || has_directory;
    }

  private:
    X509_STORE* store_;
};

} // namespace

bool is_regular_file(const std::string& path) {
    return type_of(path) == S_IFREG;
}

void load_authorities(SSL_CTX* context, const std::string& configured) {
    Authorities authorities(context);
    if (!configured.empty()) {
        if (!authorities.add(configured))
            throw Failure(ExitStatus::config, Fault::local,
                          "tls_ca = " + printable(configured) +
                              ": neither a PEM file with certificates nor a directory with "
                              "hash links (openssl rehash makes them)");
        return;
    }
    if (authorities.add_from_environment() || authorities.add_directory(system_directory))
        return;
    const bool found = std::ranges::any_of(
        system_bundles, [&](const char* path) { return authorities.add_bundle(path); });
    if (!found)
        throw Failure(
            ExitStatus::config, Fault::local,
            "no CA certificates found: install the package ca-certificates, or set "
            "tls_ca");
}

} // namespace sallyport
