// What Quilter changes by itself, in a database.
#include "core/store/automation.hpp"

#include "core/store/delegations.hpp"
#include "core/store/schema.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/demo_database.hpp"
#include "tests/support/members.hpp"
#include "tests/support/moved_meanwhile.hpp"

using namespace quilter;
using namespace quilter::test;

namespace {

// mia maintains, rob reviews, eve is nobody.
struct Automated : DemoDatabase {
  Tracker changes{options_for(tracker())};
  Hints hints;  // of every mail
  Automation automation{options_for(tracker()),
                        [this](const Project&, const std::string&) { return hints; }};

  Automated() {
    sql("INSERT INTO account (login) VALUES ('mia'), ('rob'), ('eve')");
    sql("INSERT INTO role SELECT 1, id, CASE login WHEN 'mia' THEN 'maintainer' ELSE 'reviewer' "
        "END FROM account WHERE login <> 'eve'");
    sql("INSERT INTO account_address SELECT login || '@example.org', id FROM account");
  }
  void record_on(const std::string& path, Submission submission) {
    submission.files = {{path, "", ""}};
    record(submission);
  }
  AutomationRound run() { return automation.all_rounds(); }
  void set(const MessageId& id, PatchField field, const std::string& to) {
    const auto outcomes = changes.update(
        {{"mia"}, "demo", {{.target = id, .field = field, .to = to}}, Mode::all_or_nothing});
    REQUIRE(outcomes.front().result == Result::applied);
  }
  // "a new mia; b superseded -": of all patches, by message id.
  std::string patches() const {
    return sql(
        "SELECT string_agg(split_part(m.message_id, '@', 1) || ' ' || p.state || ' ' || "
        "coalesce(a.login, '-'), '; ' ORDER BY m.message_id) FROM patch p JOIN message m ON m.id "
        "= p.message_row LEFT JOIN account a ON a.id = p.delegate_id");
  }
  void rule(const std::string& pattern, const std::string& login) const {
    Delegations{tracker()}.add("mia", "demo", pattern, login, std::nullopt);
  }
};

// Version 1 of two patches, and the first patch of version 2.
void record_versions(Automated& demo) {
  demo.record(patch("a1@x", {1, 1, 2}, {}, 1));
  demo.record(patch("a2@x", {1, 2, 2}, {"a1@x"}, 2));
  auto newer = patch("b1@x", {2, 1, 2}, {"a1@x"}, 3);
  demo.record(newer);
}

}  // namespace

TEST_CASE("older versions are superseded once a newer one is complete, where the project says so") {
  Automated demo;
  demo.sql("UPDATE project SET auto_supersede = true");
  record_versions(demo);
  demo.set("a2@x", PatchField::state, "rejected");
  CHECK(demo.run().superseded == 0);
  demo.record(patch("b2@x", {2, 2, 2}, {"b1@x", "a1@x"}, 4));
  REQUIRE(demo.sql("SELECT count(*) FROM series WHERE supersedes_id IS NOT NULL") == "1");
  CHECK(demo.run().superseded == 1);
  CHECK(demo.patches() == "a1 superseded -; a2 rejected -; b1 new -; b2 new -");

  SECTION("what people put back stays so, also when all is looked at again") {
    demo.set("a1@x", PatchField::state, "under-review");
    demo.automation.again();
    CHECK(demo.run().events > 0);
    CHECK(demo.patches() == "a1 under-review -; a2 rejected -; b1 new -; b2 new -");
  }
}

TEST_CASE("a cover letter that comes late, and says which version is older, supersedes that") {
  Automated demo;
  demo.sql("UPDATE project SET auto_supersede = true");
  demo.record(patch("a1@x", {1, 1, 1}, {}, 1));
  demo.record(patch("b1@x", {2, 1, 2}, {"b0@x"}, 600));
  demo.record(patch("b2@x", {2, 2, 2}, {"b0@x"}, 601));
  REQUIRE(demo.sql("SELECT count(*) FROM series WHERE complete") == "2");
  REQUIRE(demo.sql("SELECT count(*) FROM series WHERE supersedes_id IS NOT NULL") == "0");
  CHECK(demo.run().superseded == 0);
  demo.record(patch("b0@x", {2, 0, 2}, {"a1@x"}, 599));
  REQUIRE(demo.sql("SELECT count(*) FROM series WHERE supersedes_id IS NOT NULL") == "1");
  CHECK(demo.run().superseded == 1);
  CHECK(demo.patches() == "a1 superseded -; b1 new -; b2 new -");
}

