// The whole milter over its socket, as an MTA meets it.
#include <libmilter/mfapi.h>
#include <libmilter/mfdef.h>

#include <atomic>
#include <thread>

#include "tests/milter/live_server.hpp"
#include "tests/support/catch.hpp"

using namespace quilter;
using namespace quilter::test;

namespace {

constexpr std::uint32_t no_reply_steps = 0x0FF080;  // all SMFIP_NR_*

LiveServer& server() {
  return LiveServer::get();
}

Delivery sound_mail(const std::string& queue_id = "4QUEUE") {
  Delivery delivery;
  delivery.header = {{"Subject", " [PATCH] x"}, {"List-Id", " <list.example.org>"}};
  delivery.body = "line\r\n";
  delivery.queue_id = queue_id;
  return delivery;
}

const std::string sound_bytes = "Subject: [PATCH] x\r\nList-Id: <list.example.org>\r\n\r\nline\r\n";

void check_still_works(FakeMta& mta) {
  CHECK(mta.deliver(sound_mail()) == Answer{});
  CHECK(only(server().recorder.take()).bytes == sound_bytes);
}

}  // namespace

TEST_CASE("only what is needed is negotiated") {
  FakeMta mta{server().address()};
  const auto& granted = mta.negotiate();
  CHECK(granted.version == 6);
  CHECK(granted.actions == SMFIF_SETSYMLIST);
  CHECK(granted.steps ==
        (SMFIP_NOCONNECT | SMFIP_NOHELO | SMFIP_NODATA | SMFIP_NOUNKNOWN | SMFIP_NR_MAIL |
         SMFIP_NR_RCPT | SMFIP_NR_HDR | SMFIP_NR_BODY | SMFIP_HDR_LEADSPC));
  CHECK(granted.macro_lists ==
        std::vector<std::pair<std::uint32_t, std::string>>{{SMFIM_EOM, "i"}, {SMFIM_EOH, "i"}});
  check_still_works(mta);
  mta.quit();
}

TEST_CASE("an MTA that offers less is served as well") {
  struct Row {
    const char* what;
    Offer offer;
  };
  const auto row = GENERATE(values<Row>({
      {"no silent steps", {6, 0x1FF, 0x1FFFFF & ~no_reply_steps}},
      {"no leading space", {6, 0x1FF, 0x1FFFFF & ~static_cast<std::uint32_t>(SMFIP_HDR_LEADSPC)}},
      {"no macro lists", {6, 0x0FF, 0x1FFFFF}},
      {"version 2", {2, 0x3F, 0x7F}},
  }));
  CAPTURE(row.what);
  auto mta = server().connect(row.offer);
  for (int i = 0; i < 3; ++i) check_still_works(mta);
  auto untracked = sound_mail();
  untracked.header.emplace_back("X-List", " untracked");
  CHECK(mta.deliver(untracked).verdict == SMFIR_ACCEPT);
  check_still_works(mta);
  auto later = sound_mail("LATER");
  CHECK(mta.deliver(later).verdict == SMFIR_REPLYCODE);
  server().recorder.take();
  mta.quit();
}

TEST_CASE("envelope and queue id reach the recorder") {
  struct Row {
    std::string reverse_path, want_reverse_path, queue_id, want_queue_id;
  };
  const auto row = GENERATE(values<Row>({
      {"<a@example.org>", "a@example.org", "4ABCD", "4ABCD"},
      {"a@example.org", "a@example.org", "4ABCD", "4ABCD"},
      {"<>", "", "4ABCD", "4ABCD"},
      {"", "", "4ABCD", "4ABCD"},
      {"<a@example.org>", "a@example.org", "", "NOQUEUE"},
      {"<\"odd>one\"@example.org>", "\"odd>one\"@example.org", "", "NOQUEUE"},
  }));
  CAPTURE(row.reverse_path, row.queue_id);
  auto mta = server().connect();
  auto delivery = sound_mail(row.queue_id);
  delivery.reverse_path = row.reverse_path;
  delivery.forward_paths = {"<list@example.org>", "<hidden@example.org>"};
  CHECK(mta.deliver(delivery) == Answer{});
  const auto message = only(server().recorder.take());
  CHECK(message.envelope ==
        Envelope{row.want_reverse_path, {"list@example.org", "hidden@example.org"}});
  CHECK(message.queue_id == row.want_queue_id);
}

TEST_CASE("a queue id is not carried over to the next message") {
  auto mta = server().connect();
  mta.deliver(sound_mail("FIRST"));
  mta.deliver(sound_mail(""));
  const auto messages = server().recorder.take();
  REQUIRE(messages.size() == 2);
  CHECK(messages[0].queue_id == "FIRST");
  CHECK(messages[1].queue_id == "NOQUEUE");
}

