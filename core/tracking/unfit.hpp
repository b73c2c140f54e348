// What of a Patchwork did not fit, counted by kind and by what it is about, and some of it named.
//
// Error: none.
// Owns: everything by value.
// Threads: values.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/mail/message_id.hpp"

namespace quilter {

enum class Unfit : std::uint8_t {
  not_here,       // the mail; about its kind
  no_patch,       // it is something else here; about that
  twice,          // its message id was there before
  set_here,       // about the field
  unknown_state,  // about its slug
  unknown_user,   // about the username
  no_commit,      // what stands there for it; about that
  no_check,       // its context, state or date; about the context
  no_url,         // of a check, which is taken without; about its context
  older_check     // than what is here; about the context
};
std::string_view to_string(Unfit unfit);

struct Unfitting {
  struct Case {
    MessageId message_id;
    std::string more;  // about it; "" for nothing
  };
  struct Group {
    std::size_t count = 0;
    std::vector<Case> named;
  };

  std::size_t most_named = 10;  // of each group
  std::map<std::pair<Unfit, std::string>, Group> groups{};

  void add(Unfit unfit, const std::string& about, Case one);
  void add(const Unfitting& other);
};

}  // namespace quilter
