#include "core/mail/describe.hpp"

#include "tests/support/catch.hpp"

namespace quilter {
namespace {

TEST_CASE("a described value leaves out what is empty") {
  CHECK(describe(Ignored{"no-patch"}) == "kind: ignored\nreason: no-patch\n");
  Submission submission;
  submission.rule = "reply";
  submission.message_id = "a@x";
  CHECK(describe(submission) == "kind: comment\nrule: reply\nmessage-id: a@x\nversion: 1\n");
}

TEST_CASE("control characters show, and cannot forge a field") {
  Submission submission;
  submission.name = "x\nkind: patch\r";
  CHECK_THAT(describe(submission), Catch::Matchers::Contains("name: x\\x0akind: patch\\x0d\n"));
}

TEST_CASE("short texts are shown, long ones only counted and hashed") {
  Submission submission;
  submission.content = "one\ntwo";
  CHECK_THAT(describe(submission), Catch::Matchers::Contains("content: 7 bytes, sha256 ") &&
                                       Catch::Matchers::Contains("\n  |one\n  |two\\\n"));
  submission.content = std::string(2000, 'x');
  CHECK_THAT(describe(submission), !Catch::Matchers::Contains("xxx"));
}

}  // namespace
}  // namespace quilter
