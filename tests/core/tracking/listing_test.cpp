#include "core/tracking/listing.hpp"

#include "tests/support/catch.hpp"

using namespace quilter;

TEST_CASE("a position is text that no shell and no terminal minds, and is read again") {
  const auto position = GENERATE(values<ListPosition>({
      {SortKey::date, "1700000000", 42},
      {SortKey::date, "-Infinity", 0},
      {SortKey::date, "-1", 9'223'372'036'854'775'807},
      {SortKey::state, "4294967296", 1},
      {SortKey::submitter, "o'brien $(reboot) \x1b[31m -1", 7},
      {SortKey::name, "\xe6\xbc\xa2-5", 7},
      {SortKey::delegate, "~", 7},
      {SortKey::name, "", 7},
  }));
  const auto text = to_string(position);
  CAPTURE(text);
  CHECK(text.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                               ":%._@-") == std::string::npos);
  CHECK(list_position(text) == position);
}

TEST_CASE("what is no position is refused before the database sees it") {
  const auto* text = GENERATE(
      as<const char*>{}, "", "date", "date:", "date:1", "date:x-1", "date:1-x", "date:1--",
      "date:-1", "state:new-1", "colour:1-1", "name:%0-1", "name:%zz-1", "name:%00-1", "name:%ff-1",
      "date:99999999999999999999-1", "date:1-99999999999999999999", "date:1 -1");
  CAPTURE(text);
  CHECK_FALSE(list_position(text));
}

TEST_CASE("since when is a day, a moment, or how long ago") {
  const Timestamp now{std::chrono::sys_days{std::chrono::year{2026} / 11 / 22} +
                      std::chrono::hours{12}};
  struct Row {
    const char* text;
    const char* want;  // "": nothing
  };
  const auto row = GENERATE(values<Row>({
      {"2026-11-21", "2026-11-21T00:00:00Z"},
      {"2026-11-21T23:59:58Z", "2026-11-21T23:59:58Z"},
      {"2026-11-21T23:59", "2026-11-21T23:59:00Z"},
      {"7 days", "2026-11-15T12:00:00Z"},
      {"1 day", "2026-11-21T12:00:00Z"},
      {"2 weeks", "2026-11-08T12:00:00Z"},
      {"90 minutes", "2026-11-22T10:30:00Z"},
      {"1 hour", "2026-11-22T11:00:00Z"},
      {"0 hours", "2026-11-22T12:00:00Z"},
      {"2024-02-29", "2024-02-29T00:00:00Z"},
      {"2025-02-29", ""},
      {"2026-13-01", ""},
      {"2026-1-0", ""},
      {"26-11-21", ""},
      {"2026-11-21T24:00", ""},
      {"2026-11-21T12:60", ""},
      {"2026-11-21T12", ""},
      {"2026-11-21T", ""},
      {"-7 days", ""},
      {"days", ""},
      {"7 moons", ""},
      {"7 days ago", ""},
      {"99999999999 days", ""},
      {"", ""},
  }));
  CAPTURE(row.text);
  const auto when = since(row.text, now);
  CHECK((when ? iso8601(*when) : "") == row.want);
}

TEST_CASE("a pattern means the same to the database as to delegation") {
  CHECK(like_pattern("drivers/*/a?c") == "drivers/%/a_c");
  CHECK(like_pattern("net/") == "net/%");
  CHECK(like_pattern("100%_\\") == "100\\%\\_\\\\");
  CHECK(like_pattern("").empty());
  CHECK(like_part("50%") == "%50\\%%");
  for (const auto key :
       {SortKey::date, SortKey::state, SortKey::submitter, SortKey::delegate, SortKey::name})
    CHECK(sort_key(to_string(key)) == key);
  CHECK_FALSE(sort_key("colour"));
}
