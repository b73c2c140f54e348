#include "core/series/parents.hpp"

#include <algorithm>
#include <iterator>
#include <string_view>
#include <unordered_map>
#include <unordered_set>

namespace quilter {
namespace {

using Index = std::unordered_map<std::string_view, const Remark*>;

// Depth first, nearest first, each comment once. A stack of our own: the depth is the sender's to
// choose.
std::optional<MessageId> parent(const Remark& remark, const std::set<MessageId>& targets,
                                const Index& comments) {
  std::vector<std::string_view> unvisited{remark.ancestors.rbegin(), remark.ancestors.rend()};
  std::unordered_set<std::string_view> visited{remark.message_id};
  while (!unvisited.empty()) {
    const auto id = unvisited.back();
    unvisited.pop_back();
    if (const auto target = targets.find(MessageId{id}); target != targets.end()) return *target;
    const auto comment = comments.find(id);
    if (comment == comments.end() || !visited.insert(id).second) continue;
    const auto& further = comment->second->ancestors;
    unvisited.insert(unvisited.end(), further.rbegin(), further.rend());
  }
  return std::nullopt;
}

}  // namespace

std::vector<std::optional<MessageId>> parents(const std::vector<Remark>& remarks,
                                              const std::set<MessageId>& targets) {
  Index comments;
  for (const auto& remark : remarks) comments.emplace(remark.message_id, &remark);
  std::vector<std::optional<MessageId>> found;
  found.reserve(remarks.size());
  for (const auto& remark : remarks) found.push_back(parent(remark, targets, comments));
  return found;
}

std::vector<MessageId> mentions(const std::vector<MessageId>& ancestors,
                                const std::set<MessageId>& settled) {
  const auto through = std::find_if(ancestors.begin(), ancestors.end(),
                                    [&](const auto& id) { return settled.contains(id); });
  return {ancestors.begin(), through == ancestors.end() ? through : std::next(through)};
}

}  // namespace quilter
