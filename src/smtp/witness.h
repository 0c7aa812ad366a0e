// SPDX-License-Identifier: MIT
//
// Who has to know of a message under way what nobody can tell afterwards: for the queue,
// whose run may be killed at any instant.
#pragma once

#include <span>

#include "smtp/recipient.h"

namespace sallyport {

class Witness {
  public:
    /// The next octets to be written hold the message's last one: from here on the server
    /// may have it for those of these that are pending. A Failure (local) keeps them back.
    virtual void doubt_begins(std::span<Recipient* const> recipients) = 0;

    /// A transaction is over: what is known of these, and their text, has been filled in.
    /// Who is pending or deferred is asked about again, or told of in the report.
    virtual void settled(std::span<Recipient* const> recipients) = 0;

  protected:
    ~Witness() = default;
};

} // namespace sallyport
