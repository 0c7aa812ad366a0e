// SPDX-License-Identifier: MIT
#include "message/date.h"

#include <ctime>

namespace sallyport {

/// In English, since nothing here calls setlocale.
std::string date_of(std::int64_t time, long utc_offset) {
    const long offset = utc_offset / 60 * 60; // as far as the zone says
    const std::time_t local = time + offset;
    std::tm parts{};
    ::gmtime_r(&local, &parts);
    parts.tm_gmtoff = offset;
    std::string text(64, '\0');
    text.resize(
        std::strftime(text.data(), text.size(), "%a, %e %b %Y %H:%M:%S %z", &parts));
    const auto blanks = text.find("  "); // before a day of one digit
    if (blanks != std::string::npos)
        text.erase(blanks, 1);
    return text;
}

} // namespace sallyport
