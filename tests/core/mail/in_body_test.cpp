#include "core/mail/in_body.hpp"

#include "tests/support/catch.hpp"

namespace quilter {
namespace {

TEST_CASE("header fields in a body name the author, and are not content") {
  const auto* text =
      GENERATE("From: Ann <Ann@x.org>\n\nmend it\n", "\n\nFrom: Ann <ann@x.org>\nmend it\n",
               ">From: Ann <ann@x.org>\n\nmend it\n",
               "From: Ann <ann@x.org>\nDate: Sun, 1 Mar 2026 08:00:00 +0000\nSubject: long\n "
               "one\n\nmend it\n",
               "From: Ann\n <ann@x.org>\nSubject: long\n\tone\n\nmend it\n",
               "From 0123456789012345678901234567890123456789 Mon Sep 17 00:00:00 2001\n"
               "From: Ann <ann@x.org>\nSubject: [PATCH] x\n\nmend it\n");
  CAPTURE(text);
  const auto read = in_body(text);
  CHECK(read.author == Mailbox{"Ann", "ann@x.org"});
  CHECK(read.rest.substr(read.rest.find_first_not_of('\n')) == "mend it\n");
}

TEST_CASE("Mercurial's user is the author, and the text stays whole") {
  const auto* text =
      "# HG changeset patch\n# User Ann <ann@x.org>\n# Date 1 0\n# Node ID 01\nmend it\n";
  CHECK(in_body(text).author == Mailbox{"Ann", "ann@x.org"});
  CHECK(in_body(text).rest == text);
  CHECK_FALSE(in_body("# User Ann <ann@x.org>\n").author);
}

TEST_CASE("prose stays prose") {
  const auto* text = GENERATE("mend it\n\nFrom: Ann <ann@x.org>\n", "From: here to there\n",
                              "From the data sheet: x\n", "", "\n\n");
  CAPTURE(text);
  CHECK_FALSE(in_body(text).author);
  CHECK(in_body(text).rest == text);
}

}  // namespace
}  // namespace quilter
