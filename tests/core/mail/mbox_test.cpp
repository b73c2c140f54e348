#include "core/mail/mbox.hpp"

#include "tests/support/catch.hpp"

namespace quilter {
namespace {

using Messages = std::vector<std::string>;

TEST_CASE("an mbox is its messages, without From_ lines, escapes and the empty line between") {
  struct Row {
    const char* what;
    std::string file;
    Messages want;
  };
  const std::string from = "From a@example.org Mon Sep 17 00:00:00 2001\n";
  const auto row = GENERATE_COPY(values<Row>({
      {"nothing", "", {}},
      {"one message without a From_ line", "Subject: a\n\nb\n", {"Subject: a\n\nb\n"}},
      {"two messages",
       from + "A: 1\n\na\n\n" + from + "B: 2\n\nb\n\n",
       {"A: 1\n\na\n", "B: 2\n\nb\n"}},
      {"no empty line between",
       from + "A: 1\n\na\n" + from + "B: 2\n\nb",
       {"A: 1\n\na\n", "B: 2\n\nb"}},
      {"one empty line is the mbox's, others are the message's",
       from + "A: 1\n\na\n\n\n\n",
       {"A: 1\n\na\n\n\n"}},
      {"CR LF", "From x Mon Sep 17 00:00:00 2001\r\nA: 1\r\n\r\na\r\n\r\n", {"A: 1\r\n\r\na\r\n"}},
      {"an empty message", from + from + "A: 1\n", {"", "A: 1\n"}},
      {"escaped, by one",
       from + "A: 1\n\n>From me\n>>From you\n",
       {"A: 1\n\nFrom me\n>From you\n"}},
      {"a zone after the year", "From x Fri Feb  1 18:19:21 2013 +0100\nA: 1\n", {"A: 1\n"}},
  }));
  CAPTURE(row.what);
  CHECK(messages_of_mbox(row.file) == row.want);
}

TEST_CASE("prose that begins with From does not start a message") {
  const auto* line = GENERATE("From here on\n", "From: a\n", "From 10:20:30\n", "From\n",
                              "From a 1:2:3 2001\n", "From then on, at 12:00:00 sharp\n",
                              "From :\n", " From a Mon Sep 17 00:00:00 2001\n");
  const auto file = "From a Mon Sep 17 00:00:00 2001\nA: 1\n\n" + std::string{line} + "b\n";
  CHECK(messages_of_mbox(file) == Messages{"A: 1\n\n" + std::string{line} + "b\n"});
}

TEST_CASE("what mbox_entry writes, messages_of_mbox reads") {
  const std::string message = "A: 1\n\nFrom here\n\ndiff --git a/f b/f\n";
  const auto file = mbox_entry(message) + mbox_entry("B: 2\n");
  CHECK(messages_of_mbox(file) == Messages{message, "B: 2\n"});
}

}  // namespace
}  // namespace quilter
