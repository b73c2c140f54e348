// Hints: header fields by which a sender tells a tracker what to do with the mail
// (X-Patchwork-Hint, -State, -Delegate, -Action-Required).
//
// Promise: a hint counts only where a right of the project gives it to the submitter. The address
// is that of From, which anybody can write: give rights only on lists that check it (DKIM, DMARC).
// Error: none.
// Threads: pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/mail/mail.hpp"

namespace quilter {

enum class Hint : std::uint8_t { ignore, state, delegate, action_required };
std::string_view to_string(Hint hint);

struct HintRight {
  Hint hint = Hint::ignore;
  std::string sender;  // lower case: an address, "@domain", or "*" for everybody

  bool operator==(const HintRight&) const = default;
};

// "state:ann@x.org", "ignore:*", "delegate:@x.org"; nothing where it is none of these.
std::optional<HintRight> hint_right(std::string_view text);
std::string to_string(const HintRight& right);

// Of those texts that are rights.
std::vector<HintRight> hint_rights(const std::vector<std::string>& texts);

struct Hints {
  bool ignore = false;
  std::string state;     // lower case, as "under-review"; "" where none is given
  std::string delegate;  // an address, lower case; "" where none is given
  bool action_required = false;

  bool operator==(const Hints&) const = default;
};

// `submitter`: an address in lower case.
Hints hints(const Mail& mail, const std::vector<HintRight>& rights, std::string_view submitter);

}  // namespace quilter
