// Trailers (git-interpret-trailers): "Reviewed-by: Name <a@b>".
//
// Promise: linear time; at most max_trailers, the first ones. Quoted ones ("> Reviewed-by:") don't
// count. Error: none. Threads: pure functions.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace quilter {

constexpr std::size_t max_trailers = 200;  // of one mail: what a hostile one can make us keep

struct Trailer {
  std::string name;   // as written, "Reviewed-by"
  std::string value;  // "Name <a@b>"; continuation lines joined with one blank

  bool operator==(const Trailer&) const = default;
};

// The trailers of a commit message, in order. Known names (…-by, Fixes, Closes, Link, Cc,
// Message-Id, Change-Id, Depends-on …) count wherever a line starts with one; text below a "---"
// line doesn't count.
std::vector<Trailer> trailers(std::string_view content);

// Those of a reply: all down to the mail that some programs put below it without quoting it.
std::vector<Trailer> reply_trailers(std::string_view content);

}  // namespace quilter
