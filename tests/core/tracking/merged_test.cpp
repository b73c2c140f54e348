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

TEST_CASE("by message id, where author or subject are the patch's") {
  auto linking = commit;
  linking.message_ids = {"p2@x.org", "p1@x.org"};
  CHECK(found(linking, {candidate(1, "bb"), candidate(2, "bb")}) == 2);
  CHECK(found(linking, {candidate(1, "bb"), candidate(2, "aa", 0)}) == 2);
  CHECK(found(linking, {candidate(1, "aa"), candidate(2, "bb")}) == 1);  // the diff is surer
  linking.subject = "otherwise";
  CHECK(found(linking, {candidate(1, "bb")}) == 1);
  linking.author = "eve@x.org";
  CHECK(found(linking, {candidate(1, "bb")}) == 0);
  linking.subject = "name";
  CHECK(found(linking, {candidate(1, "bb")}) == 1);
}

TEST_CASE("a commit without a hunk is nobody's by patch id") {
  auto empty = commit;
  empty.patch_id = "";
  CHECK(found(empty, {candidate(1, "")}) == 0);
}
