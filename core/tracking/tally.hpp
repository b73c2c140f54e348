// Tally: who acked, reviewed and tested a patch or series, by the trailers of its mails.
//
// Promise: total; linear time but for the look-ups. Of each kind a person counts once, by address
// in lower case, whatever name stands beside it; where a trailer has no address, by its text.
// Error: none.
// Threads: pure functions.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace quilter {

enum class TallyKind : std::uint8_t {
  acked,
  reviewed,
  tested,
  fixes
};  // fixes: commits, no people
inline constexpr std::array tally_kinds{TallyKind::acked, TallyKind::reviewed, TallyKind::tested,
                                        TallyKind::fixes};
std::string_view to_string(TallyKind kind);  // "acked"

class Tally {
 public:
  // Lines as they are recorded: "Reviewed-by: Name <a@b>", in any case. "Reviewed-and-tested-by"
  // counts for both, other trailers for nothing.
  void add(const std::vector<std::string>& trailers);

  // Of a cover letter and of what answers it: for each patch of its series, but for Fixes, which
  // does not say which patch does.
  void add_of_cover(const std::vector<std::string>& trailers);

  std::size_t count(TallyKind kind) const { return who_.at(static_cast<std::size_t>(kind)).size(); }

  bool operator==(const Tally&) const = default;

 private:
  void add(TallyKind kind, std::string_view value);
  void add_people(std::string_view name, std::string_view value);

  std::array<std::set<std::string>, tally_kinds.size()> who_;
};

}  // namespace quilter
