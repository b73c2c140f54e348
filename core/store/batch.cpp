#include "core/store/batch.hpp"

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "core/series/batch_plan.hpp"
#include "core/series/extend.hpp"
#include "core/series/extend_batch.hpp"
#include "core/series/identities.hpp"
#include "core/store/facts.hpp"
#include "core/store/facts_json.hpp"
#include "core/store/plan_json.hpp"
#include "core/store/sql.hpp"

namespace quilter {
namespace {

void add_all(std::vector<std::int64_t>& to, const std::vector<std::int64_t>& more) {
  to.insert(to.end(), more.begin(), more.end());
}

// What the transaction locks: ascending, so that no two wait for each other.
struct Locks {
  std::vector<std::int64_t> projects, keys, ties;
};

using AllKeys = std::map<const Errand*, ErrandKeys>;

Locks locks_of(const AllKeys& all) {
  Locks locks;
  for (const auto& [errand, keys] : all) {
    locks.projects.push_back(keys.project);
    add_all(locks.keys, keys.locks);
    add_all(locks.ties, keys.ties);
  }
  for (auto* keys : {&locks.projects, &locks.keys, &locks.ties})
    *keys = sorted_once(std::move(*keys));
  return locks;
}

// The errands of one project; of several with one message id the first.
class ProjectBatch {
 public:
  ProjectBatch(pqxx::transaction_base& transaction, std::vector<Errand*> errands,
               const AllKeys& keys)
      : transaction_{transaction}, errands_{std::move(errands)}, keys_{keys} {}

  void record(const std::string& begin, const Locks& locks, const StitchOptions& options,
              const BatchLimits& limits) {
    const auto row = load(begin, locks, limits);
    const std::chrono::microseconds lock_wait{row["lock_wait"].as<std::int64_t>()};
    for (auto* errand : errands_)
      errand->outcome = {.status = Status::already_stored, .detail = {}, .lock_wait = lock_wait};
    leave_out(sql::texts(row["recorded"]));
    if (errands_.empty()) return;
    if (const auto plan = decide(facts_in(row), options, limits)) return write(*plan);
    for (auto* errand : errands_) errand->outcome = {.status = Status::try_later, .detail = {}};
  }

 private:
  pqxx::row load(const std::string& begin, const Locks& locks, const BatchLimits& limits) const;
  void leave_out(const std::vector<std::string>& recorded);
  std::vector<Arrival> arrivals() const;
  BatchFacts facts_in(const pqxx::row& row) const;
  std::optional<BatchPlan> decide(BatchFacts facts, const StitchOptions& options,
                                  const BatchLimits& limits) const;
  void load_samples(BatchFacts& facts) const;
  void load_whole(const std::vector<std::int64_t>& neighbourhoods, BatchFacts& facts) const;
  void write(const BatchPlan& plan);

