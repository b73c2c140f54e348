#include "core/tracking/merged.hpp"

#include "tests/support/catch.hpp"

using namespace quilter;

namespace {

MergeCandidate candidate(std::int64_t patch, const std::string& patch_id,
                         std::int32_t version = 1) {
  MergeCandidate one;
  one.patch = patch;
  one.message_id = "p" + std::to_string(patch) + "@x.org";
  one.patch_id = patch_id;
  one.name = "name";
  one.author = "ann@x.org";
  one.version = version;
  return one;
}

const MergedCommit commit{.commit = "c0ffee0",
                          .patch_id = "aa",
                          .message_ids = {},
                          .author = "ann@x.org",
                          .subject = "name"};

std::int64_t found(const MergedCommit& one, const std::vector<MergeCandidate>& candidates) {
  std::vector<const MergeCandidate*> pointers;
  for (const auto& candidate : candidates) pointers.push_back(&candidate);
  const auto merged = merged_patch(one, pointers);
  return merged ? merged->patch->patch : 0;
}

}  // namespace

TEST_CASE("a commit names its patch in trailers, the last first") {
  struct Row {
    const char* message;
    std::vector<MessageId> want;
  };
  const auto row = GENERATE(values<Row>({
      {"a subject\n\nWhy.\n\nLink: https://lore.kernel.org/r/a@x.org\n", {"a@x.org"}},
      {"s\n\nLink: https://patch.msgid.link/a@x.org\n", {"a@x.org"}},
      {"s\n\nlink: https://lore.kernel.org/all/a%40x.org/\n", {"a@x.org"}},
      {"s\n\nLink: https://patch.msgid.link/a@x.org [1]\n", {"a@x.org"}},
      {"s\n\nLink: https://lore.kernel.org/r/a@x.org # v2\n", {"a@x.org"}},
      {"s\n\nLink: https://lore.kernel.org/all/a@x.org/T/#u\n", {"a@x.org"}},
      {"s\n\nLink: https://x.org/~ann@home/list/1234\n", {}},
      {"s\n\nMessage-ID: <a@x.org>\n", {"a@x.org"}},
      {"s\n\nMessage-Id: <a@x.org>\nLink: https://x.org/r/b@x.org\n", {"b@x.org", "a@x.org"}},
      {"s\n\nLink: https://x.org/bug/7\n", {}},
      {"s\n\nCloses: https://x.org/r/a@x.org\n", {}},
      {"see Link: https://x.org/r/a@x.org\n", {}},
      {"", {}},
  }));
  CAPTURE(row.message);
  CHECK(linked_message_ids(row.message) == row.want);
}

TEST_CASE("by patch id, and of several the newest version") {
  CHECK(found(commit, {candidate(1, "aa"), candidate(2, "bb")}) == 1);
  CHECK(found(commit, {candidate(1, "aa", 2), candidate(2, "aa", 1)}) == 1);
  CHECK(found(commit, {candidate(1, "aa"), candidate(2, "aa")}) == 2);
  CHECK(found(commit, {candidate(2, "bb")}) == 0);
}

TEST_CASE("of several with the patch id the one that has the commit, then the one it links to") {
  auto linking = commit;
  linking.message_ids = {"p1@x.org"};
  auto has_it = candidate(3, "aa");
  has_it.commit = commit.commit;
  CHECK(found(linking, {candidate(1, "aa"), candidate(2, "aa", 2)}) == 1);
  CHECK(found(linking, {candidate(1, "aa"), has_it, candidate(2, "aa", 2)}) == 3);
}

TEST_CASE("a linked patch with another diff is the commit only where that is plain") {
  struct Row {
    const char *subject, *author;
    std::vector<std::string> paths;
    const char* clue;
  };
  const auto row = GENERATE(values<Row>({
      {"name", "eve@x.org", {}, "message-id"},
      {"net: Name", "eve@x.org", {}, "message-id"},  // as its maintainer begins it
      {"better name", "ann@x.org", {"a.c", "b.c"}, "message-id"},
      {"better name", "ann@x.org", {"a.c"}, "doubtful"},         // what follows it up
      {"better name", "eve@x.org", {"a.c", "b.c"}, "doubtful"},  // somebody else's answer
      {"Revert \"name\"", "ann@x.org", {"a.c", "b.c"}, "doubtful"},
      {"better name", "ann@x.org", {}, "doubtful"},  // with nothing in it
  }));
  auto patch = candidate(1, "bb");
  patch.paths = {"a.c", "b.c"};
  auto linking = commit;
  linking.message_ids = {patch.message_id};
  linking.subject = row.subject;
  linking.author = row.author;
  linking.paths = row.paths;
  CAPTURE(row.subject, row.author);
  CHECK(to_string(merged_patch(linking, {&patch})->clue) == row.clue);
}

TEST_CASE("a reworded patch is the last one that is linked") {
  auto first = candidate(1, "bb"), last = candidate(2, "cc");
  first.paths = last.paths = {"a.c"};
  auto linking = commit;
  linking.message_ids = {"elsewhere@x.org", "p1@x.org"};
  linking.subject = "better name";
  linking.paths = {"a.c"};
  CHECK(merged_patch(linking, {&first})->clue == Clue::doubtful);
  linking.message_ids = {"p2@x.org", "p1@x.org"};
  CHECK(merged_patch(linking, {&first, &last})->patch == &last);
}

TEST_CASE("by message id, the last that is linked, where its diff is nobody's") {
  auto linking = commit;
  linking.message_ids = {"p2@x.org", "p1@x.org"};
  CHECK(found(linking, {candidate(1, "bb"), candidate(2, "bb")}) == 2);
  CHECK(found(linking, {candidate(1, "bb"), candidate(2, "aa", 0)}) == 2);
  CHECK(found(linking, {candidate(1, "aa"), candidate(2, "bb")}) == 1);  // the diff is surer
}

TEST_CASE("a commit without a hunk is nobody's by patch id") {
  auto empty = commit;
  empty.patch_id = "";
  CHECK(found(empty, {candidate(1, "")}) == 0);
}
