// The real `quilter reparse`: what would differ, were all messages read again.

#include "tests/cli/import_mails.hpp"
#include "tests/cli/recorded.hpp"
#include "tests/support/catch.hpp"

using namespace quilter::test;
using Catch::Matchers::Contains;
using Json = nlohmann::json;

TEST_CASE("what this program recorded, it would record again") {
  const Recorded database{all_series_fixtures() + mbox_of(list_mails(3))};
  database.said(" project add other --list-id other.example.org");
  const auto count = database.ask("SELECT count(*) FROM message");
  CHECK(database.said(" reparse") ==
        "project demo: " + count.substr(0, count.size() - 1) +
            " messages read again, no difference\nproject other: 0 messages read again, no "
            "difference\n");
  CHECK(std::stoi(count) > 50);
}

TEST_CASE("what people decided is no difference") {
  const Recorded database{mbox_of(list_mails(2))};
  database.ask(
      "WITH dora AS (INSERT INTO account (login) VALUES ('dora') RETURNING id) UPDATE patch SET "
      "state = 'accepted', archived = true, delegate_id = dora.id FROM dora WHERE number = 2");
  CHECK(database.said(" series split 1 3") == "series 3\n");
  CHECK_THAT(database.said(" reparse"), Contains("no difference"));
}

TEST_CASE("each difference is told, and nothing is changed") {
  const Recorded database{mbox_of(list_mails(2))};
  struct Row {
    const char* what;
    std::string older;  // as an older program might have recorded it
    Json want;
  };
  const auto in_message = [](const std::string& id) {
    return "(SELECT id FROM message WHERE message_id = '" + id + "')";
  };
  const auto field = [](const Json& recorded, const Json& derived) {
    return Json{{"recorded", recorded}, {"derived", derived}};
  };
  const auto changed = [](const char* what, const char* id, const Json& fields) {
    return Json{
        {"what", what}, {"id", id}, {"change", "changed"}, {"reason", nullptr}, {"fields", fields}};
  };
  const auto park =
      "UPDATE comment SET parent_row = NULL WHERE message_row = " + in_message("1-9@example.org");
  const auto row = GENERATE_COPY(values<Row>({
      {"a name", "UPDATE message SET name = 'old' WHERE message_id = '0-1@example.org'",
       Json::array({changed("message", "0-1@example.org", {{"name", field("old", "mend 0")}})})},
      {"a comment's parent", park,
       Json::array(
           {changed("message", "1-2@example.org",
                    {{"trailers", field(Json::array(), {"Reviewed-by: Bob <bob@example.org>"})}}),
            changed("message", "1-9@example.org",
                    {{"type", field("parked", "comment")},
                     {"parent", field(nullptr, "1-2@example.org")}})})},
      {"a series' name", "UPDATE series SET name = 'old' WHERE id = 1",
       Json::array({changed("series", "0-0@example.org", {{"name", field("old", "mend 0")}})})},
      {"a mail that would be ignored",
       "UPDATE message SET raw = 'Message-ID: <1-9@example.org>' WHERE message_id = "
       "'1-9@example.org'",
       Json::array(
           {changed("message", "1-2@example.org",
                    {{"trailers", field({"Reviewed-by: Bob <bob@example.org>"}, Json::array())}}),
            {{"what", "message"},
             {"id", "1-9@example.org"},
             {"change", "gone"},
             {"reason", "no-sender"},
             {"fields", Json::object()}}})},
  }));
  CAPTURE(row.what);
  database.ask(row.older);
  const auto before = database.dump();
  CHECK(database.differences() == row.want);
  CHECK_THAT(database.said(" reparse"), Contains("would"));
  CHECK(database.dump() == before);
}

TEST_CASE("a series that was in pieces is told as one") {
  const Recorded database{mbox_of(list_mails(1))};
  // As a program might have that takes the third patch for a series of its own.
  database.ask(
      "INSERT INTO series (project_id, neighbourhood_id, version, total, name, "
      "submitter_id) SELECT project_id, neighbourhood_id, 1, 3, 'mend 0', submitter_id "
      "FROM series; UPDATE patch SET series_id = 2 WHERE number = 3");
  const auto text = database.said(" reparse");
  CHECK_THAT(text, Contains("1 messages and 2 series would differ") &&
                       Contains("message 0-3@example.org: series \"0-3@example.org\" -> "
                                "\"0-0@example.org\"") &&
                       Contains("series 0-3@example.org: gone"));
}
