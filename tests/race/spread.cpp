#include "tests/race/spread.hpp"

#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdio>
#include <new>
#include <sstream>
#include <stdexcept>
#include <thread>

#include "core/store/postgres_store.hpp"

namespace quilter::test {
namespace {

constexpr int processes = 2;
const std::string ready = "ready";
const auto failed = std::to_string(static_cast<int>(Status::try_later));

// Seen by all processes: the number of the next mail.
class Counter {
 public:
  Counter()
      : memory_{mmap(nullptr, sizeof(Number), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
                     -1, 0)} {
    static_assert(Number::is_always_lock_free);
    if (memory_ == MAP_FAILED) throw std::runtime_error{"no shared memory"};
    next_ = new (memory_) Number{0};
  }
  ~Counter() { munmap(memory_, sizeof(Number)); }
  Counter(const Counter&) = delete;
  Counter& operator=(const Counter&) = delete;
  std::size_t take() { return (*next_)++; }

 private:
  using Number = std::atomic<std::size_t>;
  void* memory_;
  Number* next_ = nullptr;
};

struct Pipe {
  int out = -1, in = -1;  // what goes in comes out
  Pipe() {
    std::array<int, 2> ends{};
    if (pipe(ends.data()) != 0) throw std::runtime_error{"no pipe"};
    out = ends[0];
    in = ends[1];
  }
};

// Lines shorter than PIPE_BUF do not mix, from however many threads and processes.
void say(const Pipe& report, std::string line) {
  std::replace(line.begin(), line.end(), '\n', ' ');
  line.resize(std::min<std::size_t>(line.size(), 1000));
  line += '\n';
  if (write(report.in, line.data(), line.size()) < 0) _exit(1);
}

void record_all(PostgresStore& store, const std::vector<Submission>& mails, Counter& next,
                const Pipe& report) {
  const auto project = store.projects().front();
  for (std::size_t i = 0; (i = next.take()) < mails.size();) {
    RawMessage message;
    message.bytes = mails[i].content;
    const auto outcome = store.record(project, mails[i], message, {});
    std::ostringstream line;
    line << static_cast<int>(outcome.status) << ' ' << outcome.reruns << ' ' << outcome.violations
         << ' ' << outcome.lock_wait.count() << ' ' << mails[i].message_id << ": "
         << outcome.detail;
    say(report, line.str());
  }
}

[[noreturn]] void be_process(const std::string& connection, const std::vector<Submission>& mails,
                             int workers, Counter& next, const Pipe& gate, const Pipe& report) {
  close(gate.in);
  try {
    StoreOptions options;
    options.connection = connection;
    options.connections = workers;
    PostgresStore store{options, StitchOptions{}};
    say(report, ready);
    char nothing = 0;
    while (read(gate.out, &nothing, 1) > 0) continue;  // until the parent has closed it
    std::vector<std::thread> threads;
    for (int worker = 0; worker < workers; ++worker)
      threads.emplace_back([&] { record_all(store, mails, next, report); });
    for (auto& thread : threads) thread.join();
  } catch (const std::exception& error) {
    say(report, failed + " 0 0 0 " + error.what());
    say(report, ready);
  }
  _exit(0);  // what the parent owns is the parent's to end
}

void add(Spread& spread, const std::string& line) {
  std::istringstream words{line};
  int number = 0, reruns = 0, violations = 0, microseconds = 0;
  words >> number >> reruns >> violations >> microseconds >> std::ws;
  const auto status = static_cast<Status>(number);
  spread.stored += status == Status::stored ? 1 : 0;
  spread.already_stored += status == Status::already_stored ? 1 : 0;
  spread.reruns += reruns;
  spread.violations += violations;
  spread.lock_wait += microseconds / 1e6;
  std::string what;
  std::getline(words, what);
  if (status != Status::stored && status != Status::already_stored) spread.failures.push_back(what);
}

Spread read_all(const Pipe& report, int started, int gate) {
  Spread spread;
  FILE* lines = fdopen(report.out, "r");
  std::array<char, 2000> buffer{};
  while (fgets(buffer.data(), static_cast<int>(buffer.size()), lines) != nullptr) {
    std::string line{buffer.data()};
    line.pop_back();
    if (line != ready)
      add(spread, line);
    else if (--started == 0)
      close(gate);
  }
  fclose(lines);
  return spread;
}

}  // namespace

Spread record_spread(const std::string& connection, const std::vector<Submission>& mails,
                     int workers) {
  Counter next;
  const Pipe gate, report;
  std::vector<pid_t> children;
  for (int process = 0; process < std::min(workers, processes); ++process) {
    const int share = (workers + process) / processes;
    children.push_back(fork());
    if (children.back() == 0) be_process(connection, mails, std::max(share, 1), next, gate, report);
  }
  close(gate.out);
  close(report.in);
  auto spread = read_all(report, static_cast<int>(children.size()), gate.in);
  for (const auto child : children) {
    int status = 0;
    waitpid(child, &status, 0);
    if (status != 0)
      spread.failures.push_back("a process ended with status " + std::to_string(status));
  }
  return spread;
}

}  // namespace quilter::test
