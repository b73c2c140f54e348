// The content of a patch in its three pieces: what `git am` makes the commit message, the diffstat,
// and what stands below "---" for the reviewers only.
//
// Promise: linear time; nothing of the content is in two pieces.
// Error: none; a text without "---" is all message, but for a diffstat in it.
// Owns: strings by value.
// Threads: pure functions.
#pragma once

#include <string>
#include <string_view>

namespace quilter {

struct CommitText {
  std::string message;   // above the first line that is "---"
  std::string notes;     // below it, without the diffstat
  std::string diffstat;  // " f.c | 2 +-", " 1 file changed, …", " create mode …"
};

CommitText commit_text(std::string_view content);

}  // namespace quilter
