// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE trust
#include <boost/test/unit_test.hpp>

#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include <sys/stat.h>
#include <unistd.h>

#include "base/failure.h"
#include "net/trust.h"
#include "party.h"

using namespace sallyport;

namespace {

struct Fixture {
    Fixture() {
        BOOST_REQUIRE(::mkdtemp(directory.data()) != nullptr);
        ::unsetenv("SSL_CERT_FILE");
        ::unsetenv("SSL_CERT_DIR");
    }
    ~Fixture() {
        for (const auto& path : files)
            ::unlink(path.c_str());
        ::rmdir(directory.c_str());
    }

    std::string write(const std::string& name, const std::string& text) {
        files.push_back(directory + "/" + name);
        std::FILE* const file = std::fopen(files.back().c_str(), "w");
        BOOST_REQUIRE(file != nullptr);
        std::fwrite(text.data(), 1, text.size(), file);
        std::fclose(file);
        return files.back();
    }

    /// The verdict on leaf's chain by way of `intermediate`, trusting what `path` holds.
    int verify(const std::string& path) {
        const Context context(SSL_CTX_new(TLS_client_method()));
        load_authorities(context.get(), path, "conf:3: tls_ca");
        const std::unique_ptr<STACK_OF(X509), Free<sk_X509_free_wrapper>> chain(
            sk_X509_new_null());
        sk_X509_push(chain.get(), intermediate.certificate.get());
        X509_STORE_CTX* const verification = X509_STORE_CTX_new();
        X509_STORE_CTX_init(verification, SSL_CTX_get_cert_store(context.get()),
                            leaf.certificate.get(), chain.get());
        X509_verify_cert(verification);
        const int verdict = X509_STORE_CTX_get_error(verification);
        X509_STORE_CTX_free(verification);
        return verdict;
    }

    static void sk_X509_free_wrapper(STACK_OF(X509) * stack) { sk_X509_free(stack); }

    std::string directory = "/tmp/sallyport-trust-XXXXXX";
    std::vector<std::string> files;
    Party root{"root", nullptr};
    Party namesake{"root", nullptr};
    Party other{"other", nullptr};
    Party intermediate{"intermediate", &root};
    Party leaf{"leaf", &intermediate, {.authority = false}};
};

} // namespace

BOOST_FIXTURE_TEST_CASE(a_bundle_is_searched, Fixture) {
    BOOST_TEST(verify(write("ca", "# comment\n" + other.pem() + "\n" + root.pem())) ==
               X509_V_OK);
    BOOST_TEST(verify(write("crlf", other.pem() + "text\r\n" + root.pem())) == X509_V_OK);
}

BOOST_FIXTURE_TEST_CASE(who_is_not_in_it_is_not_trusted, Fixture) {
    BOOST_TEST(verify(write("ca", other.pem())) ==
               X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY);
}

BOOST_FIXTURE_TEST_CASE(a_name_alone_is_not_enough, Fixture) {
    BOOST_TEST(verify(write("ca", namesake.pem())) != X509_V_OK);
}

BOOST_FIXTURE_TEST_CASE(all_of_one_name_are_tried, Fixture) {
    BOOST_TEST(verify(write("ca", namesake.pem() + root.pem() + root.pem())) == X509_V_OK);
    BOOST_TEST(verify(write("ca2", root.pem() + namesake.pem())) == X509_V_OK);
}

BOOST_FIXTURE_TEST_CASE(names_are_compared_as_rfc_5280_says, Fixture) {
    const Party shouting("ROOT", nullptr);
    const Party below("intermediate", &shouting);
    BOOST_TEST(X509_NAME_cmp(X509_get_subject_name(shouting.certificate.get()),
                             X509_get_subject_name(root.certificate.get())) == 0);
    BOOST_TEST(verify(write("ca", shouting.pem() + root.pem())) == X509_V_OK);
}

BOOST_FIXTURE_TEST_CASE(a_hashed_directory, Fixture) {
    const unsigned long hash = X509_NAME_hash_ex(
        X509_get_subject_name(root.certificate.get()), nullptr, nullptr, nullptr);
    char name[16];
    std::snprintf(name, sizeof name, "%08lx.0", hash);
    write(name, root.pem());
    BOOST_TEST(verify(directory) == X509_V_OK);
}

