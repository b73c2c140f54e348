#include "core/tracking/tally.hpp"

#include "tests/support/catch.hpp"

using namespace quilter;
using Lines = std::vector<std::string>;

namespace {

// acked, reviewed, tested, fixes
std::array<std::size_t, 4> counts(const Tally& tally) {
  return {tally.count(TallyKind::acked), tally.count(TallyKind::reviewed),
          tally.count(TallyKind::tested), tally.count(TallyKind::fixes)};
}

}  // namespace

TEST_CASE("a tally counts people once, by address") {
  struct Row {
    const char* what;
    Lines trailers;
    std::array<std::size_t, 4> want;
  };
  const auto row = GENERATE(values<Row>({
      {"none", {}, {0, 0, 0, 0}},
      {"one of each",
       {"Acked-by: A <a@x>", "Reviewed-by: A <a@x>", "Tested-by: A <a@x>",
        "Fixes: 0123abcd (\"x\")"},
       {1, 1, 1, 1}},
      {"the same twice", {"Acked-by: A <a@x>", "Acked-by: A <a@x>"}, {1, 0, 0, 0}},
      {"another name",
       {"Acked-by: A <a@x>", "Acked-by: Dr. A. Doe <a@x>", "Acked-by: a@x"},
       {1, 0, 0, 0}},
      {"another case", {"ACKED-BY: A <A@X>", "acked-by: A <a@x>"}, {1, 0, 0, 0}},
      {"the same name, other addresses", {"Acked-by: A <a@x>", "Acked-by: A <a@y>"}, {2, 0, 0, 0}},
      {"two people in a line", {"Reviewed-by: A <a@x>, B <b@x>"}, {0, 2, 0, 0}},
      {"a comma in a name", {"Reviewed-by: Doe, A <a@x>"}, {0, 1, 0, 0}},
      {"without an address",
       {"Tested-by: A Doe", "Tested-by:  a doe ", "Tested-by: B"},
       {0, 0, 2, 0}},
      {"both at once",
       {"Reviewed-and-tested-by: A <a@x>", "Acked-and-reviewed-and-tested-by: B <b@x>"},
       {1, 2, 2, 0}},
      {"said twice in one", {"Tested-and-tested-by: A <a@x>"}, {0, 0, 1, 0}},
      {"what is not counted",
       {"Signed-off-by: A <a@x>", "Reported-by: A <a@x>", "Cc: A <a@x>", "Not-acked-by: A <a@x>",
        "Acked: A <a@x>", "Reviewed-and: A <a@x>", "-by: A <a@x>", "Acked-by:", "Fixes:", "x", ""},
       {0, 0, 0, 0}},
      {"commits, and not what is said of them",
       {"Fixes: 0123abcd (\"one\")", "Fixes: 0123ABCD (\"One\")", "Fixes: 4567ef01"},
       {0, 0, 0, 2}},
  }));
  CAPTURE(row.what);
  Tally tally;
  tally.add(row.trailers);
  CHECK(counts(tally) == row.want);
  tally.add(row.trailers);
  CHECK(counts(tally) == row.want);
}

TEST_CASE("a cover letter's people count for each patch, and not what it fixes") {
  Tally tally;
  tally.add_of_cover({"Reviewed-by: A <a@x>", "Fixes: 0123abcd"});
  CHECK(counts(tally) == std::array<std::size_t, 4>{0, 1, 0, 0});
  tally.add({"Reviewed-by: Also A <A@x>", "Reviewed-by: B <b@x>", "Fixes: 4567ef01"});
  CHECK(counts(tally) == std::array<std::size_t, 4>{0, 2, 0, 1});
}
