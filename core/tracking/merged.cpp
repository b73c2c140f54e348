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

const MergeCandidate* by_message_id(const MergedCommit& commit,
                                    const std::vector<const MergeCandidate*>& candidates) {
  for (const auto& id : commit.message_ids)
    for (const auto* patch : candidates)
      if (patch->message_id == id &&
          (patch->author == commit.author || patch->name == commit.subject))
        return patch;
  return nullptr;
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
  return clue == Clue::patch_id ? "patch-id" : "message-id";
}

std::optional<MergedPatch> merged_patch(const MergedCommit& commit,
                                        const std::vector<const MergeCandidate*>& candidates) {
  if (const auto* patch = by_patch_id(commit, candidates))
    return MergedPatch{patch, Clue::patch_id};
  if (const auto* patch = by_message_id(commit, candidates))
    return MergedPatch{patch, Clue::message_id};
  return std::nullopt;
}

}  // namespace quilter
