// A database that is made anew: the mails imported, and what people did told to it.
#include <fstream>

#include "tests/cli/tracked.hpp"

using namespace quilter::test;
using Catch::Matchers::Contains;

namespace {

void record_mails(Tracked& demo, const std::vector<int>& order) {
  const std::vector mails{patch("c@x", {1, 0, 2}), patch("a@x", {1, 1, 2}, {"c@x"}, 1),
                          patch("b@x", {1, 2, 2}, {"c@x"}, 2)};
  for (const auto which : order) demo.record(mails.at(static_cast<std::size_t>(which)));
}

}  // namespace

TEST_CASE("what watch tells of one database is replayed in another that has the same mails") {
  Tracked one;
  Tracked other;
  record_mails(one, {0, 1, 2});
  record_mails(other, {2, 1, 0});
  for (const std::string what :
       {"state add demo in-testing", "delegate add demo net/ rob",
        "project set demo --auto-accept off", "user set rob --address rob@x.org",
        "patch set a@x state=in-testing delegate=rob",
        "patch set a@x b@x archived=yes commit=0123abc", "patch note add b@x 'look \"here\", Zoë'",
        "patch set a@x state=accepted delegate=-"})
    REQUIRE_THAT(one.owner_said("--as mia " + what), Contains("status=0"));
  one.said("--as bot patch check add a@x ci/build fail --url https://x.org --description '\"1\"'");
  one.said("--as bot series check add 1 ci/all success");

  other.owner_said("--as mia state add demo in-testing");
  const auto told = Tracked::tool(one.database.tracker()) + "--json watch | ";
  const auto replayed = [&] {
    return output_of(told + Tracked::tool(other.database.owner()) + "replay - 2>&1; echo $?");
  };
  CHECK(replayed() == "11 made, 0 there already, 0 did not fit\n0\n");
  CHECK(other.database.dump() == one.database.dump());
  CHECK(other.said("--json history a@x | wc -l") == one.said("--json history a@x | wc -l"));
  CHECK(replayed() == "0 made, 11 there already, 0 did not fit\n0\n");

  other.said("--as mia patch set a@x state=rejected");
  one.said("--as mia patch set a@x state=deferred");
  CHECK(replayed() ==
        "0 made, 11 there already, 1 did not fit\n"
        "demo a@x: state accepted to deferred, revision 7: it was changed otherwise\n1\n");
}

TEST_CASE("what is no feed is refused") {
  const Tracked demo;
  struct Try {
    std::string line, says;
  };
  const auto [line, says] = GENERATE(values<Try>({
      {"{}", "standard input, line 1: this is no event"},
      {"42", "line 1: this is no event"},
      {"[]", "line 1: this is no event"},
      {R"([{"cursor": ""}])", "line 1: this is no event"},
      {R"({"cursor": "", "field": "state"})", "line 1: this is no event"},
      {"x", "standard input, line 1: this is no event"},
      {R"({"category": "note-created"})", "line 1: this is no event"},
      {R"({"cursor": 1})", "0 made"},
  }));
  CHECK_THAT(output_of("echo '" + line + "' | " + Tracked::tool(demo.database.owner()) +
                       "replay - 2>&1 || true"),
             Contains(says));
  CHECK_THAT(demo.owner_said("replay /nowhere"),
             Contains("cannot read /nowhere") && Contains("status=1"));
}

TEST_CASE("an event that does not fit is told in one line, whatever it holds") {
  const Tracked demo;
  ScratchFolder folder;
  const auto file = folder.path() + "/people.jsonl";
  const auto note = [](const std::string& message_id, const std::string& to) {
    return R"({"cursor": "1f0c9a3b-2-3", "at": "2026-01-02T03:04:05Z", "project": "demo", "category": )"
           R"("note-created", "actor": "mia", "message_id": ")" +
           message_id + R"(", "account": null, "field": null, "to": )" + to + "}\n";
  };
  std::ofstream{file} << note("a\\n9 made\\u001b[2J", "{\"text\": \"\"}")
                      << note("b", std::string(300'000, '[') + std::string(300'000, ']'))
                      << note("c", "null");
  CHECK(demo.owner_said("replay " + file) ==
        "0 made, 0 there already, 3 did not fit\n"
        "demo a?9 made?[2J: note-created: it says no check or note\n"
        "demo b: note-created: it says no check or note\n"
        "demo c: note-created: it says no check or note\nstatus=1\n");
  CHECK_THAT(demo.said("--as mia replay " + file),
             Contains("quilter_owner, who owns the schema, may") && Contains("status=1"));
}
