// One daemon's spool: its lock, its limits, what it finds at start.

#include <atomic>
#include <map>
#include <set>
#include <thread>

#include "tests/core/spool/faults.hpp"
#include "tests/core/spool/spools.hpp"
#include "tests/support/catch.hpp"

using namespace quilter;
using namespace quilter::test;
using Catch::Matchers::Contains;
using Catch::Matchers::StartsWith;

TEST_CASE("two daemons do not share a spool") {
  const ScratchSpool scratch;
  const Spool first{scratch.options()};
  const auto said = "the spool " + scratch.path() + " is used by another quilterd (pid " +
                    std::to_string(::getpid()) + "): give each daemon its own [spool] folder";
  CHECK(error_of([&] { const Spool second{scratch.options()}; }) == said);
  CHECK(in_child([&] {
          if (error_of([&] { const Spool second{scratch.options()}; }) != said)
            throw std::runtime_error{"not refused"};
        }) == End::reached);
}

TEST_CASE("a daemon that died leaves no lock") {
  const ScratchSpool scratch;
  CHECK(in_child([&] {
          Spool spool{scratch.options()};
          watch_calls(Fault::dies, 1);
          spool.keep(spooled());
        }) == End::died);
  CHECK(error_of([&] { const Spool next{scratch.options()}; }).empty());
}

TEST_CASE("at start, what was whole in tmp waits, and what was torn is kept aside") {
  const ScratchSpool scratch;
  { const Spool made{scratch.options()}; }
  const std::string id = "20261122T061302.123456Z-Q1";
  const auto whole = header_of(spooled("Q1")) + spooled("Q1").message.bytes;
  scratch.put("tmp/" + id, whole);
  scratch.put("tmp/20261122T061303.123456Z-Q2", whole.substr(0, whole.size() - 1));
  scratch.put("tmp/20261122T061304.123456Z-Q3", "");
  scratch.put("tmp/.odd", "garbage");
  Spool spool{scratch.options()};
  const auto& recovered = spool.recovered();
  CHECK(recovered.whole == std::vector{id});
  CHECK(recovered.torn.size() == 3);
  CHECK(recovered.forgotten == 0);
  CHECK(spool.waiting() == std::vector{id});
  CHECK(std::filesystem::is_empty(scratch.path() + "/tmp"));
  const auto status = spool.status();
  CHECK(status.waiting == 1);
  CHECK(status.torn == 3);
  CHECK(status.oldest == time_from("2026-11-22T06:13:02Z"));
}

TEST_CASE("a file in tmp never takes the place of one that waits") {
  const ScratchSpool scratch;
  { const Spool made{scratch.options()}; }
  const std::string id = "20261122T061302.123456Z-Q1";
  for (const auto* folder : {"tmp/", "new/"})
    scratch.put(folder + id, header_of(spooled(folder)) + spooled(folder).message.bytes);
  const Spool spool{scratch.options()};
  const auto entries = SpoolFolder{scratch.path()}.entries(Shelf::waiting);
  REQUIRE(entries.size() == 2);
  CHECK(entries[0].queue_id == "new/");
  CHECK(entries[1].queue_id == "tmp/");
}

TEST_CASE("of those that were never finished the newest 100 stay; what was promised stays") {
  const ScratchSpool scratch;
  { const Spool made{scratch.options()}; }
  const auto name = [](int i) { return "20261122T061302.000" + std::to_string(100 + i) + "Z-Q"; };
  for (int i = 0; i < 130; ++i) scratch.put("torn/" + name(i), "cut");
  scratch.put("torn/" + name(0) + ".why", "its SHA-256 is another");
  const Spool spool{scratch.options()};
  CHECK(spool.recovered().forgotten == 29);
  const auto left = SpoolFolder{scratch.path()}.ids(Shelf::torn);
  REQUIRE(left.size() == 101);
  CHECK(left[0] == name(0));
  CHECK(left[1] == name(30));
}

TEST_CASE("past a limit nothing is written, and there is room again once something left") {
  const ScratchSpool scratch;
  auto options = scratch.options();
  struct Row {
    const char* what;
    int max_files;
    std::size_t max_bytes;
    const char* want;
  };
  const auto row = GENERATE(values<Row>({
      {"files", 3, 1U << 20U, "full: the spool has 3 files (spool.max_files)"},
      {"bytes", 100, 1000, "full: the spool has "},
  }));
  CAPTURE(row.what);
  options.max_files = row.max_files;
  options.max_bytes = row.max_bytes;
  Spool spool{options};
  spool.keep(spooled());
  const auto waiting = spool.keep(spooled());
  spool.set_aside(spooled());
  while (spool.status().bytes + spooled().message.bytes.size() <= options.max_bytes &&
         spool.status().waiting + spool.status().failed < options.max_files)
    spool.keep(spooled());
  const auto files = scratch.files();
  CHECK_THAT(error_of([&] { spool.keep(spooled()); }), StartsWith(row.want));
  CHECK_THAT(error_of([&] { spool.set_aside(spooled()); }), StartsWith(row.want));
  CHECK(scratch.files() == files);
  spool.remove(*spool.claim(waiting));
  CHECK(spool.keep(spooled()).size() > 0);
  CHECK(scratch.files() == files);
}

