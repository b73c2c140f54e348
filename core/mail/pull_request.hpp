// `git request-pull` texts: where to pull from.
//
// Promise: linear time; a URL or ref is at most 2,000 bytes, without control characters; others
// are none.
// Error: none.
// Threads: pure functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace quilter {

struct PullRequest {
  std::string url;   // "https://example.org/linux.git"
  std::string ref;   // "tags/for-linus", "" for the default branch
  std::string base;  // commit that the pull starts from, "" where not said
  std::string tip;   // commit that the ref should be, "" where not said

  bool operator==(const PullRequest&) const = default;
};

// "The following changes since commit …: … are available in the Git repository at: URL REF … for
// you to fetch changes up to …", also wrapped and indented, as git writes it since 2005.
std::optional<PullRequest> pull_request(std::string_view content);

}  // namespace quilter
