// The real `quilter`: what was merged in a git repository, what is done by itself, and its rules.

#include <fstream>
#include <nlohmann/json.hpp>

#include "tests/support/catch.hpp"
#include "tests/support/moved_meanwhile.hpp"
#include "tests/support/scratch_database.hpp"

using namespace quilter::test;
using Catch::Matchers::Contains;
using Json = nlohmann::json;

namespace {

// A repository whose branch `mailed` has what was sent to the list, and `main` what was merged:
// "one" as it was, "two" with another context, "three" not at all.
class Merged {
 public:
  Merged() {
    shell(R"(
git init -q -b main . && git config user.name Ann && git config user.email ann@example.org
seq 1 40 >file; git add file; git commit -q -m base
git checkout -q -b mailed
sed -i 's/^5$/five/' file; git commit -q -a -m one
sed -i 's/^20$/twenty/' file; git commit -q -a -m two
sed -i 's/^35$/x/' file; git commit -q -a -m three
git format-patch -q -o mails --add-header 'List-Id: <demo.lists.example.org>' -3
for number in 1 2 3; do
  sed -i "s/^From [0-9a-f]\{40\}/From x/; 1a Message-ID: <m$number@example.org>" mails/000$number-*
done
git checkout -q main
sed -i 's/^21$/other/' file; git commit -q -a -m 'in between'
git cherry-pick mailed~2 >/dev/null
sed -i 's/^20$/twenty/' file
git commit -q -a -m two -m 'Link: https://list.example.org/r/m2@example.org'
)");
    shell("for mail in mails/*; do " + program("quilter") + " --database " +
          quoted(database_.owner()) + " deliver --project demo <$mail; done");
  }
  std::string shell(const std::string& script) const {
    return output_of("cd " + quoted(folder_.path()) +
                     " && export GIT_CONFIG_GLOBAL=/dev/null && set -e\n" + script);
  }
  std::string tool(const std::string& arguments) const {
    return outcome_of("cd " + quoted(folder_.path()) +
                      "; export QUILTER_DATABASE=" + quoted(database_.tracker()) +
                      " PATH=" + quoted(path_of("")) + ":$PATH; quilter " + arguments);
  }
  std::string commit(const std::string& name) const {
    return shell("git rev-parse " + name).substr(0, 40);
  }
  // "accepted COMMIT" of a patch.
  std::string patch(const std::string& id) const {
    auto said = database_.ask(
        "SELECT p.state || ' ' || p.commit_ref FROM patch p JOIN message m ON m.id = "
        "p.message_row WHERE m.message_id = '" +
        id + "@example.org'");
    said.pop_back();
    return said;
  }
  void sql(const std::string& statement) const { database_.ask(statement); }
  void keep_moving(const std::string& id) const { move_meanwhile(database_, 1000, id); }

 private:
  ReadyDatabase database_;
  ScratchFolder folder_;
};

}  // namespace

TEST_CASE("patches that were merged are accepted: unchanged by patch id, rebased by message id") {
  const Merged demo;
  CHECK_THAT(demo.tool("git-scan . main --dry-run"), Contains("2 applied") && Contains("status=0"));
  CHECK(demo.patch("m1") == "new ");
  const auto said = demo.tool("git-scan . main");
  CHECK_THAT(said, Contains("patch-id") && Contains("message-id") &&
                       Contains("4 commits, 2 were patches, 2 applied") && Contains("status=0"));
  CHECK(demo.patch("m1") == "accepted " + demo.commit("main~1"));
  CHECK(demo.patch("m2") == "accepted " + demo.commit("main"));
  CHECK(demo.patch("m3") == "new ");
  CHECK_THAT(demo.tool("git-scan . main~3..main"), Contains("3 commits, 2 were patches, 2 left"));

  const auto json =
      Json::parse(demo.tool("--json git-scan . main^!")
                      .substr(0, 2000)
                      .substr(0, demo.tool("--json git-scan . main^!").rfind("status=")));
  CHECK(json["commits"] == 1);
  CHECK(json["found"][0]["message_id"] == "m2@example.org");
  CHECK(json["found"][0]["by"] == "message-id");
  CHECK(json["found"][0]["result"] == "left");
  CHECK(json["found"][0]["detail"] == "has this commit");
}

TEST_CASE("what takes a patch back or follows it up is told, and accepts nothing") {
  const Merged demo;
  demo.shell(R"(
sed -i 's/^35$/y/' file
git commit -q -a -m 'Revert "three"' -m 'Link: https://list.example.org/r/m3@example.org'
git commit -q --allow-empty -m more -m 'Link: https://list.example.org/r/m3@example.org [1]')");
  CHECK_THAT(demo.tool("git-scan . main~2..main"),
             Contains("doubtful  left: linked, but of another subject") &&
                 Contains("2 commits, 0 were patches, 2 left") && Contains("status=0"));
  CHECK(demo.patch("m3") == "new ");
}

