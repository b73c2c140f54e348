// Acceptance: the patches that commits were become accepted, in projects that have auto_accept; in
// others they are found, and left.
//
// Promise: nothing that people decided is undone: a patch is accepted out of a state that asks for
// action only, and once by each commit; one that is accepted gets its commit where it has none.
// Compare-and-set, so that several may run at once, and again: a patch that moved meanwhile is
// decided anew, a few times; then it is left, and its outcome is `stale`.
// Errors: StoreError; Refused where the project is not there.
// Owns: its connections.
// Threads: belongs to one.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/store/tracker.hpp"
#include "core/tracking/merged.hpp"

namespace quilter {

struct Accepted {  // of a patch that a commit was
  std::string commit;
  MergeCandidate patch;  // as it was before
  Clue clue = Clue::patch_id;
  std::optional<Outcome> outcome;  // nothing: left as it is
};

// Whether it is changed, or would be but for its project's switch.
bool may_be_accepted(const Accepted& one);

enum class Trial : std::uint8_t { no, yes };  // yes: nothing is written

class Acceptance {
 public:
  // `project`: this one only.
  Acceptance(const StoreOptions& options, std::optional<std::string> project);
  ~Acceptance();
  Acceptance(const Acceptance&) = delete;
  Acceptance& operator=(const Acceptance&) = delete;

  // In the order of the commits. A few hundred at once are quick.
  std::vector<Accepted> accept(const std::vector<MergedCommit>& commits, Trial trial);

 private:
  std::vector<MergeCandidate> candidates(const std::vector<MergedCommit>& commits);
  std::vector<Accepted> decide(const std::vector<MergedCommit>& commits, Trial trial);
  void write(std::vector<Accepted>& found, Trial trial);

  std::optional<std::string> project_;
  std::unique_ptr<Pool> pool_;
  Tracker tracker_;
};

}  // namespace quilter
