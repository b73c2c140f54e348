#include "core/mail/commit_text.hpp"

#include "tests/support/catch.hpp"

namespace quilter {
namespace {

TEST_CASE("a patch's content comes apart") {
  struct Row {
    std::string content, message, notes, diffstat;
  };
  const auto row = GENERATE(values<Row>({
      {"mend it\n---\n f.c | 2 +-\n 1 file changed, 1 insertion(+), 1 deletion(-)\n", "mend it\n",
       "", " f.c | 2 +-\n 1 file changed, 1 insertion(+), 1 deletion(-)\n"},
      {"mend it\n---\nv2: again\n\n i.png => j.png | Bin 0 -> 70 bytes\n 2 files changed\n"
       " create mode 100644 j.png\n rename a => b (100%)\n",
       "mend it\n", "v2: again\n",
       " i.png => j.png | Bin 0 -> 70 bytes\n 2 files changed\n create mode 100644 j.png\n"
       " rename a => b (100%)\n"},
      {"cover\n\nAnn (1):\n  one\n\n f.c | 2 ++\n 1 file changed, 2 insertions(+)\n",
       "cover\n\nAnn (1):\n  one\n", "", " f.c | 2 ++\n 1 file changed, 2 insertions(+)\n"},
      {"a\n---\nb\n---\nc\n", "a\n", "b\n---\nc\n", ""},
      {" | no number\n 5 | six\n rename nothing\n", " | no number\n 5 | six\n rename nothing\n", "",
       ""},
      {"a | 3\n", "a | 3\n", "", ""},
      {" test | 12.5 ms\n more | 3 ms\n\n 3 files were slow\n",
       " test | 12.5 ms\n more | 3 ms\n\n 3 files were slow\n", "", ""},
      {"", "", "", ""},
  }));
  CAPTURE(row.content);
  const auto text = commit_text(row.content);
  CHECK(text.message == row.message);
  CHECK(text.notes == row.notes);
  CHECK(text.diffstat == row.diffstat);
}

}  // namespace
}  // namespace quilter
