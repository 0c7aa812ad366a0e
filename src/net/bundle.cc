// SPDX-License-Identifier: MIT
#include "net/bundle.h"

#include <cstdint>
#include <memory>
#include <new>
#include <string_view>
#include <utility>
#include <vector>

#include <openssl/pem.h>

#include "base/owned.h"
#include "system/small_file.h"
#include "text/ascii.h"
#include "text/base64.h"

namespace sallyport {

namespace {

constexpr std::size_t file_limit = 16 * 1024 * 1024;

/// DER as OpenSSL wants it.
const unsigned char* octets_of(std::string_view der) {
    return reinterpret_cast<const unsigned char*>(der.data());
}

/// Takes one ASN.1 element off the front of `der`, or only its head to step into it; false
/// if there is none.
bool next_element(std::string_view& der, bool into) {
    const unsigned char* const begin = octets_of(der);
    const unsigned char* content = begin;
    long length = 0;
    int tag = 0;
    int tag_class = 0;
    if ((ASN1_get_object(&content, &length, &tag, &tag_class,
                         static_cast<long>(der.size())) &
         0x80) != 0)
        return false;
    der.remove_prefix(static_cast<std::size_t>(content - begin) +
                      (into ? 0 : static_cast<std::size_t>(length)));
    return true;
}

/// RFC 5280 4.1: Certificate { TBSCertificate { [0] version, serialNumber, signature,
/// issuer, validity, subject, … } … }. Empty if there is none.
std::string_view find_subject(std::string_view der) {
    if (!next_element(der, true) || !next_element(der, true))
        return {};
    constexpr unsigned char version_tag = V_ASN1_CONTEXT_SPECIFIC | V_ASN1_CONSTRUCTED;
    const int left =
        !der.empty() && static_cast<unsigned char>(der.front()) == version_tag ? 5 : 4;
    for (int i = 0; i < left; ++i) {
        if (!next_element(der, false))
            return {};
    }
    std::string_view rest = der;
    if (!next_element(rest, false))
        return {};
    return der.substr(0, der.size() - rest.size());
}

/// RFC 7468 2, and the label that old tools wrote.
bool begins_certificate(std::string_view line) {
    return line.starts_with("-----BEGIN " PEM_STRING_X509 "-----") ||
           line.starts_with("-----BEGIN " PEM_STRING_X509_OLD "-----");
}

/// A certificate of the bundle: its DER and, of all that is in there, only the subject
/// found.
struct Certificate {
    std::string der;
    std::size_t subject_begin = 0;
    std::size_t subject_size = 0;
    Owned<X509, X509_free> parsed; ///< once it was asked for

    [[nodiscard]] std::string_view subject() const {
        return std::string_view(der).substr(subject_begin, subject_size);
    }
};

class Bundle {
  public:
    /// What `text` holds, or the first `most` of it. Not by PEM_read_bio, which takes half
    /// as long as all the rest of a delivery.
    explicit Bundle(std::string_view text, std::size_t most = SIZE_MAX) {
        std::string encoded;
        bool inside = false;
        while (!text.empty() && certificates_.size() < most) {
            auto line = take_until(text, '\n');
            line = line.substr(0, line.find_last_not_of(" \t\r") + 1);
            if (line.starts_with("-----")) {
                if (inside)
                    add(encoded);
                inside = begins_certificate(line);
                encoded.clear();
            } else if (inside) {
                encoded += line;
            }
        }
    }

    [[nodiscard]] bool empty() const { return certificates_.empty(); }

    /// Adds every certificate of this subject to `store`; returns one of them, or null. It
    /// lives as long as the bundle.
    X509* find(X509_STORE* store, const X509_NAME* subject) {
        // As a rule the octets are the same; only where they are not are names parsed.
        const unsigned char* octets = nullptr;
        std::size_t size = 0;
        X509_NAME_get0_der(subject, &octets, &size);
        const std::string_view wanted(reinterpret_cast<const char*>(octets), size);
        X509* const same = add_those(store, [&](const Certificate& certificate) {
            return certificate.subject() == wanted;
        });
        return same != nullptr
                   ? same
                   : add_those(store, [&](const Certificate& certificate) {
                         const unsigned char* at = octets_of(certificate.subject());
                         const Owned<X509_NAME, X509_NAME_free> name(d2i_X509_NAME(
                             nullptr, &at, static_cast<long>(certificate.subject_size)));
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
            const unsigned char* at = octets_of(certificate.der);
            certificate.parsed.reset(
                d2i_X509(nullptr, &at, static_cast<long>(certificate.der.size())));
            if (certificate.parsed &&
                X509_STORE_add_cert(store, certificate.parsed.get()) == 1)
                found = certificate.parsed.get();
        }
        return found;
    }

    /// What is damaged is nobody's certificate.
    void add(std::string_view encoded) {
        auto der = decode_base64(encoded);
        const auto subject = find_subject(der ? *der : std::string_view());
        if (subject.empty())
            return;
        const auto begin = static_cast<std::size_t>(subject.data() - der->data());
        certificates_.push_back({std::move(*der), begin, subject.size(), nullptr});
    }

    std::vector<Certificate> certificates_;
};

int find_by_subject(X509_LOOKUP* lookup, X509_LOOKUP_TYPE type, const X509_NAME* name,
                    X509_OBJECT* result) {
    if (type != X509_LU_X509)
        return 0;
    X509* const found = static_cast<Bundle*>(X509_LOOKUP_get_method_data(lookup))
                            ->find(X509_LOOKUP_get_store(lookup), name);
    if (found == nullptr || X509_OBJECT_set1_X509(result, found) != 1)
        return 0;
    X509_free(found); // OpenSSL takes its own reference to what a look-up returns
    return 1;
}

void free_bundle(X509_LOOKUP* lookup) {
    const std::unique_ptr<Bundle> owner(
        static_cast<Bundle*>(X509_LOOKUP_get_method_data(lookup)));
}

} // namespace

bool add_bundle(X509_STORE* store, const std::string& path) {
    // The method lives as long as the process: OpenSSL keeps a pointer in each store.
    static X509_LOOKUP_METHOD* const method = [] {
        X509_LOOKUP_METHOD* const made = X509_LOOKUP_meth_new("bundle");
        if (made == nullptr)
            throw std::bad_alloc();
        X509_LOOKUP_meth_set_get_by_subject(made, find_by_subject);
        X509_LOOKUP_meth_set_free(made, free_bundle);
        return made;
    }();
    const SmallFile file(path, file_limit);
    auto bundle = std::make_unique<Bundle>(file.text);
    if (bundle->empty())
        return false;
    X509_LOOKUP* const lookup = X509_STORE_add_lookup(store, method);
    return lookup != nullptr &&
           X509_LOOKUP_set_method_data(lookup, bundle.release()) == 1; // free_bundle
}

bool holds_certificates(const std::string& path) {
    return !Bundle(SmallFile(path, file_limit).text, 1).empty();
}

} // namespace sallyport