TEST_CASE("ESMTP arguments are no part of a path") {
  auto mta = server().connect();
  mta.mail("<a@example.org>", {"SIZE=1234", "BODY=8BITMIME", "RET=HDRS"});
  mta.recipient("<b@example.org>", {"NOTIFY=SUCCESS", "ORCPT=rfc822;c@example.org"});
  mta.recipient("<c@example.org>", {"NOTIFY=NEVER"});
  mta.recipient("d@example.org");
  CHECK(mta.end_of_headers() == Answer{});
  CHECK(mta.end_of_message() == Answer{});
  CHECK(only(server().recorder.take()).envelope ==
        Envelope{"a@example.org", {"b@example.org", "c@example.org", "d@example.org"}});
}

TEST_CASE("folds become CR LF, raw 8 bit and NUL in the body stay") {
  auto mta = server().connect();
  Delivery delivery;
  delivery.header = {
      {"Subject", " a\n b\n\tc"}, {"X-Raw", " \xFC\xFF"}, {"X-Tight", "tight"}, {"X-Empty", ""}};
  delivery.body = std::string{"\x00 nul \xFE\r\n.\r\nlone \n and \r", 24};
  CHECK(mta.deliver(delivery) == Answer{});
  CHECK(only(server().recorder.take()).bytes ==
        "Subject: a\r\n b\r\n\tc\r\nX-Raw: \xFC\xFF\r\nX-Tight:tight\r\nX-Empty:\r\n\r\n" +
            delivery.body);
}

TEST_CASE("a body is the same however it is cut into chunks") {
  const std::string body = "one\r\ntwo \xC3\xA9\r\n\r\nthree";
  for (std::size_t first = 0; first <= body.size(); ++first) {
    CAPTURE(first);
    auto mta = server().connect();
    mta.mail("<a@x>");
    mta.recipient("<b@x>");
    CHECK(mta.end_of_headers() == Answer{});
    mta.body(std::string_view{body}.substr(0, first));
    mta.body(std::string_view{body}.substr(first));
    CHECK(mta.end_of_message() == Answer{});
    CHECK(only(server().recorder.take()).bytes == "\r\n" + body);
  }
}

TEST_CASE("a message of 30 MB arrives whole") {
  auto mta = server().connect();
  auto delivery = sound_mail();
  delivery.body.resize(30'000'000);
  for (std::size_t i = 0; i < delivery.body.size(); ++i)
    delivery.body[i] = static_cast<char>(i * 31 >> 7);
  CHECK(mta.deliver(delivery) == Answer{});
  const auto message = only(server().recorder.take());
  CHECK_FALSE(message.truncated);
  CHECK((std::string_view{message.bytes}.ends_with(delivery.body)));
}

TEST_CASE("a message beyond the limit is cut, and let go on") {
  auto mta = server().connect();
  auto delivery = sound_mail();
  delivery.body.assign(LiveServer::max_message_bytes, 'x');
  CHECK(mta.deliver(delivery) == Answer{});
  const auto message = only(server().recorder.take());
  CHECK(message.truncated);
  CHECK(message.bytes.size() == LiveServer::max_message_bytes);
}