TEST_CASE("a patch that moves while it is superseded is superseded out of where it is then") {
  Automated demo;
  demo.sql("UPDATE project SET auto_supersede = true");
  record_versions(demo);
  demo.record(patch("b2@x", {2, 2, 2}, {"b1@x", "a1@x"}, 4));

  SECTION("whatever moves it") {
    move_meanwhile(demo, 2, "a1@x");
    const auto done = demo.run();
    CHECK(done.superseded == 2);
    CHECK(done.left.empty());
    CHECK(demo.patches() == "a1 superseded -; a2 superseded -; b1 new -; b2 new -");
  }
  SECTION("where it is to stay it is left") {
    move_meanwhile(demo, 1, "a1@x", "new", "accepted");
    CHECK(demo.run().superseded == 1);
    CHECK(demo.patches() == "a1 accepted -; a2 superseded -; b1 new -; b2 new -");
  }
  SECTION("one that never stands still is told, and the next run finds it again") {
    move_meanwhile(demo, 1000, "a1@x");
    const auto done = demo.run();
    CHECK(done.superseded == 1);
    CHECK(done.unfinished);
    REQUIRE(done.left.size() == 1);
    CHECK(done.left.front().message_id == "a1@x");
    CHECK(demo.sql("SELECT last_value < 20 FROM moves") == "t");
    demo.sql("ALTER SEQUENCE moves RESTART 2000");
    CHECK(demo.run().superseded == 1);
    CHECK(demo.patches() == "a1 superseded -; a2 superseded -; b1 new -; b2 new -");
  }
}

TEST_CASE("what may not be is left, and it is said why") {
  Automated demo;
  demo.sql("UPDATE project SET hint_rights = '{state:*}'");
  demo.hints.state = "nonsense";
  demo.record(patch("a@x", {}));
  const auto done = demo.run();
  CHECK_FALSE(done.unfinished);
  REQUIRE(done.left.size() == 1);
  CHECK(done.left.front().message_id == "a@x");
  CHECK(done.left.front().detail == "no state nonsense");
}

TEST_CASE("without the switch nothing is superseded") {
  Automated demo;
  record_versions(demo);
  demo.record(patch("b2@x", {2, 2, 2}, {"b1@x", "a1@x"}, 4));
  CHECK(demo.run().superseded == 0);
}

TEST_CASE("a version that comes late is superseded by the one that is there") {
  Automated demo;
  demo.sql("UPDATE project SET auto_supersede = true");
  demo.record(patch("b1@x", {2, 1, 1}, {"a1@x"}, 3));
  CHECK(demo.run().superseded == 0);
  demo.record(patch("a1@x", {1, 1, 1}, {}, 1));
  CHECK(demo.run().superseded == 1);
  CHECK(demo.patches() == "a1 superseded -; b1 new -");
}

TEST_CASE("patches go to whom the first rule that fits names, who can have patches still") {
  Automated demo;
  demo.rule("net/", "mia");
  demo.rule("*.rst", "rob");
  demo.record_on("net/a.c", patch("a@x", {}));
  demo.record_on("docs/b.rst", patch("b@x", {}));
  demo.record_on("c.c", patch("c@x", {}));
  CHECK(demo.run().delegated == 2);
  CHECK(demo.patches() == "a new mia; b new rob; c new -");
  CHECK(demo.sql("SELECT DISTINCT actor FROM event WHERE field = 'delegate'") == "automation");

  demo.sql("UPDATE account SET disabled = true WHERE login = 'mia'");
  demo.record_on("net/d.c", patch("d@x", {}));
  demo.sql("UPDATE project SET auto_delegate = false");
  CHECK(demo.run().delegated == 0);
  demo.automation.again();
  demo.sql("UPDATE project SET auto_delegate = true");
  CHECK(demo.run().delegated == 0);
  CHECK(demo.patches() == "a new mia; b new rob; c new -; d new -");
}

