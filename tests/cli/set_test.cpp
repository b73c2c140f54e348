// What people change by the tool: `set`, checks and notes.

#include "tests/cli/tracked.hpp"

using namespace quilter::test;
using Catch::Matchers::Contains;
using Json = nlohmann::json;

namespace {

// A series of two; its number is 1.
class TwoPatches : public Tracked {
 public:
  TwoPatches() {
    record(patch("c@x", {1, 0, 2}));
    record(patch("a@x", {1, 1, 2}, {"c@x"}, 1));
    record(patch("b@x", {1, 2, 2}, {"c@x"}, 2));
  }
  std::string states() const {
    return database.ask("SELECT string_agg(state, ' ' ORDER BY message_row) FROM patch");
  }
};

}  // namespace

TEST_CASE("patches are set by those who may, and what is refused is said") {
  const TwoPatches demo;
  demo.said("--as mia patch set a@x state=under-review");
  struct Row {
    const char* command;
    const char* want;
    const char* status;
  };
  const auto row = GENERATE(values<Row>({
      {"patch set a@x state=accepted", "applied  2         accepted  -", "status=0"},
      {"patch set '<a@x>' b@x state=accepted delegate=rob archived=yes commit=0123abc",
       "applied  4         accepted  rob       yes       0123abc  b@x", "status=0"},
      {"patch set a@x state=under-review", "unchanged  1", "status=0"},
      {"patch set a@x delegate=-", "unchanged", "status=0"},
      {"patch set a@x state=accepted --from under-review --revision 1", "applied", "status=0"},
      {"patch set a@x state=accepted --from new",
       "state is under-review, not new: look again (quilter patch show a@x), and name what you "
       "decide "
       "on now",
       "status=1"},
      {"patch set a@x commit=0123ABC",
       "applied  2         under-review  -         -         0123abc", "status=0"},
      {"patch set a@x state=accepted delegate=rob --from delegate=mia", "delegate is none, not mia",
       "status=1"},
      {"patch set a@x state=accepted --revision 0", "since revision 1", "status=1"},
      {"patch set a@x state=accepted --revision 99", "revision 99 is not there yet, but 1",
       "status=1"},
      {"patch set a@x state=accepted --revision -1", "--revision", "status=2"},
      {"patch set a@x state=perfect", "no state perfect", "status=1"},
      {"patch set a@x delegate=eve", "no delegate eve", "status=1"},
      {"patch set nobody@x state=accepted", "there is no such patch", "status=1"},
      {"patch set c@x state=accepted", "there is no such patch", "status=1"},  // the cover letter
      {"patch set a@x b@x nobody@x state=accepted", "withheld", "status=1"},
      {"patch set a@x nobody@x state=accepted --each", "applied", "status=1"},
      {"patch set a@x delegate=", "delegate= says nothing", "status=2"},
      {"patch set a@x state=accepted --from ''", "state= says nothing", "status=2"},
      {"patch set \"$(printf '\\377')\" state=accepted", "not text in UTF-8", "status=1"},
      {"patch set a@x", "to what? such as state=accepted", "status=2"},
      {"patch set state=accepted", "name an ID", "status=2"},
      {"patch set a@x state=accepted archived=yes --from new", "of which field?", "status=2"},
      {"patch set a@x state=accepted --from delegate=rob", "which is not set", "status=2"},
      {"patch set a@x state=accepted state=new", "state is there twice: name it once", "status=2"},
      {"patch set a@x state=accepted --from new --from state=new", "--from of state is there twice",
       "status=2"},
      {"patch set a@x state=accepted --project nothing", "there is no project nothing", "status=1"},
      {"series set 1 state=accepted --from state=new", "state is under-review, not new",
       "status=1"},
      {"series set 1 state=accepted --from new --each", "applied", "status=1"},
      {"series set 1 state=accepted", "applied", "status=0"},
      {"series set 7 state=accepted", "there is no such patch", "status=1"},
      {"series set a@x state=accepted", "no series: a@x", "status=2"},
  }));
  CAPTURE(row.command);
  const auto said = demo.said("--as mia " + std::string{row.command});
  CHECK_THAT(said, Contains(row.want) && Contains(row.status));
}

