// The real `quilter`: what it prints, and what it ends with.

#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "tests/support/catch.hpp"
#include "tests/support/demo_database.hpp"
#include "tests/support/members.hpp"

using namespace quilter;
using namespace quilter::test;
using Catch::Matchers::Contains;
using Json = nlohmann::json;

namespace {

std::string said(const std::string& arguments) {
  return outcome_of(program("quilter") + " " + arguments);
}

class Archived {
 public:
  void record(const Submission& submission,
              const std::string& bytes = "Subject: x\r\n\r\nbody\r\n") {
    database_.record(submission, bytes);
  }

  std::string tool(const std::string& arguments) const {
    return said("--database " + quoted(database_.owner()) + " " + arguments);
  }
  Json json(const std::string& arguments) const {
    return Json::parse(output_of(program("quilter") + " --json --database " +
                                 quoted(database_.ingest()) + " " + arguments));
  }

 private:
  DemoDatabase database_;
};

}  // namespace

TEST_CASE("what is not there is said on standard error, with what to do and exit code 1") {
  const Archived archived;
  struct Row {
    const char* command;
    const char* want;
  };
  const auto row = GENERATE(values<Row>({
      {"series show 7", "there is no series 7: see quilter series list"},
      {"patch show nobody@example.org", "there is no patch or cover letter"},
      {"mbox 7", "there is no series or patch 7"},
      {"mbox 99999999999999999999", "there is no series or patch"},
      {"dump --project nothing", "there is no project nothing: see quilter project list"},
      {"project set nothing --list-tag X", "there is no project nothing"},
      {"project remove nothing", "there is no project nothing"},
      {"project add demo --list-id x.example.org", "project demo is there already"},
      {"project add 'a name' --list-id x.example.org", "a project's name is"},
      {"series list --project nosuch", "there is no project nosuch: see quilter project list"},
      {"parse /nonexistent", "cannot read /nonexistent"},
  }));
  const auto text = archived.tool(row.command);
  CHECK_THAT(text, Contains(row.want) && Contains("quilter: ") && Contains("status=1"));
}

TEST_CASE("what the command line lacks, has twice or has in no form is exit code 2") {
  struct Row {
    const char* command;
    const char* want;
  };
  const auto row = GENERATE(values<Row>({
      {"project add empty", "--list-id"},
      {"project add blank --list-id ''", "--list-id is blank: name the list's id"},
      {"project add blank --list-id x.example.org --list-id '< >'", "--list-id is blank"},
      {"project add blank --recipient ' '", "--recipient is blank: name the list's address"},
      {"project set demo --list-id ''", "--list-id is blank"},
      {"project set demo --recipient ''", "--recipient is blank"},
      {"project add bad --list-id x.example.org --subject-match '('", "RE2 says"},
      {"project add bad --list-id x.example.org --hint foo", "--hint: it is HINT:SENDER"},
      {"project set demo --hint none --hint state:@x.org", "--hint none gives nobody a right"},
      {"parse --hint foo /dev/null", "--hint: it is HINT:SENDER"},
      {"delegate add demo '' ann", "a pattern is text"},
      {"delegate add demo x/ ann --position 2147483647", "--position"},
      {"state add demo x --position 2147483647", "--position"},
      {"state set demo x --allow new --forbid new", "--allow new and --forbid new: one of them"},
      {"state set demo x", "nothing to set"},
      {"history ''", "no message id and no series: ''"},
      {"watch --since x", "no cursor: x; such as"},
      {"patch set a@x state=new archived=yes state=new", "state is there twice: name it once"},
      {"patch list --project demo --project demo", "--project"},
  }));
  CHECK_THAT(said("--database host=/nonexistent " + std::string{row.command}),
             Contains(row.want) && Contains("status=2"));
}

TEST_CASE("the other exit codes") {
  const ScratchFolder folder;
  const auto config = folder.path() + "/c.toml";
  std::ofstream{config} << "[database]\ncolour = 1\n";
  struct Row {
    std::string command;
    const char* want;
  };
  const auto row = GENERATE_COPY(values<Row>({
      {"", "status=2"},
      {"series", "status=2"},
      {"series show seven", "status=2"},
      {"--colour series list", "status=2"},
      {"--help", "status=0"},
      {"--version", "status=0"},
      {"--database host=/nonexistent series list", "status=75"},
      {"--database hos=/nonexistent series list", "status=2"},
      {"--database hos=/nonexistent deliver", "status=75"},  // any other would bounce the mail
      {"--config " + config + " series list", "status=78"},
  }));
  CAPTURE(row.command);
  CHECK_THAT(said(row.command), Contains(row.want));
}

