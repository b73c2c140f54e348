#include "core/spool/write_ahead.hpp"

#include <atomic>
#include <cerrno>
#include <set>
#include <thread>

#include "core/spool/error.hpp"
#include "core/spool/write_ahead_files.hpp"
#include "tests/core/spool/faults.hpp"
#include "tests/core/spool/spools.hpp"
#include "tests/support/catch.hpp"

using namespace quilter;
using namespace quilter::test;
using Catch::Matchers::Contains;

namespace {

constexpr std::size_t small = 8192;  // two halves of some ten messages each

std::optional<WriteAhead::Ticket> put(WriteAhead& log, const Spooled& one) {
  return log.put(header_of(one), one.message.bytes);
}

std::vector<std::string> queue_ids(const std::vector<Spooled>& all) {
  std::vector<std::string> ids;
  for (const auto& one : all) ids.push_back(one.message.queue_id);
  return ids;
}

std::vector<std::string> left_in(const ScratchSpool& spool) {
  return queue_ids(WriteAhead::left_in(spool.path()).whole);
}

// How many until it takes no more.
std::vector<WriteAhead::Ticket> fill(WriteAhead& log) {
  std::vector<WriteAhead::Ticket> tickets;
  while (const auto ticket = put(log, spooled("FULL"))) tickets.push_back(*ticket);
  return tickets;
}

}  // namespace

TEST_CASE("what was put and is not done is found by the next start, as it was") {
  const ScratchSpool spool;
  WriteAhead log;
  log.begin(spool.path(), small);
  auto mail = spooled("A");
  mail.message.envelope.forward_paths = {"secret@example.org"};
  mail.message.bytes += std::string("\0\r\n\xff", 4);
  std::vector<WriteAhead::Ticket> tickets{*put(log, mail), *put(log, spooled("B")),
                                          *put(log, spooled("C"))};
  CHECK(left_in(spool) == std::vector<std::string>{"A", "B", "C"});
  auto found = WriteAhead::left_in(spool.path()).whole.at(0);
  CHECK(found.message.envelope.forward_paths.empty());
  found.message.envelope.forward_paths = mail.message.envelope.forward_paths;
  CHECK(found == mail);
  CHECK_THAT(spool.file("ahead/0"), !Contains("secret"));
  log.done({tickets[0]});
  CHECK(left_in(spool) == std::vector<std::string>{"B", "C"});
  log.done({tickets[2]});  // it is found once more: B is before it
  CHECK(left_in(spool) == std::vector<std::string>{"B", "C"});
  log.done({tickets[1]});
  CHECK(left_in(spool).empty());
}

TEST_CASE("a log that is full of what is not done takes nothing, and goes on when it is") {
  const ScratchSpool spool;
  WriteAhead log;
  log.begin(spool.path(), small);
  auto tickets = fill(log);
  REQUIRE(tickets.size() > 10);
  CHECK(left_in(spool).size() == tickets.size());
  CHECK(log.is_on());
  const auto last = tickets.back();
  tickets.pop_back();
  log.done(tickets);
  for (int i = 0; i < 1000; ++i) {
    const auto ticket = put(log, spooled("NEW"));
    if (!ticket) break;  // no further than to the half that FULL's last is in
    log.done({*ticket});
  }
  CHECK_FALSE(left_in(spool).empty());
  CHECK(left_in(spool).front() == "FULL");
  log.done({last});
  for (int i = 0; i < 1000; ++i) log.done({put(log, spooled("NEW")).value()});
  CHECK(left_in(spool).empty());
}

TEST_CASE("what an earlier generation left behind the last message is not found") {
  const ScratchSpool spool;
  WriteAhead log;
  log.begin(spool.path(), small);
  const auto of_first = fill(log);
  log.done(of_first);
  REQUIRE(put(log, spooled("NEW")));
  std::filesystem::remove(spool.path() + "/ahead/marks");  // so that nothing else hides them
  const auto left = left_in(spool);
  CHECK(left.size() <= of_first.size() / 2 + 1);  // the half that is not yet begun anew, and NEW
  CHECK(std::count(left.begin(), left.end(), "NEW") == 1);
  WriteAhead again;
  again.begin(spool.path(), small);
  CHECK(left_in(spool).empty());
}

