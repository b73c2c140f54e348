#include "core/store/facts_json.hpp"

#include <nlohmann/json.hpp>

namespace quilter::json {
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

RecordedPerson person_in(const Json& row) {
  return {.id = row.at("id"),
          .name = row.at("name"),
          .named_at = time(row.at("named_at")),
          .named_by = row.at("named_by")};
}

SeriesRow series_in(const Json& row) {
  return {.version = row.at("version"),
          .total = row.at("total"),
          .name = row.at("name"),
          .submitter = row.at("submitter"),
          .date = time(row.at("date")),
          .received = row.at("received"),
          .complete = row.at("complete"),
          .by_hand = row.at("by_hand"),
          .supersedes = optional<std::int64_t>(row.at("supersedes_id"))};
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

}  // namespace

std::optional<RecordedPerson> person(const pqxx::field& field) {
  if (field.is_null()) return std::nullopt;
  return person_in(Json::parse(field.c_str()));
}

std::map<std::string, RecordedPerson> people(const pqxx::field& field) {
  std::map<std::string, RecordedPerson> people;
  for (const auto& row : rows(field)) people.emplace(row.at("address"), person_in(row));
  return people;
}

std::map<std::int64_t, SeriesRow> series(const pqxx::field& field) {
  std::map<std::int64_t, SeriesRow> series;
  for (const auto& row : rows(field)) series.emplace(row.at("id"), series_in(row));
  return series;
}

void add_series(const pqxx::field& field, BatchFacts& batch) {
  for (const auto& row : rows(field)) {
    batch.facts.series.emplace(row.at("id"), series_in(row));
    batch.series_in.emplace(row.at("id"), row.at("neighbourhood_id"));
  }
}

void add_glimpsed(const pqxx::field& field, BatchFacts& batch) {
  for (const auto& row : rows(field))
    batch.glimpsed[row.at("neighbourhood_id").get<std::int64_t>()].emplace(row.at("id"),
                                                                           series_in(row));
}

void add_samples(const pqxx::field& field, BatchFacts& batch) {
  for (const auto& row : rows(field))
    batch.samples[row.at("series_id").get<std::int64_t>()].push_back(member(row));
}

std::vector<Member> sample(const pqxx::field& field) {
  std::vector<Member> sample;
  for (const auto& row : rows(field)) sample.push_back(sampled(row));
  return sample;
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

}  // namespace quilter::json
