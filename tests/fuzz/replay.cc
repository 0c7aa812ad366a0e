// SPDX-License-Identifier: MIT
//
// Runs a fuzz target over its corpus without libFuzzer, so that `make check` holds every
// input that was ever of interest against any compiler. The target NAME_fuzz reads each
// file of $srcdir/tests/fuzz/corpus/NAME, or the files and directories it is given; a
// corpus that is missing or empty is a failure, for such a test would prove nothing.
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

namespace fs = std::filesystem;

std::vector<char> content_of(const fs::path& file) {
    std::ifstream in(file, std::ios::binary);
    std::vector<char> content{std::istreambuf_iterator<char>(in), {}};
    if (!in.is_open() || in.bad())
        throw std::runtime_error("cannot read " + file.string());
    return content;
}

/// The input lies in a block of just its size, so that the address sanitizer sees any step
/// beyond.
void run(const fs::path& file) {
    const std::vector<char> content = content_of(file);
    const std::vector<std::uint8_t> input(content.begin(), content.end());
    std::printf("%s\n", file.c_str());
    std::fflush(stdout); // it names the culprit when the target aborts
    LLVMFuzzerTestOneInput(input.data(), input.size());
}

std::size_t run_all(const fs::path& place) {
    if (!fs::is_directory(place)) {
        run(place);
        return 1;
    }
    std::size_t count = 0;
    for (const fs::directory_entry& entry : fs::directory_iterator(place)) {
        run(entry.path());
        ++count;
    }
    return count;
}

fs::path corpus_of(const std::string& program) {
    const char* top = std::getenv("srcdir");
    std::string name = fs::path(program).filename().string();
    if (const std::size_t suffix = name.rfind("_fuzz"); suffix != std::string::npos)
        name.resize(suffix);
    return fs::path(top == nullptr ? "." : top) / "tests" / "fuzz" / "corpus" / name;
}

} // namespace

int main(int argc, char** argv) {
    try {
        std::vector<fs::path> places(argv + 1, argv + argc);
        if (places.empty())
            places.push_back(corpus_of(argv[0]));

        std::size_t count = 0;
        for (const fs::path& place : places)
            count += run_all(place);
        std::printf("%zu inputs\n", count);
        return count == 0 ? EXIT_FAILURE : EXIT_SUCCESS;
    } catch (const std::exception& error) {
        std::fprintf(stderr, "replay: %s\n", error.what());
        return EXIT_FAILURE;
    }
}
