// A text taken apart into what people say and what `git apply` reads.
//
// Promise: linear time on any bytes; `diff` is the bytes of `text`, unchanged, from the first line
// of the first file's diff to the end of its last hunk, so that mail signature and list footer are
// not in it.
// Error: none; a text without a diff is all content.
// Threads: pure functions.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace quilter {

struct TouchedFile {
  std::string path;      // the new name, the old one where it is deleted; without a/ and b/
  std::string old_blob;  // of git's "index" line, abbreviated as there; "" where there is none
  std::string new_blob;

  bool operator==(const TouchedFile&) const = default;
};

// In octets of the text; begin == end where there is no diff.
struct DiffPlace {
  std::size_t begin = 0;
  std::size_t end = 0;
};

// A hunk in which every reader sees the same: whole lines that begin with ' ', '+' or '-', exactly
// as many as its header counts. In octets of the diff.
struct PlainHunk {
  std::size_t begin = 0;  // of its header
  std::size_t lines = 0;  // begin behind it
  std::size_t end = 0;
};

struct DiffSplit {
  std::string content;  // commit message and what stands below "---", diffstat included; without
                        // the signature ("-- ")
  std::string diff;     // "" where there is none; ends with a line end
  std::vector<TouchedFile> files = {};  // that the diff touches, in order
  DiffPlace place = {};                 // where it was
};

// Git, unified, "Index:" (svn, cvs), Mercurial and quilt diffs; renames, mode changes, binary
// patches, empty files. Hunks are followed by their line counts, so that nothing inside one can be
// taken for anything else.
DiffSplit split_diff(std::string_view text);

// The same where the text that has the diff is kept: nothing of its size is copied.
struct FoundDiff {
  std::string content;
  std::vector<TouchedFile> files = {};
  DiffPlace place = {};
  std::string_view line_ends = {};    // that are missing at the end of the diff
  std::vector<PlainHunk> hunks = {};  // of the diff, in order
};
FoundDiff find_diff(std::string_view text);

// Sorted by path; a file that is touched twice is there once, as it was first.
std::vector<TouchedFile> in_order(std::vector<TouchedFile> files);
std::vector<std::string> paths(const std::vector<TouchedFile>& files);

// As `git patch-id --stable` gives it: 40 hex digits; "" where there is no hunk to hash.
// `hunks` may tell some of those that the diff has, in order: their lines need not be found again.
std::string patch_id(std::string_view diff, const std::vector<PlainHunk>& hunks = {});

}  // namespace quilter