TEST_CASE("no complaint shows a password") {
  const auto connection = GENERATE(
      "host=/nonexistent password=geheim geheim", "geheim", "postgresql://u:gehe%zzim@h/q",
      "postgres://u:geheim@h:port/q", "host=/nonexistent password='geheim", "pasword=geheim",
      "postgresql://u:gehe?im%zz@127.0.0.1:1/q", "postgresql://127.0.0.1:1/q?%70assword=gehe%zzim");
  const auto command = GENERATE("patch list", "migrate", "setup-db", "setup-db --run",
                                "import-patchwork --dry-run --from x");
  CAPTURE(connection, command);
  CHECK_THAT(said("--database " + quoted(connection) + " " + command), !Contains("gehe"));
  CHECK_THAT(said("import-patchwork --dry-run --from " + quoted(connection)), !Contains("gehe"));
}

TEST_CASE("series, patches and trailers are shown to people and to programs") {
  Archived archived;
  archived.record(patch("c@example.org", {2, 0, 1}));
  archived.record(patch("a@example.org", {2, 1, 1}, {"c@example.org"}, 1));
  auto review = comment("x@example.org", {"a@example.org"}, 2);
  review.trailers = {{"Reviewed-by", "Bob <bob@example.org>"}};
  archived.record(review);

  CHECK_THAT(archived.tool("series list"), Contains("name of c@example.org") && Contains("1/1"));
  CHECK_THAT(archived.tool("series show 1"),
             Contains("complete") && Contains("1/1  Reviewed-by: Bob"));
  CHECK_THAT(archived.tool("patch show '<a@example.org>'"), Contains("Reviewed-by: Bob"));

  const auto list = archived.json("series list")["series"];
  REQUIRE(list.size() == 1);
  CHECK(list[0]["name"] == "name of c@example.org");
  CHECK(list[0]["version"] == 2);
  CHECK(list[0]["complete"] == true);
  CHECK(list[0]["supersedes"].is_null());
  const auto shown = archived.json("series show 1");
  REQUIRE(shown["members"].size() == 2);
  CHECK(shown["members"][0]["kind"] == "cover");
  CHECK(shown["members"][1]["trailers"] == Json{"Reviewed-by: Bob <bob@example.org>"});
  CHECK(archived.json("patch show a@example.org")[0]["comments"] == Json{"x@example.org"});
}

TEST_CASE("the dump has every kind of line, sorted, without database ids") {
  Archived archived;
  archived.record(patch("c@example.org", {1, 0, 1}));
  archived.record(patch("a@example.org", {1, 1, 1}, {"c@example.org"}, 1));
  archived.record(comment("x@example.org", {"a@example.org"}, 2));
  archived.record(comment("lost@example.org", {"nowhere@example.org"}, 3));
  CHECK(archived.tool("dump --project demo") ==
        output_of("cat tests/cli/everything.dump") + "status=0\n");
}

TEST_CASE("nothing from a mail can move a terminal") {
  Archived archived;
  auto mail = patch("a@example.org", {});
  mail.name =
      "red \x1b[31m and \xc2\x9b"
      "31m and \xe2\x80\xae back";
  mail.submitter.name = "Bell\x07 and DEL \x7f";
  mail.kind = Kind::pull_request;
  mail.diff.clear();
  mail.pull = PullRequest{"https://example.org/\x1b]0;title\x07", "\xc2\x9b", "", ""};
  archived.record(mail);
  for (const auto* command :
       {"series list", "patch list", "--json patch list", "series show 1",
        "patch show a@example.org --diff", "mbox 1", "dump --project demo", "--json series list",
        "--json series show 1", "--json patch show a@example.org",
        "project remove 'a\x1b[31m\x07\xc2\x9b'", "'a\x1b[31m\x07\xc2\x9b'",
        "patch list --sort 'a\x1b[31m\x07\xc2\x9b'", "watch --since 'a\x1b[31m\x07\xc2\x9b'",
        "patch list --after 'a\x1b[31m\x07\xc2\x9b'", "--colour 'a\x1b[31m\x07\xc2\x9b'"}) {
    const auto text = archived.tool(command);
    CAPTURE(command);
    CHECK(text.find('\x1b') == std::string::npos);
    CHECK(text.find('\x07') == std::string::npos);
    CHECK(text.find("\xc2\x9b") == std::string::npos);
    CHECK(text.find("\xe2\x80\xae") == std::string::npos);
    CHECK(text.find('\x7f') == std::string::npos);
  }
  CHECK_THAT(said("--database 'host=/\x1b[31m' series list"), Contains("/?[31m"));
  CHECK_THAT(archived.tool("mbox 1"), Contains("https://example.org/?]0;title? ?\nstatus=1"));
  CHECK(archived.json("series list")["series"][0]["name"] == mail.name);  // escaped, and whole
  CHECK(archived.json("series list")["series"][0]["submitter"]["name"] == mail.submitter.name);
}

