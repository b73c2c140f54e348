// PostgresStore keeps submissions in PostgreSQL, under advisory locks on all by which a submission
// is recognised.
//
// Promise: a database that is unreachable at the start is one that is away: it is looked for until
// it is there, and then asked for its schema, and whether its advisory locks exclude.
// Errors: the constructor throws StoreError where it is there and cannot be used. For the rest see
// Store.
// Owns: its connections.
// Threads: safe from any number; each transaction holds one connection, see Batches.
#pragma once

#include <functional>
#include <memory>
#include <pqxx/pqxx>
#include <span>
#include <string>
#include <vector>

#include "core/series/stitch.hpp"
#include "core/store/live.hpp"
#include "core/store/options.hpp"
#include "core/store/store.hpp"

namespace quilter {

class Batches;
class Pool;

class PostgresStore final : public Store {
 public:
  PostgresStore(const StoreOptions& options, const StitchOptions& stitching,
                const DatabaseEvents& events = {});
  ~PostgresStore() override;
  PostgresStore(const PostgresStore&) = delete;
  PostgresStore& operator=(const PostgresStore&) = delete;

  RecordOutcome record(const Project& project, const Submission& submission,
                       const RawMessage& message, const Patience& patience) override;
  void record_all(std::span<Errand* const> errands) override;  // in one transaction where it can
  bool is_away() const override;
  std::vector<Project> projects() override;
  int forget_parked(std::chrono::hours age, int most) override;
  std::int64_t parked() override;

  // Time-outs, deadline and reruns, for what begins from now on; the rest is of the start.
  void reconfigure(StoreOptions options) noexcept;

 private:
  using Written = std::function<void()>;  // nothing is left but to commit

  template <typename Work>
  auto ask(Urgency urgency, Work work);
  std::unique_ptr<Batches> batches(int at_once);
  void record_together(std::span<Errand* const> errands, const Written& written);
  void record_at_once(std::span<Errand* const> errands, const Patience& patience,
                      const Written& written);
  void record_alone(Errand& errand, const Patience& patience, const Written& written);

  Live<StoreOptions> options_;
  StitchOptions stitching_;
  std::unique_ptr<Pool> pool_;
  std::unique_ptr<Batches> live_, background_;
};

}  // namespace quilter