TEST_CASE("the documented hook scans what is pushed, also a branch's first and last push") {
  const Merged demo;
  const auto hook =
      output_of(R"(sed -n '/^    #!.bin.sh$/,/^    done$/s/^    //p' docs/tracking.md)");
  CHECK_THAT(hook, Contains("git-scan"));
  const auto push = [&](const std::string& what) {
    return demo.tool("patch list >/dev/null; git push bare.git " + what);
  };
  demo.shell("git init -q --bare bare.git; cat >bare.git/hooks/post-receive <<'END'\n" + hook +
             "END\nchmod +x bare.git/hooks/post-receive");
  CHECK_THAT(push("main~1:refs/heads/main"), Contains("3 commits, 1 were patches, 1 applied"));
  CHECK_THAT(push("main"), Contains("1 commits, 1 were patches, 1 applied"));
  CHECK_THAT(push(":main"), !Contains("fatal") && !Contains("commits,") && Contains("status=0"));
}

TEST_CASE("what people decided is left, and an accepted patch gets its commit") {
  const Merged demo;
  demo.sql(
      "UPDATE patch SET state = 'rejected' WHERE number = 1 AND patch_id = (SELECT patch_id "
      "FROM patch p JOIN message m ON m.id = p.message_row WHERE m.message_id = "
      "'m1@example.org')");
  demo.sql(
      "UPDATE patch SET state = 'accepted' WHERE message_row = (SELECT id FROM message WHERE "
      "message_id = 'm2@example.org')");
  CHECK_THAT(demo.tool("git-scan . main"),
             Contains("left: is rejected") && Contains("1 applied, 1 left"));
  CHECK(demo.patch("m1") == "rejected ");
  CHECK(demo.patch("m2") == "accepted " + demo.commit("main"));
}

TEST_CASE("what somebody has taken back is not accepted by the same commit again") {
  const Merged demo;
  demo.tool("git-scan . main");
  demo.sql("UPDATE patch SET state = 'new', commit_ref = ''");
  CHECK_THAT(demo.tool("git-scan . main"), Contains("2 left"));
  CHECK(demo.patch("m1") == "new ");
}

TEST_CASE("a commit's message need not end with a newline, and can be empty") {
  const Merged demo;
  demo.shell(R"sh(
bare() {
  git add file
  git update-ref HEAD "$(printf 'tree %s\nparent %s\nauthor Ann <ann@example.org> 1700000000 +0000\ncommitter Ann <ann@example.org> 1700000000 +0000\n\n%b' \
    "$(git write-tree)" "$(git rev-parse HEAD)" "$1" | git hash-object -t commit -w --stdin)"
}
git checkout -q -b bare main~3
sed -i 's/^30$/empty/' file; bare ''
sed -i 's/^5$/five/' file; bare one
sed -i 's/^21$/other/' file; bare 'in between'
sed -i 's/^20$/twenty/' file; bare 'two\n\nLink: https://list.example.org/r/m2@example.org'
sed -i 's/^35$/x/' file; bare three)sh");
  CHECK(demo.shell("git cat-file commit HEAD | tail -c 5") == "three");
  CHECK_THAT(demo.tool("git-scan . main~3..bare"),
             Contains("5 commits, 3 were patches, 3 applied") && Contains("status=0"));
  CHECK(demo.patch("m1") == "accepted " + demo.commit("bare~3"));
  CHECK(demo.patch("m2") == "accepted " + demo.commit("bare~1"));
  CHECK(demo.patch("m3") == "accepted " + demo.commit("bare"));
}

TEST_CASE("a patch that never stands still is said, and that it is to be scanned again") {
  const Merged demo;
  demo.keep_moving("m1@example.org");
  CHECK_THAT(demo.tool("git-scan . main"), Contains("1 applied, 1 refused") &&
                                               Contains("refused: state is ") &&
                                               Contains("scan again") && Contains("status=1"));
}

TEST_CASE("only projects that want it, and that are asked for") {
  const Merged demo;
  CHECK_THAT(demo.tool("git-scan . main --dry-run --project demo"), Contains("2 were patches"));
  CHECK_THAT(demo.tool("git-scan . main --project nothing"),
             Contains("there is no project nothing") && Contains("status=1"));
  demo.sql("UPDATE project SET auto_accept = false");
  CHECK_THAT(demo.tool("git-scan . main"),
             Contains("2 were patches, 2 left\n2 of demo left: auto_accept is off (quilter project "
                      "set demo --auto-accept on)\n") &&
                 !Contains("m1@") && Contains("status=0"));
  CHECK_THAT(demo.tool("--json git-scan . main"), Contains("\"auto_accept of demo is off\""));
  CHECK(demo.patch("m1") == "new ");
  demo.sql("UPDATE patch SET state = 'rejected'");  // the switch would change none
  CHECK_THAT(demo.tool("git-scan . main"), Contains("2 left\nstatus=0"));
}

