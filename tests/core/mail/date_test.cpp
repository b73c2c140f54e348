#include "core/mail/date.hpp"

#include "tests/support/catch.hpp"

namespace quilter {
namespace {

TEST_CASE("dates are read as people's programs wrote them") {
  struct Row {
    const char* body;
    const char* want;
  };
  const auto row = GENERATE(values<Row>({
      {"Sat, 21 Nov 2026 23:59:59 +0000", "2026-11-21T23:59:59Z"},
      {"Sun, 1 Mar 2026 08:00:00 +0530", "2026-03-01T02:30:00Z"},
      {"1 Mar 2026 08:00:00 -0800", "2026-03-01T16:00:00Z"},
      {"Sun, 01 Mar 2026 08:00 +0000", "2026-03-01T08:00:00Z"},
      {"Sun, 1 Mar 2026 08:00:00 +0100 (CET)", "2026-03-01T07:00:00Z"},
      {"Sun, 1 Mar 2026 (spring (nearly)) 08:00:00 GMT", "2026-03-01T08:00:00Z"},
      {"Sun, 1 Mar 2026 08:00:00 EST", "2026-03-01T13:00:00Z"},
      {"Sun, 1 Mar 2026 08:00:00 PDT", "2026-03-01T15:00:00Z"},
      {"Sun, 1 Mar 2026 08:00:00 Z", "2026-03-01T08:00:00Z"},
      {"Sun, 1 Mar 2026 08:00:00 MESZ", "2026-03-01T08:00:00Z"},
      {"Sun, 1 Mar 2026 08:00:00", "2026-03-01T08:00:00Z"},
      {"Sun, 1 Mar 2026 08:00:00 +01:00", "2026-03-01T07:00:00Z"},
      {"Sun, 1 Mar 2026 08:00:00+0100", "2026-03-01T07:00:00Z"},
      {"Sun, 1 Mar 2026 08.00.00 +0100", "2026-03-01T07:00:00Z"},
      {"Sun, 1-Mar-2026 08:00:00 +0100", "2026-03-01T07:00:00Z"},
      {"Mon, 1 Mar 99 08:00:00 +0000", "1999-03-01T08:00:00Z"},
      {"1 Mar 26 08:00:00 +0000", "2026-03-01T08:00:00Z"},
      {"1 Mar 126 08:00:00 +0000", "2026-03-01T08:00:00Z"},
      {"Sun Mar  1 08:00:00 2026", "2026-03-01T08:00:00Z"},
      {"Thu, 29 Feb 2024 00:00:00 +0000", "2024-02-29T00:00:00Z"},
      {"Sat, 31 Dec 2016 23:59:60 +0000", "2017-01-01T00:00:00Z"},
      {"Thu, 1 Jan 1970 00:00:00 +0000", "1970-01-01T00:00:00Z"},
      {"Wed, 31 Dec 1969 23:30:00 -0100", "1970-01-01T00:30:00Z"},
      {"Fri, 31 Dec 9999 23:59:59 +0000", "9999-12-31T23:59:59Z"},
      {"Fri, 31 Dec 9999 23:59:59 +2400", "9999-12-30T23:59:59Z"},
  }));
  CAPTURE(row.body);
  const auto time = parse_date(row.body);
  REQUIRE(time);
  CHECK(iso8601(*time) == row.want);
}

TEST_CASE("an unreadable or absurd date is nothing") {
  const auto* body = GENERATE(
      "", "yesterday", "Thu, 32 Mar 2024 08:00:00 +0000", "30 Feb 2024 08:00:00 +0000",
      "1 Foo 2024 08:00:00 +0000", "1 Mar 2024 25:00:00 +0000", "1 Mar 2024 08:61:00 +0000",
      "1 Mar 2024 08:00:00 +9999", "1 Mar 2024 08:00:00 +2401", "1 Mar 2024",
      "1 Mar 99999 08:00:00 +0000", "31 Dec 9999 23:59:00 -2400", "31 Dec 9999 23:59:60 +0000",
      "31 Dec 1969 23:59:59 +0000", "1 Jan 1970 00:00:00 +0100", "0 Mar 2024 08:00:00 +0000",
      "1 Mar 2024 8:::", "((((", ":");
  CAPTURE(body);
  CHECK(parse_date(body) == std::nullopt);
}

}  // namespace
}  // namespace quilter
