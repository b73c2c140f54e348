#include "core/mail/classify.hpp"

#include "tests/support/catch.hpp"

namespace quilter {
namespace {

const std::string diff = "diff --git a/f.c b/f.c\n--- a/f.c\n+++ b/f.c\n@@ -1 +1 @@\n-x\n+y\n";
const std::string pull =
    "are available in the Git repository at:\n\n  https://example.org/x.git next\n";

enum class Thread { none, answers };

Mail mail_with(const std::string& subject, Thread thread, const std::string& text) {
  Mail mail{
      {{"From", "Ann <ann@x.org>"}, {"Message-ID", "<m@x>"}, {"Subject", subject}}, {}, "0123"};
  if (thread == Thread::answers) mail.fields.push_back({"In-Reply-To", "<p@x>"});
  mail.parts.push_back({"text/plain", {}, false, text});
  return mail;
}

// "kind by rule", or "ignored by reason".
std::string verdict(const Classified& classified) {
  if (const auto* ignored = std::get_if<Ignored>(&classified))
    return "ignored by " + ignored->reason;
  const auto& submission = std::get<Submission>(classified);
  return std::string{to_string(submission.kind)} + " by " + submission.rule;
}

TEST_CASE("the rules say what a mail is") {
  struct Row {
    const char* subject;
    Thread thread;
    std::string text;
    const char* want;
  };
  const auto row = GENERATE(values<Row>({
      {"[PATCH] x", Thread::none, diff, "patch by diff"},
      {"[PATCH 3/7] x", Thread::answers, diff, "patch by diff"},
      {"Question about f.c", Thread::none, diff, "patch by diff"},
      {"[PATCH 00/12] x", Thread::none, "text", "cover letter by cover"},
      {"[PATCH 0/2] x", Thread::none, "", "cover letter by cover"},
      {"[PATCH v2 0/2] x", Thread::answers, "text", "cover letter by cover"},
      {"Re: [PATCH 0/2] x", Thread::answers, "text", "comment by reply"},
      {"[PATCH 0/0] x", Thread::none, "text", "ignored by no-patch"},
      {"[PATCH 3/7] x", Thread::none, "no diff", "ignored by no-patch"},
      {"[PATCH 3/7] x", Thread::answers, "no diff", "comment by in-thread"},
      {"Re: [PATCH] x", Thread::answers, diff, "comment by reply"},
      {"AW: [PATCH] x", Thread::answers, "> quoted", "comment by reply"},
      {"Re: [PATCH] x", Thread::none, "lost its thread", "comment by reply"},
      {"Re: [PATCH] x", Thread::none, diff, "patch by diff"},
      {"x", Thread::answers, "answers without Re:", "comment by in-thread"},
      {"x", Thread::none, "talk", "ignored by no-patch"},
      {"Fwd: [PATCH] x", Thread::none, diff, "ignored by forward"},
      {"Fwd: [PATCH] x", Thread::answers, diff, "comment by forward-in-thread"},
      {"[GIT PULL] x", Thread::none, pull, "pull request by pull-request"},
      {"[GIT PULL] x", Thread::none, pull + diff, "pull request by pull-request"},
      {"[PULL 02/03] x", Thread::answers, pull, "pull request by pull-request"},
      {"Networking", Thread::none, pull, "pull request by pull-request"},
      {"[PATCH] mentions a pull", Thread::none, pull + diff, "patch by diff"},
      {"Re: [GIT PULL] x", Thread::answers, pull, "comment by reply"},
      {"Re: [PATCH] x", Thread::answers, "try\n\n-- >8 --\nmend it\n---\n" + diff,
       "patch by scissors"},
      {"Re: [PATCH] x", Thread::answers, "like this?\n\n-- >8 --\n" + diff, "comment by reply"},
      {"Re: [PATCH] x", Thread::answers, "> -- >8 --\n> mend it\n" + diff, "comment by reply"},
      {"Re: [PATCH] x", Thread::answers, "-- >8 --\nmend it\n", "comment by reply"},
      {"[PATCH 0/2] x", Thread::none, "interdiff:\n\n" + diff, "cover letter by cover"},
      {"Applied \"x\" to the widget tree", Thread::none, diff, "ignored by notice"},
      {"[git:media_tree/master] x", Thread::none, diff, "ignored by notice"},
      {"widgets Digest, Vol 5, Issue 3", Thread::none, diff, "ignored by notice"},
      {"Forwarded: [PATCH] x", Thread::none, diff, "ignored by forward"},
      {"[merged] x.patch removed from -mm tree", Thread::none, diff, "ignored by notice"},
      {"[tip: x86/urgent] x", Thread::answers, diff, "comment by notice-in-thread"},
      {"[tip:x86/urgent] x", Thread::none, diff, "ignored by notice"},
      {"Patch \"x\" has been added to the 6.1-stable tree", Thread::none, diff,
       "ignored by notice"},
  }));
  CAPTURE(row.subject, row.text);
  CHECK(verdict(classify(mail_with(row.subject, row.thread, row.text), {})) == row.want);
}

TEST_CASE("fields outside of the text decide too") {
  struct Row {
    Field field;
    const char* want;
  };
  const auto row =
      GENERATE(values<Row>({{{"X-Patchwork-Hint", "Ignore"}, "ignored by hint-ignore"},
                            {{"X-Bugzilla-URL", "https://x.org"}, "ignored by notice"},
                            {{"X-stable", "commit"}, "ignored by notice"},
                            {{"X-Git-Newrev", "0123"}, "ignored by notice"},
                            {{"Auto-Submitted", "auto-replied (vacation)"}, "ignored by notice"},
                            {{"Auto-Submitted", "no"}, "patch by diff"},
                            {{"Content-Type", "Multipart/Report; boundary=x"}, "ignored by notice"},
                            {{"X-SVN-Commit-Revision", "7"}, "ignored by notice"},
                            {{"X-stable", "review"}, "patch by diff"}}));
  auto mail = mail_with("[PATCH] x", Thread::none, diff);
  mail.fields.push_back(row.field);
  CHECK(verdict(classify(mail, {})) == row.want);
}

TEST_CASE("a mail that nobody sent is ignored") {
  auto mail = mail_with("[PATCH] x", Thread::none, diff);
  mail.fields[0].body = "undisclosed: ;";
  CHECK(verdict(classify(mail, {})) == "ignored by no-sender");
}

TEST_CASE("an unnumbered patch is a series of one") {
  const auto submission =
      std::get<Submission>(classify(mail_with("[PATCH v2] x", Thread::none, diff), {}));
  CHECK_FALSE(submission.numbered);
  CHECK(submission.number == 1);
  CHECK(submission.total == 1);
  CHECK(submission.version == 2);
}

TEST_CASE("a patch's author is who the body names, a comment's is who sent it") {
  const auto text = "From: Ben <ben@x.org>\n\nmend it\n" + diff;
  const auto patch = std::get<Submission>(classify(mail_with("[PATCH] x", Thread::none, text), {}));
  CHECK(patch.author == Mailbox{"Ben", "ben@x.org"});
  CHECK(patch.submitter == Mailbox{"Ann", "ann@x.org"});
  CHECK(patch.content == "mend it\n");
  const auto comment =
      std::get<Submission>(classify(mail_with("Re: x", Thread::answers, text), {}));
  CHECK(comment.author == comment.submitter);
  CHECK(comment.content == text);
  CHECK(comment.diff.empty());
}

TEST_CASE("attached patches make one diff; what the body says comes first") {
  auto mail = mail_with("[PATCH] x", Thread::none, "see attached\n-- \nAnn\n");
  mail.parts.push_back({"text/x-patch", "1.patch", true,
                        "From: Ben <ben@x.org>\n\none\n---\n" + diff + "-- \n2.39.5\n"});
  const std::string other = "--- a/g.c\n+++ b/g.c\n@@ -1 +1 @@\n-x\n+y\n";
  mail.parts.push_back({"application/octet-stream", "2.patch", true, other});
  auto submission = std::get<Submission>(classify(mail, {}));
  CHECK(submission.content == "see attached\n\none\n---\n");
  CHECK(submission.author == Mailbox{"Ben", "ben@x.org"});
  CHECK(submission.diff == diff + other);

  mail.parts[0].text = "as below and attached\n" + diff;
  submission = std::get<Submission>(classify(mail, {}));
  CHECK(submission.content == "as below and attached\n");
  CHECK(submission.diff == diff + other);

  mail.parts[0].text.clear();
  submission = std::get<Submission>(classify(mail, {}));
  CHECK(submission.content == "one\n---\n");
  CHECK(submission.author == Mailbox{"Ben", "ben@x.org"});
}

TEST_CASE(
    "a comment keeps an inline diff whole, also where it removes what looks like a signature") {
  const std::string text = "try this:\n\n--- a/f\n+++ b/f\n@@ -1,2 +1 @@\n-- \n-x\n+y\n";
  const auto comment = std::get<Submission>(
      classify(mail_with("Re: x", Thread::answers, text + "\n-- \nAnn\n"), {}));
  CHECK(comment.content == text);
}

TEST_CASE("a patch below scissors has its own subject, author and trailers") {
  auto mail = mail_with("Re: [PATCH v2 3/7] x", Thread::answers,
                        "Reviewed-by: Ann <ann@x.org>\n\n-- >8 --\nFrom: Ben <ben@x.org>\n"
                        "Subject: [PATCH v4] mend\n it\n\nbetter\n\nAcked-by: C <c@x.org>\n"
                        "---\n" +
                            diff);
  auto patch = std::get<Submission>(classify(mail, {}));
  CHECK(patch.name == "mend it");
  CHECK(patch.version == 4);
  CHECK_FALSE(patch.numbered);
  CHECK(patch.author == Mailbox{"Ben", "ben@x.org"});
  CHECK(patch.trailers == std::vector<Trailer>{{"Acked-by", "C <c@x.org>"}});
  CHECK(patch.diff == diff);

  mail.parts[0].text = "-- 8< --\nbetter\n---\n" + diff;
  patch = std::get<Submission>(classify(mail, {}));
  CHECK(patch.name == "x");
  CHECK(patch.version == 1);
  CHECK_FALSE(patch.numbered);
}

TEST_CASE("an empty subject is made good from the body") {
  const auto text = "Subject: [PATCH v2 1/2] mend it\n\n" + diff;
  auto patch = std::get<Submission>(classify(mail_with("", Thread::none, text), {}));
  CHECK(patch.name == "mend it");
  CHECK(patch.version == 2);
  CHECK(patch.total == 2);
  patch = std::get<Submission>(classify(mail_with("[PATCH] x", Thread::none, text), {}));
  CHECK(patch.name == "x");
}

TEST_CASE("who sent a mail that the list rewrote is in its body at last") {
  auto mail = mail_with("[PATCH] x", Thread::none, "From: Ben <ben@x.org>\n\nmend it\n" + diff);
  mail.fields[0].body = "Ben via list <list@lists.example>";
  const auto patch = std::get<Submission>(classify(mail, {{}, {"list@lists.example"}}));
  CHECK(patch.submitter == Mailbox{"Ben", "ben@x.org"});
}

TEST_CASE("a message id is the mail's own, or made from its fingerprint") {
  struct Row {
    std::vector<Field> fields;
    const char* want;
    bool derived;
  };
  const auto row = GENERATE(
      values<Row>({{{{"Message-ID", "<a@x>"}}, "a@x", false},
                   {{{"message-id", "garbage here"}, {"Message-Id", "<b@x>"}}, "b@x", false},
                   {{{"Message-ID", "<>"}}, "quilter.0123@derived.invalid", true},
                   {{}, "quilter.0123@derived.invalid", true}}));
  const auto own = own_id(Mail{row.fields, {}, "0123"});
  CHECK(own.id == row.want);
  CHECK(own.derived == row.derived);
}

}  // namespace
}  // namespace quilter
