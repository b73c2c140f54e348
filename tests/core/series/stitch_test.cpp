#include "core/series/stitch.hpp"

#include <algorithm>
#include <map>

#include "core/series/plan.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/members.hpp"

using namespace quilter;
using quilter::test::minute;
using quilter::test::patch;

namespace {

// "c=0 a=1 b=2; d=1 supersedes c": each series as its members with their numbers, in order.
std::string shown(const std::vector<Series>& all) {
  std::string text;
  for (const auto& series : all) {
    if (!text.empty()) text += "; ";
    for (const auto* member : series.members) {
      if (member != series.members.front()) text += " ";
      text += member->message_id + "=" + std::to_string(member->number);
    }
    if (!series.complete) text += " incomplete";
    if (series.supersedes) text += " supersedes " + all[*series.supersedes].first->message_id;
  }
  return text;
}

Submission named(Submission submission, const std::string& name) {
  submission.name = name;
  return submission;
}

struct Case {
  const char* what;
  std::vector<Submission> mails;
  const char* want;
};

const std::vector<Case> cases{
    {"a cover letter and its patches are one series",
     {patch("c", {1, 0, 2}), patch("a", {1, 1, 2}, {"c"}, 1), patch("b", {1, 2, 2}, {"c"}, 2)},
     "c=0 a=1 b=2"},
    {"each in answer to the one before, with In-Reply-To only",
     {patch("c", {1, 0, 3}), patch("a", {1, 1, 3}, {"c"}), patch("b", {1, 2, 3}, {"a"}),
      patch("d", {1, 3, 3}, {"b"})},
     "c=0 a=1 b=2 d=3"},
    {"siblings belong together while their cover letter is on its way",
     {patch("a", {1, 1, 3}, {"c"}), patch("b", {1, 2, 3}, {"c"})},
     "a=1 b=2 incomplete"},
    {"an unnumbered patch is a series of one", {patch("a", {}), patch("b", {}, {}, 1)}, "a=1; b=1"},
    {"an unnumbered patch stays alone in a thread too",
     {patch("a", {}), patch("b", {}, {"a"}, 1)},
     "a=1; b=1"},
    {"unthreaded mails belong by submitter, version, total and time",
     {patch("c", {1, 0, 2}), patch("a", {1, 1, 2}, {}, 1), patch("b", {1, 2, 2}, {}, 19)},
     "c=0 a=1 b=2"},
    {"outside the window they do not",
     {patch("a", {1, 1, 2}), patch("b", {1, 2, 2}, {}, 21)},
     "a=1 incomplete; b=2 incomplete"},
    {"another sender's unthreaded mail is another series",
     {patch("a", {1, 1, 2}), patch("b", {1, 2, 2}, {}, 1, "eve@example.org")},
     "a=1 incomplete; b=2 incomplete"},
    {"an unthreaded cover letter finds threaded patches",
     {patch("a", {1, 1, 2}), patch("b", {1, 2, 2}, {"a"}, 1), patch("c", {1, 0, 2}, {}, 2)},
     "c=0 a=1 b=2"},
    {"a slot is taken once: a resend founds its own series",
     {patch("a", {1, 1, 2}), patch("b", {1, 2, 2}, {"a"}, 1), patch("r", {1, 2, 2}, {"a"}, 2)},
     "a=1 b=2; r=2 incomplete"},
    {"one sender's unthreaded series of the same shape, one after the other",
     {patch("a1", {1, 1, 2}), patch("a2", {1, 2, 2}, {}, 1), patch("b1", {1, 1, 2}, {}, 2),
      patch("b2", {1, 2, 2}, {}, 3)},
     "a1=1 a2=2; b1=1 b2=2"},
    {"one sender's threaded series of the same shape at the same time",
     {patch("a0", {1, 0, 2}), patch("b0", {1, 0, 2}), patch("a1", {1, 1, 2}, {"a0"}),
      patch("b1", {1, 1, 2}, {"b0"}), patch("a2", {1, 2, 2}, {"a0"}),
      patch("b2", {1, 2, 2}, {"b0"})},
     "a0=0 a1=1 a2=2; b0=0 b1=1 b2=2"},
    {"two senders in one threaded series",
     {patch("c", {1, 0, 2}), patch("a", {1, 1, 2}, {"c"}, 1),
      patch("b", {1, 2, 2}, {"c"}, 2, "eve@example.org")},
     "c=0 a=1 b=2"},
    {"nobody takes another's slot, with whatever date",
     {patch("c", {1, 0, 2}), patch("a", {1, 1, 2}, {"c"}, 1), patch("b", {1, 2, 2}, {"c"}, 2),
      patch("e", {1, 2, 2}, {"c"}, -9, "eve@example.org"),
      patch("f", {1, 0, 2}, {"a"}, -9, "eve@example.org")},
     "f=0 e=2 incomplete; c=0 a=1 b=2"},
    {"an extra patch is kept and does not complete the series",
     {patch("a", {1, 1, 2}), patch("b", {1, 3, 2}, {"a"}, 1)},
     "a=1 b=3 incomplete"},
    {"a v2 in answer to the v1 cover letter supersedes it",
     {patch("c", {1, 0, 1}), patch("a", {1, 1, 1}, {"c"}, 1), patch("c2", {2, 0, 1}, {"c"}, 9),
      patch("a2", {2, 1, 1}, {"c2", "c"}, 9)},
     "c=0 a=1; c2=0 a2=1 supersedes c"},
    {"all patches of a v2 without cover letter in answer to the v1 cover letter",
     {patch("c", {1, 0, 2}), patch("a", {1, 1, 2}, {"c"}, 1), patch("b", {1, 2, 2}, {"c"}, 1),
      patch("a2", {2, 1, 2}, {"c"}, 90), patch("b2", {2, 2, 2}, {"c"}, 200)},
     "c=0 a=1 b=2; a2=1 b2=2 supersedes c"},
    {"a v2 whose patches answer their old selves",
     {patch("a", {1, 1, 2}), patch("b", {1, 2, 2}, {"a"}, 1), patch("a2", {2, 1, 2}, {"a"}, 90),
      patch("b2", {2, 2, 2}, {"b", "a"}, 200)},
     "a=1 b=2; a2=1 b2=2 supersedes a"},
    {"an unnumbered v3 supersedes v2, not v1",
     {patch("a", {1, 1, 0}), patch("b", {2, 1, 0}, {"a"}, 1), patch("c", {3, 1, 0}, {"b", "a"}, 2)},
     "a=1; b=1 supersedes a; c=1 supersedes b"},
    {"an unthreaded v2 supersedes the v1 that it has a name in common with",
     {named(patch("a", {1, 1, 0}), "net: mend it"),
      named(patch("b", {1, 1, 0}, {}, 1), "mm: mend it"),
      named(patch("c", {2, 1, 0}, {}, 9999), "net: mend it!")},
     "a=1; b=1; c=1 supersedes a"},
    {"another sender's v2 of that name does not",
     {named(patch("a", {1, 1, 0}), "net: mend it"),
      named(patch("c", {2, 1, 0}, {}, 9999, "eve@example.org"), "net: mend it")},
     "a=1; c=1"},
    {"interleaved unthreaded series are told apart by the runs of the tool that sent them",
     {patch("2024.7-1-ann@x", {1, 1, 2}), patch("2024.8-1-ann@x", {1, 1, 2}, {}, 1),
      patch("2024.7-2-ann@x", {1, 2, 2}, {}, 2), patch("2024.8-2-ann@x", {1, 2, 2}, {}, 3)},
     "2024.7-1-ann@x=1 2024.7-2-ann@x=2; 2024.8-1-ann@x=1 2024.8-2-ann@x=2"},
    {"a run holds a series together where dates and threads don't",
     {patch("2024.7-1-ann@x", {1, 1, 2}), patch("2024.7-2-ann@x", {1, 2, 2}, {}, 9999)},
     "2024.7-1-ann@x=1 2024.7-2-ann@x=2"},
    {"references in a circle",
     {patch("a", {1, 1, 2}, {"b"}), patch("b", {1, 2, 2}, {"a"})},
     "a=1 b=2"},
};

std::vector<Member> members(const std::vector<Submission>& mails) {
  std::vector<Member> all;
  for (const auto& mail : mails) all.push_back(member_of(mail));
  return all;
}

}  // namespace

