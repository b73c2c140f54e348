// The lists, as people and programs get them.

#include "tests/cli/tracked.hpp"

using namespace quilter::test;
using Catch::Matchers::Contains;
using Json = nlohmann::json;

namespace {

std::vector<std::string> ids_in(const Json& list) {
  std::vector<std::string> ids;
  for (const auto& patch : list["patches"]) ids.push_back(patch["message_id"]);
  return ids;
}

}  // namespace

TEST_CASE("the lists are for people and for programs, and end with the command for the next page") {
  Tracked demo;
  for (int i = 0; i < 5; ++i) demo.record(patch(std::to_string(i) + "@x", {}, {}, i));
  demo.said("--as mia patch set 4@x state=accepted commit=0123456789 delegate=rob");

  const auto first = demo.json("patch list --most 2 --text 'name of'");
  CHECK(ids_in(first) == std::vector<std::string>{"4@x", "3@x"});
  CHECK(first["patches"][0]["commit"] == "0123456789");
  CHECK(first["patches"][0]["revision"] == 3);
  CHECK(first["patches"][0]["delegate"] == "rob");
  const auto after = " --after " + first["next"].get<std::string>();
  CHECK(ids_in(demo.json("patch list --most 2" + after)) == std::vector<std::string>{"2@x", "1@x"});
  CHECK(demo.json("patch list --most 3" + after)["next"].is_null());
  CHECK(demo.json("series list --most 1")["series"].size() == 1);
  CHECK(demo.json("series list --most 1")["next"].is_string());

  // What it says can be typed.
  const auto said = demo.said("patch list --text 'name of' --most 2");
  CHECK_THAT(said, Contains("accepted") && Contains("rob") && Contains("4@x"));
  const auto next = said.substr(said.find("\nnext: quilter ") + 15);
  const auto behind = output_of(program("quilter") + " " + next.substr(0, next.find('\n')));
  CHECK_THAT(behind, Contains("2@x") && Contains("1@x") && !Contains("3@x"));
  CHECK_THAT(behind, Contains("--text 'name of'"));
  CHECK(behind.find("--after", behind.find("--after") + 1) == std::string::npos);
  CHECK_THAT(demo.said("patch list --most 2" + after + " --state accepted"), !Contains("next: "));
}

TEST_CASE("what no list can be asked for is told") {
  const Tracked demo;
  struct Row {
    const char* command;
    const char* want;
    const char* status;
  };
  for (const auto& row :
       std::vector<Row>{{"patch list --project nosuch", "there is no project nosuch", "status=1"},
                        {"patch list --delegate nosuch", "there is no account nosuch", "status=1"},
                        {"patch list --state nosuch", "no project has a state nosuch", "status=1"},
                        {"patch list --after name:x-1", "of a list by name", "status=1"},
                        {"patch list --after nosuch", "no such position: nosuch", "status=2"},
                        {"patch list --since yesterday", "no such time: yesterday", "status=2"},
                        {"patch list --archived maybe", "--archived", "status=2"},
                        {"patch list --sort colour", "--sort", "status=2"},
                        {"series list --sort state", "--sort", "status=2"},
                        {"patch list --most 0", "--most", "status=2"}}) {
    CAPTURE(row.command);
    CHECK_THAT(demo.said(row.command), Contains(row.want) && Contains(row.status));
  }
}

TEST_CASE("todo is what one has, and what nobody has where one maintains") {
  Tracked demo;
  for (const auto* id : {"mine", "free", "done", "his", "put-away"})
    demo.record(patch(std::string{id} + "@x", {}, {}, id[0] == 'm' ? 9 : 0));
  demo.said("--as mia patch set mine@x delegate=mia state=under-review");
  demo.said("--as mia patch set done@x delegate=mia state=accepted");
  demo.said("--as mia patch set his@x delegate=rob");
  demo.said("--as mia patch set put-away@x delegate=mia archived=yes");
  struct Row {
    const char* login;
    std::vector<std::string> delegated, undelegated;
  };
  const auto ids = [](const Json& patches) {
    std::vector<std::string> found;
    for (const auto& patch : patches) found.push_back(patch["message_id"]);
    return found;
  };
  for (const auto& row : std::vector<Row>{{"mia", {"mine@x"}, {"free@x"}},
                                          {"rob", {"his@x"}, {}},
                                          {"root", {}, {}},  // admin, and no maintainer
                                          {"eve", {}, {}}}) {
    CAPTURE(row.login);
    const auto waits = demo.json("--as " + std::string{row.login} + " todo --project demo");
    CHECK(ids(waits["delegated"]) == row.delegated);
    CHECK(ids(waits["undelegated"]) == row.undelegated);
    CHECK(waits["more"] == false);
  }
  CHECK_THAT(demo.said("--as mia todo"), Contains("undelegated") && Contains("mine@x"));
  CHECK_THAT(demo.said("--as eve todo"), Contains("nothing waits for eve\nstatus=0"));
  CHECK_THAT(demo.said("--as nosuch todo"), Contains("nosuch") && Contains("status=1"));
  demo.record(patch("free-2@x", {}, {}, 3));
  CHECK(demo.json("--as mia todo --most 1")["more"] == true);
  CHECK_THAT(demo.said("--as mia todo --most 1"), Contains("there are more"));
}
