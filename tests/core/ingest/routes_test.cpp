#include "core/ingest/routes.hpp"

#include "core/mime/read_mail.hpp"
#include "tests/support/catch.hpp"

using namespace quilter;

namespace {

Project project(std::int64_t id, std::vector<std::string> list_ids,
                std::vector<std::string> recipients = {}, std::string subject_match = "") {
  return {.id = id,
          .name = "p" + std::to_string(id),
          .list_ids = std::move(list_ids),
          .recipients = std::move(recipients),
          .subject_match = std::move(subject_match),
          .list_tag = "",
          .hint_rights = {}};
}

const Routes& routes() {
  static const Routes routes{{project(1, {"net.example.org"}),
                              project(2, {"mm.example.org"}, {"mm@example.org"}),
                              project(3, {"big.example.org"}, {}, "\\[.*iio.*\\]"),
                              project(4, {"big.example.org"}, {}, "\\[.*clk.*\\]"),
                              project(5, {"bad.example.org"}, {}, "(")}};
  return routes;
}

std::vector<std::int64_t> ids(const std::string& header,
                              const std::vector<std::string>& forward_paths = {}) {
  static const mime::Library gmime;
  const auto mail = mime::read_mail(header + "\r\n\r\nbody\r\n");
  std::vector<std::int64_t> ids;
  for (const auto* one : routes().of(mail, forward_paths)) ids.push_back(one->id);
  return ids;
}

}  // namespace

TEST_CASE("a list is known by its List-Id in any form") {
  const auto field = GENERATE(as<std::string>{}, "net.example.org", "<net.example.org>",
                              " Net <net.example.org> ", "\"The <net> list\" <NET.example.ORG>",
                              "net@example.org", " Net\r\n\t<net.example.org>", "<net.example.org");
  CAPTURE(field);
  CHECK(routes().wants({.list_fields = {field}, .forward_paths = {}}));
}

TEST_CASE("what is not tracked is not wanted") {
  const auto field = GENERATE(as<std::string>{}, "", "<>", "<other.example.org>",
                              "net.example.org.evil.org", "net");
  CAPTURE(field);
  CHECK_FALSE(routes().wants({.list_fields = {field}, .forward_paths = {"net@example.org"}}));
}

TEST_CASE("a recipient means a list where the MTA hosts it") {
  CHECK(routes().wants(
      {.list_fields = {}, .forward_paths = {"someone@example.org", "MM@example.org"}}));
  CHECK(ids("Subject: x", {"mm@example.org"}) == std::vector<std::int64_t>{2});
}

TEST_CASE("a message for several lists is for each of them, once") {
  CHECK(ids("List-Id: <net.example.org>\r\nX-Mailing-List: mm@example.org\r\nSubject: x",
            {"mm@example.org"}) == std::vector<std::int64_t>{1, 2});
  CHECK(ids("List-Id: <net.example.org>\r\nList-Id: <mm.example.org>\r\nX-List: net.example.org") ==
        std::vector<std::int64_t>{1, 2});
}

TEST_CASE("subject_match splits one list into projects") {
  CHECK(ids("List-Id: <big.example.org>\r\nSubject: [PATCH IIO] x") ==
        std::vector<std::int64_t>{3});
  CHECK(ids("List-Id: <big.example.org>\r\nSubject: =?utf-8?q?=5BPATCH_clk=5D_x?=") ==
        std::vector<std::int64_t>{4});
  CHECK(ids("List-Id: <big.example.org>\r\nSubject: [PATCH] iio").empty());
}

TEST_CASE("a pattern that RE2 refuses takes no subject, and is named") {
  CHECK(ids("List-Id: <bad.example.org>\r\nSubject: (").empty());
  REQUIRE(routes().broken().size() == 1);
  CHECK(routes().broken().front().find("p5") == 0);
  CHECK(subject_match_error("(").has_value());
  CHECK_FALSE(subject_match_error("[a-z]+").has_value());
}
