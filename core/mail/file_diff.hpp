// One file's diff within a text: how git, svn, cvs, Mercurial, quilt and plain diff -u begin it,
// and where it ends.
//
// Promise: looks a bounded number of lines ahead before it says no, so that a scan over all lines
// is linear; hunks are followed by their counts.
// Error: none.
// Threads: pure functions. For diff.cpp and touched_files.cpp only.
#pragma once

#include <optional>
#include <string_view>

#include "core/mail/diff.hpp"

namespace quilter {

struct FileDiff {
  std::string_view behind;    // what follows it
  std::string_view old_name;  // as in the diff; "" where no line gives it
  std::string_view new_name;
  std::string_view index;         // behind git's "index ": "0123abc..4567def 100644"
  std::string_view indexed;       // behind cvs's "Index: ": the whole path, which its names lack
  bool git = false;               // begun by "diff --git "
  bool wants_empty_line = false;  // it ends where the text does, and one line too early
};

// The plain hunks of a text, as they are found in it; in octets of that text.
struct Hunks {
  std::string_view text;
  std::vector<PlainHunk> plain = {};

  std::size_t at(std::string_view rest) const { return text.size() - rest.size(); }
};

// The file's diff that `text`, the rest of that of `hunks`, begins with, or nothing.
std::optional<FileDiff> file_diff(std::string_view text, Hunks& hunks);

// The file that it touches; nothing where it has no name.
std::optional<TouchedFile> touched_file(const FileDiff& file);

struct BehindHunks {
  std::string_view text;
  bool wants_empty_line = false;  // as that of a FileDiff
};

// The text behind the hunks that `text` begins with; all of it where there is none.
BehindHunks behind_hunks(std::string_view text, Hunks& hunks);

}  // namespace quilter
