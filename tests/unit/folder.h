// SPDX-License-Identifier: MIT
//
// A directory for the files of one test, gone with it.
#pragma once

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>

#include <cstdlib>
#include <sys/stat.h>

namespace sallyport {

class Folder {
  public:
    Folder() {
        if (::mkdtemp(path_.data()) == nullptr)
            throw std::runtime_error("no temporary directory can be made");
    }
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;
    ~Folder() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }

    [[nodiscard]] std::string path(const std::string& name) const {
        return path_ + "/" + name;
    }

    /// The path of a new file that holds `octets`, with exactly these permissions.
    [[nodiscard]] std::string write(const std::string& name, std::string_view octets,
                                    mode_t mode = 0600) const {
        std::ofstream(path(name), std::ios::binary) << octets;
        if (::chmod(path(name).c_str(), mode) != 0)
            throw std::runtime_error(path(name) + " cannot be written");
        return path(name);
    }

    [[nodiscard]] std::string read(const std::string& name) const {
        std::ostringstream octets;
        octets << std::ifstream(path(name), std::ios::binary).rdbuf();
        return octets.str();
    }

  private:
    std::string path_ = "/tmp/sallyport-test-XXXXXX";
};

} // namespace sallyport