TEST_CASE("1,000 messages pass over one connection") {
  auto mta = server().connect();
  for (int i = 0; i < 1'000; ++i)
    REQUIRE(mta.deliver(sound_mail("4Q" + std::to_string(i))) == Answer{});
  const auto messages = server().recorder.take();
  REQUIRE(messages.size() == 1'000);
  for (int i = 0; i < 1'000; ++i) {
    REQUIRE(messages[static_cast<std::size_t>(i)].queue_id == "4Q" + std::to_string(i));
    REQUIRE(messages[static_cast<std::size_t>(i)].bytes == sound_bytes);
  }
}

TEST_CASE("16 connections deliver 50 messages each at once") {
  std::atomic<int> answered{0};
  std::vector<std::thread> clients;
  for (int client = 0; client < 16; ++client)
    clients.emplace_back([&answered, client] {
      auto mta = server().connect();
      for (int i = 0; i < 50; ++i) {
        auto delivery = sound_mail("C" + std::to_string(client) + "M" + std::to_string(i));
        delivery.body.assign(static_cast<std::size_t>(i) * 3'000, static_cast<char>('a' + client));
        if (mta.deliver(delivery) == Answer{}) ++answered;
      }
      mta.quit();
    });
  for (auto& client : clients) client.join();
  CHECK(answered == 800);
  const auto messages = server().recorder.take();
  REQUIRE(messages.size() == 800);
  for (const auto& message : messages) {
    const auto letter = static_cast<char>('a' + std::stoi(message.queue_id.substr(1)));
    const auto body = message.bytes.substr(message.bytes.find("\r\n\r\n") + 4);
    REQUIRE(body == std::string(body.size(), letter));
  }
}

TEST_CASE("the MTA hears of progress while a message is recorded, and not after its answer") {
  auto mta = server().connect();
  for (int i = 0; i < 100; ++i) {
    REQUIRE(mta.envelope_and_header(sound_mail("HOLD")) == Answer{});
    mta.macros(SMFIC_BODYEOB, {{"i", "HOLD"}});
    mta.send_end_of_message();
    for (int times = 0; times < 3; ++times) mta.progress();
    server().recorder.release();
    REQUIRE(mta.reply() == Answer{});
  }
  mta.quit();
  CHECK(server().recorder.take().size() == 100);
}

TEST_CASE("an MTA may go while it hears of progress") {
  for (int i = 0; i < 20; ++i) {
    auto mta = server().connect();
    REQUIRE(mta.envelope_and_header(sound_mail("HOLD")) == Answer{});
    mta.macros(SMFIC_BODYEOB, {{"i", "HOLD"}});
    mta.send_end_of_message();
    mta.progress();
  }
  for (int i = 0; i < 20; ++i) server().recorder.release();
  CHECK(server().recorder.take(20).size() == 20);
  auto mta = server().connect();
  check_still_works(mta);
}

TEST_CASE(
    "a message for no tracked list is accepted at end of headers, and the next one is served") {
  auto mta = server().connect();
  auto delivery = sound_mail();
  delivery.header.emplace_back("List-Id", " <untracked.example.org>");
  CHECK(mta.deliver(delivery) == Answer{SMFIR_ACCEPT, ""});
  check_still_works(mta);
  CHECK(mta.deliver(delivery) == Answer{SMFIR_ACCEPT, ""});
  mta.abort();
  check_still_works(mta);
  CHECK(server().recorder.take().empty());
  mta.quit();
}

TEST_CASE("a transaction that is reset at any stage leaves no trace in the next") {
  const int stages = GENERATE(range(0, 7));
  CAPTURE(stages);
  auto mta = server().connect();
  if (stages > 0) mta.mail("<gone@x>", {"SIZE=100"});
  if (stages > 1) mta.recipient("<gone@x>");
  if (stages > 2) mta.header_field("Subject", " gone");
  if (stages > 3) mta.header_field("List-Id", " <untracked.example.org>");
  if (stages == 5) CHECK(mta.end_of_headers() == Answer{SMFIR_ACCEPT, ""});
  mta.abort();
  if (stages == 6) {
    mta.mail("<gone@x>");
    mta.recipient("<b@x>");
    CHECK(mta.end_of_headers() == Answer{});
    mta.body("gone");
    mta.abort();
  }
  CHECK(mta.deliver(sound_mail("")) == Answer{});
  CHECK(only(server().recorder.take()) ==
        RawMessage{sound_bytes, {"sender@example.org", {"list@example.org"}}, "NOQUEUE", false});
  mta.quit();
}

TEST_CASE("MAIL without an abort before it begins anew") {
  auto mta = server().connect();
  mta.mail("<gone@x>");
  mta.recipient("<gone@x>");
  mta.header_field("Subject", " gone");
  check_still_works(mta);
}

TEST_CASE("connections may close at any moment") {
  { const FakeMta never_negotiated{server().address()}; }
  { const auto negotiated = server().connect(); }
  {
    auto quits = server().connect();
    quits.quit();
  }
  {
    auto aborts = server().connect();
    aborts.abort();
    aborts.quit();
  }
  {
    auto in_envelope = server().connect();
    in_envelope.mail("<a@x>");
    in_envelope.flush();
  }
  {
    auto in_body = server().connect();
    in_body.mail("<a@x>");
    in_body.recipient("<b@x>");
    CHECK(in_body.end_of_headers() == Answer{});
    in_body.body("half a bo");
    in_body.flush();
  }
  {
    auto quits_in_body = server().connect();
    quits_in_body.mail("<a@x>");
    quits_in_body.recipient("<b@x>");
    CHECK(quits_in_body.end_of_headers() == Answer{});
    quits_in_body.quit();
  }
  auto mta = server().connect();
  check_still_works(mta);
  CHECK(server().recorder.take().empty());
}

TEST_CASE(
    "what goes wrong at end of message is a 451 with our words, and the next message is served") {
  struct Row {
    std::string queue_id;
    Answer want;
  };
  const Answer failed{SMFIR_REPLYCODE, "451 4.3.0 patch archive failed, try again later"};
  const auto row = GENERATE_REF(values<Row>({
      {"LATER", {SMFIR_REPLYCODE, "451 4.3.0 patch archive unavailable, try again later"}},
      {"THROW", failed},
      {"ALLOC", failed},
      {"INT", failed},
      {"AGAIN", {}},
  }));
  CAPTURE(row.queue_id);
  auto mta = server().connect();
  CHECK(mta.deliver(sound_mail(row.queue_id)) == row.want);
  CHECK(server().recorder.take().size() == 1);
  check_still_works(mta);
  mta.quit();
}

TEST_CASE("what goes wrong at end of headers is a 451 too") {
  auto mta = server().connect();
  auto delivery = sound_mail();
  delivery.header.emplace_back("X-List", " throw");
  CHECK(mta.deliver(delivery) ==
        Answer{SMFIR_REPLYCODE, "451 4.3.0 patch archive failed, try again later"});
  check_still_works(mta);
}

TEST_CASE("a connection that is handed on without a new negotiation is served") {
  auto mta = server().connect();
  check_still_works(mta);
  mta.quit_for_next_connection();
  CHECK(mta.deliver(sound_mail()) == Answer{});
  CHECK(only(server().recorder.take()).bytes ==
        "Subject:  [PATCH] x\r\nList-Id:  <list.example.org>\r\n\r\nline\r\n");
}
