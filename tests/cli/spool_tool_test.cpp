// `quilter spool`, by the real program, beside others that hold its files.

#include <filesystem>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>

#include "core/spool/spool_folder.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/scratch_database.hpp"

using namespace quilter;
using namespace quilter::test;
using Catch::Matchers::Contains;
using Catch::Matchers::EndsWith;
using Json = nlohmann::json;

namespace {

Spooled spooled(const std::string& queue_id) {
  Spooled one;
  one.message.bytes = std::string("Subject: x\r\n\r\n\0\xff\x1b[31m", 20);
  one.message.queue_id = queue_id;
  one.message.envelope = {"ann@example.org", {"bcc@example.org"}};
  one.projects = {"demo", "other"};
  one.arrived = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now()) -
                std::chrono::hours{5};
  one.reason = "database away";
  return one;
}

class SpoolOnDisk {
 public:
  SpoolOnDisk() { folder.check(); }

  std::string tool(const std::string& arguments) const {
    return outcome_of(program("quilter") + " spool --folder " + quoted(scratch_.path()) + " " +
                      arguments);
  }
  std::string output(const std::string& arguments) const {
    return output_of(program("quilter") + " spool " + arguments + " --folder " +
                     quoted(scratch_.path()));
  }
  std::string keep(const std::string& queue_id, Shelf shelf = Shelf::waiting) {
    return folder.keep(spooled(queue_id), shelf).id;
  }
  std::string set_aside(const std::string& queue_id) {
    auto id = keep(queue_id);
    folder.move(*folder.claim(Shelf::waiting, id), Shelf::failed, "violates a check\x1b[31m");
    return id;
  }
  // A file that lost its last byte.
  std::string cut(const std::string& queue_id) {
    auto id = keep(queue_id, Shelf::torn);
    const auto path = scratch_.path() + "/torn/" + id;
    std::filesystem::resize_file(path, std::filesystem::file_size(path) - 1);
    return id;
  }
  const std::string& path() const { return scratch_.path(); }

 private:
  ScratchFolder scratch_;

 public:
  SpoolFolder folder{scratch_.path()};
};

}  // namespace

TEST_CASE("spool list shows every file, the oldest first, and who is held") {
  SpoolOnDisk spool;
  CHECK(spool.tool("list") == "ID  SHELF  BYTES  AGE  QUEUE ID  PROJECTS  REASON\nstatus=0\n");
  const auto failed = spool.set_aside("FAILED1");
  const auto waiting = spool.keep("WAITING2");
  const auto torn = spool.cut("TORN3");
  const auto claim = spool.folder.claim(Shelf::waiting, waiting);
  const auto text = spool.tool("list");
  CHECK_THAT(text, Contains("violates a check?[31m") && Contains("demo, other") &&
                       Contains("waiting, held") && Contains("  5 h  ") &&
                       Contains("nobody was told that it is safe"));
  CHECK_THAT(text, !Contains("bcc"));
  CHECK(text.find(failed) < text.find(waiting));
  CHECK(text.find(waiting) < text.find(torn));

  const auto list = Json::parse(spool.output("list --json"));
  REQUIRE(list.size() == 3);
  CHECK(list[0]["shelf"] == "failed");
  CHECK(list[0]["held"] == false);
  CHECK(list[1]["id"] == waiting);
  CHECK(list[1]["held"] == true);
  CHECK(list[1]["queue_id"] == "WAITING2");
  CHECK(list[1]["reverse_path"] == "ann@example.org");
  CHECK(list[1]["projects"] == Json{"demo", "other"});
  CHECK(list[1]["reason"] == "database away");
  CHECK(list[2]["shelf"] == "torn");
}

