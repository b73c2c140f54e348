// What happened, as the tool tells it: `quilter watch` and `quilter history`.

#include <sstream>

#include "tests/cli/tracked.hpp"

using namespace quilter::test;
using Catch::Matchers::Contains;
using Json = nlohmann::json;

namespace {

// A line of JSON each.
std::vector<Json> watched(const Tracked& demo, const std::string& arguments) {
  std::istringstream lines{
      output_of(Tracked::tool(demo.database.tracker()) + "--json watch " + arguments)};
  std::vector<Json> values;
  for (std::string line; std::getline(lines, line);) values.push_back(Json::parse(line));
  return values;
}

}  // namespace

TEST_CASE("watch goes on from its cursor, and tells every event once") {
  Tracked demo;
  demo.record(patch("a@x", {}));
  const auto begun = watched(demo, "");
  REQUIRE(begun.size() == 4);  // patch-created, series-created, series-completed, the cursor
  const auto since = " --since " + begun.back()["cursor"].get<std::string>();
  CHECK(watched(demo, since).size() == 1);

  demo.said("--as mia patch set a@x state=accepted delegate=rob");
  demo.said("--as bot patch check add a@x ci success");
  const auto news = watched(demo, since);
  REQUIRE(news.size() == 4);
  CHECK(news[0]["category"] == "patch-state-changed");
  CHECK(news[0]["actor"] == "mia");
  CHECK(news[0]["message_id"] == "a@x");
  CHECK(news[0]["from"] == "new");
  CHECK(news[0]["to"] == "accepted");
  CHECK(news[0]["revision"] == 1);
  CHECK(news[2]["to"]["context"] == "ci");
  CHECK(news[2]["field"].is_null());

  const auto first = watched(demo, since + " --most 1");
  REQUIRE(first.size() == 2);
  CHECK(first[0] == news[0]);
  CHECK(first[1]["cursor"] == news[0]["cursor"]);  // each event's own cursor leads behind it
  CHECK(watched(demo, " --since " + news[0]["cursor"].get<std::string>())[0] == news[1]);
}

TEST_CASE("watch and history show what is asked for") {
  Tracked demo;
  demo.record(patch("a@x", {}));
  demo.record(patch("b@x", {}));
  demo.said("--as mia patch set a@x b@x state=accepted");
  demo.said("--as rob patch set a@x delegate=rob");
  CHECK(watched(demo, "--patch '<a@x>'").size() == 4);
  CHECK(watched(demo, "--actor rob").size() == 2);
  CHECK(watched(demo, "--category patch-delegated --category series-completed").size() == 4);
  CHECK(watched(demo, "--project demo --actor import-patchwork").size() == 1);
  CHECK(watched(demo, "--since now").size() == 1);
  CHECK_THAT(demo.said("watch --since x"), Contains("no cursor: x") && Contains("status=2"));
  CHECK_THAT(demo.said("watch --since 0123abcd-1-1"),
             Contains("of another database") && Contains("Begin anew") && Contains("status=1"));
  CHECK_THAT(demo.said("history a@x"),
             Contains("patch-created  ingest") &&
                 Contains("patch-state-changed  mia  series 1  a@x  state new > accepted") &&
                 Contains("delegate - > rob  revision 2\n"));
  demo.said("--as bot patch check add a@x build fail --description 'é: no'");
  for (const auto* command : {"history a@x", "watch --category check-created"})
    CHECK_THAT(demo.said(command),
               Contains(R"(a@x  {"of":"patch","context":"build","state":"fail","url":"",)"
                        R"("description":"é: no"})") &&
                   !Contains("request"));
  CHECK(watched(demo, "--category check-created")[0]["to"].contains("request"));
  CHECK_THAT(demo.said("history nobody@x"),
             Contains("nothing is known of a message nobody@x") && Contains("status=1"));
}

TEST_CASE("watch refuses to wait for what there is not") {
  const Tracked demo;
  struct Row {
    const char* filter;
    const char* want;
  };
  for (const auto& row : std::vector<Row>{
           {"--project nope", "there is no project nope: see quilter project list"},
           {"--category patch-deleted", "patch-deleted: there are patch-created, cover-created"},
           {"--category Patch-Created", "no events are of the category Patch-Created"},
           {"--actor nobody", "nobody is called nobody: see quilter user list; also ingest"},
           {"--patch nope@x", "there is no message nope@x"}}) {
    CAPTURE(row.filter);
    CHECK_THAT(demo.said(std::string{"watch "} + row.filter),
               Contains(row.want) && Contains("status=1"));
  }
}

