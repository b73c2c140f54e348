#include "core/ingest/journal.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <string>

#include "tests/support/catch.hpp"
#include "tests/support/journald.hpp"

using namespace quilter;
using namespace quilter::test;
using namespace std::chrono_literals;
using namespace std::string_literals;
using Form = LogField::Form;

namespace {

LogLine stored() {
  return {LogLevel::info,
          "4F3A1",
          "",
          {{"message-id", "a@example.org", Form::angled},
           text_field("project", "net"),
           number_field("reruns", 0),
           milliseconds_field("lock_wait_ms", 0.44),
           text_field("status", "stored")}};
}

}  // namespace

TEST_CASE("a line has the same words as text and as fields") {
  struct Row {
    LogLine line;
    std::string text;
    Entry fields;
  };
  const auto row = GENERATE(values<Row>(
      {{stored(),
        "4F3A1: message-id=<a@example.org>, project=net, reruns=0, lock_wait_ms=0.4, status=stored",
        {{"PRIORITY", "6"},
         {"QUILTER_QUEUE_ID", "4F3A1"},
         {"QUILTER_MESSAGE_ID", "a@example.org"},
         {"QUILTER_PROJECT", "net"},
         {"QUILTER_RERUNS", "0"},
         {"QUILTER_LOCK_WAIT_MS", "0.4"},
         {"QUILTER_STATUS", "stored"}}},
       {{LogLevel::warning,
         "4F3A1",
         "",
         {text_field("status", "try-later"), reason_field("out of memory", Form::bracketed)}},
        "4F3A1: status=try-later (out of memory)",
        {{"PRIORITY", "4"},
         {"QUILTER_QUEUE_ID", "4F3A1"},
         {"QUILTER_STATUS", "try-later"},
         {"QUILTER_REASON", "out of memory"}}},
       {{LogLevel::error,
         "4F3A1",
         "replay-failed",
         {text_field("id", "1"), number_field("tries", 2), reason_field("why")}},
        "4F3A1: replay-failed id=1 tries=2 reason=\"why\"",
        {{"PRIORITY", "3"},
         {"QUILTER_QUEUE_ID", "4F3A1"},
         {"QUILTER_EVENT", "replay-failed"},
         {"QUILTER_ID", "1"},
         {"QUILTER_TRIES", "2"},
         {"QUILTER_REASON", "why"}}},
       {{LogLevel::critical, "", "configuration", {{"setting", "a.b = 1", Form::bare}}},
        "configuration a.b = 1",
        {{"PRIORITY", "2"}, {"QUILTER_EVENT", "configuration"}, {"QUILTER_SETTING", "a.b = 1"}}},
       {{LogLevel::info, "", "stopped", {}},
        "stopped",
        {{"PRIORITY", "6"}, {"QUILTER_EVENT", "stopped"}}}}));
  CHECK(text_of(row.line) == row.text);
  auto want = row.fields;
  want.emplace("MESSAGE", row.text);
  want.emplace("SYSLOG_IDENTIFIER", "quilterd");
  CHECK(entry_of(journal_entry(row.line)) == want);
}

TEST_CASE("no value forges a field, whatever is in it") {
  const std::string hostile = "x\nPRIORITY=0\nQUILTER_STATUS\n\x01\0\0\0\0\0\0\0y\n"s;
  LogLine line{LogLevel::info, hostile, "", {{"project", hostile}}};
  const auto entry = entry_of(journal_entry(line));
  CHECK(field(entry, "QUILTER_PROJECT") == hostile);
  CHECK(field(entry, "QUILTER_QUEUE_ID") == hostile);
  CHECK(entry.count("PRIORITY") == 1);
  CHECK(entry.count("QUILTER_STATUS") == 0);
  // And what a mail says is cut and cleaned before it comes that far.
  CHECK(text_field("project", "a\nb\x1b[2J").value == "a?b?[2J");
  CHECK(reason_field(std::string(10'000, 'x')).value.size() < 600);
}

TEST_CASE("lines go to the journal, and elsewhere where there is none") {
  const Journald journald;
  Journal journal{journald.path()};
  CHECK(journal.write(stored()));
  CHECK(field(journald.hear(), "QUILTER_MESSAGE_ID") == "a@example.org");
  Journal nowhere{journald.folder() + "/none"};
  CHECK_FALSE(nowhere.write(stored()));
}

TEST_CASE("a journal that hangs holds nobody up for ever, and is told how much it has missed") {
  const Journald journald;
  Journal journal{journald.path(), 1ms};
  int taken = 0;
  while (taken < 100'000 && !journal.hangs()) {
    CHECK(journal.write(stored()));  // never elsewhere: standard error may hang as well
    ++taken;
  }
  REQUIRE(journal.hangs());
  for (int i = 0; i < 9; ++i) CHECK(journal.write(stored()));
  for (int i = 0; i < taken - 1; ++i) journald.hear_of("status=stored");
  CHECK(journal.write({LogLevel::info, "", "listening", {}}));
  CHECK_FALSE(journal.hangs());
  CHECK(field(journald.hear(), "MESSAGE") == "listening");
  CHECK(field(journald.hear(), "MESSAGE") == "log-lines-lost count=10");
}

TEST_CASE("standard error is the journal where systemd says so of this very file") {
  struct Row {
    std::string stream;
    bool want;
  };
  struct stat file {};
  REQUIRE(::fstat(STDERR_FILENO, &file) == 0);
  const auto own = std::to_string(file.st_dev) + ":" + std::to_string(file.st_ino);
  const auto row = GENERATE_COPY(values<Row>({{own, true}, {own + "0", false}, {"", false}}));
  ::setenv("JOURNAL_STREAM", row.stream.c_str(), 1);
  CHECK(standard_error_is_journal() == row.want);
  ::unsetenv("JOURNAL_STREAM");
  CHECK_FALSE(standard_error_is_journal());
}