TEST_CASE("spool show prints what is known, or the bytes as they came") {
  SpoolOnDisk spool;
  const auto id = spool.keep("WAITING2");
  CHECK_THAT(spool.tool("show " + id), Contains("<ann@example.org>") && Contains("database away") &&
                                           Contains("waiting") && EndsWith("status=0\n"));
  CHECK(Json::parse(spool.output("show --json " + id))["damage"].is_null());
  CHECK(spool.output("show --raw " + id) == spooled("WAITING2").message.bytes);
}

TEST_CASE("of a damaged file the tool shows what is left") {
  SpoolOnDisk spool;
  const auto id = spool.cut("TORN3");
  CHECK_THAT(spool.tool("show " + id), Contains("it is short: 19 of 20 bytes"));
  CHECK(Json::parse(spool.output("show --json " + id))["damage"] == "it is short: 19 of 20 bytes");
  const auto raw = spool.tool("show --raw " + id);
  CHECK_THAT(raw, Catch::Matchers::StartsWith(spooled("").message.bytes.substr(0, 19)));
  CHECK_THAT(raw, Contains("is damaged: it is short") && EndsWith("status=1\n"));
}

TEST_CASE("spool retry puts back what is whole, and says what is not") {
  SpoolOnDisk spool;
  const auto failed = spool.set_aside("FAILED1");
  const auto whole = spool.keep("WHOLE2", Shelf::torn);
  const auto cut = spool.cut("TORN3");

  SECTION("one by one") {
    CHECK(spool.tool("retry " + failed + " " + whole) ==
          "retried " + failed + "\nretried " + whole + "\nstatus=0\n");
    CHECK(spool.folder.ids(Shelf::waiting) == std::vector{failed, whole});
    CHECK_THAT(spool.tool("retry " + cut), Contains("is damaged: it is short") &&
                                               Contains("quilter spool show --raw") &&
                                               EndsWith("status=1\n"));
    CHECK_THAT(spool.tool("retry " + failed), Contains("waits already") && Contains("status=1"));
    CHECK(spool.folder.entry(Shelf::waiting, failed)->reason == "database away");
  }
  SECTION("all") {
    CHECK_THAT(spool.tool("retry --all"),
               Contains("retried " + failed) && Contains("retried " + whole) &&
                   Contains("1 damaged: they stay where they are") && EndsWith("status=0\n"));
    CHECK(spool.folder.ids(Shelf::waiting) == std::vector{failed, whole});
    CHECK(spool.folder.ids(Shelf::torn) == std::vector{cut});
  }
  SECTION("one that is held") {
    const auto claim = spool.folder.claim(Shelf::failed, failed);
    CHECK_THAT(spool.tool("retry " + failed + " " + whole),
               Contains("in another hand: try again") && Contains("retried " + whole) &&
                   EndsWith("status=1\n"));
    CHECK_THAT(spool.tool("retry --all"), Contains("1 in another hand") && Contains("status=1"));
    CHECK(spool.folder.ids(Shelf::failed) == std::vector{failed});
  }
}

TEST_CASE("spool drop deletes, but what waits only by force, and what is held not at all") {
  SpoolOnDisk spool;
  const auto failed = spool.set_aside("FAILED1");
  const auto waiting = spool.keep("WAITING2");
  const auto torn = spool.cut("TORN3");
  CHECK_THAT(spool.tool("drop " + waiting), Contains("its client was told that it is safe") &&
                                                Contains("--force") && EndsWith("status=1\n"));
  CHECK(spool.tool("drop " + failed + " " + torn) ==
        "dropped " + failed + "\ndropped " + torn + "\nstatus=0\n");
  {
    const auto claim = spool.folder.claim(Shelf::waiting, waiting);
    CHECK_THAT(spool.tool("drop --force " + waiting),
               Contains("in another hand") && Contains("status=1"));
  }
  CHECK(spool.folder.ids(Shelf::waiting).size() == 1);
  CHECK(spool.tool("drop --force " + waiting) == "dropped " + waiting + "\nstatus=0\n");
  for (const auto shelf : all_shelves) CHECK(spool.folder.ids(shelf).empty());
  CHECK(std::filesystem::is_empty(spool.path() + "/failed"));
}

