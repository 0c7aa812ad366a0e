// SPDX-License-Identifier: MIT
//
// Display names on their way into a field: RFC 5322 phrases and RFC 2047 encoded words.
#include <algorithm>
#include <iterator>
#include <string>
#include <string_view>

#include "address.h"
#include "address_lexer.h"
#include "ascii.h"
#include "encoded_word.h"
#include "utf8.h"

namespace sallyport {

std::string make_phrase(std::string_view name) {
    std::string clean;
    std::ranges::remove_copy_if(name, std::back_inserter(clean), is_control);
    const std::string_view text = trim(clean);
    if (text.empty())
        return {};
    const bool ascii = !has_eight_bit(text);
    if (is_well_formed(text) && (!ascii || text.find("=?") != std::string_view::npos))
        return encode_words(text, "UTF-8", 1);
    return ascii && text.find_first_of(specials) == text.npos ? std::string(text)
                                                              : quote(text);
}

} // namespace sallyport
