#include "core/mail/pull_request.hpp"

#include "tests/support/catch.hpp"

namespace quilter {
namespace {

const std::string base = "0123456789abcdef0123456789abcdef01234567";
const std::string tip = "89abcdef0123456789abcdef0123456789abcdef";

TEST_CASE("a pull request says where to pull from, however it was wrapped") {
  struct Row {
    std::string content;
    PullRequest want;
  };
  const auto row = GENERATE(values<Row>({
      {"The following changes since commit " + base +
           ":\n\n  Old (2026-03-01)\n\nare available in the Git repository at:\n\n"
           "  https://example.org/linux.git tags/for-linus\n\nfor you to fetch changes up to " +
           tip + ":\n\n  New\n",
       {"https://example.org/linux.git", "tags/for-linus", base, tip}},
      {"The following changes since commit " + base +
           ":\n  Ann (1):\n        Old\n\n"
           "are available in the git repository at:\n\n  git://example.org/linux next\n\nAnn "
           "(5):\n      one\n",
       {"git://example.org/linux", "next", base, ""}},
      {"The following changes\nsince commit " + base +
           ":\n\nare available in the\ngit repository at:\n"
           "  git@example.org:linux.git\ntags/for-linus\n\nfor you to fetch changes\nup to " +
           tip + ":\n",
       {"git@example.org:linux.git", "tags/for-linus", base, tip}},
      {"are available in the Git repository at:\n\n  ssh://example.org/~ann/linux \n\nfor you to "
       "fetch changes up to abc:\n",
       {"ssh://example.org/~ann/linux", "", "", ""}},
      {"are available in the Git repository at:\n\n  git://x.org/t.git \\\n\ttags/foo\n",
       {"git://x.org/t.git", "tags/foo", "", ""}},
      {"are available in the Git repository at:\n\n  x.org:/pub/t.git tags/foo\n",
       {"x.org:/pub/t.git", "tags/foo", "", ""}},
      {"are available in the Git repository at:\n\n  <https://x.org/t.git> tags/foo\n",
       {"https://x.org/t.git", "tags/foo", "", ""}},
      {"can be found in the git repository at: git+ssh://example.org/x.git master",
       {"git+ssh://example.org/x.git", "master", "", ""}},
      {"are available in the Git repository at:\n  https://example.org/x.git\nThe diffstat "
       "follows.\n",
       {"https://example.org/x.git", "", "", ""}},
      {"are available in the Git repository at: https://example.org/x.git a\x1b]0;b\x07",
       {"https://example.org/x.git", "", "", ""}},
      {"are available in the Git repository at: https://example.org/x.git a\x7f",
       {"https://example.org/x.git", "", "", ""}},
  }));
  CAPTURE(row.content);
  CHECK(pull_request(row.content) == row.want);
}

TEST_CASE("what names no repository is no pull request") {
  const auto content = GENERATE(values<std::string>({
      "",
      "please pull",
      "are available in the Git repository at:",
      "are available in the Git repository at:\n\n  my desk\n",
      "> are available in the Git repository at:\n>\n>   https://example.org/x.git\n",
      "are available in the Git repository at:\n\n  https://example.org/" + std::string(2000, 'x') +
          "\n",
      "are available in the Git repository at:\n\n  https://example.org/\x1b]0;x\x07\n",
      "are available in the Git repository at:\n\n  https://example.org/\x7f\n",
  }));
  CAPTURE(content);
  CHECK(pull_request(content) == std::nullopt);
}

}  // namespace
}  // namespace quilter