TEST_CASE("spool says what is not there, and reaches nothing outside") {
  SpoolOnDisk spool;
  std::ofstream{spool.path() + "/precious"} << "x";
  struct Row {
    const char* command;
    const char* want;
    const char* status;
  };
  const auto row = GENERATE(values<Row>({
      {"show nothing", "there is no spooled message nothing: see quilter spool list", "status=1"},
      {"show --raw nothing", "there is no spooled message nothing", "status=1"},
      {"retry nothing", "there is no spooled message nothing", "status=1"},
      {"drop nothing", "there is no spooled message nothing", "status=1"},
      {"drop --force ../precious", "there is no spooled message ../precious", "status=1"},
      {"show --raw ../precious", "there is no spooled message", "status=1"},
      {"retry", "name an ID, or --all", "status=2"},
      {"retry --all nothing", "", "status=2"},
      {"drop", "", "status=2"},
      {"show", "", "status=2"},
      {"", "", "status=2"},
  }));
  CAPTURE(row.command);
  CHECK_THAT(spool.tool(row.command), Contains(row.want) && Contains(row.status));
  CHECK(std::filesystem::exists(spool.path() + "/precious"));
}

TEST_CASE("the spool is the configuration file's, where no folder is named") {
  SpoolOnDisk spool;
  const auto id = spool.keep("WAITING2");
  const ScratchFolder elsewhere;
  const auto config = elsewhere.path() + "/c.toml";
  std::ofstream{config} << "[spool]\nfolder = \"" << spool.path() << "\"\n";
  const auto said = [&config](const std::string& more) {
    return outcome_of(program("quilter") + " --config " + quoted(config) + " spool list" + more);
  };
  CHECK_THAT(said(""), Contains(id) && Contains("status=0"));
  CHECK_THAT(said(" --folder /nonexistent"),
             Contains("the spool folder /nonexistent is not there") && Contains("status=75"));
  std::ofstream{config} << "[spool]\ncolour = 1\n";
  CHECK_THAT(said(""), Contains("status=78"));
}

TEST_CASE("spool replay records what waits, and sets aside what is refused") {
  const ReadyDatabase database;
  SpoolOnDisk spool;
  auto patch = spooled("PATCH1");
  patch.message.bytes =
      "From: Ann <ann@example.org>\r\nMessage-ID: <a@example.org>\r\nSubject: [PATCH] x\r\n"
      "List-Id: <demo.lists.example.org>\r\n\r\nWhy.\r\n---\r\ndiff --git a/f b/f\r\n--- a/f\r\n"
      "+++ b/f\r\n@@ -1 +1 @@\r\n-x\r\n+y\r\n";
  patch.projects = {"demo"};
  const auto good = spool.folder.keep(patch, Shelf::waiting).id;
  const auto of_no_project = spool.keep("OTHER2");
  const auto held = spool.keep("HELD3");
  const auto holder = spool.folder.claim(Shelf::waiting, held);
  const auto said = spool.tool("--database " + quoted(database.ingest()) + " replay");
  CHECK_THAT(said, Contains("recorded " + good + "\n"));
  CHECK_THAT(said, Contains(of_no_project + ": set aside: other: no such project is tracked"));
  CHECK_THAT(said, EndsWith("status=1\n"));
  CHECK(spool.folder.ids(Shelf::waiting) == std::vector{held});
  CHECK(spool.folder.ids(Shelf::failed) == std::vector{of_no_project});
  CHECK(database.ask("SELECT message_id FROM message") == "a@example.org\n");
  CHECK_THAT(spool.tool("--database " + quoted(database.ingest()) + " replay " + held),
             Contains("the daemon has it in hand") && EndsWith("status=1\n"));
  CHECK_THAT(spool.tool("--database host=/nonexistent replay"), EndsWith("status=75\n"));
}
