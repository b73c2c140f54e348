#include "core/mail/address.hpp"

#include "tests/support/catch.hpp"

namespace quilter {
namespace {

using Mailboxes = std::vector<Mailbox>;

// Catch shows what differs.
std::string shown(const Mailboxes& mailboxes) {
  std::string text;
  for (const auto& mailbox : mailboxes) text += mailbox.name + "|" + mailbox.address + "\n";
  return text;
}

TEST_CASE("mailboxes are read in every form that people write") {
  struct Row {
    const char* body;
    Mailboxes want;
  };
  const auto row = GENERATE(values<Row>({
      {"Ann <ann@example.org>", {{"Ann", "ann@example.org"}}},
      {"\"Abbott, Ann\" <Ann@Example.ORG>", {{"Abbott, Ann", "ann@example.org"}}},
      {"\"Ann \\\"A\\\" B\" <a@x.org>", {{"Ann \"A\" B", "a@x.org"}}},
      {"ann@example.org (Ann (the first))", {{"Ann (the first)", "ann@example.org"}}},
      {"ann at example.org (Ann)", {{"Ann", "ann@example.org"}}},
      {"ann@example.org", {{"", "ann@example.org"}}},
      {"<ann@example.org>", {{"", "ann@example.org"}}},
      {"Ann <a@x.org>, Ben <b@x.org>", {{"Ann", "a@x.org"}, {"Ben", "b@x.org"}}},
      {"Team: Ann <a@x.org>, b@x.org; c@x.org",
       {{"Ann", "a@x.org"}, {"", "b@x.org"}, {"", "c@x.org"}}},
      {"undisclosed: ;", {}},
      {"Pat O'Brien <pat.o'brien@x.org>", {{"Pat O'Brien", "pat.o'brien@x.org"}}},
      {"root <root@localhost>", {{"root", "root@localhost"}}},
      {"user@[192.0.2.1]", {{"", "user@[192.0.2.1]"}}},
      {"\"a b\"@x.org", {{"", "\"a b\"@x.org"}}},
      {"Zoë <zoë@x.org>", {{"Zoë", "zoë@x.org"}}},
      {"Ann <@relay.org:ann@x.org>", {{"Ann", "ann@x.org"}}},
      {"Ann < ann@x.org >", {{"Ann", "ann@x.org"}}},
      {"Ann <mailto:ann@x.org>", {{"Ann", "ann@x.org"}}},
      {"\"Ann (( <ann@x.org>", {{"Ann", "ann@x.org"}}},
      {"Ann <ann@x.org", {{"Ann", "ann@x.org"}}},
      {"Doe, Ann <ann@x.org>, b@x.org", {{"Doe, Ann", "ann@x.org"}, {"", "b@x.org"}}},
      {"Ann Doe, PhD <ann@x.org>", {{"Ann Doe, PhD", "ann@x.org"}}},
      {"ann at x.org, b@x.org", {{"", "ann@x.org"}, {"", "b@x.org"}}},
      {"Ann <<ann@x.org>>", {{"Ann", "ann@x.org"}}},
      {"Ann <ann at x.org>", {{"Ann", "ann@x.org"}}},
      {"Ann Doe ann@x.org>", {{"", "ann@x.org"}}},
      {"Ann Doe [mailto:ann@x.org]", {{"", "ann@x.org"}}},
      {"Ann, Ben", {}},
      {"", {}},
  }));
  CAPTURE(row.body);
  CHECK(shown(mailboxes(row.body)) == shown(row.want));
}

TEST_CASE("a hostile field ends in time") {
  CHECK(mailboxes(std::string(300'000, '(')).empty());
  CHECK(mailboxes(std::string(300'000, '"')).empty());
  CHECK(mailboxes(std::string(300'000, '<')).empty());
  CHECK(mailboxes(std::string(300'001, '"') + "a@b").size() <= 1);
}

TEST_CASE("the submitter is the author behind a list's own address") {
  struct Row {
    std::vector<Field> fields;
    Mailbox want;
  };
  const auto row = GENERATE(values<Row>({
      {{{"From", "Ann <Ann@x.org>"}}, {"Ann", "ann@x.org"}},
      {{{"From", "'Zoe Z' via golden <golden@list.org>"}, {"Reply-To", "Zoe <zoe@x.org>"}},
       {"Zoe", "zoe@x.org"}},
      {{{"From", "Zoe via golden <golden@list.org>"},
        {"Reply-To", "other@x.org"},
        {"X-Original-From", "Zoe Z <zoe.o'neil@x.org>"}},
       {"Zoe Z", "zoe.o'neil@x.org"}},
      {{{"From", "Zoe via golden <golden@list.org>"}, {"Cc", "Ann <a@x.org>, Zoe <zoe@x.org>"}},
       {"Zoe", "zoe@x.org"}},
      {{{"From", "Zoe via golden <golden@list.org>"},
        {"Reply-To", "Golden list <golden@list.org>, zoe@x.org"}},
       {"Zoe", "zoe@x.org"}},
      {{{"From", "'Zoe Z' via golden <golden@list.org>"}}, {"Zoe Z", "golden@list.org"}},
      {{{"From", "Zoe via golden <golden@list.org>"},
        {"Reply-To", "Team <team@x.org>, Zoe <zoe@x.org>"}},
       {"Zoe", "zoe@x.org"}},
      {{{"From", "Zoe via golden <golden@list.org>"},
        {"Reply-To", "Other <other@x.org>"},
        {"Cc", "Zoe <zoe@x.org>"}},
       {"Zoe", "zoe@x.org"}},
      {{{"From", "Zoe via <golden@list.org>"}, {"Cc", "Zoe <zoe@x.org>"}}, {"Zoe", "zoe@x.org"}},
      {{{"From", "Zoe via Golden <golden-bounces@list.org>"}, {"Reply-To", "zoe@x.org"}},
       {"Zoe", "zoe@x.org"}},
      {{{"From", "golden@list.org"}}, {"", "golden@list.org"}},
      {{{"From", "Ann via phone <ann@x.org>"}, {"Reply-To", "home@x.org"}},
       {"Ann via phone", "ann@x.org"}},
      {{{"From", "Ann <ann@x.org>"}, {"Reply-To", "golden@list.org"}}, {"Ann", "ann@x.org"}},
      {{{"From", "nobody"}, {"From", "Ann <ann@x.org>"}}, {"Ann", "ann@x.org"}},
      {{{"From", ""}, {"Sender", "Ann <ann@x.org>"}}, {"Ann", "ann@x.org"}},
      {{{"From", "A <a@x.org>, B <b@x.org>"}}, {"A", "a@x.org"}},
      {{{"From", "undisclosed: ;"}}, {"", ""}},
      {{}, {"", ""}},
  }));
  const auto found = submitter(Mail{row.fields, {}, {}}, {"golden@list.org"});
  CHECK(shown({found}) == shown({row.want}));
}

}  // namespace
}  // namespace quilter