TEST_CASE("who was given a patch back by people does not get it again") {
  Automated demo;
  demo.rule("*", "rob");
  demo.record_on("a.c", patch("a@x", {}));
  demo.record_on("b.c", patch("b@x", {}));
  demo.set("b@x", PatchField::delegate, "mia");
  demo.set("b@x", PatchField::delegate, "");
  demo.set("a@x", PatchField::state, "under-review");  // which has no part in it
  CHECK(demo.run().delegated == 1);
  demo.set("a@x", PatchField::delegate, "");
  demo.automation.again();
  CHECK(demo.run().delegated == 0);
  CHECK(demo.patches() == "a under-review -; b new -");
}

TEST_CASE("hints count for new patches, known states and those who can have patches") {
  struct Row {
    const char* right;
    const char* state;
    const char* delegate;
    const char* want;
  };
  const auto row = GENERATE(values<Row>({
      {"state:*", "rfc", "", "a rfc -"},
      {"state:*", "nonsense", "", "a new -"},
      {"delegate:*", "", "mia@example.org", "a new mia"},
      {"delegate:*", "", "eve@example.org", "a new rob"},  // by the rule
      {"delegate:*", "", "nobody@example.org", "a new rob"},
      {"delegate:*", "nonsense", "mia@example.org", "a new mia"},
      {"ignore:*", "rfc", "mia@example.org", "a new rob"},  // it is not asked for them
  }));
  CAPTURE(row.right, row.state, row.delegate);
  Automated demo;
  demo.hints.state = row.state;
  demo.hints.delegate = row.delegate;
  if (!demo.hints.delegate.empty()) demo.rule("*", "rob");
  demo.sql("UPDATE project SET hint_rights = '{" + std::string{row.right} + "}'");
  demo.record_on("a.c", patch("a@x", {}));
  demo.run();
  CHECK(demo.patches() == row.want);
}

TEST_CASE("a hint changes no state that somebody has set before") {
  Automated demo;
  demo.sql("UPDATE project SET hint_rights = '{state:*}'");
  demo.hints.state = "rfc";
  demo.record(patch("a@x", {}));
  demo.set("a@x", PatchField::state, "accepted");
  demo.set("a@x", PatchField::state, "new");
  demo.run();
  CHECK(demo.patches() == "a new -");
}

TEST_CASE("what came before a skip is left, what comes after is not") {
  Automated demo;
  demo.rule("*", "rob");
  demo.record_on("a.c", patch("a@x", {}));
  demo.automation.skip();
  CHECK(demo.run().events == 0);
  demo.record_on("b.c", patch("b@x", {}));
  CHECK(demo.run().delegated == 1);
  CHECK(demo.patches() == "a new -; b new rob");
}

TEST_CASE("two at once do nothing twice") {
  Automated demo;
  demo.rule("*", "rob");
  demo.record_on("a.c", patch("a@x", {}));
  Automation other{options_for(demo.tracker()),
                   [](const Project&, const std::string&) { return Hints{}; }};
  CHECK(demo.automation.next_round().delegated == 1);
  CHECK(other.next_round().events == 0);
  CHECK(demo.sql("SELECT count(*) FROM event WHERE actor = 'automation'") == "1");
}

TEST_CASE("in a restored database automation goes on with what is new") {
  Automated demo;
  demo.rule("*", "rob");
  demo.sql("UPDATE automation SET transaction = '99999999', id = 5");
  migrate(demo.owner(), [](std::string_view) {});
  demo.record_on("a.c", patch("a@x", {}));
  CHECK(demo.run().delegated == 1);
}
