// The real `quilter import`: what it reads, what it says, and where it goes on.

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "tests/cli/import_mails.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/scratch_database.hpp"

using namespace quilter::test;
using Catch::Matchers::Contains;
using Json = nlohmann::json;
namespace fs = std::filesystem;

namespace {

void write(const std::string& path, const std::string& text) {
  fs::create_directories(fs::path{path}.parent_path());
  std::ofstream{path, std::ios::binary} << text;
}

// A public-inbox of these mails, in epochs of so many, by git fast-import.
void write_inbox(const std::string& path, const std::vector<std::string>& mails,
                 std::size_t epoch) {
  for (std::size_t i = 0; i < mails.size(); i += epoch) {
    const auto repository = path + "/git/" + std::to_string(i / epoch) + ".git";
    std::string stream;
    for (std::size_t n = i; n < std::min(i + epoch, mails.size()); ++n)
      stream +=
          "commit refs/heads/master\ncommitter x <x@y> 0 +0000\ndata 0\nM 100644 inline m\n"
          "data " +
          std::to_string(mails[n].size()) + "\n" + mails[n] + "\n";
    write(path + "/stream", stream);
    output_of("git init -q --bare --initial-branch=master " + quoted(repository) +
              " && git --git-dir=" + quoted(repository) + " fast-import --quiet < " +
              quoted(path + "/stream"));
  }
}

class Database : public ReadyDatabase {
 public:
  std::string import(const std::string& arguments) const {
    return outcome_of(tool() + " import --quiet " + arguments);
  }
  Json json(const std::string& arguments) const {
    return Json::parse(output_of(tool() + " --json import --quiet " + arguments + " || true"));
  }
  void shut() const { command("ALTER DATABASE " + name() + " ALLOW_CONNECTIONS false"); }

 private:
  std::string tool() const { return program("quilter") + " --database " + quoted(ingest()); }
};

const std::string everything = "messages: 20\nrecorded: 20\nalready recorded: 0\n";

}  // namespace

TEST_CASE("the same mails are recorded however they were kept") {
  const ScratchFolder folder;
  const auto mails = list_mails(4);
  const auto path = folder.path() + "/archive";
  const Database first;
  write(folder.path() + "/box", mbox_of(mails));
  CHECK(first.import(folder.path() + "/box") == everything + "status=0\n");

  const Database second;
  SECTION("a maildir") {
    fs::create_directories(path + "/new");
    for (std::size_t i = 0; i < mails.size(); ++i)
      write(path + "/cur/" + std::to_string(i) + ":2,S", mails[i]);
    CHECK(second.import(path) == everything + "status=0\n");
  }
  SECTION("a public-inbox in epochs") {
    write_inbox(path, mails, 7);
    CHECK(second.import(path) == everything + "status=0\n");
  }
  SECTION("standard input") {
    CHECK(second.import("- < " + folder.path() + "/box") == everything + "status=0\n");
  }
  SECTION("several, which share mails, one after the other") {
    write(path, mbox_of({mails.begin() + 4, mails.end()}));
    CHECK_THAT(second.import("--jobs 1 " + path + " " + folder.path() + "/box"),
               Contains("messages: 36\nrecorded: 20\nalready recorded: 16\n"));
  }
  CHECK(second.dump() == first.dump());
  CHECK_THAT(first.dump(), Contains("Reviewed-by: Bob"));
}

TEST_CASE("mail goes where its list fields say, or where it is told") {
  const ScratchFolder folder;
  const Database database;
  auto mails = list_mails(1);
  mails.push_back(
      "From: ann@example.org\nSubject: hello\nMessage-ID: <talk@example.org>\nList-Id: "
      "<other.example.org>\n"
      "\ntalk\n");
  mails.push_back(list_mail("hello@example.org", "hello", "", "talk\n"));
  const auto box = folder.path() + "/box";
  write(box, mbox_of(mails));
  CHECK_THAT(database.import(box), Contains("recorded: 5\n") &&
                                       Contains("ignored, no-patch: 1\n") &&
                                       Contains("ignored, no-project: 1\n"));
  const auto counts = database.json("--project demo " + box);
  CHECK(counts["messages"] == 7);
  CHECK(counts["recorded"] == 0);
  CHECK(counts["already_recorded"] == 5);
  CHECK(counts["ignored"] == Json{{"no-patch", 2}});
  CHECK(counts["not_recorded"].empty());
  CHECK_THAT(database.import("--project nothing " + box),
             Contains("there is no tracked project nothing") && Contains("status=1"));
}

