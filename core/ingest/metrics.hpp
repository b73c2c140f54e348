// Metrics: what the daemon counts and measures, for Prometheus (prometheus-cpp stays inside).
//
// Promise: what a log line says is counted too, by the function of maillog that writes it. Names
// and labels are in docs/operations.md; there is no text of a mail in them. Counting costs
// microseconds, also where nobody asks.
// Errors: Metrics' constructor throws std::runtime_error where the address cannot be had.
// Owns: the numbers live as long as the process; Metrics the endpoint and its threads.
// Threads: safe from any.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "core/mail/status.hpp"
#include "core/spool/spool.hpp"

namespace quilter {

struct MetricsOptions {
  std::string listen;  // "127.0.0.1:9798"; "": no endpoint
};

namespace metrics {

enum class Stage : std::uint8_t { parse, lock_wait, database, spool, write_ahead };

void message(std::string_view project, Status status);
void races(int reruns, int violations);
void observe(Stage stage, std::chrono::steady_clock::duration time);
void event(std::string_view name);   // of the log line: "database-away"
void parked(std::int64_t comments);  // in the whole database
void backlog(std::size_t messages);
void database_away(bool is_away);
bool database_is_away();

// Runs `work`, and observes how long it took, also where it throws.
template <typename Work>
auto timed(Stage stage, Work work) {
  struct Stop {
    Stage stage;
    std::chrono::steady_clock::time_point start = std::chrono::steady_clock::now();
    ~Stop() { observe(stage, std::chrono::steady_clock::now() - start); }
  };
  const Stop stop{stage};
  return work();
}

}  // namespace metrics

// The endpoint: http://LISTEN/metrics.
class Metrics {
 public:
  // `spool` is asked at each scrape.
  Metrics(const MetricsOptions& options, std::string_view version,
          std::function<SpoolStatus()> spool);
  ~Metrics();
  Metrics(const Metrics&) = delete;
  Metrics& operator=(const Metrics&) = delete;

 private:
  struct Endpoint;
  std::unique_ptr<Endpoint> endpoint_;
};

}  // namespace quilter
