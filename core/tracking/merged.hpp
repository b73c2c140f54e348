// Which patch a commit was: by its patch id, else by the message id in its trailers.
//
// Promise: total.
// Error: none.
// Threads: pure functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/mail/date.hpp"
#include "core/mail/message_id.hpp"

namespace quilter {

// What a commit says about the patch that it was.
struct MergedCommit {
  std::string commit;
  std::string patch_id;                // "": a change without a hunk
  std::vector<MessageId> message_ids;  // the last trailer first
  std::string author;                  // address, lower case
  std::string subject;
  std::vector<std::string> paths = {};  // that it touches, sorted; wanted where it has message ids
};

// Those of Message-ID and Link trailers, the last first: who merges a patch adds theirs below the
// author's.
std::vector<MessageId> linked_message_ids(std::string_view commit_message);

struct MergeCandidate {  // a patch that has the commit's patch id, or one of its message ids
  std::int64_t patch = 0;
  MessageId message_id;
  std::string project, patch_id, name, author;
  std::int32_t version = 1;
  std::optional<Timestamp> date;
  std::string state, commit;
  bool action_required = false;
  bool auto_accept = true;                   // of its project
  std::vector<std::string> earlier_commits;  // that Quilter gave it, also where people took it back
  std::vector<std::string> paths = {};       // sorted

  bool operator==(const MergeCandidate&) const = default;
};

enum class Clue : std::uint8_t { patch_id, message_id, doubtful };
std::string_view to_string(Clue clue);

struct MergedPatch {
  const MergeCandidate* patch = nullptr;
  Clue clue = Clue::patch_id;
};

// The one of `candidates`, all of one project, that the commit was. Of several with its patch id
// the one that has the commit already or that it links to, else the newest. Commits link to what
// they answer, take back or mend, too: a linked one with another diff has to have the commit's
// subject (what stands before its last colon aside), or, where that was reworded, to be the last
// one linked, and to have its author and its paths. Otherwise it is doubtful.
std::optional<MergedPatch> merged_patch(const MergedCommit& commit,
                                        const std::vector<const MergeCandidate*>& candidates);

}  // namespace quilter
