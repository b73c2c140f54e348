// Trailers (git-interpret-trailers): "Reviewed-by: Name <a@b>".
//
// Promise: linear time. Quoted ones ("> Reviewed-by:") don't count.
// Error: none.
// Threads: pure functions.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace quilter {

struct Trailer {
  std::string name;   // as written, "Reviewed-by"
  std::string value;  // "Name <a@b>"; continuation lines joined with one blank

  bool operator==(const Trailer&) const = default;
};

// All trailers of a commit message or of a reply, in order. Known names (…-by, Fixes, Closes, Link,
// Cc, Message-Id, Change-Id, Depends-on …) count wherever a line starts with one; text below a
// "---" line doesn't count.
std::vector<Trailer> trailers(std::string_view content);

}  // namespace quilter
