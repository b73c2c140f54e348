#include "milter/session.hpp"

#include "tests/milter/recording_recorder.hpp"
#include "tests/support/catch.hpp"

using namespace quilter;
using namespace quilter::milter;
using quilter::test::only;

namespace {

struct SessionFixture {
  test::RecordingRecorder recorder;
  Admission admission;
  std::atomic<std::size_t> max_message_bytes = 1000;
  LeadingSpace leading_space = LeadingSpace::kept;

  Session session() { return Session{recorder, admission, max_message_bytes, leading_space}; }
};

}  // namespace

TEST_CASE("a header field is written as it was transferred") {
  struct Row {
    LeadingSpace leading_space;
    std::string body, want;
  };
  const auto row = GENERATE(values<Row>({
      {LeadingSpace::kept, " plain", "Subject: plain\r\n"},
      {LeadingSpace::kept, "no space", "Subject:no space\r\n"},
      {LeadingSpace::kept, "\ttab", "Subject:\ttab\r\n"},
      {LeadingSpace::kept, "  two", "Subject:  two\r\n"},
      {LeadingSpace::kept, "", "Subject:\r\n"},
      {LeadingSpace::stripped, "plain", "Subject: plain\r\n"},
      {LeadingSpace::stripped, "", "Subject: \r\n"},
      {LeadingSpace::kept, " a\n b", "Subject: a\r\n b\r\n"},
      {LeadingSpace::kept, " a\r\n b", "Subject: a\r\n b\r\n"},
      {LeadingSpace::kept, "\n folded at once\n\tand again",
       "Subject:\r\n folded at once\r\n\tand again\r\n"},
      {LeadingSpace::kept, " ends with a fold\n", "Subject: ends with a fold\r\n\r\n"},
      {LeadingSpace::kept, " raw \xFC\xE9\x80", "Subject: raw \xFC\xE9\x80\r\n"},
      {LeadingSpace::kept, " lone \r stays", "Subject: lone \r stays\r\n"},
  }));
  CAPTURE(row.body);
  SessionFixture fixture;
  fixture.leading_space = row.leading_space;
  auto session = fixture.session();
  session.mail("<a@x>");
  session.header_field("Subject", row.body);
  session.end_of_headers();
  session.end_of_message();
  CHECK(only(fixture.recorder.take()).bytes == row.want + "\r\n");
}

TEST_CASE("what is beyond the limit is left out, wherever it falls") {
  const std::string whole = "Subject: s\r\n\r\nbody";
  for (std::size_t limit = 1; limit <= whole.size() + 1; ++limit) {
    CAPTURE(limit);
    SessionFixture fixture;
    fixture.max_message_bytes = limit;
    auto session = fixture.session();
    session.mail("a@x");
    session.size_announced("SIZE=2000000000");
    session.header_field("Subject", " s");
    session.end_of_headers();
    session.body("bo");
    session.body("dy");
    CHECK(&session.end_of_message() == &reply_to(Status::stored));
    const auto message = only(fixture.recorder.take());
    CHECK(message.bytes == whole.substr(0, limit));
    CHECK(message.truncated == (limit < whole.size()));
  }
}

TEST_CASE("a limit that changes counts for the messages that begin after it") {
  SessionFixture fixture;
  auto session = fixture.session();
  session.mail("a@x");
  fixture.max_message_bytes = 4;
  session.end_of_headers();
  session.body("body");
  session.end_of_message();
  CHECK(only(fixture.recorder.take()).bytes == "\r\nbody");
  session.mail("a@x");
  fixture.max_message_bytes = 1000;
  session.end_of_headers();
  session.body("body");
  session.end_of_message();
  CHECK(only(fixture.recorder.take()).bytes == "\r\nbo");
}

