#include "core/mail/message_id.hpp"

#include "tests/support/catch.hpp"

namespace quilter {
namespace {

using Ids = std::vector<MessageId>;

TEST_CASE("message ids are found among whatever else a field has") {
  struct Row {
    std::string body;
    Ids want;
  };
  const auto row = GENERATE(values<Row>({
      {"<a@b>", {"a@b"}},
      {"<a@b> <c@d>\t<e@f>", {"a@b", "c@d", "e@f"}},
      {"<a@b><c@d>", {"a@b", "c@d"}},
      {"Your message of \"Mon\" <a@b>", {"a@b"}},
      {"<a@b> (Ann's message)", {"a@b"}},
      {"<<a@b>>", {"a@b"}},
      {"<very-long- folded@b>", {"very-long-folded@b"}},
      {"<p1>", {"p1"}},
      {"a@b", {"a@b"}},
      {"a@b c@d", {"a@b", "c@d"}},
      {"a@b see c@d", {}},
      {"(re <x@y>) <a@b> (by (nested) <z@y>)", {"a@b"}},
      {"<a(1)@b>", {"a(1)@b"}},
      {"(never closed <a@b>", {"a@b"}},
      {"Your message of <Mon 3 May>", {}},
      {"<>", {}},
      {"", {}},
      {"<a@b", {}},
      {"a@b>", {}},
      {"<" + std::string(1001, 'x') + "> <a@b>", {"a@b"}},
  }));
  CAPTURE(row.body);
  CHECK(message_ids(row.body) == row.want);
}

TEST_CASE("a Message-ID field has one id") {
  CHECK(message_id("<a@b> <c@d>") == "a@b");
  CHECK(message_id("nothing here") == std::nullopt);
}

TEST_CASE("ancestors come nearest first, once each, and never the message itself") {
  struct Row {
    std::vector<std::string_view> in_reply_to;
    std::vector<std::string_view> references;
    Ids want;
  };
  const auto row = GENERATE(values<Row>({
      {{}, {}, {}},
      {{"<b@x>"}, {"<root@x> <a@x> <b@x>"}, {"b@x", "a@x", "root@x"}},
      {{}, {"<root@x> <a@x>"}, {"a@x", "root@x"}},
      {{"<b@x>"}, {}, {"b@x"}},
      {{"<self@x>"}, {"<root@x> <self@x>"}, {"root@x"}},
      {{"<b@x> <c@x>"}, {"<root@x> <c@x>"}, {"b@x", "c@x", "root@x"}},
      {{"Message from Ann <ann@x.org> of Sunday <b@x>"}, {}, {"b@x"}},
      {{}, {"<root@x>", "<a@x>"}, {"a@x", "root@x"}},
  }));
  CHECK(ancestors(row.in_reply_to, row.references, "self@x").ids == row.want);
}

TEST_CASE("of too many ancestors the nearest and the root stay") {
  std::string references = "<root@x>";
  for (int i = 0; i < 500; ++i) references += " <" + std::to_string(i) + "@x>";
  const auto [found, dropped] = ancestors({}, {references}, "self@x");
  REQUIRE(found.size() == max_ancestors);
  CHECK(found.front() == "499@x");
  CHECK(found[max_ancestors - 2] == "437@x");
  CHECK(found.back() == "root@x");
  CHECK(dropped == 501 - max_ancestors);
}

}  // namespace
}  // namespace quilter
