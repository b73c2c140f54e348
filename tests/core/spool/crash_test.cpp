// The spool when the process dies, or a system call fails, at each step.

#include <cerrno>

#include "tests/core/spool/faults.hpp"
#include "tests/core/spool/spools.hpp"
#include "tests/support/catch.hpp"

using namespace quilter;
using namespace quilter::test;
using Catch::Matchers::Contains;

namespace {

using Calls = std::vector<std::string>;

int whole_on(SpoolFolder& folder, Shelf shelf) {
  int whole = 0;
  for (const auto& id : folder.ids(shelf)) {
    const auto claim = folder.claim(shelf, id);
    REQUIRE(claim);
    const auto read = claim->read();
    if (const auto* message = std::get_if<Spooled>(&read)) {
      CHECK(*message == spooled());
      ++whole;
    } else {
      CHECK(shelf == Shelf::torn);
    }
  }
  return whole;
}

}  // namespace

TEST_CASE("the bytes are on disk before the name, and the name before the answer") {
  const ScratchSpool scratch;
  Spool spool{scratch.options()};
  watch_calls();
  spool.keep(spooled());
  CHECK(watched_calls() == Calls{"write", "write", "fsync file", "rename", "fsync folder"});
}

TEST_CASE("what moves to another shelf is on disk there before the answer") {
  const ScratchSpool scratch;
  Spool spool{scratch.options()};
  auto claim = spool.claim(spool.keep(spooled()));
  watch_calls();
  spool.move(std::move(*claim), Shelf::failed, {});
  const auto calls = watched_calls();
  REQUIRE(calls.size() >= 2);
  CHECK(Calls(calls.begin(), calls.begin() + 2) == Calls{"rename", "fsync folder"});
}

TEST_CASE("a daemon that dies at any step of keep() leaves the message whole, or no promise") {
  for (int step = 1, end = 0; end == 0; ++step) {
    CAPTURE(step);
    const ScratchSpool scratch;
    { const Spool made{scratch.options()}; }
    const auto outcome = in_child([&] {
      Spool spool{scratch.options()};
      watch_calls(Fault::dies, step);
      spool.keep(spooled());
    });
    const Spool spool{scratch.options()};
    SpoolFolder folder{scratch.path()};
    const int whole = whole_on(folder, Shelf::waiting);
    CHECK(whole <= 1);
    if (outcome == End::reached) CHECK(whole == 1);
    CHECK(whole_on(folder, Shelf::torn) == 0);
    CHECK(scratch.files() <= 1);
    CHECK(std::filesystem::is_empty(scratch.path() + "/tmp"));
    if (outcome == End::reached) end = step;
    REQUIRE(step < 20);
  }
}

TEST_CASE("a daemon that dies at any step of a move leaves the message on one shelf") {
  for (int step = 1, end = 0; end == 0; ++step) {
    CAPTURE(step);
    const ScratchSpool scratch;
    std::string id;
    {
      Spool spool{scratch.options()};
      id = spool.keep(spooled());
    }
    const auto outcome = in_child([&] {
      Spool spool{scratch.options()};
      auto claim = spool.claim(id);
      watch_calls(Fault::dies, step);
      spool.move(std::move(*claim), Shelf::failed, "refused");
    });
    SpoolFolder folder{scratch.path()};
    CHECK(whole_on(folder, Shelf::waiting) + whole_on(folder, Shelf::failed) == 1);
    if (outcome == End::reached) end = step;
    REQUIRE(step < 20);
  }
}

TEST_CASE(
    "a system call that fails in keep() is an error that leaves nothing, and is not retried") {
  struct Row {
    int error;
    const char* want;
  };
  const auto row = GENERATE(values<Row>({
      {ENOSPC, "No space left on device"},
      {EIO, "Input/output error"},
      {EDQUOT, "Disk quota exceeded"},
  }));
  const Calls steps{"write", "write", "fsync file", "rename", "fsync folder"};
  for (std::size_t step = 1; step <= steps.size(); ++step) {
    CAPTURE(step);
    const ScratchSpool scratch;
    Spool spool{scratch.options()};
    watch_calls(Fault::fails, static_cast<int>(step), row.error);
    const auto said = error_of([&] { spool.keep(spooled()); });
    auto calls = watched_calls();
    CHECK_THAT(said, Contains(row.want));
    REQUIRE(calls.size() == step + 1);
    CHECK(calls.back() == "unlink");
    CHECK(scratch.files() == 0);
    CHECK(spool.status().waiting == 0);
    CHECK(spool.keep(spooled()).size() > 0);  // and then it works again
    CHECK(spool.status().waiting == 1);
  }
}

TEST_CASE("a note that cannot be written does not keep a message from its shelf") {
  const ScratchSpool scratch;
  Spool spool{scratch.options()};
  const auto id = spool.keep(spooled());
  watch_calls(Fault::fails, 4, ENOSPC);  // rename, fsync, unlink of the old note, write
  spool.move(*spool.claim(id), Shelf::failed, "refused");
  watched_calls();
  const SpoolFolder folder{scratch.path()};
  REQUIRE(folder.entries(Shelf::failed).size() == 1);
  CHECK(folder.entries(Shelf::failed)[0].reason == "database away");
}
