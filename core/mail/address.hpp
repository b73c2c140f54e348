// Mailboxes (RFC 5322 §3.4): who wrote a message, also where a list rewrote it.
//
// Promise: linear time on any bytes; `address` is lower case, so that equal addresses are equal
// strings.
// Error: none; a field without an address gives an empty list.
// Threads: pure functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/mail/mail.hpp"

namespace quilter {

struct Mailbox {
  std::string name;     // display name, unquoted; "" where there is none
  std::string address;  // addr-spec in lower case

  bool operator==(const Mailbox&) const = default;
};

// All mailboxes of a decoded field body, groups opened. Reads `Name <a@b>`, `a@b (Name)`, `a at b
// (Name)`, `a@b`.
std::vector<Mailbox> mailboxes(std::string_view field_body);

// Who submitted the mail: From, or, where the list rewrote From for DMARC ("Name via List" from one
// of `list_addresses`), whom X-Original-From, X-Original-Sender, Reply-To or Cc still name, or else
// the in-body From:. The name is as in the source used. A mail without any usable From gives an
// empty address.
Mailbox submitter(const Mail& mail, const std::vector<std::string>& list_addresses,
                  const std::optional<Mailbox>& in_body_author = std::nullopt);

}  // namespace quilter
