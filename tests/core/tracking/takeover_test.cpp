// What becomes here of what a Patchwork has.
#include "core/tracking/takeover.hpp"

#include "core/tracking/project_fit.hpp"
#include "tests/support/catch.hpp"

using namespace quilter;

namespace {

PatchThere there(const std::string& id, const std::string& state = "accepted") {
  PatchThere patch;
  patch.message_id = id;
  patch.state = state;
  return patch;
}

PatchHere here(const std::string& state = "new", const std::string& set_by = {}) {
  PatchHere patch;
  patch.kind = "patch";
  patch.id = 7;
  patch.values[PatchField::state] = state;
  patch.set_by.at(0) = set_by;
  return patch;
}

const TakeoverRules ten_states{.states = {"new", "under-review", "accepted"},
                               .renamed = {{"mainlined", "accepted"}, {"lost", "nowhere"}},
                               .logins = {{1, "mia"}},
                               .usernames = {{2, "ci bot"}}};

Takeover of_one(const PatchThere& patch, const PatchHere& present) {
  return take_over("demo", {patch}, {{patch.message_id, present}}, ten_states, 10);
}

std::size_t count_of(const Takeover& takeover, Unfit unfit, const std::string& about) {
  const auto group = takeover.unfit.groups.find({unfit, about});
  return group == takeover.unfit.groups.end() ? 0 : group->second.count;
}

}  // namespace

TEST_CASE("a field follows Patchwork until somebody else sets it here") {
  struct Row {
    const char *here, *set_by, *there;
    Taking want;
  };
  const auto row = GENERATE(values<Row>({
      {"new", "", "accepted", Taking::taken},
      {"new", "", "new", Taking::same},
      {"accepted", "import-patchwork", "rejected", Taking::taken},
      {"accepted", "import-patchwork", "accepted", Taking::same},
      {"rejected", "mia", "accepted", Taking::kept},
      {"accepted", "mia", "accepted", Taking::same},
      {"superseded", "automation", "new", Taking::kept},
      {"mia", "import-patchwork", "", Taking::taken},
      {"", "mia", "mia", Taking::kept},
  }));
  CAPTURE(row.here, row.set_by, row.there);
  CHECK(taking(row.here, row.set_by, row.there) == row.want);
}

TEST_CASE("a state is taken by its slug, or as it is called here, and else told") {
  struct Row {
    const char *there, *want, *unknown;
  };
  const auto row = GENERATE(values<Row>({
      {"accepted", "accepted", ""},
      {"mainlined", "accepted", ""},
      {"queued", "", "queued"},
      {"lost", "", "lost"},  // called what is no state either
      {"", "", ""},          // it has none
  }));
  CAPTURE(row.there);
  const auto takeover = of_one(there("a", row.there), here());
  if (*row.want == '\0')
    CHECK(takeover.steps.empty());
  else
    CHECK(takeover.steps == std::vector<Step>{{7, PatchField::state, "new", row.want}});
  CHECK(count_of(takeover, Unfit::unknown_state, row.unknown) == (*row.unknown == '\0' ? 0 : 1));
}

TEST_CASE("every field is taken, each for itself") {
  auto patch = there("a", "queued");
  patch.delegate = 1;
  patch.archived = true;
  patch.commit = " 0123ABCD ";
  const auto takeover = of_one(patch, here());
  CHECK(takeover.steps == std::vector<Step>{{7, PatchField::delegate, "", "mia"},
                                            {7, PatchField::archived, "false", "true"},
                                            {7, PatchField::commit, "", "0123abcd"}});
  CHECK(takeover.taken == decltype(takeover.taken){0, 1, 1, 1});
  CHECK(takeover.same == decltype(takeover.same){});
}

TEST_CASE("what does not fit is told, and changes nothing") {
  auto patch = there("a", "new");
  patch.delegate = 2;
  patch.commit = "see the tree";
  patch.checks = {{2, "2026-11-01", {"ci", "success", "", ""}},
                  {99, "2026-11-01", {"ci", "success", "", ""}},
                  {1, "2026-11-01", {"_ci", "success", "", ""}},
                  {1, "2026-11-01", {"ci", "", "", ""}},
                  {1, "", {"ci", "fail", "", ""}}};
  const auto takeover = of_one(patch, here());
  CHECK(takeover.steps.empty());
  CHECK(takeover.checks.empty());
  CHECK(count_of(takeover, Unfit::unknown_user, "ci bot") == 2);
  CHECK(count_of(takeover, Unfit::unknown_user, "user 99") == 1);
  CHECK(count_of(takeover, Unfit::no_commit, "see the tree") == 1);
  CHECK(count_of(takeover, Unfit::no_check, "_ci") == 1);
  CHECK(count_of(takeover, Unfit::no_check, "ci") == 2);
}

