#include "core/store/batch.hpp"

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <utility>
#include <vector>

#include "core/series/batch_plan.hpp"
#include "core/series/identities.hpp"
#include "core/store/facts.hpp"
#include "core/store/facts_json.hpp"
#include "core/store/plan_json.hpp"
#include "core/store/record_one.hpp"
#include "core/store/sql.hpp"

namespace quilter {
namespace {

// For each errand, comments too: to read more than that whole costs more than a glimpse each.
constexpr std::size_t most_members = 25;

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
              Patience::Clock::time_point until) {
    const auto row = load(begin, locks);
    const std::chrono::microseconds lock_wait{row["lock_wait"].as<std::int64_t>()};
    for (auto* errand : errands_)
      errand->outcome = {.status = Status::already_stored, .detail = {}, .lock_wait = lock_wait};
    leave_out(sql::texts(row["recorded"]));
    if (errands_.empty()) return;
    if (row["too_many"].as<bool>()) return record_each(options, until);
    write(make_plan(arrivals(), facts_in(row), options));
  }

 private:
  pqxx::row load(const std::string& begin, const Locks& locks) const;
  void leave_out(const std::vector<std::string>& recorded);
  std::vector<Arrival> arrivals() const;
  static BatchFacts facts_in(const pqxx::row& row);
  void record_each(const StitchOptions& options, Patience::Clock::time_point until);
  void write(const BatchPlan& plan);

  pqxx::transaction_base& transaction_;
  std::vector<Errand*> errands_;
  const AllKeys& keys_;
};

pqxx::row ProjectBatch::load(const std::string& begin, const Locks& locks) const {
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
                            std::to_string(most_members * errands_.size()) + ")");
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

BatchFacts ProjectBatch::facts_in(const pqxx::row& row) {
  BatchFacts batch;
  batch.people = json::people(row["people"]);
  const auto ties = sql::integers(row["known_ties"]);
  const auto neighbourhoods = sql::integers(row["neighbourhoods"]);
  for (std::size_t i = 0; i < ties.size(); ++i)
    batch.neighbourhood_of.emplace(ties[i], neighbourhoods[i]);
  json::add_series(row["series"], batch);
  json::add_members(row["members"], batch.facts);
  json::add_waiting(row["remarks"], batch.facts);
  json::add_named(row["named"], batch.facts);
  return batch;
}

// Their locks are held.
void ProjectBatch::record_each(const StitchOptions& options, Patience::Clock::time_point until) {
  for (auto* errand : errands_) {
    if (Patience::Clock::now() > until) {
      errand->outcome = {.status = Status::try_later, .detail = {}};
      continue;
    }
    const auto lock_wait = errand->outcome.lock_wait;
    errand->outcome = record_one(transaction_, "", *errand, options);
    errand->outcome.lock_wait = lock_wait;
  }
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
                  Patience::Clock::time_point until) {
  AllKeys keys;
  std::map<std::int64_t, std::vector<Errand*>> by_project;
  for (auto* errand : errands) {
    keys.emplace(errand, keys_of(*errand, options));
    by_project[errand->project.id].push_back(errand);
  }
  auto first = std::pair{begin, locks_of(keys)};
  for (auto& [project, own] : by_project) {
    ProjectBatch{transaction, std::move(own), keys}.record(first.first, first.second, options,
                                                           until);
    first = {};
  }
}

}  // namespace quilter
