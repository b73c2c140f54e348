#include "core/store/facts.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "core/series/extend.hpp"
#include "core/series/identities.hpp"
#include "core/store/project_lock.hpp"
#include "core/store/sql.hpp"

namespace quilter {
namespace {

using Json = nlohmann::json;

// json_agg() of no rows is NULL.
Json rows(const pqxx::field& field) {
  return field.is_null() ? Json::array() : Json::parse(field.c_str());
}

template <typename T>
std::optional<T> optional(const Json& value) {
  if (value.is_null()) return std::nullopt;
  return value.get<T>();
}

std::optional<Timestamp> time(const Json& epoch) {
  if (epoch.is_null()) return std::nullopt;
  return Timestamp{std::chrono::seconds{epoch.get<std::int64_t>()}};
}

std::optional<RecordedPerson> person(const pqxx::field& field) {
  if (field.is_null()) return std::nullopt;
  const auto row = Json::parse(field.c_str());
  return RecordedPerson{.id = row.at("id"),
                        .name = row.at("name"),
                        .named_at = time(row.at("named_at")),
                        .named_by = row.at("named_by")};
}

std::map<std::int64_t, SeriesRow> series(const pqxx::field& field) {
  std::map<std::int64_t, SeriesRow> series;
  for (const auto& row : rows(field))
    series.emplace(row.at("id"),
                   SeriesRow{.version = row.at("version"),
                             .total = row.at("total"),
                             .name = row.at("name"),
                             .submitter = row.at("submitter"),
                             .date = time(row.at("date")),
                             .received = row.at("received"),
                             .complete = row.at("complete"),
                             .by_hand = row.at("by_hand"),
                             .supersedes = optional<std::int64_t>(row.at("supersedes_id"))});
  return series;
}

// As much of it as a glimpse tells.
Member sampled(const Json& row) {
  return {.message_id = row.at("message_id"),
          .date = time(row.at("date")),
          .cover = row.at("cover"),
          .numbered = row.at("numbered"),
          .version = row.at("version"),
          .number = row.at("number"),
          .total = row.at("total"),
          .submitter = row.at("submitter"),
          .name = row.at("name"),
          .ancestors = tying_ancestors(row.at("ancestors")),
          .change_id = {},
          .supersedes = {},
          .anchor = {}};
}

Member member(const Json& row) {
  auto member = sampled(row);
  member.change_id = row.at("change_id");
  member.supersedes = tying_superseded(row.at("supersedes"));
  member.anchor = row.at("anchor");
  return member;
}

void add_members(const pqxx::field& field, Facts& facts) {
  for (const auto& row : rows(field)) {
    facts.members.push_back(member(row));
    facts.series_of.emplace(facts.members.back().message_id,
                            row.at("series_id").get<std::int64_t>());
  }
}

void add_waiting(const pqxx::field& field, Facts& facts) {
  for (const auto& row : rows(field)) {
    facts.remarks.push_back({row.at("message_id"), row.at("ancestors")});
    facts.parent_of.emplace(row.at("message_id"), optional<MessageId>(row.at("parent")));
  }
}

// Comments whose parent can change are in the facts already.
void add_named(const pqxx::field& field, Facts& facts) {
  for (const auto& row : rows(field)) {
    const auto id = row.at("message_id").get<MessageId>();
    if (!row.at("is_comment").get<bool>()) {
      facts.targets.insert(id);
      continue;
    }
    const auto parent = optional<MessageId>(row.at("parent"));
    if (!facts.parent_of.emplace(id, parent).second) continue;
    facts.remarks.push_back({id, parent ? std::vector{*parent} : std::vector<MessageId>{}});
    if (parent) facts.targets.insert(*parent);
  }
}

bool is_one_of(std::int64_t key, const std::vector<std::int64_t>& ascending) {
  return std::binary_search(ascending.begin(), ascending.end(), key);
}

void add_all(std::vector<std::int64_t>& to, const std::vector<std::int64_t>& more) {
  to.insert(to.end(), more.begin(), more.end());
}

// The short way: see extend().
std::optional<SeriesWrite> extended(const pqxx::row& row, const Project& project,
                                    const Submission& submission, const Place& place,
                                    const StitchOptions& options) {
  if (row["sample"].is_null()) return std::nullopt;
  Glimpse glimpse;
  glimpse.series = series(row["series"]);
  if (glimpse.series.size() > most_glimpsed_series) return std::nullopt;
  const auto name = name_key(submission, project.id);
  glimpse.name_known = name && !is_one_of(*name, place.missing_ties);
  for (const auto& one : rows(row["sample"])) glimpse.sample.push_back(sampled(one));
  return extend(submission, glimpse, options);
}

}  // namespace

ErrandKeys keys_of(const Errand& errand, const StitchOptions& options) {
  const auto wanted = identities(errand.submission, options);
  const auto project = errand.project.id;
  return {project_lock_key(project), lock_keys(wanted, project), tie_keys(wanted, project)};
}

Locks locks_of(std::span<const ErrandKeys> all) {
  Locks locks;
  for (const auto& keys : all) {
    locks.projects.push_back(keys.project);
    add_all(locks.keys, keys.locks);
    if (all.size() > 1) add_all(locks.ties, keys.ties);
  }
  for (auto* keys : {&locks.projects, &locks.keys, &locks.ties})
    *keys = sorted_once(std::move(*keys));
  return locks;
}

std::string load_facts(const pqxx::transaction_base& transaction, const Errand& errand,
                       const ErrandKeys& keys, const Locks& locks, const std::string& project) {
  const auto& submission = errand.submission;
  std::string call = "load_facts(";
  const auto add = [&call](const std::string& literal) {
    call += (call.back() == '(' ? "" : ", ") + literal;
  };
  const auto add_array = [&](const auto& elements) {
    add(transaction.quote(sql::array(elements)));
  };
  add_array(locks.projects);
  add_array(locks.keys);
  add_array(locks.ties);
  add(project);
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

pqxx::row look(pqxx::transaction_base& transaction, const Beginning& beginning,
               const Errand& errand, const ErrandKeys& keys) {
  return transaction.exec1(
      beginning.statements + "SELECT * FROM " +
      load_facts(transaction, errand, keys, beginning.locks, std::to_string(errand.project.id)));
}

Found found_in(pqxx::transaction_base& transaction, const pqxx::row& row, const Errand& errand,
               const ErrandKeys& keys, const StitchOptions& options) {
  Found found;
  found.recorded = row["recorded"].as<bool>();
  found.lock_wait = std::chrono::microseconds{row["lock_wait"].as<std::int64_t>()};
  if (found.recorded) return found;
  found.place = {.neighbourhoods = sql::integers(row["neighbourhoods"]), .missing_ties = {}};
  const auto known = sql::integers(row["known_ties"]);
  std::set_difference(keys.ties.begin(), keys.ties.end(), known.begin(), known.end(),
                      std::back_inserter(found.place.missing_ties));
  auto& facts = found.facts;
  facts.person = person(row["person"]);
  facts.extended = extended(row, errand.project, errand.submission, found.place, options);
  if (!row["sample"].is_null() && !facts.extended) {
    load_neighbourhoods(transaction, errand.project, found.place.neighbourhoods, facts);
  } else if (!facts.extended) {
    facts.series = series(row["series"]);
    add_members(row["members"], facts);
  }
  add_waiting(row["remarks"], facts);
  add_named(row["named"], facts);
  return found;
}

void load_neighbourhoods(pqxx::transaction_base& transaction, const Project& project,
                         const std::vector<std::int64_t>& neighbourhoods, Facts& facts) {
  const auto row = transaction.exec_params1("SELECT * FROM load_neighbourhoods($1, $2)", project.id,
                                            sql::array(neighbourhoods));
  facts.series = series(row["series"]);
  add_members(row["members"], facts);
}

}  // namespace quilter
