#include "core/ingest/metrics.hpp"

#include <prometheus/counter.h>
#include <prometheus/exposer.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <stdexcept>
#include <utility>
#include <vector>

#include "core/ingest/maillog.hpp"

namespace quilter {
namespace {

using prometheus::MetricFamily;
using prometheus::MetricType;

template <typename Metric>
using Family = prometheus::Family<Metric>;

std::atomic<bool> away{false};
std::atomic<std::int64_t> parked_comments{0};
std::atomic<std::size_t> in_backlog{0};

struct Numbers {
  std::shared_ptr<prometheus::Registry> registry = std::make_shared<prometheus::Registry>();
  Family<prometheus::Counter>& messages = prometheus::BuildCounter()
                                              .Name("quilter_messages_total")
                                              .Help("Messages by project and what became of them")
                                              .Register(*registry);
  Family<prometheus::Counter>& events = prometheus::BuildCounter()
                                            .Name("quilter_events_total")
                                            .Help("Log lines that are not about one message")
                                            .Register(*registry);
  prometheus::Counter& reruns = prometheus::BuildCounter()
                                    .Name("quilter_reruns_total")
                                    .Help("Transactions that lost a race and were run again")
                                    .Register(*registry)
                                    .Add({});
  prometheus::Counter& violations =
      prometheus::BuildCounter()
          .Name("quilter_violations_total")
          .Help("Races that a constraint stopped and no lock did; always 0")
          .Register(*registry)
          .Add({});
  Family<prometheus::Histogram>& stages = prometheus::BuildHistogram()
                                              .Name("quilter_stage_seconds")
                                              .Help("How long one stage took, for one message")
                                              .Register(*registry);
};

// Built at the first use, and never destroyed: a thread may still count while the program ends.
Numbers& numbers() {
  static auto& numbers = *new Numbers;
  return numbers;
}

prometheus::Histogram& histogram(metrics::Stage stage) {
  const auto make = [](const char* name) {
    return &numbers().stages.Add(
        {{"stage", name}}, prometheus::Histogram::BucketBoundaries{.0001, .0003, .001, .003, .01,
                                                                   .03, .1, .3, 1, 3, 10});
  };
  static const std::array stages{make("parse"), make("lock_wait"), make("database"), make("spool"),
                                 make("write_ahead")};
  return *stages.at(static_cast<std::size_t>(stage));
}

MetricFamily gauges(const std::string& name, const std::string& help,
                    const std::vector<std::pair<prometheus::ClientMetric::Label, double>>& values) {
  MetricFamily family{name, help, MetricType::Gauge, {}};
  for (const auto& [label, value] : values) {
    prometheus::ClientMetric metric;
    if (!label.name.empty()) metric.label.push_back(label);
    metric.gauge.value = value;
    family.metric.push_back(std::move(metric));
  }
  return family;
}

// What is looked up when somebody asks.
class State final : public prometheus::Collectable {
 public:
  State(std::string_view version, std::function<SpoolStatus()> spool)
      : version_{version}, spool_{std::move(spool)} {}

  std::vector<MetricFamily> Collect() const override {
    const auto spool = spool_();
    const auto age = spool.oldest ? std::chrono::system_clock::now() - *spool.oldest
                                  : std::chrono::system_clock::duration{0};
    return {gauges("quilter_spool_files", "Messages on this host's disk",
                   {{{"shelf", "waiting"}, 1.0 * spool.waiting},
                    {{"shelf", "failed"}, 1.0 * spool.failed},
                    {{"shelf", "torn"}, 1.0 * spool.torn}}),
            gauges("quilter_spool_bytes", "Their size", {{{}, static_cast<double>(spool.bytes)}}),
            gauges("quilter_spool_oldest_seconds", "How long the oldest one has waited",
                   {{{}, std::max(0.0, std::chrono::duration<double>(age).count())}}),
            gauges("quilter_backlog_messages", "Answered, and not yet in the database or the spool",
                   {{{}, static_cast<double>(in_backlog)}}),
            gauges("quilter_database_up", "0 while the database is away",
                   {{{}, metrics::database_is_away() ? 0.0 : 1.0}}),
            gauges("quilter_parked_comments",
                   "Comments whose patch has not come, in the whole database; counted each hour",
                   {{{}, static_cast<double>(parked_comments)}}),
            gauges("quilter_build_info", "The running program", {{{"version", version_}, 1.0}})};
  }

 private:
  std::string version_;
  std::function<SpoolStatus()> spool_;
};

}  // namespace

namespace metrics {

void message(std::string_view project, Status status) {
  numbers()
      .messages
      .Add({{"project", std::string{project}}, {"status", std::string{maillog::word(status)}}})
      .Increment();
}

void races(int reruns, int violations) {
  if (reruns > 0) numbers().reruns.Increment(reruns);
  if (violations > 0) numbers().violations.Increment(violations);
}

void observe(Stage stage, std::chrono::steady_clock::duration time) {
  histogram(stage).Observe(std::chrono::duration<double>(time).count());
}

void parked(std::int64_t comments) {
  parked_comments = comments;
}

void backlog(std::size_t messages) {
  in_backlog = messages;
}

void database_away(bool is_away) {
  away = is_away;
}

bool database_is_away() {
  return away;
}

void event(std::string_view name) {
  numbers().events.Add({{"event", std::string{name}}}).Increment();
}

}  // namespace metrics

struct Metrics::Endpoint {
  Endpoint(const std::string& listen, std::shared_ptr<State> collected)
      : state{std::move(collected)}, exposer{listen, 1} {
    exposer.RegisterCollectable(numbers().registry);
    exposer.RegisterCollectable(state);
  }
  std::shared_ptr<State> state;  // the exposer holds weak ones
  prometheus::Exposer exposer;
};

Metrics::Metrics(const MetricsOptions& options, std::string_view version,
                 std::function<SpoolStatus()> spool) {
  if (options.listen.empty()) return;
  try {
    endpoint_ = std::make_unique<Endpoint>(options.listen,
                                           std::make_shared<State>(version, std::move(spool)));
  } catch (const std::exception& error) {
    throw std::runtime_error{"metrics.listen: cannot listen on " + options.listen + ": " +
                             error.what()};
  }
}

Metrics::~Metrics() = default;

}  // namespace quilter
