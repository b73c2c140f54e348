#include "core/series/stitch.hpp"

#include <algorithm>
#include <map>
#include <string_view>
#include <unordered_map>

#include "core/series/groups.hpp"
#include "core/series/marks.hpp"
#include "core/series/versions.hpp"

namespace quilter {
namespace {

// Mails that say the same version and total can be of one series; others only by a cover letter of
// their sending, or by hand.
using Shape = std::pair<std::int32_t, std::int32_t>;
Shape shape(const Member& member) {
  return {member.version, member.total};
}

// Two people can send one series, but nobody takes another's slot: one's own mails join first.
enum class Submitters : std::uint8_t { same, any };

// Groups that lack a free slot for a mail, of one key, before it stays alone. Only made mail has as
// many; the bound keeps it from costing others their time.
constexpr std::size_t most_claims = 50;

// Message ids to small numbers: equal for all that one thread ties together.
class Threads {
 public:
  explicit Threads(const std::vector<const Member*>& members) {
    for (const auto* member : members)
      for (const auto& ancestor : member->ancestors) tie(member->message_id, ancestor);
  }
  std::size_t of(const MessageId& id) { return root(number(id)); }

 private:
  void tie(const MessageId& left, const MessageId& right) {
    const auto a = root(number(left)), b = root(number(right));
    parent_[std::max(a, b)] = std::min(a, b);
  }
  std::size_t number(const MessageId& id) {
    const auto [found, fresh] = numbers_.try_emplace(id, parent_.size());
    if (fresh) parent_.push_back(found->second);
    return found->second;
  }
  std::size_t root(std::size_t i) {
    while (parent_[i] != i) i = parent_[i] = parent_[parent_[i]];
    return i;
  }
  std::unordered_map<std::string_view, std::size_t> numbers_;
  std::vector<std::size_t> parent_;
};

// One stitching: members in canonical order, ties taken from the surest to the loosest. A tie never
// overrules a slot.
class Stitching {
 public:
  explicit Stitching(std::vector<const Member*> members)
      : members_{std::move(members)}, threads_{members_}, groups_{claims(members_)} {
    for (std::size_t i = 0; i < members_.size(); ++i) by_id_.emplace(members_[i]->message_id, i);
  }

  // 0. What an administrator has pinned together.
  void join_pinned() {
    std::unordered_map<std::string_view, std::size_t> heads;
    for (std::size_t i = 0; i < members_.size(); ++i)
      if (const auto& anchor = members_[i]->anchor; !anchor.empty())
        groups_.join(heads.try_emplace(anchor, i).first->second, i);
  }

  // 1. A mail belongs to the nearest mail it answers that has its shape: its cover, or the patch
  // before it.
  void join_nearest_ancestors(Submitters who) {
    for (std::size_t i = 0; i < members_.size(); ++i) {
      if (!members_[i]->numbered) continue;
      const auto ancestor = nearest_of_same_shape(*members_[i]);
      if (!ancestor) continue;
      if (who == Submitters::any || members_[*ancestor]->submitter == members_[i]->submitter)
        groups_.join(*ancestor, i);
    }
  }

  // Some raise the version of the cover letter only, or forget to: patches that answer a cover
  // letter of the same sending belong to it.
  void join_covers_of_other_versions() {
    for (std::size_t i = 0; i < members_.size(); ++i) {
      const auto& member = *members_[i];
      if (!member.numbered || member.cover || member.ancestors.empty()) continue;
      const auto found = by_id_.find(member.ancestors.front());
      if (found != by_id_.end() && is_cover_of(*members_[found->second], member))
        groups_.join(found->second, i);
    }
  }

  // 2. Mails that answer the same mail are siblings, also while that mail is on its way or of
  // another version.
  void join_siblings(Submitters who) {
    using Answered = std::pair<std::string_view, std::string_view>;
    join_equal([who](const Member& member) -> std::optional<Answered> {
      if (member.ancestors.empty()) return std::nullopt;
      return Answered{member.ancestors.front(),
                      who == Submitters::any ? std::string_view{} : member.submitter};
    });
  }

  // 3. One sending of the sender's tool, as its message ids tell: threads and dates may be broken.
  void join_sendings() {
    using Run = std::pair<std::string_view, std::string>;
    join_equal([](const Member& member) -> std::optional<Run> {
      auto run = sending_run(member.message_id);
      if (!run) return std::nullopt;
      return Run{member.submitter, std::move(*run)};
    });
  }

  // 4. One sender, one thread, one shape: re-rolls sent patch by patch, each in answer to its old
  // self.
  void join_within_thread() {
    join_equal([this](const Member& member) {
      return std::optional{
          std::pair{threads_.of(member.message_id), std::string_view{member.submitter}}};
    });
  }

  // 5. Unthreaded mails: one sender, one shape, near in time. The latest group that has the slot
  // free takes it.
  void join_by_marker(std::chrono::minutes window) {
    std::map<std::pair<std::string_view, Shape>, std::vector<std::size_t>> open;
    for (std::size_t i = 0; i < members_.size(); ++i) {
      const auto& member = *members_[i];
      if (!member.numbered || !member.date || !is_open(member)) continue;
      auto& candidates = open[{member.submitter, shape(member)}];
      std::size_t claims = 0;
      for (auto earlier = candidates.rbegin(); earlier != candidates.rend(); ++earlier) {
        if (++claims > most_claims) break;
        if (*member.date - *members_[*earlier]->date > window) break;
        if (groups_.of(*earlier) == groups_.of(i)) break;
        if (!groups_.fit(*earlier, i)) continue;
        groups_.join(*earlier, i);
        break;
      }
      candidates.push_back(i);
    }
  }

  std::vector<Series> series();

