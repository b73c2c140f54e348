// The real `quilter deliver`, as an MTA calls it: by its exit codes.

#include <filesystem>
#include <fstream>

#include "tests/cli/import_mails.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/scratch_database.hpp"

using namespace quilter::test;
using Catch::Matchers::Contains;

namespace {

std::string delivered(const std::string& options, const std::string& mail,
                      const std::string& arguments = "") {
  const ScratchFolder folder;
  std::ofstream{folder.path() + "/mail", std::ios::binary} << mail;
  return outcome_of(program("quilter") + " " + options + " deliver " + arguments + " < " +
                    folder.path() + "/mail");
}

const auto one_patch = list_mails(1).at(1);
const auto talk = list_mail("hello@example.org", "hello", "", "talk\n");

}  // namespace

TEST_CASE("a mail is recorded without a word, once, with or without a From_ line") {
  const ReadyDatabase database;
  const auto options = "--database " + quoted(database.ingest());
  CHECK(delivered(options, one_patch) == "status=0\n");
  CHECK(database.ask("SELECT message_id FROM message") == "0-1@example.org\n");
  CHECK(delivered(options, mbox_of({one_patch}), "--verbose") ==
        "demo: <0-1@example.org> already recorded\nstatus=0\n");
  CHECK(delivered(options, talk) == "status=0\n");
  CHECK(delivered(options, talk, "--verbose") ==
        "demo: <hello@example.org> ignored, no-patch\nstatus=0\n");
  CHECK(delivered(options, "From: a@example.org\nMessage-ID: <x@example.org>\n\nx\n",
                  "--verbose") == "<x@example.org> ignored, no-project\nstatus=0\n");
  CHECK(delivered(options,
                  "From: a@example.org\nSubject: [PATCH] x\n\n---\n" +
                      one_patch.substr(one_patch.find("diff --git")),
                  "--verbose --project demo")
            .starts_with("demo: <"));
}

TEST_CASE("whatever goes wrong is for the MTA to try again: it would bounce anything else") {
  const ReadyDatabase database;
  database.ask("ALTER TABLE message ADD CHECK (message_id <> '0-1@example.org')");
  const ScratchFolder folder;
  const auto config = folder.path() + "/c.toml";
  std::ofstream{config} << "[database]\ncolour = 1\n";
  const auto good = "--database " + quoted(database.ingest());
  const auto bad = "--config " + config;
  const std::string away = "--database host=/nonexistent";
  struct Row {
    std::string options, arguments;
    const char* want;
  };
  for (const auto& row : std::vector<Row>{
           {good, "", "demo: <0-1@example.org>: 23514"},
           {good, "--colour", "--colour"},
           {good, "--project nothing", "there is no tracked project nothing"},
           {away, "--patience 1", "quilter: "},
           {bad, "", "colour"},
       }) {
    CAPTURE(row.options, row.arguments);
    CHECK_THAT(delivered(row.options, one_patch, row.arguments),
               Contains(row.want) && Contains("status=75"));
  }
  CHECK_THAT(delivered(good, ""), Contains("there is no mail") && Contains("status=75"));
}

TEST_CASE("what the database refuses for good is set aside in the spool, where it can be") {
  const ReadyDatabase database;
  database.ask("ALTER TABLE message ADD CHECK (message_id <> '0-1@example.org')");
  const ScratchFolder folder;
  const auto config = folder.path() + "/c.toml";
  std::ofstream{config} << "[database]\nconnection = \"" << database.ingest()
                        << "\"\n[spool]\nfolder = \"" << folder.path() << "/spool\"\n";
  const auto options = "--config " + config;
  CHECK_THAT(delivered(options, one_patch), Contains("status=75"));  // there is no spool
  std::filesystem::create_directory(folder.path() + "/spool");       // as the package makes it
  CHECK_THAT(delivered(options, one_patch),
             Contains("set aside as ") && Contains("23514") && Contains("status=0"));
  const auto list = output_of(program("quilter") + " " + options + " spool list");
  CHECK_THAT(list, Contains("failed") && Contains("demo") && Contains("23514"));
}
