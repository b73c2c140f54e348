#include "core/tracking/delegation.hpp"

#include "tests/support/catch.hpp"

using namespace quilter;

TEST_CASE("a pattern fits paths") {
  struct Row {
    const char* pattern;
    const char* path;
    bool want;
  };
  const auto row = GENERATE(values<Row>({
      {"Makefile", "Makefile", true},
      {"Makefile", "lib/Makefile", false},
      {"drivers/net/", "drivers/net/a/b.c", true},
      {"drivers/net/", "drivers/network.c", false},
      {"drivers/net", "drivers/net/a.c", false},
      {"*.rst", "docs/deep/index.rst", true},
      {"*.rst", "docs/index.rst.in", false},
      {"*", "", true},
      {"drivers/*/core*.c", "drivers/net/x/core-1.c", true},
      {"drivers/*/core*.c", "drivers/core.c", false},
      {"a?c", "abc", true},
      {"a?c", "ac", false},
      {"*a*ab", "aaaab", true},
      {"**", "x", true},
      {"[ab]", "a", false},
      {"", "a", false},
  }));
  CAPTURE(row.pattern, row.path);
  CHECK(fits(row.pattern, row.path) == row.want);
}

TEST_CASE("the first rule that fits any path counts") {
  const std::vector<DelegationRule> rules{{"net/", "mia"}, {"*.rst", "rob"}, {"*", "ann"}};
  CHECK(delegate_of(rules, {"a.rst", "net/a.c"}) == "mia");
  CHECK(delegate_of(rules, {"a.c", "a.rst"}) == "rob");
  CHECK(delegate_of(rules, {"a.c"}) == "ann");
  CHECK(delegate_of(rules, {}).empty());
  CHECK(delegate_of({}, {"a.c"}).empty());
}