TEST_CASE("a mail that is not here, or no patch, is told, and named up to a bound") {
  PatchHere cover;
  cover.kind = "cover";
  const auto takeover = take_over("demo", {there("a"), there("b"), there("c"), there("d")},
                                  {{"d", cover}}, ten_states, 2);
  CHECK(takeover.found.empty());
  CHECK(count_of(takeover, Unfit::no_patch, "cover") == 1);
  const auto& group = takeover.unfit.groups.at({Unfit::not_here, "patch"});
  CHECK(group.count == 3);
  CHECK(group.named.size() == 2);
}

TEST_CASE("a check is known by what it says, whoever looks when") {
  auto patch = there("a");
  const auto request_of = [&](const CheckThere& check) {
    patch.checks = {check};
    const auto takeover = of_one(patch, here());
    REQUIRE(takeover.checks.size() == 1);
    return takeover.checks.front().request;
  };
  const CheckThere check{1, "2026-11-01", {"ci", "success", "u", "d"}};
  const auto request = request_of(check);
  CHECK(request.size() == 32);
  CHECK(request_of(check) == request);
  auto other = check;
  other.check.url = "ud";
  other.check.description = "";
  CHECK(request_of(other) != request);
  other = check;
  other.date = "2026-11-02";
  CHECK(request_of(other) != request);
}

TEST_CASE("a check is taken without a URL that is no web address") {
  auto patch = there("a");
  patch.checks = {{1, "2026-11-01", {"ci", "success", "ftp://ci.org/1", "d"}},
                  {1, "2026-11-02", {"ci", "fail", "https://ci.org/2", "d"}}};
  const auto takeover = of_one(patch, here());
  REQUIRE(takeover.checks.size() == 2);
  CHECK(takeover.checks[0].check == CheckResult{"ci", "success", "", "d"});
  CHECK(takeover.checks[1].check.url == "https://ci.org/2");
  CHECK(count_of(takeover, Unfit::no_url, "ci") == 1);
  CHECK(takeover.unfit.groups.at({Unfit::no_url, "ci"}).named.front().more == "ftp://ci.org/1");
}

TEST_CASE("the state of a check is one of four numbers") {
  CHECK(check_state_there(0) == "pending");
  CHECK(check_state_there(3) == "fail");
  CHECK_FALSE(check_state_there(4));
  CHECK_FALSE(check_state_there(-1));
}

TEST_CASE("projects are matched as named, else by name, else by list") {
  const auto project = [](const char* name, const char* list, const char* match = "") {
    Project one;
    one.name = name;
    one.list_ids = {list};
    one.subject_match = match;
    return one;
  };
  const std::vector<Project> ours{project("netdev", "netdev.x.org"), project("b", "list.x.org"),
                                  project("shared-1", "shared.x.org", "one"),
                                  project("shared-2", "shared.x.org")};
  const std::vector<ProjectThere> theirs{{1, "netdev", "other.x.org", ""},
                                         {2, "list", "list.x.org", ""},
                                         {3, "share", "shared.x.org", "one"},
                                         {4, "share-x", "shared.x.org", "three"},
                                         {5, "new", "new.x.org", ""}};
  using Names = std::map<std::string, std::string>;
  struct Row {
    Names named;
    std::vector<std::string>
        want;  // "name", "+name" where it is not here, "!" where it does not fit
  };
  const auto row = GENERATE_COPY(values<Row>({
      {{}, {"netdev", "b", "shared-1", "!", "+new"}},
      {{{"share-x", "shared-2"}}, {"shared-2"}},
      {{{"share-x", "fresh"}, {"new", ""}}, {"+fresh", "+new"}},
      {{{"list", "netdev"}, {"netdev", ""}}, {"!", "!"}},
  }));
  std::vector<std::string> got;
  for (const auto& fit : fit_projects(theirs, ours, row.named))
    got.push_back(!fit.problem.empty() ? "!" : (fit.is_here ? "" : "+") + fit.name);
  CHECK(got == row.want);
}
