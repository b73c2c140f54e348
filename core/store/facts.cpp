#include "core/store/facts.hpp"

#include <algorithm>

#include "core/store/sql.hpp"

namespace quilter {
namespace {

std::vector<std::int64_t> lock_neighbourhoods(pqxx::transaction_base& transaction,
                                              const std::string& keys) {
  std::vector<std::int64_t> locked;
  for (const auto& row : transaction.exec_params("SELECT id FROM neighbourhood WHERE id IN (SELECT "
                                                 "neighbourhood_id FROM tie WHERE key = ANY ($1)) "
                                                 "ORDER BY id FOR UPDATE",
                                                 keys))
    locked.push_back(row[0].as<std::int64_t>());
  return locked;
}

void load_person(pqxx::transaction_base& transaction, const Submission& submission, Facts& facts) {
  const auto rows = transaction.exec_params(
      "SELECT id, name, extract(epoch FROM named_at)::bigint, named_by FROM person WHERE address = "
      "$1",
      submission.submitter.address);
  if (rows.empty()) return;
  const auto& row = rows[0];
  facts.person = RecordedPerson{.id = row[0].as<std::int64_t>(),
                                .name = row[1].as<std::string>(),
                                .named_at = sql::epoch(row[2]),
                                .named_by = row[3].as<std::string>()};
}

void load_series(pqxx::transaction_base& transaction, const std::string& neighbourhoods,
                 Facts& facts) {
  for (const auto& row : transaction.exec_params(
           "SELECT s.id, s.version, s.total, s.name, p.address, extract(epoch FROM "
           "s.date)::bigint, s.complete, "
           "s.supersedes_id FROM series s JOIN person p ON p.id = s.submitter_id "
           "WHERE s.neighbourhood_id = ANY ($1) AND s.merged_into_id IS NULL",
           neighbourhoods))
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
          .ancestors = sql::texts(row[9])};
}

void load_members(pqxx::transaction_base& transaction, const std::string& neighbourhoods,
                  Facts& facts) {
  const std::string columns =
      "SELECT m.message_id, extract(epoch FROM m.date)::bigint, m.kind = 'cover', m.numbered, "
      "m.version, m.number, "
      "m.total, p.address, m.name, m.ancestors, s.id FROM series s ";
  const std::string rest =
      " JOIN message m ON m.id = x.message_row JOIN person p ON p.id = m.submitter_id "
      "WHERE s.neighbourhood_id = ANY ($1) AND s.merged_into_id IS NULL";
  for (const auto& row : transaction.exec_params(columns + "JOIN patch x ON x.series_id = s.id" +
                                                     rest + " UNION ALL " + columns +
                                                     "JOIN cover x ON x.series_id = s.id" + rest,
                                                 neighbourhoods)) {
    facts.members.push_back(member_of(row));
    facts.series_of.emplace(facts.members.back().message_id, row[10].as<std::int64_t>());
  }
}

void add_remark(Facts& facts, const pqxx::field& id, std::vector<MessageId> ancestors,
                const pqxx::field& parent) {
  facts.remarks.push_back({id.as<std::string>(), std::move(ancestors)});
  facts.parent_of.emplace(id.as<std::string>(), sql::optional<std::string>(parent));
}

// Every comment of the neighbourhoods: a mail that they have waited for can change the parent of
// any.
void load_remarks(pqxx::transaction_base& transaction, const std::string& neighbourhoods,
                  Facts& facts) {
  const std::string columns = "SELECT m.message_id, m.ancestors, t.message_id FROM ";
  const std::string adopted =
      " x ON x.series_id = s.id JOIN comment c ON c.parent_row = x.message_row JOIN message m ON "
      "m.id = c.message_row "
      "JOIN message t ON t.id = c.parent_row WHERE s.neighbourhood_id = ANY ($1) AND "
      "s.merged_into_id IS NULL";
  for (const auto& row : transaction.exec_params(
           columns +
               "comment c JOIN message m ON m.id = c.message_row LEFT JOIN message t ON false "
               "WHERE c.parent_row IS NULL AND c.neighbourhood_id = ANY ($1) UNION ALL " +
               columns + "series s JOIN patch" + adopted + " UNION ALL " + columns +
               "series s JOIN cover" + adopted,
           neighbourhoods))
    add_remark(facts, row[0], sql::texts(row[1]), row[2]);
}

// For a comment that nobody has mentioned, its ancestors are enough: each recorded comment among
// them is worth what it belongs to.
void load_ancestors(pqxx::transaction_base& transaction, const Project& project,
                    const Submission& submission, Facts& facts) {
  for (const auto& row : transaction.exec_params(
           "SELECT m.message_id, m.kind = 'comment', t.message_id FROM message m "
           "LEFT JOIN comment c ON c.message_row = m.id LEFT JOIN message t ON t.id = c.parent_row "
           "WHERE m.project_id = $1 AND m.message_id = ANY ($2)",
           project.id, sql::array(submission.ancestors))) {
    const bool comment = row[1].as<bool>();
    const auto& target = comment ? row[2] : row[0];
    if (!target.is_null()) facts.members.emplace_back().message_id = target.as<std::string>();
    if (comment)
      add_remark(
          facts, row[0],
          target.is_null() ? std::vector<MessageId>{} : std::vector{target.as<std::string>()},
          target);
  }
}

}  // namespace

Place find_place(pqxx::transaction_base& transaction, const Project& project,
                 const Submission& submission, const Identities& identities) {
  auto missing = tie_keys(identities, project.id);
  const auto keys = sql::array(missing);
  Place place;
  place.neighbourhoods = lock_neighbourhoods(transaction, keys);
  for (const auto& row : transaction.exec_params(
           "SELECT t.key, t.neighbourhood_id, EXISTS (SELECT FROM message WHERE project_id = $2 "
           "AND message_id = $3) "
           "FROM (SELECT unnest($1::bigint[])) k (key) LEFT JOIN tie t USING (key)",
           keys, project.id, submission.message_id)) {
    place.recorded = row[2].as<bool>();
    if (row[0].is_null()) continue;
    const auto key = row[0].as<std::int64_t>();
    if (key == own_key(identities, project.id)) place.mentioned = true;
    missing.erase(std::lower_bound(missing.begin(), missing.end(), key));
    if (!std::binary_search(place.neighbourhoods.begin(), place.neighbourhoods.end(),
                            row[1].as<std::int64_t>()))
      throw LostRace{"the neighbourhood was merged into another"};
  }
  place.missing_ties = std::move(missing);
  return place;
}

Facts load_facts(pqxx::transaction_base& transaction, const Project& project,
                 const Submission& submission, const Place& place) {
  Facts facts;
  load_person(transaction, submission, facts);
  if (submission.kind == Kind::comment && !place.mentioned) {
    if (!submission.ancestors.empty()) load_ancestors(transaction, project, submission, facts);
    return facts;
  }
  if (place.neighbourhoods.empty()) return facts;
  const auto neighbourhoods = sql::array(place.neighbourhoods);
  load_series(transaction, neighbourhoods, facts);
  load_members(transaction, neighbourhoods, facts);
  if (place.mentioned) load_remarks(transaction, neighbourhoods, facts);
  return facts;
}

}  // namespace quilter
