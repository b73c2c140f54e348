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
  if (!submission.numbered || submission.kind == Kind::comment || !submission.date) return;
  const auto marker = "marker " + submission.submitter.address + " v" +
                      std::to_string(submission.version) + " n" + std::to_string(submission.total) +
                      " t";
  const auto bucket = submission.date->time_since_epoch() /
                      std::chrono::duration_cast<std::chrono::seconds>(options.marker_window);
  ties.push_back(marker + std::to_string(bucket));
  ties.push_back(marker + std::to_string(bucket + 1));
}

// What the message id and the name say of the series: see stitch and versions.
void add_mark_ties(const Submission& submission, std::vector<std::string>& ties) {
  if (submission.kind == Kind::comment) return;
  const auto by = " " + submission.submitter.address + " ";
  if (const auto run = sending_run(submission.message_id); run && submission.numbered)
    ties.push_back("run" + by + *run);
  if (const auto name = plain_name(submission.name); !name.empty())
    ties.push_back("name" + by + name);
}

std::int64_t key(const std::string& salted) {
  return static_cast<std::int64_t>(lock_hash(salted));
}

std::int64_t tie_key(const std::string& tie, std::int64_t project) {
  return key("project " + std::to_string(project) + " " + tie);
}

void sort_without_doubles(std::vector<std::int64_t>& keys) {
  std::sort(keys.begin(), keys.end());
  keys.erase(std::unique(keys.begin(), keys.end()), keys.end());
}

}  // namespace

Identities identities(const Submission& submission, const StitchOptions& options) {
  Identities all{.submitter = submission.submitter.address,
                 .own = message_id_tie(submission.message_id),
                 .ties = {}};
  all.ties.push_back(all.own);
  for (const auto& ancestor : submission.ancestors) all.ties.push_back(message_id_tie(ancestor));
  add_mark_ties(submission, all.ties);
  add_marker_ties(submission, options, all.ties);
  return all;
}

std::int64_t submitter_key(const Identities& identities) {
  return key("submitter " + identities.submitter);
}

std::int64_t own_key(const Identities& identities, std::int64_t project) {
  return tie_key(identities.own, project);
}

std::vector<std::int64_t> tie_keys(const Identities& identities, std::int64_t project) {
  std::vector<std::int64_t> keys;
  for (const auto& tie : identities.ties) keys.push_back(tie_key(tie, project));
  sort_without_doubles(keys);
  return keys;
}

std::vector<std::int64_t> lock_keys(const Identities& identities, std::int64_t project) {
  auto keys = tie_keys(identities, project);
  keys.push_back(submitter_key(identities));
  sort_without_doubles(keys);
  return keys;
}

}  // namespace quilter
