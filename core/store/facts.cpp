#include "core/store/facts.hpp"

#include <algorithm>

#include "core/store/comment_facts.hpp"
#include "core/store/lost_race.hpp"
#include "core/store/sql.hpp"

namespace quilter {
namespace {

std::vector<std::int64_t> lock_neighbourhoods(pqxx::transaction_base& transaction,
                                              const std::string& keys) {
  std::vector<std::int64_t> locked;
  for (const auto& row : transaction.exec_params(
           R"(SELECT id FROM neighbourhood
              WHERE id IN (SELECT neighbourhood_id FROM tie WHERE key = ANY ($1))
              ORDER BY id FOR UPDATE)",
           keys))
    locked.push_back(row[0].as<std::int64_t>());
  return locked;
}

void load_person(pqxx::transaction_base& transaction, const Submission& submission, Facts& facts) {
  const auto rows = transaction.exec_params(
      R"(SELECT id, name, extract(epoch FROM named_at)::bigint, named_by
         FROM person WHERE address = $1)",
      submission.submitter.address);
  if (rows.empty()) return;
  const auto& row = rows[0];
  facts.person = RecordedPerson{.id = row[0].as<std::int64_t>(),
                                .name = row[1].as<std::string>(),
                                .named_at = sql::epoch(row[2]),
                                .named_by = row[3].as<std::string>()};
}

// Of this project only: two projects whose ties have one hash share a neighbourhood, no series.
void load_series(pqxx::transaction_base& transaction, const Project& project,
                 const std::string& neighbourhoods, Facts& facts) {
  for (const auto& row : transaction.exec_params(
           R"(SELECT s.id, s.version, s.total, s.name, p.address,
                     extract(epoch FROM s.date)::bigint, s.complete, s.supersedes_id
              FROM series s JOIN person p ON p.id = s.submitter_id
              WHERE s.neighbourhood_id = ANY ($1) AND s.project_id = $2
                AND s.merged_into_id IS NULL)",
           neighbourhoods, project.id))
    facts.series.emplace(row[0].as<std::int64_t>(),
                         SeriesRow{.version = row[1].as<std::int32_t>(),
                                   .total = row[2].as<std::int32_t>(),
                                   .name = row[3].as<std::string>(),
                                   .submitter = row[4].as<std::string>(),
                                   .date = sql::epoch(row[5]),
                                   .complete = row[6].as<bool>(),
                                   .supersedes = sql::optional<std::int64_t>(row[7])});
}

Member member_of(const pqxx::row& row) {
  return {.message_id = row[0].as<std::string>(),
          .date = sql::epoch(row[1]),
          .cover = row[2].as<bool>(),
          .numbered = row[3].as<bool>(),
          .version = row[4].as<std::int32_t>(),
          .number = row[5].as<std::int32_t>(),
          .total = row[6].as<std::int32_t>(),
          .submitter = row[7].as<std::string>(),
          .name = row[8].as<std::string>(),
          .ancestors = tying_ancestors(sql::texts(row[9]))};
}

void load_members(pqxx::transaction_base& transaction, const Project& project,
                  const std::string& neighbourhoods, Facts& facts) {
  const auto members_in = [](const std::string& table) {
    return R"(SELECT m.message_id, extract(epoch FROM m.date)::bigint, m.kind = 'cover', m.numbered,
                     m.version, m.number, m.total, p.address, m.name, m.ancestors, s.id
              FROM series s JOIN )" +
           table + R"( x ON x.series_id = s.id
                       JOIN message m ON m.id = x.message_row
                       JOIN person p ON p.id = m.submitter_id
              WHERE s.neighbourhood_id = ANY ($1) AND s.project_id = $2
                AND s.merged_into_id IS NULL)";
  };
  for (const auto& row : transaction.exec_params(
           members_in("patch") + " UNION ALL " + members_in("cover"), neighbourhoods, project.id)) {
    facts.members.push_back(member_of(row));
    facts.series_of.emplace(facts.members.back().message_id, row[10].as<std::int64_t>());
  }
}

}  // namespace

bool is_recorded(pqxx::transaction_base& transaction, const Project& project,
                 const MessageId& message_id) {
  return !transaction
              .exec_params("SELECT FROM message WHERE project_id = $1 AND message_id = $2",
                           project.id, message_id)
              .empty();
}

Place find_place(pqxx::transaction_base& transaction, const std::vector<std::int64_t>& tie_keys) {
  Place place;
  if (tie_keys.empty()) return place;
  const auto keys = sql::array(tie_keys);
  place.neighbourhoods = lock_neighbourhoods(transaction, keys);
  place.missing_ties = tie_keys;
  for (const auto& row : transaction.exec_params(
           "SELECT key, neighbourhood_id FROM tie WHERE key = ANY ($1)", keys)) {
    auto& missing = place.missing_ties;
    missing.erase(std::lower_bound(missing.begin(), missing.end(), row[0].as<std::int64_t>()));
    if (!std::binary_search(place.neighbourhoods.begin(), place.neighbourhoods.end(),
                            row[1].as<std::int64_t>()))
      throw LostRace{"the neighbourhood was merged into another"};
  }
  return place;
}

Facts load_facts(pqxx::transaction_base& transaction, const Project& project,
                 const Submission& submission, const Place& place) {
  Facts facts;
  load_person(transaction, submission, facts);
  if (!place.neighbourhoods.empty()) {
    const auto neighbourhoods = sql::array(place.neighbourhoods);
    load_series(transaction, project, neighbourhoods, facts);
    load_members(transaction, project, neighbourhoods, facts);
  }
  load_comments(transaction, project, submission, facts);
  return facts;
}

}  // namespace quilter
