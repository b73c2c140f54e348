#include "core/mail/footer.hpp"

#include "tests/support/catch.hpp"

namespace quilter {
namespace {

const std::string underscores(47, '_');

TEST_CASE("signatures and list footers come off the end") {
  const auto footer = GENERATE(values<std::string>({
      "-- \nAnn\nKernel team\n",
      "-- \n2.39.5\n",
      "--\n2.39.5\n",
      "--\nTo unsubscribe from this list: send the line \"unsubscribe linux-mm\" in\nthe body of a "
      "message\n",
      underscores +
          "\nfoo mailing list\nfoo@lists.example.org\nhttps://lists.example.org/listinfo/foo\n",
      "-- \n2.39.5\n\n" + underscores + "\nfoo mailing list\n\n",
      "-- \nAnn",
      "-=-=-=-=-=-=-=-=-=-=-=-\nGroups.io Links: You receive all messages sent to this group.\n"
      "Unsubscribe: https://x.groups.io/g/x/unsub\n-=-=-=-=-=-=-=-=-=-=-=-\n",
      std::string(70, '-') + "\nTo unsubscribe, e-mail: dev-unsubscribe@x.org\n",
      std::string(78, '-') + "\nCheck out http://sdm.link/slashdot.org\n" + underscores +
          "\nfoo mailing list\n",
      "-\nTo unsubscribe from this list: send the line \"unsubscribe x\" in\nthe body\n",
      "--~--~---------~--~----~------------~-------~--~----~\nYou received this message because "
      "you are subscribed to the Google Groups \"foo\" group.\n-~----------~----~----~\n",
  }));
  CHECK(without_footer("Looks good.\n\n" + footer) == "Looks good.\n");
}

TEST_CASE("nothing is cut out of the middle of a text") {
  const auto text = GENERATE(values<std::string>({
      "Title\n" + underscores + "\nrest of the message\n",
      std::string(70, '-') + "\nWidget queue\n\nAnn (1):\n      mend it\n",
      "-------+------\n 1 | 2\n",
      "-- \nAnn\n\nReviewed-by: Ann <a@x.org>\n",
      "-- \nAnn\n\nOn Sunday Ben wrote:\n> what?\n",
      "--\nan own line of dashes\n",
      underscores + "\nfoo mailing list\n\nAcked-by: Ann <a@x.org>\n",
      "a\n-- \n" + std::string(60, '\n') + "b\n",
      "",
  }));
  CAPTURE(text);
  CHECK(without_footer(text) == text);
}

TEST_CASE("joined content has no empty lines around it") {
  CHECK(joined_content("\n \n  a\n\n", "\nb\n\n") == "  a\n\nb\n");
  CHECK(joined_content("a", "") == "a\n");
  CHECK(joined_content("\n\n", " \n").empty());
}

}  // namespace
}  // namespace quilter