TEST_CASE("a mark that is torn hides nothing") {
  const ScratchSpool spool;
  WriteAhead log;
  log.begin(spool.path(), small);
  const auto ticket = *put(log, spooled("A"));
  REQUIRE(put(log, spooled("B")));
  log.done({ticket});
  REQUIRE(left_in(spool) == std::vector<std::string>{"B"});
  auto marks = spool.file("ahead/marks");
  marks.at(8) = static_cast<char>(marks.at(8) + 1);  // the offset
  spool.put("ahead/marks", marks);
  CHECK(left_in(spool) == std::vector<std::string>{"A", "B"});
}

TEST_CASE("a damaged message is told, and those behind it are found") {
  const ScratchSpool spool;
  {
    WriteAhead log;
    log.begin(spool.path(), small);
    for (const auto* id : {"A", "B", "C"})
      REQUIRE(put(log, spooled(id, "body of " + std::string{id})));
  }
  auto file = spool.file("ahead/0");
  file.at(file.find("body of B")) = 'x';
  spool.put("ahead/0", file);
  const auto left = WriteAhead::left_in(spool.path());
  CHECK(queue_ids(left.whole) == std::vector<std::string>{"A", "C"});
  REQUIRE(left.torn.size() == 1);
  CHECK_THAT(left.torn[0], Contains("ahead/0") && Contains("SHA-256"));
}

TEST_CASE("any bytes in the files are borne") {
  const ScratchSpool spool;
  std::filesystem::create_directory(spool.path() + "/ahead");
  const std::string huge = "QUILTER1" + std::string(8, 'g') + std::string(8, '\xff') + "rest";
  for (const auto& bytes :
       {std::string{}, std::string{"QUILTER1"}, huge, std::string(5000, '\xff')}) {
    spool.put("ahead/0", bytes);
    spool.put("ahead/marks", bytes);
    CHECK(WriteAhead::left_in(spool.path()).whole.empty());
  }
}

TEST_CASE("messages that are put at once are all there, and share flushes") {
  const ScratchSpool spool;
  WriteAhead log;
  log.begin(spool.path(), std::size_t{4} << 20U);
  constexpr int threads = 8, each = 50;
  std::atomic<int> taken = 0;
  {
    std::vector<std::jthread> all;
    for (int i = 0; i < threads; ++i)
      all.emplace_back([&, i] {
        for (int n = 0; n < each; ++n)
          taken += put(log, spooled(std::to_string(i) + "-" + std::to_string(n))) ? 1 : 0;
      });
  }
  const auto left = left_in(spool);
  CHECK(taken == threads * each);
  CHECK(std::set<std::string>{left.begin(), left.end()}.size() == threads * each);
}

TEST_CASE(
    "it is durable before put() returns, and after the disk's first failure nothing is taken") {
  const ScratchSpool spool;
  WriteAhead log;
  log.begin(spool.path(), small);
  watch_calls();
  REQUIRE(put(log, spooled("A")));
  CHECK(watched_calls() == std::vector<std::string>{"pwrite", "fdatasync"});
  const auto failing = GENERATE(1, 2);
  watch_calls(Fault::fails, failing, EIO);
  CHECK_FALSE(put(log, spooled("B")));
  watched_calls();
  CHECK_FALSE(put(log, spooled("C")));
  CHECK_FALSE(log.is_on());
  CHECK_THAT(log.failure(), Contains("Input/output error"));
  CHECK(left_in(spool).front() == "A");
}

TEST_CASE("a process that dies while it writes leaves what was taken") {
  const ScratchSpool spool;
  const auto at = GENERATE(1, 2, 3, 4);  // of the calls of two messages
  int taken = 0;
  const auto end = in_child([&] {
    WriteAhead log;
    log.begin(spool.path(), small);
    REQUIRE(put(log, spooled("A")));
    watch_calls(Fault::dies, at);
    static_cast<void>(put(log, spooled("B")));
    static_cast<void>(put(log, spooled("C")));
  });
  CHECK(end == End::died);
  const auto left = left_in(spool);
  taken = 1 + (at > 2 ? 1 : 0);
  REQUIRE(left.size() >= static_cast<std::size_t>(taken));
  CHECK(left.front() == "A");
}

TEST_CASE("where there is no room for the log it takes nothing, and leaves no part of it behind") {
  const ScratchSpool spool;
  WriteAhead log;
  watch_calls(Fault::fails, 2, ENOSPC);
  CHECK_THROWS_AS(log.begin(spool.path(), std::size_t{4} << 20U), SpoolError);
  watched_calls();
  CHECK_FALSE(put(log, spooled("A")));
  CHECK(spool.file("ahead/0").empty());
  WriteAhead none;
  none.begin(spool.path(), 0);
  CHECK_FALSE(none.is_on());
  CHECK_FALSE(put(none, spooled("A")));
}