TEST_CASE("mails are stitched into series, whatever their order") {
  for (const auto& one : cases) DYNAMIC_SECTION(one.what) {
      auto all = members(one.mails);
      std::sort(all.begin(), all.end(), [](const auto& left, const auto& right) {
        return left.message_id < right.message_id;
      });
      do {
        REQUIRE(shown(stitch(all, {})) == one.want);
      } while (std::next_permutation(
          all.begin(), all.end(),
          [](const auto& left, const auto& right) { return left.message_id < right.message_id; }));
    }
}

TEST_CASE("a series is named after its cover letter, else after its lowest patch") {
  const auto with_cover = members({patch("b", {1, 2, 2}, {"c"}), patch("c", {1, 0, 2})});
  CHECK(stitch(with_cover, {}).front().name == "name of c");
  CHECK(stitch(with_cover, {}).front().cover->message_id == "c");
  const auto without = members({patch("b", {1, 2, 2}, {"a"}), patch("a", {1, 1, 2})});
  CHECK(stitch(without, {}).front().name == "name of a");
  CHECK(stitch(without, {}).front().cover == nullptr);
}

TEST_CASE("ties break by date, then message id; a mail without a date is the latest") {
  auto early = member_of(patch("z", {})), late = member_of(patch("a", {}, {}, 1)), undated = late;
  undated.date.reset();
  CHECK(std::is_lt(canonical_order(early, late)));
  CHECK(std::is_lt(canonical_order(late, undated)));
  CHECK(std::is_lt(canonical_order(member_of(patch("a", {})), early)));
}