TEST_CASE("the history of a series is its own, and that of the patches in it") {
  Tracked demo;
  demo.record(patch("c@x", {1, 0, 2}));
  demo.record(patch("a@x", {1, 1, 2}, {"c@x"}, 1));
  demo.record(patch("b@x", {1, 2, 2}, {}, 600));  // alone, series 2
  demo.record(patch("d@x", {}, {}, 1));
  demo.said("--as mia patch set a@x b@x d@x state=accepted");
  demo.said("--as bot series check add 1 build success");
  const auto told = [&](const std::string& id) {
    std::istringstream lines{demo.said("--json history " + id)};
    std::string text;
    for (std::string line; std::getline(lines, line) && line.starts_with("{");) {
      const auto event = Json::parse(line);
      text += event["category"].get<std::string>().substr(0, 8) +
              (event["message_id"].is_null() ? "" : event["message_id"].get<std::string>()) + " ";
    }
    return text;
  };
  CHECK(told("1") == "series-c cover-crc@x patch-cra@x patch-sta@x check-cra@x ");
  CHECK(told("2") == "series-c patch-crb@x patch-stb@x ");
  demo.owner_said("series merge 1 2");
  for (const auto* id : {"1", "2"})
    CHECK(told(id) ==
          "series-c cover-crc@x patch-cra@x series-c patch-crb@x patch-sta@x patch-stb@x "
          "check-cra@x series-m series-c ");
  CHECK_THAT(demo.said("history 99"),
             Contains("nothing is known of a series 99") && Contains("status=1"));
}

TEST_CASE("watch --follow tells what comes later") {
  Tracked demo;
  demo.record(patch("a@x", {}));
  // The change is made only once the reader has told what was there.
  const auto said =
      output_of(Tracked::tool(demo.database.tracker()) + "watch --since '' --follow --most 4 | " +
                "while read -r line; do echo \"$line\"; case $line in *series-completed*) " +
                Tracked::tool(demo.database.tracker()) +
                "--as mia patch set a@x state=accepted >&2;; " + "esac; done 2>/dev/null");
  CHECK_THAT(said, Contains("state new > accepted") && Contains("cursor "));
}

TEST_CASE("who changes a project's settings or its series is told, with what was there before") {
  Tracked demo;
  demo.record(patch("a@x", {1, 1, 2}));
  demo.record(patch("b@x", {1, 2, 2}, {}, 600));  // alone, series 2
  struct Act {
    std::string command, told;
  };
  const std::vector<Act> acts{
      {"project set demo --auto-accept off",
       R"(mia project-changed {"auto_accept":true} > {"auto_accept":false})"},
      {"project set demo --auto-accept off", ""},
      {"project set demo --list-tag X --tracked",
       R"(mia project-changed {"list_tag":""} > {"list_tag":"X"})"},
      {"delegate add demo net/ rob",
       R"(mia rule-created null > {"login":"rob","pattern":"net/","position":0})"},
      {"delegate add demo net/ rob", ""},
      {"delegate add demo net/ mia --position 7",
       R"(mia rule-changed {"login":"rob","pattern":"net/","position":0} > )"
       R"({"login":"mia","pattern":"net/","position":7})"},
      {"delegate remove demo net/",
       R"(mia rule-removed {"login":"mia","pattern":"net/","position":7} > null)"},
      {"series merge 2 1", R"(mia series-merged null > {"into":1} of 2; )"
                           R"(mia series-completed null > null of 1)"},
      {"series split 1 2", R"(mia series-created null > {"from":1,"numbers":[2]} of 3)"},
  };
  for (const auto& act : acts) {
    const auto before = watched(demo, "").back()["cursor"].get<std::string>();
    CHECK_THAT(demo.owner_said("--as mia " + act.command), Contains("status=0"));
    std::string told;
    for (const auto& event : watched(demo, "--since " + before)) {
      if (!event.contains("category")) continue;
      told += (told.empty() ? "" : "; ") + event["actor"].get<std::string>() + " " +
              event["category"].get<std::string>() + " " + event["from"].dump() + " > " +
              event["to"].dump();
      if (!event["series"].is_null()) told += " of " + event["series"].dump();
    }
    CHECK(told == act.told);
  }
  demo.owner_said("--as mia project add other --list-id other.example.org");
  demo.owner_said("--as mia project remove other");
  CHECK_THAT(demo.said("watch --category project-removed"),
             Contains(R"(-  project-removed  mia  {"name":"other"} > -)"));
}

TEST_CASE("a project's switches are its maintainers' to set, and nothing else of it") {
  Tracked demo;
  struct Try {
    std::string command, says;
  };
  const auto [command, says] = GENERATE(values<Try>({
      {"--as mia project set demo --auto-supersede on --auto-accept off", "status=0"},
      {"--as rob project set demo --auto-accept off", "rob may not run-project"},
      {"--as mia project set demo --untracked", "mia may not run-accounts"},
      {"--as mia project remove demo", "mia may not run-accounts"},
      {"--as mia project add more --list-id x.example.org", "mia may not run-accounts"},
  }));
  CHECK_THAT(demo.said(command), Contains(says));
}
