// Any text splits: the diff is a piece of it, and begins with one.
#include <cstdint>

#include "core/mail/diff.hpp"
#include "tests/fuzz/require.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text{reinterpret_cast<const char*>(data), size};
  const auto split = quilter::split_diff(text);
  const auto place = split.place;
  require(place.begin <= place.end && place.end <= text.size());
  require((place.begin == place.end) == split.diff.empty());
  require(split.diff.empty() || (text + "\n\n").find(split.diff) != std::string::npos);
  require(split.diff.empty() || quilter::split_diff(split.diff).diff.size() > 0);
  const auto id = quilter::patch_id(text);
  require(id.empty() || id.size() == 40);
  const auto hunks = quilter::find_diff(text).hunks;
  require(quilter::patch_id(split.diff) == quilter::patch_id(split.diff, hunks));
  return 0;
}
