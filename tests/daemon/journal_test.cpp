// quilterd whose standard error is the journal, in a mount namespace with a journal of our own.

#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>

#include "tests/daemon/service.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/journald.hpp"

using namespace quilter;
using namespace quilter::test;
using Catch::Matchers::Contains;

namespace {

// While it lives, what is started as quilterd finds `folder` as /run/systemd/journal.
class WithJournal {
 public:
  explicit WithJournal(const std::string& folder) {
    const auto file = folder_.path() + "/quilterd";
    std::ofstream{file} << "#!/bin/sh\nJOURNAL_STREAM=$(stat -L -c %d:%i /proc/self/fd/2)\n"
                        << "export JOURNAL_STREAM\nexec unshare -m " << program_in(folder);
    ::chmod(file.c_str(), 0755);
    ::setenv("QUILTER_BIN", folder_.path().c_str(), 1);
  }
  ~WithJournal() { ::setenv("QUILTER_BIN", old_.c_str(), 1); }
  WithJournal(const WithJournal&) = delete;
  WithJournal& operator=(const WithJournal&) = delete;

 private:
  static std::string program_in(const std::string& folder) {
    return "sh -c " +
           quoted("mount -t tmpfs none /run && mkdir -p /run/systemd/journal && mount --bind " +
                  folder + " /run/systemd/journal && exec " + path_of("quilterd") + " \"$@\"") +
           " sh \"$@\"\n";
  }
  std::string old_ = std::getenv("QUILTER_BIN");
  ScratchFolder folder_;
};

bool may_mount() {
  return std::system("unshare -m mount -t tmpfs none /run 2>/dev/null") == 0;
}

}  // namespace

TEST_CASE("under systemd a message is found in the journal by its queue id") {
  if (!may_mount()) {
    WARN("skipped: no mount namespace can be made");
    return;
  }
  const ReadyDatabase database;
  const Journald journald;
  const WithJournal with{journald.folder()};
  Daemon daemon{database.ingest(), "", -1, Until::started};
  CHECK(field(journald.hear(), "QUILTER_EVENT") == "starting");
  journald.hear_of("listening on=");
  FakeMta mta{daemon.address()};
  mta.negotiate();
  auto mail = patch("a@example.org");
  mail.header[2].second = " <a\x1b[2J\nQUILTER_STATUS=lost@example.org>";
  CHECK(mta.deliver(mail) == go_on);
  const auto entry = journald.hear_of("status=");
  CHECK(field(entry, "QUILTER_QUEUE_ID") == "4F3A1");
  CHECK(field(entry, "QUILTER_STATUS") == "stored");
  CHECK(entry.count("QUILTER_STATUS") == 1);
  CHECK(field(entry, "QUILTER_PROJECT") == "demo");
  CHECK(field(entry, "QUILTER_KIND") == "patch");
  for (const auto& [name, value] : entry) CHECK(value.find("demo@lists") == std::string::npos);
  mta.quit();
  daemon.signal(SIGTERM);
  CHECK(daemon.wait() == 0);
  // The last words come by standard error, whose unit systemd knows for good.
  CHECK(daemon.log() == "<6>stopped\n");
}
