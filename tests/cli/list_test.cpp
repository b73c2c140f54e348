// The lists, as people and programs get them.

#include <fstream>

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

  const auto secret = demo.database.tracker() + " password=secret";
  for (const auto* database : {" --database ", " --database="})
    CHECK_THAT(
        output_of(program("quilter") + database + quoted(secret) + " patch list --most 2"),
        Contains("next: quilter --database \"$QUILTER_DATABASE\" patch list --most 2 --after") &&
            !Contains("secret"));
}

TEST_CASE("what no list can be asked for is told") {
  const Tracked demo;
  struct Row {
    const char* command;
    const char* want;
    const char* status;
  };
  for (const auto& row : std::vector<Row>{
           {"patch list --project nosuch", "there is no project nosuch", "status=1"},
           {"patch list --delegate nosuch", "there is no account nosuch", "status=1"},
           {"patch list --state nosuch", "no project has a state nosuch: there are new, under-r",
            "status=1"},
           {"patch list --project demo --state New", "project demo has no state New:", "status=1"},
           {"patch check list nosuch@x", "there is no patch or cover letter with", "status=1"},
           {"series check list 77", "there is no series 77", "status=1"},
           {"token list nosuch", "there is no account nosuch", "status=1"},
           {"patch list --after name:x-1", "of a list by name", "status=1"},
           {"patch list --after nosuch", "no such position: nosuch", "status=2"},
           {"patch list --since yesterday", "no such time: yesterday", "status=2"},
           {"patch list --delegate ''", "--delegate: it is empty", "status=2"},
           {"patch list --text ''", "--text: it is empty", "status=2"},
           {"patch list --text \"$(printf '\\377')\"", "not text in UTF-8", "status=1"},
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

TEST_CASE("tallies are of a patch, of what answers it, and of its cover letter") {
  const Tracked demo;
  const ScratchFolder folder;
  const auto mail = [&](const std::string& id, const std::string& parent, const std::string& from,
                        const std::string& subject, const std::string& text) {
    std::ofstream{folder.path() + "/box", std::ios::app}
        << "From x@example.org Mon Nov  2 10:00:00 2026\nList-Id: <demo.lists.example.org>\nDate: "
           "Mon, 2 Nov 2026 10:00:00 +0000\nMessage-ID: <"
        << id << "@x>\n"
        << (parent.empty() ? "" : "In-Reply-To: <" + parent + "@x>\n") << "From: " << from
        << "\nSubject: " << subject << "\n\n"
        << text << "\n\n";
  };
  const std::string diff =
      "---\ndiff --git a/a.c b/a.c\n--- a/a.c\n+++ b/a.c\n@@ -1 +1 @@\n-a\n+b\n";
  mail("c", "", "Ann <ann@x.org>", "[PATCH 0/2] cover", "Why.\n\nTested-by: Tim <tim@x.org>");
  mail("1", "c", "Ann <ann@x.org>", "[PATCH 1/2] one",
       "Why.\n\nFixes: 0123456789ab (\"zero\")\nAcked-by: Bob <bob@x.org>\n" + diff);
  mail("2", "c", "Ann <ann@x.org>", "[PATCH 2/2] two", "Why.\n" + diff);
  mail("rc", "c", "Rob <rob@x.org>", "Re: [PATCH 0/2] cover", "Reviewed-by: Rob <rob@x.org>");
  mail("r1", "1", "Rob <rob@x.org>", "Re: [PATCH 1/2] one", "Reviewed-by: Robert <ROB@x.org>");
  mail("r1b", "r1", "Bob <bob@x.org>", "Re: [PATCH 1/2] one",
       "> Reviewed-by: Robert <ROB@x.org>\n> Tested-by: Eve <eve@x.org>\n\nAcked-by: Bob "
       "<bob@x.org>");
  mail("r2", "2", "Mia <mia@x.org>", "Re: [PATCH 2/2] two", "Reviewed-by: Mia <mia@x.org>");
  output_of(Tracked::tool(demo.database.ingest()) + "import --quiet --jobs 1 " +
            quoted(folder.path() + "/box"));

  const auto tally = [](int acked, int reviewed, int tested, int fixes) {
    return Json{{"acked", acked}, {"reviewed", reviewed}, {"tested", tested}, {"fixes", fixes}};
  };
  CHECK(demo.json("patch show c@x")[0]["tally"] == tally(0, 1, 1, 0));
  CHECK(demo.json("patch show 1@x")[0]["tally"] == tally(1, 1, 1, 1));
  CHECK(demo.json("patch show 2@x")[0]["tally"] == tally(0, 2, 1, 0));
  const auto listed = demo.json("patch list --sort name")["patches"];
  CHECK(listed[0]["tally"] == tally(1, 1, 1, 1));
  CHECK(listed[1]["tally"] == tally(0, 2, 1, 0));
  CHECK(demo.json("series list")["series"][0]["tally"] == tally(1, 2, 1, 1));
  const auto series = demo.json("series show 1");
  CHECK(series["tally"] == tally(1, 2, 1, 1));
  CHECK(series["members"][2]["tally"] == tally(0, 2, 1, 0));

  CHECK_THAT(demo.said("patch list"), Contains("A/R/T") && Contains("1/1/1") && Contains("0/2/1"));
  CHECK_THAT(demo.said("series list"), Contains("1/2/1"));
  CHECK_THAT(demo.said("series show 1"),
             Contains("acked 1, reviewed 2, tested 1, fixes 1") && Contains("1/1/1"));
  CHECK_THAT(demo.said("patch show 2@x"), Contains("tally       reviewed 2, tested 1\n"));
}

TEST_CASE("a patch is listed with its newest checks, and shown with what people decided") {
  Tracked demo;
  demo.record(patch("a@x", {}));
  demo.said("--as bot patch check add a@x build fail");
  demo.said("--as bot patch check add a@x build success");
  demo.said("--as bot patch check add a@x style warning");
  demo.said("--as bot patch check add a@x boot pending");
  demo.said("--as mia patch set a@x state=accepted commit=0123456789 delegate=rob");
  CHECK(demo.json("patch list")["patches"][0]["check_counts"] ==
        Json{{"pending", 1}, {"success", 1}, {"warning", 1}, {"fail", 0}});
  CHECK_THAT(demo.said("patch list"), Contains("S/W/F") && Contains("1/1/0"));
  CHECK_THAT(demo.said("patch show a@x"),
             Contains("delegate    rob\n") && Contains("commit      0123456789\n") &&
                 Contains("revision    3\n") && Contains("check       build success, bot"));
  CHECK_THAT(demo.said("patch show a@x"), !Contains("archived"));
  demo.said("--as mia patch set a@x archived=yes");
  CHECK_THAT(demo.said("patch show a@x"), Contains("archived    yes\n"));
  const auto shown = demo.json("patch show a@x")[0];
  CHECK(shown["commit"] == "0123456789");
  CHECK(shown["revision"] == 4);
}

TEST_CASE("a series is shown with the checks of it as a whole, also of what went into it") {
  Tracked demo;
  demo.record(patch("c@x", {1, 0, 2}));
  demo.record(patch("a@x", {1, 1, 2}, {"c@x"}, 1));
  demo.record(patch("b@x", {1, 2, 2}, {}, 600));  // alone, series 2
  demo.said("--as bot series check add 1 build warning");
  demo.said("--as bot series check add 1 boot success");
  demo.said("--as bot series check add 2 build fail --description 'no such file'");
  demo.said("--as bot patch check add a@x style pending");
  const auto counts = [](int pending, int success, int warning, int fail) {
    return Json{{"pending", pending}, {"success", success}, {"warning", warning}, {"fail", fail}};
  };
  const auto listed = demo.json("series list --reverse")["series"];
  CHECK(listed[0]["check_counts"] == counts(0, 1, 1, 0));
  CHECK(listed[1]["check_counts"] == counts(0, 0, 0, 1));
  demo.owner_said("series merge 1 2");
  CHECK(demo.json("series list")["series"][0]["check_counts"] == counts(0, 1, 0, 1));
  CHECK_THAT(demo.said("series list"), Contains("S/W/F") && Contains("1/0/1"));

  const auto shown = demo.json("series show 2");
  CHECK(shown["check_counts"] == counts(0, 1, 0, 1));
  CHECK(shown["checks"] == demo.json("series check list 1"));
  CHECK(shown["checks"][1]["state"] == "fail");
  CHECK(shown["members"][1]["check_counts"] == counts(1, 0, 0, 0));
  CHECK_THAT(demo.said("series show 1"), Contains("check       build fail, bot, ") &&
                                             Contains(": no such file\n") && Contains("S/W/F"));
}
