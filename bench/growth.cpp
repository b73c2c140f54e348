// What one message costs as its series or thread grows: recorded in the order sent, by one
// connection, in a PostgreSQL of its own. Medians over the last messages before each size.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <functional>

#include "core/store/postgres_store.hpp"
#include "tests/support/members.hpp"
#include "tests/support/scratch_database.hpp"

using namespace quilter;
using namespace quilter::test;

namespace {

using Clock = std::chrono::steady_clock;

double median_ms(std::vector<double> values) {
  std::nth_element(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2),
                   values.end());
  return values[values.size() / 2];
}

void measure(const char* what, int most, const std::function<Submission(int)>& mail) {
  const ReadyDatabase database;
  StoreOptions options;
  options.connection = database.ingest();
  PostgresStore store{options, {}};
  const auto project = store.projects().front();
  std::vector<double> costs;
  std::printf("%-44s", what);
  RawMessage message;
  for (int size = 10, n = 0; size <= most; size *= 10) {
    for (; n < size; ++n) {
      const auto submission = mail(n);
      message.bytes = std::string(6000, 'x');
      const auto start = Clock::now();
      const auto outcome = store.record(project, submission, message, {});
      costs.push_back(std::chrono::duration<double, std::milli>(Clock::now() - start).count());
      if (outcome.status != Status::stored) std::printf(" [%s]", outcome.detail.c_str());
    }
    const auto last = std::min<std::ptrdiff_t>(200, std::max(5, size / 2));
    std::printf("  %6d: %6.2f", size, median_ms({costs.end() - last, costs.end()}));
    std::fflush(stdout);
  }
  std::printf("\n");
}

MessageId id(int n) {
  return "20260301.1-" + std::to_string(n) + "-ann@example.org";
}

std::vector<MessageId> chain(int n) {
  std::vector<MessageId> ancestors;
  for (int at = n; at-- > std::max(0, n - 63);) ancestors.push_back(id(at));
  if (n > 64) ancestors.push_back(id(0));
  return ancestors;
}

}  // namespace

int main() {
  std::printf("ms per message (median of the last ones) when the series or thread has so many\n");
  measure("patches, all answering the cover letter", 10'000, [](int n) {
    return patch(id(n), {1, n, 9999}, n > 0 ? std::vector{id(0)} : std::vector<MessageId>{}, n);
  });
  measure("patches, each answering the one before", 10'000, [](int n) {
    return patch(id(n), {1, n, 9999}, chain(n), n);
  });
  measure("patches, unthreaded, from one run", 10'000, [](int n) {
    return patch(id(n), {1, n, 9999}, {}, n / 60);
  });
  measure("v2 of 5,000 patches in the thread of v1", 10'000, [](int n) {
    auto mail = patch("v" + std::to_string(n / 5000) + id(n), {1 + n / 5000, n % 5000, 4999},
                      n > 0 ? std::vector{"v0" + id(0)} : std::vector<MessageId>{}, n);
    if (n > 5000) mail.ancestors.insert(mail.ancestors.begin(), "v1" + id(5000));
    mail.name = "name " + std::to_string(n % 5000);
    return mail;
  });
  measure("comments, all on one patch", 10'000,
          [](int n) { return n == 0 ? patch(id(0), {}) : comment(id(n), {id(0)}, n); });
  measure("comments, each on the one before", 10'000,
          [](int n) { return n == 0 ? patch(id(0), {}) : comment(id(n), chain(n), n); });
  measure("comments, each on the one before, parked", 1'000,
          [](int n) { return comment(id(n + 1), chain(n + 1), n); });
}
