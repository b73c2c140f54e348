#include "core/series/extend.hpp"

#include <algorithm>
#include <set>

#include "core/series/marks.hpp"

namespace quilter {
namespace {

bool has(const std::vector<MessageId>& ids, const MessageId& id) {
  return std::find(ids.begin(), ids.end(), id) != ids.end();
}

bool are_one_sending(const Member& left, const Member& right) {
  const auto run = sending_run(left.message_id);
  return run && left.submitter == right.submitter && run == sending_run(right.message_id);
}

bool are_near(const Member& left, const Member& right, const StitchOptions& options) {
  return left.ancestors.empty() && right.ancestors.empty() && left.submitter == right.submitter &&
         left.date && right.date &&
         std::max(*left.date, *right.date) - std::min(*left.date, *right.date) <=
             options.marker_window;
}

// One of stitch()'s ties, between these two alone. `member` has the mail's shape.
bool are_tied(const Member& mail, const Member& member, const StitchOptions& options) {
  const bool siblings = !mail.ancestors.empty() && !member.ancestors.empty() &&
                        mail.ancestors.front() == member.ancestors.front();
  return has(mail.ancestors, member.message_id) || siblings || are_one_sending(mail, member) ||
         are_near(mail, member, options);
}

// True where the mail ties no two threads together that may have been apart: all that it answers is
// of one, as the sample shows.
bool keeps_threads(const Member& mail, const std::vector<Member>& sample) {
  if (mail.ancestors.size() < 2) return true;
  std::set<MessageId> thread{mail.ancestors.front()};
  for (std::size_t before = 0; before != thread.size();) {
    before = thread.size();
    for (const auto& member : sample) {
      const bool within =
          thread.contains(member.message_id) ||
          std::any_of(member.ancestors.begin(), member.ancestors.end(),
                      [&](const MessageId& ancestor) { return thread.contains(ancestor); });
      if (!within) continue;
      thread.insert(member.message_id);
      thread.insert(member.ancestors.begin(), member.ancestors.end());
    }
  }
  return std::all_of(mail.ancestors.begin(), mail.ancestors.end(),
                     [&](const MessageId& ancestor) { return thread.contains(ancestor); });
}

// True where a series that counts as of another version may hold mails of the mail's shape (see
// join_covers_of_other_versions() in stitch), and the mail does not plainly answer one of its own.
bool may_be_of_other_version(const Member& mail, const Glimpse& glimpse) {
  const auto is_other = [&](const auto& series) {
    return series.second.total == mail.total && series.second.version != mail.version;
  };
  const auto differs = [&](const Member& member) { return member.version != mail.version; };
  if (std::none_of(glimpse.series.begin(), glimpse.series.end(), is_other) &&
      std::none_of(glimpse.sample.begin(), glimpse.sample.end(), differs))
    return false;
  const auto is_plainly_answered = [&](const Member& member) {
    return !mail.ancestors.empty() && member.message_id == mail.ancestors.front() &&
           !differs(member) && member.submitter == mail.submitter &&
           (!sending_run(mail.message_id) || are_one_sending(mail, member));
  };
  return std::none_of(glimpse.sample.begin(), glimpse.sample.end(), is_plainly_answered);
}

// The earliest member gives a series its date and its place among the others, the lowest number its
// name: the mail must be neither. Its slot must be free.
bool is_plain_member(const Member& mail, const SeriesRow& row, const std::vector<Member>& sample) {
  const bool later = row.date && mail.date.value_or(Timestamp::max()) > *row.date;
  const auto holds_slot = [&](const Member& member) { return member.number == mail.number; };
  const auto is_lower = [&](const Member& member) { return member.number < mail.number; };
  return later && std::none_of(sample.begin(), sample.end(), holds_slot) &&
         std::any_of(sample.begin(), sample.end(), is_lower);
}

// True where one name more in series `id` changes no link between versions: it is the only one, or
// nobody shares the name, or `id` is the newest and supersedes the newest of the others already.
bool keeps_versions(const Member& mail, const Glimpse& glimpse, std::int64_t id) {
  const auto& row = glimpse.series.at(id);
  if (glimpse.series.size() == 1) return true;
  if (!glimpse.name_known && mail.submitter == row.submitter) return true;
  if (!row.supersedes || !glimpse.series.contains(*row.supersedes)) return false;
  const auto newest = glimpse.series.at(*row.supersedes).version;
  return newest < row.version &&
         std::all_of(glimpse.series.begin(), glimpse.series.end(), [&](const auto& other) {
           return other.first == id || other.first == *row.supersedes ||
                  other.second.version < newest;
         });
}

}  // namespace

std::optional<std::int64_t> series_of_shape(const Submission& submission,
                                            const std::map<std::int64_t, SeriesRow>& series) {
  std::optional<std::int64_t> found;
  for (const auto& [id, row] : series) {
    if (row.version != submission.version || row.total != submission.total) continue;
    if (found) return std::nullopt;
    found = id;
  }
  return found;
}

// Why that is the same: no other series has the mail's shape, so that all ties that can change are
// within this one; in it no slot is claimed twice, so that no tie is refused, and what was tied
// stays tied, since nobody names the mail and it moves no thread; and one tie is enough.
std::optional<SeriesWrite> extend(const Submission& submission, const Glimpse& glimpse,
                                  const StitchOptions& options) {
  const auto mail = member_of(submission);
  const auto id = series_of_shape(submission, glimpse.series);
  const bool by_hand = std::any_of(glimpse.series.begin(), glimpse.series.end(),
                                   [](const auto& series) { return series.second.by_hand; });
  if (!id || !mail.numbered || by_hand || glimpse.named || !mail.change_id.empty() ||
      !mail.supersedes.empty())
    return std::nullopt;
  const bool tied = std::any_of(
      glimpse.sample.begin(), glimpse.sample.end(),
      [&](const Member& member) { return member.numbered && are_tied(mail, member, options); });
  auto row = glimpse.series.at(*id);
  if (!tied || may_be_of_other_version(mail, glimpse) ||
      !is_plain_member(mail, row, glimpse.sample) || !keeps_threads(mail, glimpse.sample) ||
      !keeps_versions(mail, glimpse, *id))
    return std::nullopt;
  const bool counts = mail.number >= 1 && mail.number <= row.total;
  const bool was_complete = row.complete;
  row.received += counts ? 1 : 0;
  row.complete = row.received >= row.total;
  return SeriesWrite{.id = *id,
                     .row = row,
                     .supersedes = {},
                     .changed = counts,
                     .completed = row.complete && !was_complete};
}

}  // namespace quilter
