#include "core/mail/hints.hpp"

#include "tests/support/catch.hpp"

namespace quilter {
namespace {

const Mail hinting{{{"X-Patchwork-Hint", "ignore"},
                    {"X-Patchwork-State", "Under  Review"},
                    {"X-Patchwork-Delegate", "Ben <Ben@x.org>"},
                    {"X-Patchwork-Action-Required", ""}},
                   {},
                   {}};

TEST_CASE("a hint counts only for those who have a right to it") {
  struct Row {
    std::vector<HintRight> rights;
    Hints want;
  };
  const auto row = GENERATE(values<Row>({
      {{}, {}},
      {{{Hint::ignore, "*"}}, {.ignore = true, .state = {}, .delegate = {}}},
      {{{Hint::state, "ann@x.org"}}, {.state = "under-review", .delegate = {}}},
      {{{Hint::state, "ben@x.org"}}, {}},
      {{{Hint::delegate, "@x.org"}}, {.state = {}, .delegate = "ben@x.org"}},
      {{{Hint::delegate, "@org"}}, {}},
      {{{Hint::action_required, "*"}}, {.state = {}, .delegate = {}, .action_required = true}},
  }));
  CHECK(hints(hinting, row.rights, "ann@x.org") == row.want);
}

TEST_CASE("a right reads as it is written") {
  const auto* text =
      GENERATE("ignore:*", "state:ann@x.org", "delegate:@x.org", "action-required:*");
  CHECK(to_string(hint_right(text).value()) == text);
  CHECK(hint_right("State: Ann@X.org") == HintRight{Hint::state, "ann@x.org"});
}

TEST_CASE("what is no right is refused") {
  const auto* text = GENERATE("", "ignore", "ignore:", "state:ann", "state:ann@", "colour:*",
                              "state:ann@x.org ben@x.org");
  CAPTURE(text);
  CHECK_FALSE(hint_right(text));
}

}  // namespace
}  // namespace quilter
