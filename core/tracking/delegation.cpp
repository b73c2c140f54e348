#include "core/tracking/delegation.hpp"

#include <algorithm>

namespace quilter {
namespace {

// What the last "*" stands for grows by one character wherever what follows it does not fit.
bool fits_whole(std::string_view pattern, std::string_view path) {
  std::size_t at = 0, in_path = 0;
  std::size_t star = std::string_view::npos, taken = 0;
  while (in_path < path.size()) {
    if (at < pattern.size() && pattern[at] == '*') {
      star = at++;
      taken = in_path;
    } else if (at < pattern.size() && (pattern[at] == '?' || pattern[at] == path[in_path])) {
      ++at;
      ++in_path;
    } else if (star != std::string_view::npos) {
      at = star + 1;
      in_path = ++taken;
    } else {
      return false;
    }
  }
  return pattern.find_first_not_of('*', at) == std::string_view::npos;
}

}  // namespace

bool fits(std::string_view pattern, std::string_view path) {
  return pattern.ends_with('/') ? fits_whole(std::string{pattern} + "*", path)
                                : fits_whole(pattern, path);
}

std::string delegate_of(const std::vector<DelegationRule>& rules,
                        const std::vector<std::string>& paths) {
  for (const auto& rule : rules)
    if (std::any_of(paths.begin(), paths.end(),
                    [&](const std::string& path) { return fits(rule.pattern, path); }))
      return rule.login;
  return {};
}

}  // namespace quilter