TEST_CASE("ranges and repositories that are none are said, and no option gets through") {
  const Merged demo;
  struct Row {
    const char* arguments;
    const char* want;
  };
  for (const auto& row :
       {Row{". nosuch..main", "git cannot read nosuch..main of ."},
        Row{"/nonexistent main", "git cannot read main of /nonexistent"},
        Row{". ''", "a range is commits"}, Row{"-- . --output=owned", "a range is commits"}}) {
    CAPTURE(row.arguments);
    CHECK_THAT(demo.tool(std::string{"git-scan "} + row.arguments),
               Contains(row.want) && Contains("status=1"));
  }
  CHECK_THAT(demo.shell("ls"), !Contains("owned"));
}

TEST_CASE("the user's git configuration and a hook's environment change nothing") {
  const Merged demo;
  demo.shell(R"(
for one in diff.noprefix=true diff.mnemonicPrefix=true diff.context=1 diff.algorithm=patience color.ui=always \
    log.showSignature=true diff.renames=false format.pretty=oneline log.date=iso; do
  git config "${one%%=*}" "${one#*=}"
done
git init -q --bare other)");
  ::setenv("GIT_DIR", "other", 1);
  const auto said = demo.tool("git-scan . main");
  ::unsetenv("GIT_DIR");
  CHECK_THAT(said, Contains("2 applied"));
}

TEST_CASE("rules of delegation are added, shown and removed, and new patches go by them") {
  const Merged demo;
  demo.sql("INSERT INTO account (login) VALUES ('mia'), ('eve')");
  demo.sql("INSERT INTO role SELECT 1, id, 'maintainer' FROM account WHERE login = 'mia'");
  CHECK_THAT(demo.tool("--as mia delegate add demo drivers/ mia"), Contains("status=0"));
  CHECK_THAT(demo.tool("--as mia delegate add demo file mia --position -1"), Contains("status=0"));
  CHECK(demo.tool("delegate list demo") ==
        "POSITION  PATTERN   LOGIN\n-1        file      mia\n0         drivers/  mia\nstatus=0\n");
  CHECK_THAT(demo.tool("--json delegate list demo"), Contains("\"drivers/\""));
  CHECK_THAT(demo.tool("--as mia delegate add demo x eve"),
             Contains("eve is no maintainer or reviewer of demo") && Contains("status=1"));
  CHECK_THAT(demo.tool("--as mia delegate remove demo y"),
             Contains("has no rule y") && Contains("status=1"));
  CHECK_THAT(demo.tool("delegate list nothing"), Contains("there is no project nothing"));
  CHECK_THAT(demo.tool("--as mia delegate remove demo drivers/"), Contains("status=0"));
  CHECK_THAT(demo.tool("automate"), Contains("3 delegated") && Contains("status=0"));
  CHECK_THAT(demo.tool("--json automate --again"), Contains("\"delegated\": 0"));
}

TEST_CASE("rules of delegation are for those to change who run the project") {
  const Merged demo;
  demo.sql(
      "INSERT INTO account (login, admin) VALUES ('root', true), ('mia', false), ('rob', false), "
      "('bot', false), ('eve', false), ('old', true); "
      "UPDATE account SET disabled = true WHERE login = 'old'; "
      "INSERT INTO role SELECT 1, id, CASE login WHEN 'mia' THEN 'maintainer' WHEN 'rob' THEN "
      "'reviewer' ELSE 'bot' END FROM account WHERE login IN ('mia', 'rob', 'bot')");
  for (const std::string who : {"rob", "bot", "eve", "old", "nobody", "automation"}) {
    CAPTURE(who);
    for (const std::string what : {" delegate add demo file mia", " delegate remove demo file"})
      CHECK_THAT(demo.tool("--as " + who + what),
                 Contains(who + " may not run-project") && Contains("status=1"));
  }
  demo.sql(
      "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET default_transaction_isolation = "
      "serializable', current_database()); END $$");
  for (const std::string who : {"root", "mia"}) {
    CAPTURE(who);
    for (const std::string what : {" delegate add demo file mia", " delegate remove demo file"})
      CHECK_THAT(demo.tool("--as " + who + what), Contains("status=0"));
  }
}