TEST_CASE("who acts is an account that may") {
  const TwoPatches demo;
  CHECK_THAT(demo.said("--as nobody patch set a@x state=accepted"),
             Contains("there is no account nobody to act as") && Contains("status=1"));
  CHECK_THAT(demo.said("--as automation patch set a@x state=accepted"),
             Contains("there is no account automation"));
  CHECK_THAT(demo.said("--as automation patch check add a@x ci success"),
             Contains("there is no account automation"));
  CHECK_THAT(demo.said("--as ann patch set a@x state=accepted"),
             Contains("ann may not set-state to accepted") && Contains("status=1"));
  demo.said("--as root user set mia --disabled");
  CHECK_THAT(demo.said("--as mia patch set a@x state=accepted"),
             Contains("the account mia is disabled"));
  CHECK(demo.states() == "new new\n");
}

TEST_CASE("a dry run says the same, and writes nothing; a series is all or nothing") {
  const TwoPatches demo;
  CHECK_THAT(demo.said("--as mia series set 1 state=rejected --dry-run"),
             Contains("rejected") && Contains("status=0"));
  CHECK(demo.states() == "new new\n");
  demo.said("--as mia patch set b@x state=accepted");
  demo.said("--as mia series set 1 state=rejected --from new");
  CHECK(demo.states() == "new accepted\n");
  demo.said("--as mia series set 1 state=rejected --from new --each");
  CHECK(demo.states() == "rejected accepted\n");
  CHECK(demo.json("--as mia series set 1 state=rejected")[1] == Json::parse(R"(
    {"message_id": "b@x", "result": "applied", "reason": null, "detail": null, "values":
     {"state": "rejected", "delegate": null, "archived": false, "commit": null, "revision": 2}})"));
}

TEST_CASE("checks and notes are added, and the newest check of a context counts") {
  const TwoPatches demo;
  demo.said("--as bot patch check add a@x build pending");
  CHECK_THAT(demo.said("--as bot patch check add a@x build fail --url https://ci.example.org/1 "
                       "--description 'does not link'"),
             Contains("applied") && Contains("status=0"));
  demo.said("--as bot patch check add '<a@x>' lint success");
  demo.said("--as bot series check add 1 build success");
  CHECK_THAT(demo.said("--as rob patch check add a@x build success"),
             Contains("rob may not add-check") && Contains("status=1"));
  CHECK_THAT(demo.said("--as bot patch check add a@x build great"),
             Contains("no state of a check: great") && Contains("status=1"));
  CHECK_THAT(
      demo.said("--as bot series check add 1 build fail --url javascript:alert"),
      Contains("no web address: javascript:alert; it begins with http") && Contains("status=1"));
  CHECK_THAT(demo.said("patch check list a@x"), Contains("build    fail") && Contains("link"));
  const auto checks = demo.json("patch check list a@x");
  REQUIRE(checks.size() == 2);
  CHECK(checks[0]["url"] == "https://ci.example.org/1");
  CHECK(checks[1]["context"] == "lint");
  CHECK(demo.json("series check list 1")[0]["by"] == "bot");

  CHECK_THAT(demo.said("--as rob patch note add a@x 'ask Bob'"), Contains("status=0"));
  CHECK_THAT(demo.said("--as ann patch note add a@x hello"), Contains("ann may not add-note"));
  const auto shown = demo.json("patch show a@x")[0];
  CHECK(shown["notes"][0]["text"] == "ask Bob");
  CHECK(shown["checks"] == checks);
  CHECK_THAT(demo.said("patch show a@x"), Contains("build fail, bot in demo") &&
                                              Contains("does not link") && Contains(": ask Bob"));
  demo.said("--as rob patch note add a@x \"$(printf 'fine\\nstate       accepted\\n\\nthe end')\"");
  demo.said(
      "--as bot series check add 1 build fail --description \"$(printf 'so\\ncheck       x')\"");
  const std::string below = "\n            ";
  CHECK_THAT(demo.said("patch show a@x"),
             Contains(": fine" + below + "state       accepted" + below + below + "the end\n"));
  CHECK_THAT(demo.said("series show 1"), Contains(": so" + below + "check       x\n"));
}
