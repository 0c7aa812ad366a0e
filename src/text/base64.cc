// SPDX-License-Identifier: MIT
#include "text/base64.h"

#include <sasl/sasl.h>
#include <sasl/saslutil.h>

namespace sallyport {

std::string encode_base64(std::string_view octets) {
    std::string text((octets.size() + 2) / 3 * 4 + 1, '\0');
    unsigned size = 0;
    sasl_encode64(octets.data(), static_cast<unsigned>(octets.size()), text.data(),
                  static_cast<unsigned>(text.size()), &size);
    text.resize(size);
    return text;
}

std::optional<std::string> decode_base64(std::string_view text) {
    std::string octets(text.size() / 4 * 3 + 4, '\0');
    unsigned size = 0;
    if (sasl_decode64(text.data(), static_cast<unsigned>(text.size()), octets.data(),
                      static_cast<unsigned>(octets.size()), &size) != SASL_OK)
        return std::nullopt;
    octets.resize(size);
    return octets;
}

} // namespace sallyport