  pqxx::transaction_base& transaction_;
  std::vector<Errand*> errands_;
  const AllKeys& keys_;
};

pqxx::row ProjectBatch::load(const std::string& begin, const Locks& locks,
                             const BatchLimits& limits) const {
  const auto project = errands_.front()->project.id;
  std::vector<std::string> ids, submitters;
  std::vector<std::int64_t> keys, ties;
  auto ancestries = nlohmann::json::array();
  for (const auto* errand : errands_) {
    const auto& submission = errand->submission;
    ids.push_back(submission.message_id);
    submitters.push_back(submission.submitter.address);
    keys.push_back(message_key(submission.message_id, project));
    add_all(ties, keys_.at(errand).ties);
    if (submission.kind == Kind::comment) ancestries.push_back(submission.ancestors);
  }
  const auto quoted = [&](const auto& elements) {
    return transaction_.quote(sql::array(elements)) + ", ";
  };
  return transaction_.exec1(begin + "SELECT * FROM load_batch(" + quoted(locks.projects) +
                            quoted(locks.keys) + quoted(locks.ties) + std::to_string(project) +
                            ", " + quoted(ids) + quoted(keys) + quoted(submitters) +
                            quoted(sorted_once(std::move(ties))) +
                            transaction_.quote(ancestries.dump()) + ", " +
                            std::to_string(limits.members_a_mail * errands_.size()) + ", " +
                            std::to_string(most_glimpsed_series + 1) + ")");
}

void ProjectBatch::leave_out(const std::vector<std::string>& recorded) {
  std::set<std::string> there{recorded.begin(), recorded.end()};
  std::erase_if(errands_, [&](const Errand* errand) {
    return !there.insert(errand->submission.message_id).second;
  });
}

std::vector<Arrival> ProjectBatch::arrivals() const {
  std::vector<Arrival> arrivals;
  for (const auto* errand : errands_)
    arrivals.push_back({errand->submission, keys_.at(errand).ties});
  return arrivals;
}

BatchFacts ProjectBatch::facts_in(const pqxx::row& row) const {
  BatchFacts batch;
  batch.project = errands_.front()->project.id;
  batch.people = json::people(row["people"]);
  const auto ties = sql::integers(row["known_ties"]);
  const auto neighbourhoods = sql::integers(row["neighbourhoods"]);
  for (std::size_t i = 0; i < ties.size(); ++i)
    batch.neighbourhood_of.emplace(ties[i], neighbourhoods[i]);
  json::add_waiting(row["remarks"], batch.facts);
  json::add_named(row["named"], batch.facts);
  if (row["too_many"].as<bool>()) {
    json::add_glimpsed(row["series"], batch);
  } else {
    json::add_series(row["series"], batch);
    json::add_members(row["members"], batch.facts);
  }
  return batch;
}

// Where the neighbourhoods are large, a glimpse is enough, as a rule; else they are read after all,
// once for all errands. Nothing where there is no time left for that.
std::optional<BatchPlan> ProjectBatch::decide(BatchFacts facts, const StitchOptions& options,
                                              const BatchLimits& limits) const {
  const auto is_late = [&] { return Patience::Clock::now() > limits.until; };
  if (!facts.glimpsed.empty()) {
    if (is_late()) return std::nullopt;
    load_samples(facts);
  }
  auto plan = make_plan(arrivals(), facts, options);
  if (plan.unread.empty()) return plan;
  if (is_late()) return std::nullopt;
  load_whole(plan.unread, facts);
  return make_plan(arrivals(), facts, options);
}

void ProjectBatch::load_samples(BatchFacts& facts) const {
  const auto wanted = samples_wanted(arrivals(), facts);
  if (wanted.series.empty()) return;
  const auto row = transaction_.exec_params1("SELECT load_samples($1, $2, $3, $4)", facts.project,
                                             sql::array(wanted.series), sql::array(wanted.numbers),
                                             sql::array(wanted.ancestors));
  json::add_samples(row[0], facts);
}

void ProjectBatch::load_whole(const std::vector<std::int64_t>& neighbourhoods,
                              BatchFacts& facts) const {
  const auto row = transaction_.exec_params1("SELECT * FROM load_neighbourhoods($1, $2)",
                                             facts.project, sql::array(neighbourhoods));
  for (const auto id : neighbourhoods) facts.glimpsed.erase(id);
  json::add_series(row["series"], facts);
  json::add_members(row["members"], facts.facts);
}

void ProjectBatch::write(const BatchPlan& plan) {
  std::string raws;
  for (const auto* errand : errands_) raws += errand->message.bytes;
  const auto row =
      transaction_.exec_params1("SELECT record_batch($1, $2, $3)", errands_.front()->project.id,
                                to_json(errands_, plan), pqxx::binarystring(raws));
  const auto series = sql::integers(row[0]);
  for (std::size_t i = 0; i < errands_.size(); ++i) {
    errands_[i]->outcome.status = Status::stored;
    errands_[i]->outcome.series = series[i];
  }
}

}  // namespace

void record_batch(pqxx::transaction_base& transaction, const std::string& begin,
                  std::span<Errand* const> errands, const StitchOptions& options,
                  const BatchLimits& limits) {
  AllKeys keys;
  std::map<std::int64_t, std::vector<Errand*>> by_project;
  for (auto* errand : errands) {
    keys.emplace(errand, keys_of(*errand, options));
    by_project[errand->project.id].push_back(errand);
  }
  auto first = std::pair{begin, locks_of(keys)};
  for (auto& [project, own] : by_project) {
    ProjectBatch{transaction, std::move(own), keys}.record(first.first, first.second, options,
                                                           limits);
    first = {};
  }
}

}  // namespace quilter
