#include "core/series/identities.hpp"

#include <algorithm>

#include "core/digest/digest.hpp"
#include "core/series/marks.hpp"

namespace quilter {
namespace {

std::string message_id_tie(const MessageId& id) {
  return "message-id " + id;
}

// Mails within one window of each other share at least one of two neighbouring buckets of that
// width, so that nearness in time becomes equality, which can be locked and looked up. stitch()
// then looks at the real distance.
void add_marker_ties(const Submission& submission, const StitchOptions& options,
                     std::vector<std::string>& ties) {
  if (!submission.numbered || !submission.date) return;
  const auto marker = "marker " + submission.submitter.address + " v" +
                      std::to_string(submission.version) + " n" + std::to_string(submission.total) +
                      " t";
  const auto bucket = submission.date->time_since_epoch() /
                      std::chrono::duration_cast<std::chrono::seconds>(options.marker_window);
  ties.push_back(marker + std::to_string(bucket));
  ties.push_back(marker + std::to_string(bucket + 1));
}

// "" where the name has no words.
std::string name_tie(const Submission& submission) {
  const auto name = plain_name(submission.name);
  return name.empty() ? std::string{} : "name " + submission.submitter.address + " " + name;
}

// What the message id and the name say of the series: see stitch and versions.
void add_mark_ties(const Submission& submission, std::vector<std::string>& ties) {
  if (const auto run = sending_run(submission.message_id); run && submission.numbered)
    ties.push_back("run " + submission.submitter.address + " " + *run);
  if (auto name = name_tie(submission); !name.empty()) ties.push_back(std::move(name));
}

std::int64_t key(const std::string& salted) {
  return static_cast<std::int64_t>(lock_hash(salted));
}

std::vector<std::int64_t> keys_of(const std::vector<std::string>& texts, std::int64_t project) {
  std::vector<std::int64_t> keys;
  for (const auto& text : texts)
    keys.push_back(key("project " + std::to_string(project) + " " + text));
  return keys;
}

}  // namespace

Identities identities(const Submission& submission, const StitchOptions& options) {
  Identities all;
  all.submitter = submission.submitter.address;
  all.messages.push_back(message_id_tie(submission.message_id));
  for (const auto& ancestor : submission.ancestors)
    all.messages.push_back(message_id_tie(ancestor));
  if (submission.kind == Kind::comment) return all;
  all.ties.push_back(all.messages.front());
  for (const auto& ancestor : tying_ancestors(submission.ancestors))
    all.ties.push_back(message_id_tie(ancestor));
  for (const auto& id : tying_superseded(submission.metadata.supersedes))
    all.ties.push_back(message_id_tie(id));
  if (!submission.metadata.change_id.empty())
    all.ties.push_back("change-id " + submission.metadata.change_id);
  add_mark_ties(submission, all.ties);
  add_marker_ties(submission, options, all.ties);
  return all;
}

std::int64_t submitter_key(const Identities& identities) {
  return key("submitter " + identities.submitter);
}

std::optional<std::int64_t> name_key(const Submission& submission, std::int64_t project) {
  const auto tie = name_tie(submission);
  if (tie.empty()) return std::nullopt;
  return keys_of({tie}, project).front();
}

std::int64_t message_key(const MessageId& id, std::int64_t project) {
  return keys_of({message_id_tie(id)}, project).front();
}

std::vector<std::int64_t> tie_keys(const Identities& identities, std::int64_t project) {
  return sorted_once(keys_of(identities.ties, project));
}

std::vector<std::int64_t> lock_keys(const Identities& identities, std::int64_t project) {
  auto keys = keys_of(identities.messages, project);
  const auto ties = keys_of(identities.ties, project);
  keys.insert(keys.end(), ties.begin(), ties.end());
  keys.push_back(submitter_key(identities));
  return sorted_once(std::move(keys));
}

std::vector<std::int64_t> sorted_once(std::vector<std::int64_t> keys) {
  std::sort(keys.begin(), keys.end());
  keys.erase(std::unique(keys.begin(), keys.end()), keys.end());
  return keys;
}

}  // namespace quilter
