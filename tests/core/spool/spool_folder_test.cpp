// Shelves, ids and claims.

#include <sys/stat.h>

#include <thread>

#include "tests/core/spool/faults.hpp"
#include "tests/core/spool/spools.hpp"
#include "tests/support/catch.hpp"

using namespace quilter;
using namespace quilter::test;
using Catch::Matchers::Contains;

namespace {

struct Ready {
  Ready() { folder.check(); }
  ScratchSpool scratch;
  SpoolFolder folder{scratch.path()};
};

}  // namespace

TEST_CASE("what is kept is on its shelf, for us alone, byte for byte") {
  Ready ready;
  const auto shelf = GENERATE(Shelf::waiting, Shelf::failed, Shelf::torn);
  const auto [id, bytes] = ready.folder.keep(spooled(), shelf);
  CHECK(ready.folder.ids(shelf) == std::vector{id});
  const auto file = ready.folder.file(shelf, id);
  REQUIRE(file);
  CHECK(*file == header_of(spooled()) + spooled().message.bytes);
  CHECK(bytes == file->size());
  for (const auto& entry : std::filesystem::recursive_directory_iterator{ready.scratch.path()}) {
    struct stat facts {};
    REQUIRE(::stat(entry.path().c_str(), &facts) == 0);
    CHECK((facts.st_mode & 0077U) == 0);
  }
}

TEST_CASE("ids sort as the messages came, and say when") {
  Ready ready;
  std::vector<std::string> ids;
  for (int i = 0; i < 200; ++i) ids.push_back(ready.folder.keep(spooled(), Shelf::waiting).id);
  CHECK(ready.folder.ids(Shelf::waiting) == ids);
  CHECK(std::is_sorted(ids.begin(), ids.end()));
  const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  const auto arrival = arrival_of(ids.front());
  REQUIRE(arrival);
  CHECK(*arrival <= now);
  CHECK(*arrival > now - std::chrono::hours{1});
}

TEST_CASE("of a queue id letters and digits become part of the id") {
  struct Row {
    std::string queue_id;
    const char* want;
  };
  const auto row = GENERATE(values<Row>({
      {"4XyZ12", "Z-4XyZ12"},
      {"", "Z-NOQUEUE"},
      {"../../etc/passwd", "Z-etcpasswd"},
      {"a\nb\tc", "Z-abc"},
      {"j\xc3\xb6rg", "Z-jrg"},
      {"x.why", "Z-xwhy"},
      {"1234567890123456789012345678901234567890more",
       "Z-1234567890123456789012345678901234567890"},
  }));
  Ready ready;
  const auto id = ready.folder.keep(spooled(row.queue_id), Shelf::waiting).id;
  CHECK_THAT(id, Catch::Matchers::EndsWith(row.want));
  CHECK(is_spool_id(id));
  CHECK(arrival_of(id));
}

TEST_CASE("no id names a file elsewhere") {
  Ready ready;
  ready.scratch.put("secret", "x");
  const auto id =
      GENERATE(values<std::string>({"", ".", "..", "../secret", "/etc/passwd", "a/b", ".hidden",
                                    "x.why", std::string("x\0y", 3), std::string(300, 'x')}));
  CAPTURE(id);
  CHECK_FALSE(is_spool_id(id));
  CHECK_FALSE(ready.folder.claim(Shelf::waiting, id));
  CHECK_FALSE(ready.folder.entry(Shelf::waiting, id));
  CHECK_FALSE(ready.folder.file(Shelf::waiting, id));
}

TEST_CASE("what is no file of ours is left alone") {
  Ready ready;
  const auto waiting = ready.scratch.path() + "/new/";
  ready.scratch.put("secret", "x");
  std::filesystem::create_symlink("../secret", waiting + "link");
  std::filesystem::create_directory(waiting + "folder");
  REQUIRE(::mkfifo((waiting + "pipe").c_str(), 0600) == 0);
  CHECK(ready.folder.ids(Shelf::waiting).empty());
  for (const auto* id : {"link", "folder", "pipe", "nothing"}) {
    CHECK_FALSE(ready.folder.claim(Shelf::waiting, id));
    CHECK_FALSE(ready.folder.entry(Shelf::waiting, id));
  }
}

TEST_CASE("an id that is not one of ours says nothing of its arrival") {
  CHECK_FALSE(arrival_of(GENERATE(values<std::string>(
      {"", "mail.eml", "20261122T061302", "20261322T061302.1Z-Q", "2026112ZT061302.123456Z-Q"}))));
  CHECK(arrival_of("20261122T061302.123456Z-Q") == time_from("2026-11-22T06:13:02Z"));
}

TEST_CASE("a file has one holder among threads, until that lets go") {
  Ready ready;
  const auto id = ready.folder.keep(spooled(), Shelf::waiting).id;
  {
    const auto claim = ready.folder.claim(Shelf::waiting, id);
    REQUIRE(claim);
    CHECK(ready.folder.entry(Shelf::waiting, id)->held);
    bool second = true;
    std::thread{[&] { second = ready.folder.claim(Shelf::waiting, id).has_value(); }}.join();
    CHECK_FALSE(second);
  }
  CHECK_FALSE(ready.folder.entry(Shelf::waiting, id)->held);
  CHECK(ready.folder.claim(Shelf::waiting, id));
}