TEST_CASE("an announced size is believed only so far as it makes sense") {
  const auto argument =
      GENERATE(as<std::string>{}, "SIZE=10", "size=10", "SIZE=", "SIZE=-1",
               "SIZE=99999999999999999999", "SIZE=2147483647", "SIZE=1x", "BODY=8BITMIME", "");
  CAPTURE(argument);
  SessionFixture fixture;
  auto session = fixture.session();
  session.mail("a@x");
  session.size_announced(argument);
  session.end_of_headers();
  session.body("body");
  session.end_of_message();
  CHECK(only(fixture.recorder.take()).bytes == "\r\nbody");
}

TEST_CASE("list marks are the three list fields, in any case, and the forward-paths") {
  SessionFixture fixture;
  auto session = fixture.session();
  session.mail("a@x");
  session.recipient("<list@example.org>");
  session.recipient("other@example.org");
  session.header_field("LIST-ID", " <a.example.org>");
  session.header_field("x-mailing-list", " b@example.org");
  session.header_field("X-List", " c");
  session.header_field("List-Post", " d");
  session.header_field("X-List-Id", " e");
  session.end_of_headers();
  CHECK(fixture.recorder.last_marks() == ListMarks{{" <a.example.org>", " b@example.org", " c"},
                                                   {"list@example.org", "other@example.org"}});
}

TEST_CASE("a hostile number of list fields and recipients is capped") {
  SessionFixture fixture;
  auto session = fixture.session();
  session.mail("a@x");
  for (int i = 0; i < 20'000; ++i) session.recipient("r@x");
  for (int i = 0; i < 1'000; ++i) session.header_field("X-List", " l");
  session.end_of_headers();
  CHECK(fixture.recorder.last_marks().list_fields.size() == 100);
  CHECK(fixture.recorder.last_marks().forward_paths.size() == 10'000);
}

TEST_CASE(
    "after a failure the transaction ends in a tempfail at the next reply, and the next one is "
    "sound") {
  SessionFixture fixture;
  auto session = fixture.session();
  session.mail("a@x");
  session.fail("for the test");
  session.recipient("b@x");
  session.header_field("Subject", " s");
  CHECK(&session.end_of_headers() == &internal_error);

  session.mail("a@x");
  CHECK(&session.end_of_headers() == &go_on);
  session.fail("for the test");
  session.body("lost");
  CHECK(&session.end_of_message() == &internal_error);

  session.mail("a@x");
  CHECK(&session.end_of_headers() == &go_on);
  CHECK(&session.end_of_message() == &reply_to(Status::stored));
  CHECK(fixture.recorder.take().size() == 1);
}

TEST_CASE("once draining, messages whose body is on its way end well and new ones are put off") {
  SessionFixture fixture;
  auto first = fixture.session();
  auto second = fixture.session();
  first.mail("a@x");
  second.mail("b@x");
  CHECK(&first.end_of_headers() == &go_on);
  CHECK(fixture.admission.drain() == 1);
  CHECK(&second.end_of_headers() == &shutting_down);
  CHECK_FALSE(fixture.admission.wait_until_empty(std::chrono::milliseconds{0}));
  CHECK(&first.end_of_message() == &reply_to(Status::stored));
  CHECK(fixture.admission.wait_until_empty(std::chrono::milliseconds{0}));
}

TEST_CASE("a message that is not wanted, forgotten or failed is no longer in flight") {
  SessionFixture fixture;
  auto session = fixture.session();
  session.mail("a@x");
  session.header_field("List-Id", " untracked");
  CHECK(&session.end_of_headers() == &not_for_us);
  session.mail("a@x");
  session.end_of_headers();
  session.forget();
  session.mail("a@x");
  session.end_of_headers();
  session.fail("for the test");
  CHECK(fixture.admission.drain() == 0);
}

TEST_CASE("a message with more list fields than are read is read whole") {
  SessionFixture fixture;
  auto session = fixture.session();
  session.mail("<>");
  for (int i = 0; i < 100; ++i) session.header_field("List-Id", " <untracked.example.org>");
  CHECK(&session.end_of_headers() == &not_for_us);
  session.mail("<>");
  for (int i = 0; i < 101; ++i) session.header_field("List-Id", " <untracked.example.org>");
  CHECK(&session.end_of_headers() == &go_on);
}
