#include "core/mail/scissors.hpp"

#include "tests/support/catch.hpp"

namespace quilter {
namespace {

TEST_CASE("scissors are lines of dashes with a pair of them") {
  const auto* line = GENERATE("-- >8 --", "-- 8< --", "---8<---", "-------- >% --------",
                              "  -- >8 -- -- >8 --  ", "-->8-- cut here -->8--");
  CAPTURE(line);
  CHECK(is_scissors(line));
}

TEST_CASE("other lines are not") {
  const auto* line = GENERATE("--", ">8", "---", "-- 8 --", "--------", "> -- >8 --",
                              "a list of 8<9 - and much text around", "");
  CAPTURE(line);
  CHECK_FALSE(is_scissors(line));
}

TEST_CASE("the last of them counts") {
  CHECK(below_scissors("a\n-- >8 --\nb\n-- >8 --\nc\n") == "c\n");
  CHECK(below_scissors("a\n") == std::nullopt);
}

}  // namespace
}  // namespace quilter
