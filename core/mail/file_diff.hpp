// One file's diff within a text: how git, svn, cvs, Mercurial, quilt and plain diff -u begin it,
// and where it ends.
//
// Promise: looks a bounded number of lines ahead before it says no, so that a scan over all lines
// is linear; hunks are followed by their counts.
// Error: none.
// Threads: pure functions. For diff.cpp and paths.cpp only.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace quilter {

using Lines = std::vector<std::string_view>;  // line ends included

Lines lines_of(std::string_view text);

struct FileDiff {
  std::size_t end = 0;        // the line behind it
  std::string_view old_name;  // as in the diff; "" where no line gives it
  std::string_view new_name;
};

// The file's diff that begins at line `at`, or nothing.
std::optional<FileDiff> file_diff(const Lines& lines, std::size_t at);

// The line behind the hunks that begin at line `at`; `at` itself where there is none.
std::size_t behind_hunks(const Lines& lines, std::size_t at);

}  // namespace quilter
