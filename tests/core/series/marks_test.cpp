#include "core/series/marks.hpp"

#include "tests/support/catch.hpp"

using namespace quilter;

TEST_CASE("mails of one sending have one run") {
  struct Row {
    const char* one;
    const char* other;
  };
  const auto row = GENERATE(values<Row>({
      {"20240106223934.86167-1-ann@example.org", "20240106223934.86167-10-ann@example.org"},
      {"1473632524-8585-1-git-send-email-ann@example.org",
       "1473632524-8585-12-git-send-email-ann@example.org"},
      {"cover.1704102116.git.ann@example.org",
       "fb13965129f3ac9920bc4fa373e1b040ce90a90a.1704102116.git.ann@example.org"},
      {"cover.v2.1704102116.git.ann@example.org",
       "fb13965129f3ac9920bc4fa373e1b040ce90a90a.1704102116.git.ann@example.org"},
      {"20240101-mend-it-v1-0-f3ce38ad915d@example.org",
       "20240101-mend-it-v1-3-aaaaaaaaaaaa@example.org"},
  }));
  CAPTURE(row.one);
  REQUIRE(sending_run(row.one).has_value());
  CHECK(sending_run(row.one) == sending_run(row.other));
}

TEST_CASE("mails of two sendings have two") {
  struct Row {
    const char* one;
    const char* other;
  };
  const auto row = GENERATE(values<Row>({
      {"20240106223934.86167-1-ann@example.org", "20240106223934.86168-1-ann@example.org"},
      {"20240101-mend-it-v1-1-f3ce38ad915d@example.org",
       "20240101-mend-it-v2-1-f3ce38ad915d@example.org"},
      {"cover.1704102116.git.ann@example.org", "cover.1704102117.git.ann@example.org"},
  }));
  CAPTURE(row.one);
  CHECK(sending_run(row.one) != sending_run(row.other));
}

TEST_CASE("most message ids have no run") {
  const auto id = GENERATE(as<std::string>{}, "", "@", "-", "-git-send-email-", "--", "a-1-b@c",
                           "1-2-3@c", "87b88f0da3.fsf@example.com", "cover.", "cover.git.x",
                           "20240101-x@y", "0123456789abcdef.1.git.x", "2024.1-x-y@z", "@-v1-1-x");
  CAPTURE(id);
  CHECK(sending_run(id) == std::nullopt);
}

TEST_CASE("a name survives punctuation and case") {
  CHECK(plain_name("net: Mend  it!") == "net mend it");
  CHECK(plain_name("  [x] net/mend-it") == "x net mend it");
  CHECK(plain_name("grün") == "grün");
  CHECK(plain_name("...").empty());
}
