// Delegation: who gets a patch, by the paths that it touches.
//
// Promise: total.
// Error: none.
// Threads: pure functions.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace quilter {

struct DelegationRule {
  std::string pattern, login;

  bool operator==(const DelegationRule&) const = default;
};

// "*" stands for any characters, "/" too; "?" for one; a pattern that ends in "/" means all below.
bool fits(std::string_view pattern, std::string_view path);

// Of the first rule that fits one of the paths; "" where none does.
std::string delegate_of(const std::vector<DelegationRule>& rules,
                        const std::vector<std::string>& paths);

}  // namespace quilter
