#include "core/series/parents.hpp"

#include "tests/support/catch.hpp"

using namespace quilter;

TEST_CASE("a comment belongs to the nearest patch or cover letter, through any number of hops") {
  const std::set<MessageId> targets{"p", "q"};
  struct Row {
    const char* what;
    std::vector<Remark> remarks;
    std::vector<std::optional<MessageId>> want;
  };
  const auto row = GENERATE(values<Row>({
      {"an answer", {{"x", {"p"}}}, {"p"}},
      {"the nearest of two", {{"x", {"q", "p"}}}, {"q"}},
      {"past a mail that has not come", {{"x", {"absent", "p"}}}, {"p"}},
      {"through another comment", {{"x", {"y"}}, {"y", {"p"}}}, {"p", "p"}},
      {"a nearer comment that belongs nowhere is passed",
       {{"x", {"y", "p"}}, {"y", {"absent"}}},
       {"p", std::nullopt}},
      {"nothing is there yet", {{"x", {"absent"}}}, {std::nullopt}},
      {"a circle ends", {{"x", {"y"}}, {"y", {"x"}}}, {std::nullopt, std::nullopt}},
      {"a circle with a way out", {{"x", {"y"}}, {"y", {"x", "p"}}}, {"p", "p"}},
      {"itself", {{"x", {"x"}}}, {std::nullopt}},
  }));
  CAPTURE(row.what);
  CHECK(parents(row.remarks, targets) == row.want);
}

TEST_CASE("a chain of 10,000 comments is followed without recursion") {
  std::vector<Remark> remarks;
  for (int i = 0; i < 10'000; ++i)
    remarks.push_back({std::to_string(i), {i == 0 ? "p" : std::to_string(i - 1)}});
  const auto found = parents({remarks.rbegin(), remarks.rbegin() + 1}, {"p"});
  CHECK(found.front() == std::nullopt);  // alone it reaches nothing
  CHECK(parents(std::vector<Remark>(remarks.begin(), remarks.begin() + 1000), {"p"}).back() == "p");
}