 private:
  static std::vector<SlotClaim> claims(const std::vector<const Member*>& members) {
    std::vector<SlotClaim> all;
    all.reserve(members.size());
    for (const auto* member : members) all.push_back({member->number, member->anchor});
    return all;
  }

  std::optional<std::size_t> nearest_of_same_shape(const Member& member) const {
    for (const auto& ancestor : member.ancestors) {
      const auto found = by_id_.find(ancestor);
      if (found == by_id_.end()) continue;
      const auto& other = *members_[found->second];
      if (other.numbered && shape(other) == shape(member)) return found->second;
    }
    return std::nullopt;
  }

  static bool is_cover_of(const Member& cover, const Member& member) {
    if (!cover.cover || cover.total != member.total || cover.submitter != member.submitter)
      return false;
    const auto run = sending_run(cover.message_id);
    return run && run == sending_run(member.message_id);
  }

  // Its thread does not say what it belongs to: it answers nothing, or something of another shape.
  // What answers a mail that has not come may be about to get its cover, and waits for it.
  bool is_open(const Member& member) const {
    if (member.ancestors.empty()) return true;
    return by_id_.contains(member.ancestors.front()) && !nearest_of_same_shape(member);
  }

  // Joins each numbered member to the earliest group with the same shape and key in which its slots
  // are free.
  template <typename KeyOf>
  void join_equal(KeyOf key_of) {
    using Key = typename std::invoke_result_t<KeyOf, const Member&>::value_type;
    std::map<std::pair<Shape, Key>, std::vector<std::size_t>> buckets;
    for (std::size_t i = 0; i < members_.size(); ++i) {
      if (!members_[i]->numbered) continue;
      const auto key = key_of(*members_[i]);
      if (!key) continue;
      auto& heads = buckets[{shape(*members_[i]), *key}];
      const auto fits = [&](std::size_t head) {
        return groups_.of(head) == groups_.of(i) || groups_.fit(head, i);
      };
      if (const auto head = std::find_if(heads.begin(), heads.end(), fits); head != heads.end())
        groups_.join(*head, i);
      else if (heads.size() < most_claims)
        heads.push_back(i);
    }
  }

  std::vector<const Member*> members_;  // in canonical order
  std::unordered_map<std::string_view, std::size_t> by_id_;
  Threads threads_;
  Groups groups_;
};

// The number of a member is held once.
std::int32_t count_received(const Series& series) {
  return static_cast<std::int32_t>(
      std::count_if(series.members.begin(), series.members.end(), [&series](const Member* member) {
        return member->number >= 1 && member->number <= series.total;
      }));
}

// Mails of several shapes can be in one series: where they are pinned, what the anchor says counts,
// else the cover letter.
const Member* shaping(const Series& series) {
  for (const auto* member : series.members)
    if (member->message_id == member->anchor) return member;
  return series.members.front();
}

void summarise(Series& series) {
  std::sort(series.members.begin(), series.members.end(),
            [](const Member* left, const Member* right) {
              if (left->number != right->number) return left->number < right->number;
              return canonical_order(*left, *right) < 0;
            });
  const auto* head = series.members.front();  // the cover, else the lowest number present
  series.cover = head->cover ? head : nullptr;
  series.version = shaping(series)->version;
  series.total = shaping(series)->total;
  series.name = head->name;
  series.submitter = head->submitter;
  series.received = count_received(series);
  series.complete = series.received >= series.total;
}

std::vector<Series> Stitching::series() {
  std::vector<Series> all;
  std::map<std::size_t, std::size_t> index_of_group;
  for (std::size_t i = 0; i < members_.size();
       ++i) {  // canonical order: the first to come founds the series
    const auto [found, fresh] = index_of_group.try_emplace(groups_.of(i), all.size());
    if (fresh) all.emplace_back().first = members_[i];
    all[found->second].members.push_back(members_[i]);
  }
  for (auto& one : all) summarise(one);
  link_versions(all, [this](const Member& member) { return threads_.of(member.message_id); });
  return all;
}

}  // namespace

std::strong_ordering canonical_order(const Member& left, const Member& right) {
  const auto by_date =
      left.date.value_or(Timestamp::max()) <=> right.date.value_or(Timestamp::max());
  if (by_date != 0) return by_date;
  return left.message_id <=> right.message_id;
}

std::vector<MessageId> tying_ancestors(const std::vector<MessageId>& ancestors) {
  constexpr std::size_t most = 5;
  if (ancestors.size() <= most) return ancestors;
  std::vector<MessageId> tying{ancestors.begin(), ancestors.begin() + most - 1};
  tying.push_back(ancestors.back());
  return tying;
}

std::vector<MessageId> tying_superseded(const std::vector<std::string>& supersedes) {
  constexpr std::size_t most = 4;
  return {supersedes.begin(),
          supersedes.begin() + static_cast<std::ptrdiff_t>(std::min(supersedes.size(), most))};
}

std::vector<Series> stitch(const std::vector<Member>& members, const StitchOptions& options) {
  std::vector<const Member*> sorted;
  sorted.reserve(members.size());
  for (const auto& member : members) sorted.push_back(&member);
  std::sort(sorted.begin(), sorted.end(), [](const Member* left, const Member* right) {
    return canonical_order(*left, *right) < 0;
  });

  Stitching stitching{std::move(sorted)};
  stitching.join_pinned();
  stitching.join_covers_of_other_versions();
  for (const auto who : {Submitters::same, Submitters::any}) {
    stitching.join_nearest_ancestors(who);
    stitching.join_siblings(who);
  }
  stitching.join_sendings();
  stitching.join_within_thread();
  stitching.join_by_marker(options.marker_window);
  return stitching.series();
}

}  // namespace quilter
