// The table of role and action is that of docs/tracking.md; each cell is tried.
#include "core/tracking/permissions.hpp"

#include <fstream>
#include <sstream>

#include "core/tracking/decide.hpp"
#include "tests/support/catch.hpp"

using namespace quilter;

namespace {

std::string word(Right right) {
  return right == Right::none ? "–" : right == Right::own ? "own" : "yes";
}

std::string table() {
  std::string text = "| |";
  for (const auto role : roles) text += " " + std::string{to_string(role)} + " |";
  text += "\n| --- |";
  for (std::size_t i = 0; i < roles.size(); ++i) text += " --- |";
  for (const auto action : actions) {
    text += "\n| `" + std::string{to_string(action)} + "` |";
    for (const auto role : roles) text += " " + word(right(role, action)) + " |";
  }
  return text + "\n";
}

std::string contents(const std::string& path) {
  std::ifstream file{path};
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

// A project with all default states, in which "me" is what the role says.
TrackingFacts facts_of(Role role, const PatchValues& values) {
  TrackingFacts facts;
  facts.known = true;
  facts.admin = role == Role::admin;
  PatchFacts patch;
  patch.id = 1;
  patch.project = "demo";
  patch.values = values;
  patch.by_actor = role == Role::submitter;
  facts.patches = {patch};
  auto& rules = facts.rules["demo"];
  rules.states = {{"new", {true, true, {}}},
                  {"under-review", {true, false, {}}},
                  {"accepted", {false, false, {}}},
                  {"superseded", {false, true, {}}}};
  rules.roles = {{"you", Role::maintainer}};
  if (role == Role::maintainer || role == Role::reviewer || role == Role::bot)
    rules.roles.emplace("me", role);
  return facts;
}

bool may(Role role, PatchField field, const std::string& from, const std::string& to) {
  PatchValues values;
  values[field] = from;
  const Actor actor = role == Role::automation ? Actor::automation() : Actor{"me"};
  const auto decision =
      decide({actor, "demo", {{PatchId{1}, field, to}}, {}}, facts_of(role, values));
  const auto& outcome = decision.outcomes.at(0);
  CHECK((outcome.result == Result::applied || outcome.reason == Reason::permission));
  return outcome.result == Result::applied;
}

}  // namespace

TEST_CASE("the document's table of role and action is the program's") {
  CHECK_THAT(contents("docs/tracking.md"), Catch::Matchers::Contains(table()));
}

TEST_CASE("each cell of the table that is about a field of a patch holds") {
  struct Row {
    PatchField field;
    const char *from, *to;
    bool own;  // what Right::own gives
  };
  const auto row = GENERATE(values<Row>({
      {PatchField::state, "new", "superseded", true},
      {PatchField::state, "under-review", "superseded", true},
      {PatchField::state, "superseded", "new", true},
      {PatchField::state, "new", "accepted", false},
      {PatchField::state, "accepted", "superseded", false},
      {PatchField::state, "unheard-of", "new", false},
      {PatchField::delegate, "", "me", true},
      {PatchField::delegate, "me", "", true},
      {PatchField::delegate, "you", "", false},
      {PatchField::delegate, "you", "me", false},
      {PatchField::delegate, "", "you", false},
      {PatchField::archived, "false", "true", false},
      {PatchField::commit, "", "0123456789abcdef", false},
  }));
  for (const auto role : roles) {
    CAPTURE(to_string(role), to_string(row.field), row.from, row.to);
    if (std::string_view{row.to} == "me" && role != Role::maintainer && role != Role::reviewer)
      continue;  // who cannot have patches
    const auto given = right(role, action_of(row.field));
    CHECK(may(role, row.field, row.from, row.to) ==
          (given == Right::all || (given == Right::own && row.own)));
  }
}

TEST_CASE("of several roles the widest right counts") {
  CHECK(right({Role::submitter, Role::reviewer}, Action::set_state) == Right::all);
  CHECK(right({Role::submitter, Role::reviewer}, Action::set_delegate) == Right::own);
  CHECK(right(std::set<Role>{}, Action::set_state) == Right::none);
}

TEST_CASE("a role and a field are found by their names") {
  for (const auto role : roles) CHECK(role_of(to_string(role)) == role);
  for (const auto field : patch_fields) CHECK(patch_field(to_string(field)) == field);
  CHECK_FALSE(role_of("king"));
  CHECK_FALSE(patch_field("number"));
}
