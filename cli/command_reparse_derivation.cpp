#include <algorithm>
#include <optional>

#include "cli/derivation.hpp"
#include "core/digest/digest.hpp"
#include "core/series/plan.hpp"

namespace quilter::cli {
namespace {

std::vector<std::string> lines_of(const std::vector<Trailer>& trailers) {
  std::vector<std::string> lines;
  for (const auto& trailer : trailers) lines.push_back(trailer.name + ": " + trailer.value);
  return lines;
}

std::string kind_of(const Submission& submission) {
  if (submission.kind == Kind::cover_letter) return "cover";
  return submission.kind == Kind::pull_request ? "pull" : "patch";
}

CommentEntry comment_of(const Submission& submission) {
  return {.message_id = submission.message_id,
          .parent = {},
          .in_reply_to = submission.ancestors.empty() ? "" : submission.ancestors.front(),
          .content_sha256 = sha256_hex(submission.content),
          .submitter = submission.submitter,
          .date = submission.date,
          .trailers = lines_of(submission.trailers)};
}

MessageEntry entry_of(const Submission& submission, const Decisions& decisions) {
  MessageEntry entry;
  entry.message_id = submission.message_id;
  entry.kind = kind_of(submission);
  entry.name = submission.name;
  entry.version = submission.version;
  entry.number = submission.number;
  entry.total = submission.total;
  entry.submitter = submission.submitter;
  entry.author = submission.author;
  entry.date = submission.date;
  entry.state = decisions.state;
  entry.delegate = decisions.delegate;
  entry.archived = decisions.archived;
  entry.commit = decisions.commit;
  entry.revision = decisions.revision;
  entry.paths = paths(submission.files);
  entry.trailers = lines_of(submission.trailers);
  entry.diff_sha256 = submission.diff.empty() ? "" : sha256_hex(submission.diff);
  entry.patch_id = submission.patch_id;
  entry.pull_url = submission.pull ? submission.pull->url : "";
  entry.content_sha256 = sha256_hex(submission.content);
  return entry;
}

void leave_out_doubles(std::vector<std::string>& lines) {
  std::sort(lines.begin(), lines.end());
  lines.erase(std::unique(lines.begin(), lines.end()), lines.end());
}

}  // namespace

void Derivation::add(const Submission& submission, const Decisions& decisions,
                     const std::string& anchor) {
  if (!seen_.insert(submission.message_id).second) return;
  if (submission.kind == Kind::comment) {
    remarks_.push_back({submission.message_id, submission.ancestors});
    derived_.comments.push_back(comment_of(submission));
    return;
  }
  members_.push_back(member_of(submission));
  members_.back().anchor = anchor;
  derived_.members.push_back(entry_of(submission, decisions));
}

// Numbers of series, which the dump does not show, are places in the list of them, from 1.
void Derivation::place(const StitchOptions& options) {
  const auto stitched = stitch(members_, options);
  for (std::size_t index = 0; index < stitched.size(); ++index) {
    const auto& series = stitched[index];
    SeriesEntry entry;
    entry.id = static_cast<std::int64_t>(index) + 1;
    entry.version = series.version;
    entry.total = series.total;
    entry.complete = series.complete;
    entry.name = series.name;
    entry.submitter.address = series.submitter;
    if (series.supersedes) entry.supersedes = static_cast<std::int64_t>(*series.supersedes) + 1;
    for (const auto* member : series.members)
      derived_.members[static_cast<std::size_t>(member - members_.data())].series = entry.id;
    derived_.series.push_back(entry);
  }
}

void Derivation::attach() {
  std::map<std::string, MessageEntry*> targets;
  std::set<MessageId> ids;
  for (auto& member : derived_.members) {
    targets.emplace(member.message_id, &member);
    ids.insert(member.message_id);
  }
  const auto found = parents(remarks_, ids);
  for (std::size_t i = 0; i < found.size(); ++i) {
    if (!found[i]) continue;
    auto& comment = derived_.comments[i];
    auto& trailers = targets.at(*found[i])->trailers;
    comment.parent = *found[i];
    trailers.insert(trailers.end(), comment.trailers.begin(), comment.trailers.end());
  }
  for (auto& member : derived_.members) leave_out_doubles(member.trailers);
}

Canonical Derivation::result(const StitchOptions& options) {
  place(options);
  attach();
  return std::move(derived_);
}

}  // namespace quilter::cli
