#include "core/mail/diff.hpp"

#include "tests/support/catch.hpp"

namespace quilter {
namespace {

const std::string git_diff =
    "diff --git a/f.c b/f.c\n"
    "index 1111111..2222222 100644\n"
    "--- a/f.c\n"
    "+++ b/f.c\n"
    "@@ -1,3 +1,4 @@\n"
    " a\n"
    "+b\n"
    " c\n"
    " d\n";

// Each is one whole diff.
const std::vector<std::string> diffs{
    git_diff,
    git_diff + git_diff,
    "--- a/f.c\n+++ b/f.c\n@@ -1 +1 @@\n-x\n+y\n",
    "--- f.c.orig\t2026-03-01\n+++ f.c\t2026-03-02\n@@ -1 +1 @@\n-x\n+y\n",
    "diff -u f.c.orig f.c\n--- f.c.orig\n+++ f.c\n@@ -1 +1 @@\n-x\n+y\n",
    "diff -r 0123456789ab f.c\n--- a/f.c\tSun Mar 01\n+++ b/f.c\tSun Mar 01\n@@ -1,1 +1,1 "
    "@@\n-x\n+y\n",
    "Index: f.c\n===================================================================\n--- "
    "f.c\t(revision 1)\n"
    "+++ f.c\t(working copy)\n@@ -1 +1 @@\n-x\n+y\n",
    "Index: bfd/f.c\n===================================================================\nRCS "
    "file: /cvs/f.c,v\n"
    "retrieving revision 1.1\ndiff -u -p -r1.1 f.c\n--- bfd/f.c\t1 Mar\n+++ bfd/f.c\t2 Mar\n@@ -1 "
    "+1 @@\n-x\n+y\n",
    "diff --git a/f.c b/g.c\nsimilarity index 100%\nrename from f.c\nrename to g.c\n",
    "diff --git a/f.sh b/f.sh\nold mode 100644\nnew mode 100755\n",
    "diff --git a/empty b/empty\nnew file mode 100644\nindex 0000000..e69de29\n",
    "diff --git a/i.png b/i.png\nindex 111..222 100644\nBinary files a/i.png and b/i.png differ\n",
    "diff --git a/i b/i\nnew file mode 100644\nindex 0..1\nGIT binary patch\nliteral "
    "4\nLcmZQzWMT#Y01f~L\n\n"
    "literal 0\nHcmV?d00001\n\ndiff --git a/n.c b/n.c\nnew file mode 100644\nindex 0..1\n--- "
    "/dev/null\n+++ b/n.c\n"
    "@@ -0,0 +1 @@\n+x\n",
    "--- a/f\n+++ b/f\n@@ -1 +1 @@\n-x\n\\ No newline at end of file\n+y\n\\ No newline at end of "
    "file\n",
    "--- a/f\n+++ b/f\n@@ -1,3 +1,3 @@\n-- \n--- old\n+-- \n+++ new\n \n",
    "--- a/f\n+++ b/f\n@@ -1,2 +1,3 @@\n a\n\n+b\n",  // the blank of an empty context line was lost
    "--- a/f\n+++ b/f\n@@ -1,2 +1,3 @@\r\n a\r\n \r\n+b\r\n",
};

TEST_CASE("a diff is taken out of the text around it, byte for byte") {
  const auto diff = GENERATE(from_range(diffs));
  const auto text = GENERATE_COPY(values<DiffSplit>({
      {"", diff},
      {"mend it\n\nSigned-off-by: A <a@x.org>\n---\n f.c | 1 +\n 1 file changed\n",
       diff + "-- \n2.39.5\n\n"},
      {"mend it\n", diff + "--\n2.39.5 (Apple Git-154)\n"},
      {"mend it\n",
       diff +
           "-- \n2.39.5\n\n_______________________________________________\nlist mailing list\n"},
      {"Fix the\ndiff of two things.\n", diff},
      {"Index: is a word here.\n\nmore\n", diff},
      {"Title\n___\n-- \nrest\n\nAcked-by: M <m@x.org>\n", diff},
      {"--- before\n+++ after\nno hunk\n", diff},
  }));
  CAPTURE(text.content, text.diff);
  const auto split = split_diff(text.content + (text.content.empty() ? "" : "\n") + text.diff);
  CHECK(split.content == text.content);
  CHECK(split.diff == diff);
}

TEST_CASE("an example above the commit message's end is part of the message") {
  const std::string message =
      "Explain:\n\n--- a/old\n+++ b/old\n@@ -1 +1 @@\n-x\n+y\n\nThat was it.\n\nAcked-by: M "
      "<m@x.org>\n---\n";
  const auto split = split_diff(message + git_diff + "-- \n2.39.5\n");
  CHECK(split.content == message);
  CHECK(split.diff == git_diff);
}

TEST_CASE("what stands below the diff is content, the signature is not") {
  const auto split = split_diff("mend it\n\n" + git_diff + "\nPlease apply.\n\n-- \nAnn\n");
  CHECK(split.content == "mend it\n\nPlease apply.\n");
  CHECK(split.diff == git_diff);
}

TEST_CASE("a text without a diff is all content") {
  const auto* text =
      GENERATE("", "hello\n", "diff of things\nindex of things\n",
               "> --- a/f\n> +++ b/f\n> @@ -1 +1 @@\n", "@@ -1 +1 @@\n-x\n+y\n", "--- a\n+++ b\n",
               "Index: x\n====\n", "diff --git a/x b/x\n", "  --- a/f\n  +++ b/f\n  @@ -1 +1 @@\n");
  CAPTURE(text);
  CHECK(split_diff(text).content == text);
  CHECK(split_diff(text).diff.empty());
}

TEST_CASE("a damaged hunk stays in the diff, and a last line end is given") {
  const std::string damaged = "--- a/f\n+++ b/f\n@@ -0,0 +1,8 @@\n-x\n-y\n";
  CHECK(split_diff(damaged + "-- \n2.7.4\n").diff == damaged);
  const std::string wrapped =
      "--- a/f\n+++ b/f\n@@ -1,3 +1,3 @@\n a very long\nline\n-x\n@@ -9 +9 @@\n-x\n+y";
  CHECK(split_diff(wrapped).diff == wrapped + "\n");
}

TEST_CASE("the files of a diff are known by their new names") {
  struct Row {
    std::string diff;
    std::vector<std::string> want;
  };
  const auto row = GENERATE(values<Row>({
      {git_diff, {"f.c"}},
      {diffs[4], {"f.c"}},
      {diffs[7], {"bfd/f.c"}},
      {diffs[8], {"g.c"}},
      {diffs[9], {"f.sh"}},
      {diffs[10], {"empty"}},
      {diffs[11], {"i.png"}},
      {diffs[12], {"i", "n.c"}},
      {diffs[14], {"f"}},
      {"--- a/gone.c\n+++ /dev/null\n@@ -1 +0,0 @@\n-x\n", {"gone.c"}},
      {"--- linux.orig/mm/f.c\n+++ linux/mm/f.c\n@@ -1 +1 @@\n-x\n+y\n", {"mm/f.c"}},
      {"--- a/dir/with blank.c\t\n+++ b/dir/with blank.c\t\n@@ -1 +1 @@\n-x\n+y\n",
       {"dir/with blank.c"}},
      {"Index: src/dir/f.c\n==========\nRCS file: /cvs/src/dir/f.c,v\nretrieving revision 1.5\n"
       "diff -u -r1.5 f.c\n--- f.c\t1 Jan 2005\n+++ f.c\t2 Jan 2005\n@@ -1 +1 @@\n-x\n+y\n",
       {"src/dir/f.c"}},
      {"--- /dev/null\n+++ linux-2.6/fs/n.c\n@@ -0,0 +1 @@\n+x\n", {"fs/n.c"}},
      {"--- linux.orig/fs/f.c   2005-01-01 12:00:00.0 +0100\n+++ linux/fs/f.c   2005-01-02 "
       "12:00:00.0 +0100\n@@ -1 +1 @@\n-x\n+y\n",
       {"fs/f.c"}},
      {"--- trunk/f.c   (revision 1)\n+++ trunk/f.c   (working copy)\n@@ -1 +1 @@\n-x\n+y\n",
       {"trunk/f.c"}},
      {"--- ./fs/f.c\n+++ ./fs/f.c\n@@ -1 +1 @@\n-x\n+y\n", {"fs/f.c"}},
      {"--- \"a/f\\303\\266o.c\"\n+++ \"b/f\\303\\266o.c\"\n@@ -1 +1 @@\n-x\n+y\n", {"föo.c"}},
      {"--- \"a/\\377\\n\"\n+++ \"b/\\377\\n\"\n@@ -1 +1 @@\n-x\n+y\n", {"\xEF\xBF\xBD\n"}},
      {git_diff + "--- a/a.c\n+++ b/a.c\n@@ -1 +1 @@\n-x\n+y\n" + git_diff, {"a.c", "f.c"}},
      {"", {}},
  }));
  CAPTURE(row.diff);
  CHECK(paths(split_diff(row.diff).files) == row.want);
}

// The ids are what `git patch-id --stable` of git 2.39.5 says.
TEST_CASE("the patch id is git's") {
  struct Row {
    std::string diff;
    std::string want;
  };
  const auto row = GENERATE(values<Row>({
      {git_diff, "57d3616237efc34454327fd533e6d5f67af9ef9e"},
      {diffs[8], "72587c71563aaa2d69ee386dd22d8aa3fcad8036"},
      {diffs[9], "051107b1e388fecedc1507190ccebd07f798ba84"},
      {diffs[11], "77fb5e924f21ba2611e87ee6224d63d7ae9828cb"},
      {diffs[12], "b1470f8047b24707202c72a9dc80767188d64d09"},
      {diffs[4], "a9e0f5ef9ca01f9b059c0f5cd36b5929b3159415"},
      {git_diff + diffs[9] + diffs[8] + git_diff, "5aae681d44029e3149690e9cbf9fcb79c70cc58a"},
      {"--- a/f\n+++ b/f\n@@ -1 +1 @@\n-x\n+y\n", ""},
      {"", ""},
  }));
  CAPTURE(row.diff);
  CHECK(patch_id(row.diff) == row.want);
}

TEST_CASE("blanks, line numbers and the order of files do not change a patch id") {
  const std::string other = "diff --git a/g.c b/g.c\n--- a/g.c\n+++ b/g.c\n@@ -1 +1 @@\n-x\n+y\n";
  const std::string moved =
      "diff --git a/g.c b/g.c\n--- a/g.c\n+++ b/g.c\n@@ -9 +9 @@\n-\tx\n+ y\n";
  CHECK(patch_id(git_diff + other) == patch_id(other + git_diff));
  CHECK(patch_id(other) == patch_id(moved));
  CHECK(patch_id(other) != patch_id(git_diff));
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  for (const auto& hunk : find_diff(text).hunks)
    lines.push_back(split_diff(text).diff.substr(hunk.lines, hunk.end - hunk.lines));
  return lines;
}

TEST_CASE("a hunk is plain where every reader counts its lines alike") {
  struct Row {
    std::string hunk;
    std::vector<std::string> want;
  };
  const auto row = GENERATE(values<Row>({
      {"@@ -1 +1 @@\n-x\n+y\n", {"-x\n+y\n"}},
      {"@@ -1,2 +1,2 @@ f\n x\n-y\n+z\n@@ -9 +9,2 @@\n x\n+y\n", {" x\n-y\n+z\n", " x\n+y\n"}},
      {"@@ -1,2 +1,2 @@\n-x\n+y\n\n", {}},  // a blank was lost, which git does not count
      {"@@ -1,2 +1,2 @@\n-x\n+y\n\tz\n", {}},
      {"@@ -1 +1 @@\n-x\n\\ No newline at end of file\n+y\n", {}},
      {"@@ -1 +1 @@\n-x\n+y\n\\ No newline at end of file\n", {"-x\n+y\n"}},
      {"@@ -1,9 +1,9 @@\n-x\n+y\n", {}},
      {"@@ -1 +1 @@\n-x\n+y", {}},  // the end of a part, or what follows, ends the line
      {"@@ -" + std::string(60, '0') + "1,2 +1,2 @@\n x\n-y\n+z\n", {}},  // git reads 60 characters
  }));
  CAPTURE(row.hunk);
  const auto headed = "diff --git a/f b/f\n--- a/f\n+++ b/f\n" + row.hunk;
  CHECK(lines_of(headed) == row.want);
  CHECK(lines_of("An example:\n" + git_diff + "That was it.\n---\n" + headed) == row.want);
  for (const auto& more : {std::string{}, git_diff, "\n" + git_diff, "\\ No newline\n" + git_diff})
    CHECK(patch_id(headed + more, find_diff(headed).hunks) == patch_id(headed + more));
}

}  // namespace
}  // namespace quilter