TEST_CASE("a limit that changes counts at once, also where more is there already") {
  const ScratchSpool scratch;
  auto options = scratch.options();
  Spool spool{options};
  spool.keep(spooled());
  spool.keep(spooled());
  options.max_files = 1;
  spool.reconfigure(options);
  CHECK_THAT(error_of([&] { spool.keep(spooled()); }), StartsWith("full: the spool has 2 files"));
  options.max_files = 3;
  spool.reconfigure(options);
  CHECK(spool.keep(spooled()).size() > 0);
}

TEST_CASE("free disk that others shall have is not taken") {
  const ScratchSpool scratch;
  auto options = scratch.options();
  options.min_free_bytes = std::size_t{1} << 60U;
  Spool spool{options};
  CHECK_THAT(error_of([&] { spool.keep(spooled()); }),
             StartsWith("full: only ") && Contains("(spool.min_free)"));
  CHECK(scratch.files() == 0);
}

TEST_CASE("the status counts what we do, and what others did after a refresh") {
  const ScratchSpool scratch;
  Spool spool{scratch.options()};
  CHECK_FALSE(spool.status().oldest);
  const auto first = spool.keep(spooled());
  const auto second = spool.keep(spooled());
  spool.set_aside(spooled());
  CHECK(spool.status().waiting == 2);
  CHECK(spool.status().failed == 1);
  CHECK(spool.status().oldest == arrival_of(first));
  spool.move(*spool.claim(first), Shelf::torn, "its SHA-256 is another");
  CHECK(spool.status().torn == 1);
  CHECK(spool.status().waiting == 1);
  SpoolFolder tool{scratch.path()};
  tool.remove(*tool.claim(Shelf::waiting, second));
  CHECK(spool.status().waiting == 1);
  spool.refresh();
  const auto status = spool.status();
  CHECK(status.waiting == 0);
  CHECK(status.failed == 1);
  CHECK(status.bytes == 2 * (header_of(spooled()).size() + spooled().message.bytes.size()));
  CHECK_FALSE(status.oldest);
}

TEST_CASE("a folder that goes is an error, and works again when it is back") {
  const ScratchSpool scratch;
  Spool spool{scratch.options()};
  const auto id = spool.keep(spooled());
  const auto elsewhere = scratch.path() + "-elsewhere";
  std::filesystem::rename(scratch.path(), elsewhere);
  CHECK_THAT(error_of([&] { spool.keep(spooled()); }), Contains("is not there: mount its disk"));
  CHECK_THAT(error_of([&] { spool.waiting(); }), Contains("is not there"));
  CHECK_FALSE(spool.claim(id));

  SECTION("the same one") {
    std::filesystem::rename(elsewhere, scratch.path());
    spool.keep(spooled());
    CHECK(spool.waiting().size() == 2);
    CHECK(spool.status().waiting == 2);
  }
  SECTION("another, which is locked and counted anew") {
    scratch.make();
    spool.keep(spooled());
    CHECK(spool.waiting().size() == 1);
    CHECK(spool.status().waiting == 1);
    CHECK_THAT(error_of([&] { const Spool second{scratch.options()}; }), Contains("is used by"));
  }
  SECTION("another, which somebody else has") {
    scratch.make();
    const Spool other{scratch.options()};
    CHECK_THAT(error_of([&] { spool.keep(spooled()); }), Contains("is used by another quilterd"));
  }
}

TEST_CASE("eight threads keep and claim 2,000 messages: each is taken exactly once") {
  constexpr int threads = 8;
  constexpr int each = 250;
  const ScratchSpool scratch;
  Spool spool{scratch.options()};
  std::atomic<int> keeping{threads};
  std::mutex guard;
  std::map<std::string, int> taken;
  std::vector<std::string> problems;
  const auto keep_and_claim = [&](int thread) {
    try {
      for (int i = 0; i < each; ++i)
        spool.keep(spooled("Q" + std::to_string(thread) + "x" + std::to_string(i)));
      --keeping;
      for (bool last = false; !last;) {
        last = keeping == 0;
        for (const auto& id : spool.waiting()) {
          auto claim = spool.claim(id);
          if (!claim) continue;
          const auto read = claim->read();
          const std::lock_guard held{guard};
          ++taken[std::get<Spooled>(read).message.queue_id];
          spool.remove(std::move(*claim));
        }
      }
    } catch (const std::exception& error) {
      const std::lock_guard held{guard};
      problems.emplace_back(error.what());
      --keeping;
    }
  };
  std::vector<std::thread> running;
  for (int thread = 0; thread < threads; ++thread) running.emplace_back(keep_and_claim, thread);
  std::thread refreshing{[&] {
    while (keeping > 0) spool.refresh();
  }};
  for (auto& thread : running) thread.join();
  refreshing.join();
  CHECK(problems == std::vector<std::string>{});
  CHECK(taken.size() == threads * each);
  CHECK(std::all_of(taken.begin(), taken.end(), [](const auto& one) { return one.second == 1; }));
  spool.refresh();
  CHECK(spool.status().waiting == 0);
  CHECK(spool.status().bytes == 0);
  CHECK(scratch.files() == 0);
}