TEST_CASE("a file has one holder among processes, and a process that dies lets go") {
  Ready ready;
  const auto id = ready.folder.keep(spooled(), Shelf::waiting).id;
  {
    const auto claim = ready.folder.claim(Shelf::waiting, id);
    REQUIRE(claim);
    CHECK(in_child([&] {
            SpoolFolder other{ready.scratch.path()};
            if (other.claim(Shelf::waiting, id)) throw std::runtime_error{"claimed twice"};
          }) == End::reached);
  }
  CHECK(in_child([&] {
          SpoolFolder other{ready.scratch.path()};
          auto claim = other.claim(Shelf::waiting, id);
          if (!claim) throw std::runtime_error{"not free"};
          watch_calls(Fault::dies, 1);
          other.remove(std::move(*claim));
        }) == End::died);
  CHECK(ready.folder.claim(Shelf::waiting, id));
}

TEST_CASE("what was removed or moved cannot be claimed where it was") {
  Ready ready;
  const auto gone = ready.folder.keep(spooled(), Shelf::waiting).id;
  ready.folder.remove(*ready.folder.claim(Shelf::waiting, gone));
  CHECK_FALSE(ready.folder.claim(Shelf::waiting, gone));
  const auto moved = ready.folder.keep(spooled(), Shelf::waiting).id;
  ready.folder.move(*ready.folder.claim(Shelf::waiting, moved), Shelf::failed, "refused\nby it");
  CHECK_FALSE(ready.folder.claim(Shelf::waiting, moved));
  const auto there = ready.folder.entry(Shelf::failed, moved);
  REQUIRE(there);
  CHECK(there->reason == "refused\nby it");
}

TEST_CASE("a note goes with its file") {
  Ready ready;
  const auto id = ready.folder.keep(spooled(), Shelf::waiting).id;
  ready.folder.move(*ready.folder.claim(Shelf::waiting, id), Shelf::failed, "refused");
  CHECK(ready.scratch.file("failed/" + id + ".why") == "refused");
  CHECK(ready.folder.ids(Shelf::failed) == std::vector{id});
  SECTION("back to those that wait") {
    ready.folder.move(*ready.folder.claim(Shelf::failed, id), Shelf::waiting);
    CHECK(ready.folder.entry(Shelf::waiting, id)->reason == "database away");
    CHECK(ready.scratch.files() == 1);
  }
  SECTION("away") {
    ready.folder.remove(*ready.folder.claim(Shelf::failed, id));
    CHECK(ready.scratch.files() == 0);
  }
  SECTION("to a new one on the same shelf") {
    ready.folder.move(*ready.folder.claim(Shelf::failed, id), Shelf::failed, "refused again");
    CHECK(ready.folder.entry(Shelf::failed, id)->reason == "refused again");
  }
}

TEST_CASE("a file never takes the place of another") {
  Ready ready;
  const auto id = ready.folder.keep(spooled("A"), Shelf::waiting).id;
  ready.scratch.put("failed/" + id, "an older one");
  ready.folder.move(*ready.folder.claim(Shelf::waiting, id), Shelf::failed);
  CHECK(ready.scratch.file("failed/" + id) == "an older one");
  const auto ids = ready.folder.ids(Shelf::failed);
  REQUIRE(ids.size() == 2);
  CHECK(ready.folder.entry(Shelf::failed, ids.back())->queue_id == "A");
}

TEST_CASE("entries are what the headers say, also of files that are damaged") {
  Ready ready;
  auto message = spooled("Q");
  message.projects = {"demo", "other"};
  const auto id = ready.folder.keep(message, Shelf::waiting).id;
  ready.scratch.put("torn/cut", header_of(message).substr(0, 40));
  ready.scratch.put("torn/short", header_of(message) + "Sub");
  ready.scratch.put("new/strange", "what is that?");

  const auto waiting = ready.folder.entries(Shelf::waiting);
  REQUIRE(waiting.size() == 2);
  CHECK(waiting[0].id == id);
  CHECK(waiting[0].queue_id == "Q");
  CHECK(waiting[0].reverse_path == "ann@example.org");
  CHECK(waiting[0].projects == message.projects);
  CHECK(waiting[0].arrived == message.arrived);
  CHECK(waiting[0].reason == "database away");
  CHECK(waiting[1].reason == "it does not begin as a spooled message");
  CHECK_FALSE(waiting[1].arrived);
  const auto torn = ready.folder.entries(Shelf::torn);
  REQUIRE(torn.size() == 2);
  CHECK(torn[0].queue_id.empty());
  CHECK(torn[1].queue_id == "Q");
  for (const auto& entry : torn) CHECK_THAT(entry.reason, Contains("cut short"));
}

TEST_CASE("a header of any length is read") {
  Ready ready;
  auto message = spooled();
  message.projects.assign(2000, "a-project-with-a-name");
  const auto id = ready.folder.keep(message, Shelf::waiting).id;
  CHECK(ready.folder.entry(Shelf::waiting, id)->projects.size() == 2000);
}

TEST_CASE("a message of 64 MiB is kept and read") {
  Ready ready;
  const auto message = spooled("BIG", std::string(std::size_t{64} << 20U, 'x'));
  const auto id = ready.folder.keep(message, Shelf::waiting).id;
  const auto read = ready.folder.claim(Shelf::waiting, id)->read();
  REQUIRE(std::holds_alternative<Spooled>(read));
  CHECK((std::get<Spooled>(read) == message));
}
