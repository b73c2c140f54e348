#include "core/tracking/merged.hpp"

#include <algorithm>
#include <tuple>

#include "core/mail/metadata.hpp"
#include "core/mail/text.hpp"
#include "core/mail/trailers.hpp"

namespace quilter {
namespace {

bool links_to(const MergedCommit& commit, const MergeCandidate& patch) {
  return std::find(commit.message_ids.begin(), commit.message_ids.end(), patch.message_id) !=
         commit.message_ids.end();
}

auto rank(const MergedCommit& commit, const MergeCandidate& patch) {
  return std::tuple{patch.commit == commit.commit, links_to(commit, patch), patch.version,
                    patch.date.value_or(Timestamp{}), patch.patch};
}

const MergeCandidate* by_patch_id(const MergedCommit& commit,
                                  const std::vector<const MergeCandidate*>& candidates) {
  const MergeCandidate* best = nullptr;
  for (const auto* patch : candidates)
    if (!commit.patch_id.empty() && patch->patch_id == commit.patch_id &&
        (best == nullptr || rank(commit, *patch) > rank(commit, *best)))
      best = patch;
  return best;
}

// "subsystem: part: what is done" as its maintainer may begin it otherwise.
std::string what_is_done(std::string_view subject) {
  const auto colon = subject.rfind(": ");
  return lower(trim(colon == std::string_view::npos ? subject : subject.substr(colon + 2)));
}

bool has_its_subject(const MergedCommit& commit, const MergeCandidate& patch) {
  return what_is_done(commit.subject) == what_is_done(patch.name);
}

bool may_be_reworded(const MergedCommit& commit, const MergeCandidate& patch) {
  return patch.message_id == commit.message_ids.front() && patch.author == commit.author &&
         !commit.paths.empty() && patch.paths == commit.paths &&
         !commit.subject.starts_with("Revert ");
}

std::optional<MergedPatch> by_message_id(const MergedCommit& commit,
                                         const std::vector<const MergeCandidate*>& candidates) {
  std::optional<MergedPatch> doubtful;
  for (const auto& id : commit.message_ids)
    for (const auto* patch : candidates) {
      if (patch->message_id != id) continue;
      if (has_its_subject(commit, *patch) || may_be_reworded(commit, *patch))
        return MergedPatch{patch, Clue::message_id};
      if (!doubtful) doubtful = MergedPatch{patch, Clue::doubtful};
    }
  return doubtful;
}

}  // namespace

std::vector<MessageId> linked_message_ids(std::string_view commit_message) {
  std::vector<MessageId> ids;
  for (const auto& trailer : trailers(commit_message)) {
    if (!equal_ignoring_case(trailer.name, "Link") &&
        !equal_ignoring_case(trailer.name, "Message-ID"))
      continue;
    if (auto id = named_message_id(trailer.value); !id.empty()) ids.push_back(std::move(id));
  }
  std::reverse(ids.begin(), ids.end());
  return ids;
}

std::string_view to_string(Clue clue) {
  switch (clue) {
    case Clue::patch_id:
      return "patch-id";
    case Clue::message_id:
      return "message-id";
    case Clue::doubtful:
      return "doubtful";
  }
  return "?";
}

std::optional<MergedPatch> merged_patch(const MergedCommit& commit,
                                        const std::vector<const MergeCandidate*>& candidates) {
  if (const auto* patch = by_patch_id(commit, candidates))
    return MergedPatch{patch, Clue::patch_id};
  return by_message_id(commit, candidates);
}

}  // namespace quilter