TEST_CASE("what cannot be read is said, and the rest is recorded") {
  const ScratchFolder folder;
  const Database database;
  write(folder.path() + "/box", mbox_of(list_mails(4)));
  CHECK_THAT(database.import("/nonexistent " + folder.path() + "/box"),
             Contains("cannot read /nonexistent") && Contains(everything) && Contains("status=1"));
  CHECK_THAT(database.import(""), Contains("status=2"));
}

TEST_CASE("what the database refuses is named, now and by every resumed run") {
  const ScratchFolder folder;
  const Database database;
  database.ask("ALTER TABLE message ADD CHECK (message_id <> '1-2@example.org')");
  const auto box = folder.path() + "/box";
  write(box, mbox_of(list_mails(4)));
  const auto arguments = "--resume " + folder.path() + "/state " + box;
  CHECK_THAT(database.import(arguments),
             Contains("recorded: 19\n") && Contains("not recorded: 1\n  byte ") &&
                 Contains("<1-2@example.org>, demo: 23514") && Contains("status=1"));
  CHECK_THAT(database.import(arguments), Contains("messages: 0\n") &&
                                             Contains("<1-2@example.org>, demo: 23514") &&
                                             Contains("status=1"));
  const auto counts = database.json(arguments);
  REQUIRE(counts["not_recorded"].size() == 1);
  CHECK(counts["not_recorded"][0]["message_id"] == "1-2@example.org");
  CHECK(counts["not_recorded"][0]["project"] == "demo");
}

TEST_CASE("a resumed run begins where the last one came to") {
  const ScratchFolder folder;
  const Database database;
  const auto mails = list_mails(6);
  const auto box = folder.path() + "/box";
  const auto state = folder.path() + "/state";
  write(box, mbox_of({mails.begin(), mails.begin() + 20}));
  CHECK(database.import("--resume " + state + " " + box) == everything + "status=0\n");
  std::ofstream{box, std::ios::app} << mbox_of({mails.begin() + 20, mails.end()});
  const auto resumed = [&] { return database.json("--resume " + state + " " + box); };

  SECTION("and reads what was appended") {
    CHECK(resumed()["messages"] == 10);
    CHECK(resumed()["messages"] == 0);
  }
  SECTION("but not where what is tracked has changed") {
    output_of(program("quilter") + " --database " + quoted(database.owner()) +
              " project add other --list-id other.example.org");
    CHECK(resumed()["already_recorded"] == 20);
  }
  SECTION("and leaves a file alone that is not its own") {
    write(state, "precious");
    CHECK_THAT(database.import("--resume " + state + " " + box),
               Contains("is no file of quilter import --resume") && Contains("status=1"));
    CHECK(output_of("cat " + state) == "precious");
  }
}

TEST_CASE("a database that is away is waited for, but not for ever") {
  const ScratchFolder folder;
  const Database database;
  const auto box = folder.path() + "/box";
  write(box, mbox_of(list_mails(4)));
  SECTION("it never comes") {
    const auto text = outcome_of(program("quilter") + " --database host=/nonexistent import " +
                                 "--give-up-after 1 " + box);
    CHECK_THAT(text, Contains("the database is away, waiting for it") && Contains("status=75"));
  }
  SECTION("it comes back") {
    database.shut();
    const auto again =
        "psql -qX " + quoted("host=" + ScratchDatabase::host() + " user=postgres dbname=postgres") +
        " -c 'ALTER DATABASE " + database.name() + " ALLOW_CONNECTIONS true'";
    // Its first words let it in again.
    const auto text = output_of(
        "{ " + program("quilter") + " --database " + quoted(database.ingest()) + " import " + box +
        "; } 2>&1 | { IFS= read -r first; echo \"$first\"; " + again + "; cat; }");
    CHECK_THAT(text, Contains("the database is away, waiting for it") && Contains(everything));
  }
}
