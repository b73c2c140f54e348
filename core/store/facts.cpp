#include "core/store/facts.hpp"

#include <algorithm>

#include "core/series/extend.hpp"
#include "core/series/identities.hpp"
#include "core/store/facts_json.hpp"
#include "core/store/project_lock.hpp"
#include "core/store/sql.hpp"

namespace quilter {
namespace {

bool is_one_of(std::int64_t key, const std::vector<std::int64_t>& ascending) {
  return std::binary_search(ascending.begin(), ascending.end(), key);
}

// The short way: see extend().
std::optional<SeriesWrite> extended(const pqxx::row& row, const Project& project,
                                    const Submission& submission, const Place& place,
                                    const StitchOptions& options) {
  if (row["sample"].is_null()) return std::nullopt;
  Glimpse glimpse;
  glimpse.series = json::series(row["series"]);
  if (glimpse.series.size() > most_glimpsed_series) return std::nullopt;
  const auto name = name_key(submission, project.id);
  glimpse.name_known = name && !is_one_of(*name, place.missing_ties);
  glimpse.sample = json::sample(row["sample"]);
  return extend(submission, glimpse, options);
}

// With the values in it: only so can several statements go in one trip.
std::string load_facts(const pqxx::transaction_base& transaction, const Errand& errand,
                       const ErrandKeys& keys) {
  const auto& submission = errand.submission;
  std::string call = "load_facts(";
  const auto add = [&call](const std::string& literal) {
    call += (call.back() == '(' ? "" : ", ") + literal;
  };
  const auto add_array = [&](const auto& elements) {
    add(transaction.quote(sql::array(elements)));
  };
  add(std::to_string(keys.project));
  add_array(keys.locks);
  add(std::to_string(errand.project.id));
  add(transaction.quote(submission.message_id));
  add(std::to_string(message_key(submission.message_id, errand.project.id)));
  add(transaction.quote(submission.submitter.address));
  add_array(submission.ancestors);
  add(submission.kind == Kind::comment ? "true" : "false");
  add_array(keys.ties);
  add(std::to_string(submission.version));
  add(std::to_string(submission.total));
  add(submission.numbered ? std::to_string(submission.number) : "NULL");
  add_array(tying_ancestors(submission.ancestors));
  add(std::to_string(most_glimpsed_series + 1));
  return call + ")";
}

}  // namespace

ErrandKeys keys_of(const Errand& errand, const StitchOptions& options) {
  const auto wanted = identities(errand.submission, options);
  const auto project = errand.project.id;
  return {project_lock_key(project), lock_keys(wanted, project), tie_keys(wanted, project)};
}

Found look(pqxx::transaction_base& transaction, const std::string& begin, const Errand& errand,
           const StitchOptions& options) {
  const auto keys = keys_of(errand, options);
  const auto row =
      transaction.exec1(begin + "SELECT * FROM " + load_facts(transaction, errand, keys));
  Found found;
  found.recorded = row["recorded"].as<bool>();
  found.lock_wait = std::chrono::microseconds{row["lock_wait"].as<std::int64_t>()};
  if (found.recorded) return found;
  found.place = {.neighbourhoods = sql::integers(row["neighbourhoods"]), .missing_ties = {}};
  const auto known = sql::integers(row["known_ties"]);
  std::set_difference(keys.ties.begin(), keys.ties.end(), known.begin(), known.end(),
                      std::back_inserter(found.place.missing_ties));
  auto& facts = found.facts;
  facts.person = json::person(row["person"]);
  facts.extended = extended(row, errand.project, errand.submission, found.place, options);
  if (!row["sample"].is_null() && !facts.extended) {
    load_neighbourhoods(transaction, errand.project, found.place.neighbourhoods, facts);
  } else if (!facts.extended) {
    facts.series = json::series(row["series"]);
    json::add_members(row["members"], facts);
  }
  json::add_waiting(row["remarks"], facts);
  json::add_named(row["named"], facts);
  return found;
}

void load_neighbourhoods(pqxx::transaction_base& transaction, const Project& project,
                         const std::vector<std::int64_t>& neighbourhoods, Facts& facts) {
  const auto row = transaction.exec_params1("SELECT * FROM load_neighbourhoods($1, $2)", project.id,
                                            sql::array(neighbourhoods));
  facts.series = json::series(row["series"]);
  json::add_members(row["members"], facts);
}

}  // namespace quilter
