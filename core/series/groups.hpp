// Groups: sets of members that grow together while no two claim one slot. The bookkeeping of
// stitch.
//
// Promise: join() is refused where the two groups share a slot, so that a slot is held once
// whatever the ties say, and where they are pinned to different anchors.
// Owns: indices only; the members stay the caller's.
// Threads: none; a local of one stitch.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <set>
#include <string_view>
#include <utility>
#include <vector>

namespace quilter {

struct SlotClaim {
  std::int32_t slot = 0;
  std::string_view anchor;  // "" for none
};

class Groups {
 public:
  explicit Groups(const std::vector<SlotClaim>& claims)
      : leader_(claims.size()), slots_(claims.size()), anchors_(claims.size()) {
    std::iota(leader_.begin(), leader_.end(), std::size_t{0});
    for (std::size_t i = 0; i < claims.size(); ++i) {
      slots_[i] = {claims[i].slot};
      anchors_[i] = claims[i].anchor;
    }
  }

  // The group of a member, named by its smallest index: the earliest, as members come in canonical
  // order.
  std::size_t of(std::size_t member) {
    while (leader_[member] != member) member = leader_[member] = leader_[leader_[member]];
    return member;
  }

  bool fit(std::size_t left, std::size_t right) {
    const auto& a = slots_[of(left)];
    const auto& b = slots_[of(right)];
    const auto left_anchor = anchors_[of(left)], right_anchor = anchors_[of(right)];
    if (!left_anchor.empty() && !right_anchor.empty() && left_anchor != right_anchor) return false;
    const auto& small = a.size() < b.size() ? a : b;
    const auto& large = a.size() < b.size() ? b : a;
    return std::none_of(small.begin(), small.end(),
                        [&large](const auto slot) { return large.contains(slot); });
  }

  void join(std::size_t left, std::size_t right) {
    auto first = of(left), second = of(right);
    if (first == second || !fit(first, second)) return;
    if (second < first) std::swap(first, second);
    if (slots_[first].size() < slots_[second].size()) std::swap(slots_[first], slots_[second]);
    slots_[first].merge(slots_[second]);
    if (anchors_[first].empty()) anchors_[first] = anchors_[second];
    leader_[second] = first;
  }

 private:
  std::vector<std::size_t> leader_;
  std::vector<std::set<std::int32_t>> slots_;  // of the group, at its leader
  std::vector<std::string_view> anchors_;      // likewise
};

}  // namespace quilter
