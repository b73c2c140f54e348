// One Postfix with a port a daemon; two of the daemons share a database, one through PgBouncer.
// What they record at once is what a third records, mail by mail, in sent order.

#include <unistd.h>

#include <array>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <sstream>

#include "tests/race/traffic.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/daemon.hpp"
#include "tests/support/scratch_database.hpp"

using namespace quilter;
using namespace quilter::test;

namespace {

// A server that tests/support/SCRIPT starts in a folder of its own, and stops.
class Server {
 public:
  Server(const std::string& script, const std::string& arguments)
      : script_{"tests/support/" + script + " "},
        said_{output_of(script_ + "start " + quoted(folder_.path()) + " " + arguments)} {}
  ~Server() {
    static_cast<void>(std::system((script_ + "stop " + quoted(folder_.path())).c_str()));
  }
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;
  std::string said() const { return said_.substr(0, said_.find('\n')); }

 private:
  ScratchFolder folder_;
  std::string script_, said_;
};

// User postfix must reach its socket.
struct OpenDaemon : Daemon {
  explicit OpenDaemon(const std::string& database) : Daemon{database} {
    std::filesystem::permissions(address().substr(address().find('/')),
                                 std::filesystem::perms::all);
  }
};

std::string date(Timestamp when) {
  const std::time_t seconds = std::chrono::system_clock::to_time_t(when);
  std::tm parts{};
  std::array<char, 64> text{};
  std::strftime(text.data(), text.size(), "%a, %d %b %Y %H:%M:%S +0000",
                gmtime_r(&seconds, &parts));
  return text.data();
}

std::string prefixes(const Submission& mail) {
  if (mail.kind == Kind::comment) return "Re: ";
  return "[PATCH v" + std::to_string(mail.version) + " " + std::to_string(mail.number) + "/" +
         std::to_string(mail.total) + "] ";
}

// The mail that is read as this submission.
std::string text(const Submission& mail) {
  std::ostringstream out;
  out << "From: \"" << mail.submitter.name << "\" <" << mail.submitter.address << ">\n"
      << "To: demo@lists.example.org\nList-Id: <demo.lists.example.org>\n"
      << "Date: " << date(*mail.date) << "\nMessage-ID: <" << mail.message_id << ">\n"
      << "Subject: " << prefixes(mail) << mail.name << "\n";
  if (!mail.ancestors.empty()) out << "In-Reply-To: <" << mail.ancestors.front() << ">\n";
  if (mail.ancestors.size() > 1) {
    out << "References:";  // RFC 5322 §3.6.4: oldest first
    for (auto id = mail.ancestors.rbegin(); id != mail.ancestors.rend(); ++id)
      out << "\n <" << *id << ">";
    out << "\n";
  }
  out << "\n" << mail.content << "\n";
  if (!mail.diff.empty())
    out << "---\ndiff --git a/song b/song\n--- a/song\n+++ b/song\n@@ -1 +1 @@\n-one\n+"
        << mail.message_id << "\n";
  return out.str();
}

// All kinds of threading, as files in sent order.
std::set<std::string> write_mails(const std::string& folder) {
  std::set<std::string> truth;
  int number = 10'000;
  for (const auto threading : every_threading) {
    const auto mails = traffic(threading, 3);
    truth.insert(mails.truth.begin(), mails.truth.end());
    for (const auto& mail : in_sent_order(mails))
      std::ofstream{folder + "/" + std::to_string(++number) + ".eml"} << text(mail);
  }
  return truth;
}

std::vector<std::string> free_ports(int count) {
  std::istringstream found{
      output_of("python3 -c 'import socket\n"
                "made = [socket.create_server((\"127.0.0.1\", 0)) for _ in range(" +
                std::to_string(count) + ")]\nprint(*(one.getsockname()[1] for one in made))'")};
  return {std::istream_iterator<std::string>{found}, {}};
}

int occurrences(const std::string& log, const std::string& words) {
  int count = 0;
  for (auto at = log.find(words); at != std::string::npos; at = log.find(words, at + 1)) ++count;
  return count;
}

bool can_run() {
  return geteuid() == 0 && std::system(
                               "PATH=$PATH:/usr/sbin:/sbin; command -v postfix >/dev/null "
                               "&& command -v pgbouncer >/dev/null") == 0;
}

}  // namespace

TEST_CASE("two daemons on one database, by Postfix and PgBouncer, give what one in order gives") {
  if (!can_run()) {
    std::cout << "skipped: wants root, Postfix and PgBouncer" << std::endl;
    return;
  }
  const ReadyDatabase ordered, raced;
  // Fewer sessions than the daemon has connections: its transactions must share them.
  const Server pgbouncer{"pgbouncer", quoted(ScratchDatabase::host()) + " default_pool_size=3"};
  const OpenDaemon alone{ordered.ingest()}, direct{raced.ingest()},
      pooled{pgbouncer.said() + " user=quilter_ingest dbname=" + raced.name()};
  const auto ports = free_ports(3);
  const Server postfix{"postfix", ports[0] + " " + alone.address() + " " + ports[1] + " " +
                                      direct.address() + " " + ports[2] + " " + pooled.address()};
  const ScratchFolder mails;
  const auto truth = write_mails(mails.path());
  const auto send = [&](const std::string& how) {
    std::cout << output_of("tests/support/send_mails --to demo@lists.example.org " + how + " " +
                           quoted(mails.path()) + "/*.eml");
  };
  send("--seed 0 --connections 1 --port " + ports[0]);
  send("--seed 1 --connections 16 --repeat 2 --port " + ports[1] + " --port " + ports[2]);

  for (const auto* daemon : {&direct, &pooled}) {
    const auto log = daemon->log();
    std::cout << occurrences(log, "status=stored") << " stored, "
              << occurrences(log, "status=already-stored") << " already stored, "
              << occurrences(log, "reruns=") - occurrences(log, "reruns=0,") << " run again"
              << std::endl;
    CHECK(occurrences(log, "status=stored") > 0);
    CHECK(occurrences(log, "status=try-later") == 0);
  }
  CHECK(grouping(ordered.dump()) == truth);
  CHECK((raced.dump() == ordered.dump()));
}
