// TieBook: the ties of the mails recorded so far, and what the store reads by them before the next
// one: its neighbourhood, and the glimpse for the short way. What the database does, without it.
//
// Owns: copies of ties; the facts stay the caller's.
// Threads: none; a local of one test.
#pragma once

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "core/series/extend.hpp"
#include "core/series/identities.hpp"

namespace quilter::test {

// What the database shows of a series to a mail of this number: see Glimpse.
inline std::vector<Member> sample_of(std::int32_t number, const std::vector<MessageId>& ancestors,
                                     std::int64_t series, const Facts& facts) {
  std::vector<Member> sample;
  const Member *lower = nullptr, *higher = nullptr;
  const auto answered = tying_ancestors(ancestors);
  for (const auto& member : facts.members) {
    if (facts.series_of.at(member.message_id) != series) continue;
    const bool is_answered =
        std::find(answered.begin(), answered.end(), member.message_id) != answered.end();
    if (member.cover || is_answered) sample.push_back(member);
    if (member.cover) continue;
    if (member.number < number && (!lower || member.number > lower->number)) lower = &member;
    if (member.number >= number && (!higher || member.number < higher->number)) higher = &member;
  }
  for (const auto* member : {lower, higher})
    if (member) sample.push_back(*member);
  return sample;
}

class TieBook {
 public:
  void add(const Submission& submission) {
    if (submission.kind == Kind::comment) return;
    ties_.emplace(submission.message_id, ties_of(submission));
  }

  // Of the whole archive's facts those that `submission` can change. Comments keep theirs: they are
  // found by what they mention.
  Facts neighbourhood(const Submission& submission, const Facts& whole) const {
    const auto near = neighbours(submission);
    auto facts = whole;
    std::erase_if(facts.members, [&](const Member& it) { return !near.contains(it.message_id); });
    std::erase_if(facts.series_of, [&](const auto& it) { return !near.contains(it.first); });
    std::set<std::int64_t> series;
    for (const auto& [id, of] : facts.series_of) series.insert(of);
    std::erase_if(facts.series, [&](const auto& it) { return !series.contains(it.first); });
    return facts;
  }

  Glimpse glimpse(const Submission& submission, const Facts& facts) const;

 private:
  using Ties = std::set<std::string>;

  static Ties ties_of(const Submission& submission) {
    const auto ties = identities(submission, {}).ties;
    return {ties.begin(), ties.end()};
  }

  static bool share(const Ties& left, const Ties& right) {
    return std::any_of(left.begin(), left.end(),
                       [&right](const auto& tie) { return right.contains(tie); });
  }

  std::set<MessageId> neighbours(const Submission& submission) const {
    std::set<MessageId> near;
    auto reached = ties_of(submission);
    for (bool grew = true; grew;) {
      grew = false;
      for (const auto& [id, ties] : ties_) {
        if (near.contains(id) || !share(ties, reached)) continue;
        near.insert(id);
        reached.insert(ties.begin(), ties.end());
        grew = true;
      }
    }
    return near;
  }

  std::map<MessageId, Ties> ties_;
};

inline Glimpse TieBook::glimpse(const Submission& submission, const Facts& facts) const {
  Glimpse glimpse;
  glimpse.series = facts.series;
  const auto own = ties_of(submission);
  for (const auto& [id, ties] : ties_) {
    glimpse.named |= ties.contains("message-id " + submission.message_id);
    for (const auto& tie : own)
      glimpse.name_known |= tie.starts_with("name ") && ties.contains(tie);
  }
  const auto series = series_of_shape(submission, glimpse.series);
  if (!series) return glimpse;
  glimpse.sample = sample_of(submission.number, submission.ancestors, *series, facts);
  return glimpse;
}

}  // namespace quilter::test