BOOST_FIXTURE_TEST_CASE(what_cannot_be_used_is_said, Fixture) {
    for (const std::string& path :
         {std::string("/nonexistent/ca"), directory, write("empty", ""),
          write("text", "no certificate\n"),
          write("cut", root.pem().substr(0, 300) + "\n-----END CERTIFICATE-----\n")}) {
        try {
            verify(path);
            BOOST_ERROR("accepted: " + path);
        } catch (const Failure& failure) {
            BOOST_TEST(static_cast<int>(failure.status()) == 78);
            BOOST_TEST(failure.enhanced() == "4.3.5");
            BOOST_TEST(std::string(failure.what()).starts_with("conf:3: tls_ca: " + path));
        }
    }
}

BOOST_FIXTURE_TEST_CASE(garbage_between_certificates_is_passed_over, Fixture) {
    const std::string garbage =
        "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n";
    BOOST_TEST(verify(write("ca", garbage + root.pem())) == X509_V_OK);
    const std::string damaged =
        "-----BEGIN CERTIFICATE-----\nno base64!\n-----END CERTIFICATE-----\n";
    BOOST_TEST(verify(write("damaged", damaged + root.pem())) == X509_V_OK);
    const std::string half = root.pem().substr(0, 300) + "\n";
    BOOST_TEST(verify(write("half", half + root.pem())) == X509_V_OK);
    BOOST_TEST(verify(write("cut", other.pem() + half)) != X509_V_OK);
}

BOOST_FIXTURE_TEST_CASE(only_certificates_are_taken, Fixture) {
    std::string request = root.pem();
    for (std::size_t at; (at = request.find("CERTIFICATE-")) != std::string::npos;)
        request.replace(at, 12, "PARAMETERS-");
    BOOST_TEST(verify(write("ca", request + other.pem())) != X509_V_OK);
    std::string old = root.pem();
    for (std::size_t at = 0; (at = old.find(" CERTIFICATE-", at)) != std::string::npos;
         at += 18)
        old.insert(at, " X509");
    BOOST_TEST(verify(write("old", other.pem() + old)) == X509_V_OK);
}

BOOST_FIXTURE_TEST_CASE(lines_may_have_any_length, Fixture) {
    const std::string pem = root.pem();
    const std::size_t begin = pem.find('\n') + 1;
    const std::size_t end = pem.find("-----END");
    std::string in_one;
    for (const char c : pem.substr(begin, end - begin)) {
        if (c != '\n')
            in_one += c;
    }
    BOOST_TEST(verify(write("ca", other.pem() + pem.substr(0, begin) + in_one + " \n" +
                                      pem.substr(end))) == X509_V_OK);
}

BOOST_FIXTURE_TEST_CASE(the_environment_names_authorities, Fixture) {
    ::setenv("SSL_CERT_FILE", write("ca", root.pem()).c_str(), 1);
    BOOST_TEST(verify("") == X509_V_OK);
    ::setenv("SSL_CERT_FILE", write("other", other.pem()).c_str(), 1);
    BOOST_TEST(verify("") != X509_V_OK);
    ::unsetenv("SSL_CERT_FILE");
}

BOOST_FIXTURE_TEST_CASE(a_variable_that_leads_nowhere_is_named, Fixture) {
    BOOST_TEST(unusable_variable() == "");
    ::setenv("SSL_CERT_FILE", (directory + "/none").c_str(), 1);
    ::setenv("SSL_CERT_DIR", directory.c_str(), 1);
    BOOST_TEST(unusable_variable() ==
               "SSL_CERT_FILE: " + directory + "/none: No such file or directory: ignored");
    ::setenv("SSL_CERT_FILE", write("ca", root.pem()).c_str(), 1);
    BOOST_TEST(unusable_variable().starts_with("SSL_CERT_DIR: " + directory +
                                               ": neither a PEM file"));
    ::setenv("SSL_CERT_DIR", "", 1);
    BOOST_TEST(unusable_variable() == "");
    ::unsetenv("SSL_CERT_FILE");
    ::unsetenv("SSL_CERT_DIR");
}
