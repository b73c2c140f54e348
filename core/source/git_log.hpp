// GitLog: the commits of a repository's range, the oldest first, with their diffs as mails have
// them.
//
// Promise: one git runs, whatever the number of commits; its output is read as it comes. Nothing of
// the user's git configuration changes what a diff looks like. Merges are left out.
// Errors: SourceError where git cannot be run, or refuses the repository or range.
// Owns: a process.
// Threads: belongs to one.
#pragma once

#include <optional>
#include <string>

#include "core/source/child.hpp"

namespace quilter {

// More of a diff is not read: no mail is so large.
constexpr std::size_t longest_diff_bytes = std::size_t{64} << 20U;

struct GitCommit {
  std::string name;                      // 40 or 64 hex digits
  std::string author, subject, message;  // author: the address; message: all of it
  std::string diff;                      // "" where it is longer than is read
};

class GitLog {
 public:
  // `range` as git rev-list takes it: "v1..v2", one word, that does not begin with "-".
  GitLog(const std::string& repository, const std::string& range);

  std::optional<GitCommit> next();

 private:
  std::string expect();

  std::string what_;  // "range of repository", for people
  Child git_;
  std::optional<std::string> head_;  // of the commit that comes next
};

}  // namespace quilter
