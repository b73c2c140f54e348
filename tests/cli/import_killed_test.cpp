// An import that is killed, again and again, leaves nothing wrong.

#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <fstream>
#include <stdexcept>

#include "tests/cli/import_mails.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/scratch_database.hpp"

using namespace quilter::test;

namespace {

pid_t start(const std::vector<std::string>& words) {
  auto copies = words;
  std::vector<char*> arguments;
  for (auto& word : copies) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  const auto child = fork();
  if (child < 0) throw std::runtime_error{"cannot fork"};
  if (child == 0) {
    execv(arguments.front(), arguments.data());
    _exit(127);
  }
  return child;
}

int recorded(const ScratchDatabase& database) {
  return std::stoi(database.ask("SELECT count(*) FROM message"));
}

}  // namespace

TEST_CASE("an import killed five times on the way comes to the state of one that was not") {
  constexpr int series = 60, kills = 5, mails = 5 * series;
  const ScratchFolder folder;
  const auto box = folder.path() + "/box";
  std::ofstream{box, std::ios::binary} << mbox_of(list_mails(series));
  const auto state = GENERATE(false, true);  // with --resume
  CAPTURE(state);

  const ReadyDatabase database;
  std::vector<std::string> words{path_of("quilter"), "--database", database.ingest(),
                                 "import",           "--quiet",    box};
  if (state) words.insert(words.end(), {"--resume", folder.path() + "/state"});
  for (int kill_number = 1; kill_number <= kills; ++kill_number) {
    const auto enough = mails * kill_number / (2 * kills);  // half is left: it must not end first
    const auto child = start(words);
    while (recorded(database) < enough) {  // each look is a psql: no need to pause
    }
    kill(child, SIGKILL);
    waitpid(child, nullptr, 0);
  }
  CHECK(recorded(database) < mails);  // or nobody was interrupted

  int status = 0;
  waitpid(start(words), &status, 0);
  CHECK(WEXITSTATUS(status) == 0);

  const ReadyDatabase uninterrupted;
  words[2] = uninterrupted.ingest();
  words.resize(6);
  waitpid(start(words), &status, 0);
  CHECK(WEXITSTATUS(status) == 0);
  CHECK(recorded(uninterrupted) == mails);
  CHECK(database.dump() == uninterrupted.dump());
}
