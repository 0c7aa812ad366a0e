// SPDX-License-Identifier: MIT
//
// trials [--seed S] [--count N] [--only N] [--sweep] [--jobs N]: many trials of the program
// in $SALLYPORT with a queue, in which processes are killed, calls fail, networks and
// servers do what they should not and disks are full. What was promised is then compared
// with what servers hold. Status 0: each promise was kept; 77: it cannot be tried here.
//
//     --seed S     the same trials as with S the last time; as a rule a new one is made up
//     --count N    so many of them
//     --only N     that one alone, and what is done in it is printed
//     --sweep      no random ones: for each of some scenes each call is made to fail by
//                  each error that it can have, and to be the last one. With --count a
//                  sample of them
//     --jobs N     so many at once
#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <string_view>
#include <thread>

#include <sys/stat.h>

#include "trials/disk.h"
#include "trials/pool.h"
#include "trials/sweep.h"
#include "trials/tracer.h"
#include "unit/party.h"

using namespace sallyport;
using namespace sallyport::trials;

namespace {

constexpr unsigned usual_count = 300;

struct Options {
    std::uint64_t seed = std::random_device{}();
    std::optional<unsigned> count;
    std::optional<unsigned> only;
    unsigned jobs = 2 * std::max(1U, std::thread::hardware_concurrency());
    bool sweep = false;
};

[[noreturn]] void give_up(const std::string& why) {
    std::fprintf(stderr, "trials: %s\n", why.c_str());
    std::exit(2);
}

template<class Number>
Number number_in(std::string_view text) {
    Number value = 0;
    const auto [end, error] =
        std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size())
        give_up("no number: " + std::string(text));
    return value;
}

Options read_options(int argc, char** argv) {
    Options options;
    for (int i = 1; i < argc; ++i) {
        const std::string_view name = argv[i];
        if (name == "--sweep") {
            options.sweep = true;
            continue;
        }
        if (++i == argc)
            give_up("no value for " + std::string(name));
        if (name == "--seed")
            options.seed = number_in<std::uint64_t>(argv[i]);
        else if (name == "--count")
            options.count = number_in<unsigned>(argv[i]);
        else if (name == "--only")
            options.only = number_in<unsigned>(argv[i]);
        else if (name == "--jobs")
            options.jobs = number_in<unsigned>(argv[i]);
        else
            give_up("no such option: " + std::string(name));
    }
    return options;
}

/// A server's certificate, and who vouches for it in a file.
Context make_context(const std::string& authority_file) {
    const Party authority("trial authority", nullptr);
    const Party server("localhost", &authority,
                       {.authority = false, .alternative_names = "IP:127.0.0.1"});
    std::ofstream(authority_file) << authority.pem();
    Context context(SSL_CTX_new(TLS_server_method()));
    SSL_CTX_use_certificate(context.get(), server.certificate.get());
    SSL_CTX_use_PrivateKey(context.get(), server.key.get());
    if (SSL_CTX_check_private_key(context.get()) != 1)
        give_up("no certificate can be made");
    return context;
}

std::uint64_t try_at_random(const Options& options, Pool& pool) {
    const bool disks = can_have_disks();
    if (!disks)
        std::puts("SKIP trials with full disks: not root, or no mounts of one's own");
    const unsigned first = options.only.value_or(0);
    const unsigned end = options.only ? first + 1 : options.count.value_or(usual_count);
    for (unsigned number = first; number < end; ++number)
        pool.start(random_plan(options.seed, number, disks),
                   "--seed " + std::to_string(options.seed) + " --only " +
                       std::to_string(number));
    return end - first;
}

std::uint64_t try_all(const Options& options, Pool& pool, const std::string& directory,
                      const Surroundings& surroundings) {
    const std::vector<Swept> all = all_swept(directory, surroundings);
    Random random(options.seed);
    std::uint64_t tried = 0;
    for (unsigned number = 0; number < all.size(); ++number) {
        const bool chosen =
            options.only
                ? number == *options.only
                : !options.count ||
                      random.below(static_cast<unsigned>(all.size())) < *options.count;
        if (!chosen)
            continue;
        pool.start(plan_of(all[number]), "--sweep --only " + std::to_string(number));
        ++tried;
    }
    return tried;
}

} // namespace

int main(int argc, char** argv) {
    const Options options = read_options(argc, argv);
    const char* const program = std::getenv("SALLYPORT");
    if (program == nullptr)
        give_up("the program is named by SALLYPORT");
    if (!Tracer::works()) {
        std::puts("SKIP trials: system calls cannot be traced here");
        return 77;
    }
    std::string directory = "/tmp/sallyport-trials-XXXXXX";
    if (::mkdtemp(directory.data()) == nullptr)
        give_up("no directory can be made");
    Surroundings surroundings{program, directory + "/ca.pem"};
    const Context context = make_context(surroundings.authority);
    surroundings.context = context.get();
    Pool pool(directory, surroundings, options.jobs, options.only.has_value());
    if (!options.sweep)
        std::printf("seed %llu\n", static_cast<unsigned long long>(options.seed));
    const std::uint64_t tried = options.sweep
                                    ? try_all(options, pool, directory, surroundings)
                                    : try_at_random(options, pool);
    pool.finish();
    pool.sums().print(tried);
    if (pool.sums().bad > 0) {
        std::printf("FAIL trials: %llu of %llu, kept in %s\n",
                    static_cast<unsigned long long>(pool.sums().bad),
                    static_cast<unsigned long long>(tried), directory.c_str());
        return 1;
    }
    std::printf("PASS trials\n");
    std::error_code ignored;
    std::filesystem::remove_all(directory, ignored);
    return 0;
}