TEST_CASE("mbox gives patches in order, without the cover letter, for git am") {
  Archived archived;
  archived.record(patch("c@example.org", {1, 0, 2}), "Subject: cover\r\n\r\nbody\r\n");
  archived.record(patch("b@example.org", {1, 2, 2}, {"c@example.org"}, 2),
                  "Subject: second\r\n\r\nFrom here on\r\n>From there\r\n");
  archived.record(patch("a@example.org", {1, 1, 2}, {"c@example.org"}, 1),
                  "Subject: first\n\nbody");
  const std::string from = "From quilter Mon Sep 17 00:00:00 2001\n";
  const auto first = from + "Subject: first\n\nbody\n\n";
  const auto second = from + "Subject: second\n\n>From here on\n>From there\n\n";
  CHECK(archived.tool("mbox 1") == first + second + "status=0\n");
  CHECK(archived.tool("mbox '<c@example.org>'") == first + second + "status=0\n");
  CHECK(archived.tool("mbox b@example.org") == second + "status=0\n");
}

TEST_CASE("a pull request has no mbox; it is said where to pull from") {
  Archived archived;
  auto pull = patch("p@example.org", {});
  pull.kind = Kind::pull_request;
  pull.diff.clear();
  pull.pull = PullRequest{"https://example.org/tree.git", "for-linus", "", ""};
  archived.record(pull);
  CHECK_THAT(archived.tool("mbox p@example.org"),
             Contains("git pull https://example.org/tree.git for-linus") && Contains("status=1"));
}

TEST_CASE("parse shows what would be recorded and why, without a database") {
  const auto text = said("parse tests/mails/001-plain-patch.eml");
  CHECK_THAT(text, Contains("kind: patch") && Contains("rule: ") && Contains("status=0"));
  const auto value = Json::parse(
      output_of(program("quilter") + " --json parse - < tests/mails/001-plain-patch.eml"));
  CHECK(value["kind"] == "patch");
  CHECK(value["diff"].get<std::string>().starts_with("diff --git "));
}

TEST_CASE("parse takes several messages, and mboxes") {
  const ScratchFolder folder;
  const auto box = folder.path() + "/box";
  const std::string from = "From a@example.org Mon Sep 17 00:00:00 2001\n";
  std::ofstream{box}
      << from +
             "From: a@example.org\nSubject: Re: one\nIn-Reply-To: <0@example.org>\n\n>From here\n\n"
      << from + "From: a@example.org\nSubject: talk\n\nhello\n";
  const auto lines = [](const std::string& arguments) {
    std::istringstream text{output_of(program("quilter") + " --json parse " + arguments)};
    std::vector<Json> values;
    for (std::string line; std::getline(text, line);) values.push_back(Json::parse(line));
    return values;
  };
  const auto mails = lines("--mbox " + quoted(box));
  REQUIRE(mails.size() == 2);
  CHECK(mails[0]["file"] == box);
  CHECK(mails[0]["index"] == 0);
  CHECK(mails[0]["content"] == "From here\n");
  CHECK(mails[1]["index"] == 1);
  CHECK(mails[1]["kind"] == "ignored");
  const std::string two = "tests/mails/001-plain-patch.eml " + quoted(box);
  REQUIRE(lines(two).size() == 2);
  CHECK(lines(two)[0]["file"] == "tests/mails/001-plain-patch.eml");
  CHECK_FALSE(lines(two)[0].contains("index"));
  CHECK_THAT(said("parse " + two), Contains("\n\nkind: ") && Contains("status=0"));
  CHECK_THAT(said("parse /nonexistent " + two), Contains("cannot read /nonexistent") &&
                                                    Contains("kind: patch") &&
                                                    Contains("status=1"));
}

TEST_CASE("projects are set up, changed, paused and removed") {
  const Archived archived;
  CHECK_THAT(archived.tool("project add two --list-id '<Two.Example.ORG>' --recipient "
                           "Two@Example.org --list-tag TWO"),
             Contains("status=0"));
  const auto project = [&archived] { return archived.json("project list")[1]; };
  CHECK(project()["list_ids"] == Json{"two.example.org"});
  CHECK(project()["recipients"] == Json{"two@example.org"});
  CHECK(project()["hints"] == Json{"ignore:*"});
  CHECK_THAT(archived.tool("project set two --hint state:ann"), Contains("status=2"));
  archived.tool("project set two --hint state:ann@x.org --hint delegate:@x.org");
  CHECK(project()["hints"] == Json{"state:ann@x.org", "delegate:@x.org"});
  archived.tool("project set two --hint none");
  CHECK(project()["hints"] == Json::array());
  archived.tool("project set two --subject-match '\\[.*two' --untracked");
  CHECK(project()["subject_match"] == "\\[.*two");
  CHECK(project()["list_tag"] == "TWO");
  CHECK(project()["tracked"] == false);
  CHECK_THAT(archived.tool("project remove two"), Contains("status=0"));
  CHECK(archived.json("project list").size() == 1);
}
