// SPDX-License-Identifier: MIT
#include "print.h"

#include <unistd.h>

namespace sallyport {

void print(int fd, std::string_view text) {
    while (!text.empty()) {
        const ssize_t written = ::write(fd, text.data(), text.size());
        if (written <= 0)
            return;
        text.remove_prefix(static_cast<std::size_t>(written));
    }
}

} // namespace sallyport
