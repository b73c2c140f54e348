#include "core/mail/metadata.hpp"

#include "tests/support/catch.hpp"

namespace quilter {
namespace {

using Texts = std::vector<std::string>;

const std::string commit(40, 'a');

TEST_CASE("what a series builds on is read from its content") {
  const auto found =
      metadata("mend it\n\nSigned-off-by: Ann <ann@x.org>\n---\nbase-commit: " + commit +
                   "\nprerequisite-patch-id: " + std::string(40, 'b') +
                   "\nprerequisite-message-id: <p@x.org>\n"
                   "change-id: 20260301-mend-0123456789ab\n"
                   "Depends-on: <d@x.org>\nBased-on: <20260301.1@x.org>\n"
                   "Supersedes: https://lore.example/r/old@x.org\n"
                   "Link: https://bugs.example/1\n",
               {});
  CHECK(found.base_commit == commit);
  CHECK(found.prerequisite_patch_ids == Texts{std::string(40, 'b')});
  CHECK(found.prerequisite_message_ids == Texts{"p@x.org"});
  CHECK(found.change_id == "20260301-mend-0123456789ab");
  CHECK(found.depends_on == Texts{"d@x.org"});
  CHECK(found.based_on == Texts{"20260301.1@x.org"});
  CHECK(found.supersedes == Texts{"old@x.org"});
  CHECK(found.links == Texts{"https://bugs.example/1"});
}

TEST_CASE("what is not of its form is left out") {
  const auto text = GENERATE(values<std::string>(
      {"base-commit: 0123\n", "base-commit:\n", "> base-commit: " + commit + "\n",
       " base-commit: " + commit + "\n", "prerequisite-patch-id: none\n", "change-id: two words\n",
       "based-on:\n", "the base-commit: " + commit + "\n", ""}));
  CAPTURE(text);
  CHECK(metadata(text, {}) == Metadata{});
}

TEST_CASE("what stands beside an id or a link is not of it") {
  const auto found = metadata(
      "Based-on: a@b (\"[PATCH 0/3] title\")\nLink: https://x.org/1 [1]\n"
      "Change-Id: I" +
          commit + "\nchange-id: 2026-series\n",
      {});
  CHECK(found.based_on == Texts{"a@b"});
  CHECK(found.links == Texts{"https://x.org/1"});
  CHECK(found.change_id == "2026-series");
}

TEST_CASE("the first of several values counts, of lists each one once") {
  const auto found = metadata("base-commit: " + commit + "\nbase-commit: " + std::string(40, 'c') +
                                  "\nLink: u\nLINK: v\nLink: u\n",
                              "field-id");
  CHECK(found.base_commit == commit);
  CHECK(found.links == Texts{"u", "v"});
  CHECK(found.change_id == "field-id");
}

TEST_CASE("a list keeps its first hundred values") {
  std::string text;
  for (int i = 0; i < 1000; ++i) text += "Link: u" + std::to_string(i) + "\n";
  CHECK(metadata(text, {}).links.size() == max_references);
}

TEST_CASE("a message id is known in brackets, alone, and in an archive's link") {
  struct Row {
    const char* value;
    const char* want;
  };
  const auto row = GENERATE(values<Row>({
      {"<a@b>", "a@b"},
      {"a@b", "a@b"},
      {"<a@b> (v3 of x)", "a@b"},
      {"https://lore.example/r/a@b", "a@b"},
      {"https://lore.example/list/a@b/", "a@b"},
      {"https://lore.example/list/a%40b/T/#u", "a@b"},
      {"https://lore.example/all/a%40b?x=1", "a@b"},
      {"<https://lore.example/r/a@b>", "a@b"},
      {"https://patches.example/series/12/", ""},
      {"https://user@host.example/", ""},
      {"the series of Ann <ann at x.org>", ""},
      {"two words@x", ""},
      {"@b", ""},
      {"a@", ""},
      {"%4", ""},
      {"", ""},
  }));
  CAPTURE(row.value);
  CHECK(named_message_id(row.value) == row.want);
}

}  // namespace
}  // namespace quilter
