#include "core/store/facts.hpp"

#include <algorithm>

#include "core/series/extend.hpp"
#include "core/series/identities.hpp"
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
std::map<std::int64_t, SeriesRow> load_series(pqxx::transaction_base& transaction,
                                              const Project& project,
                                              const std::string& neighbourhoods,
                                              std::optional<std::size_t> most = std::nullopt) {
  std::map<std::int64_t, SeriesRow> series;
  for (const auto& row : transaction.exec_params(
           R"(SELECT s.id, s.version, s.total, s.name, p.address,
                     extract(epoch FROM s.date)::bigint, s.received, s.complete, s.by_hand,
                     s.supersedes_id
              FROM series s JOIN person p ON p.id = s.submitter_id
              WHERE s.neighbourhood_id = ANY ($1) AND s.project_id = $2
                AND s.merged_into_id IS NULL
              LIMIT NULLIF($3, '')::bigint)",
           neighbourhoods, project.id, most ? std::to_string(*most) : ""))
    series.emplace(row[0].as<std::int64_t>(),
                   SeriesRow{.version = row[1].as<std::int32_t>(),
                             .total = row[2].as<std::int32_t>(),
                             .name = row[3].as<std::string>(),
                             .submitter = row[4].as<std::string>(),
                             .date = sql::epoch(row[5]),
                             .received = row[6].as<std::int32_t>(),
                             .complete = row[7].as<bool>(),
                             .by_hand = row[8].as<bool>(),
                             .supersedes = sql::optional<std::int64_t>(row[9])});
  return series;
}

// Of message m, its submitter p and the anchor's message a.
constexpr std::string_view member_columns =
    "m.message_id, extract(epoch FROM m.date)::bigint, m.kind = 'cover', m.numbered, m.version, "
    "m.number, m.total, p.address, m.name, m.ancestors, m.change_id, m.supersedes, "
    "coalesce(a.message_id, '')";
constexpr std::string_view with_anchor =
    " JOIN person p ON p.id = m.submitter_id LEFT JOIN pin ON pin.message_row = m.id "
    "LEFT JOIN message a ON a.id = pin.anchor_row ";
constexpr pqxx::row::size_type behind_member = 13;

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
          .ancestors = tying_ancestors(sql::texts(row[9])),
          .change_id = row[10].as<std::string>(),
          .supersedes = tying_superseded(sql::texts(row[11])),
          .anchor = row[12].as<std::string>()};
}

void load_members(pqxx::transaction_base& transaction, const Project& project,
                  const std::string& neighbourhoods, Facts& facts) {
  const auto members_in = [](const std::string& table) {
    return "SELECT " + std::string{member_columns} + ", s.id FROM series s JOIN " + table +
           " x ON x.series_id = s.id JOIN message m ON m.id = x.message_row" +
           std::string{with_anchor} +
           "WHERE s.neighbourhood_id = ANY ($1) AND s.project_id = $2 AND s.merged_into_id IS NULL";
  };
  for (const auto& row : transaction.exec_params(
           members_in("patch") + " UNION ALL " + members_in("cover"), neighbourhoods, project.id)) {
    facts.members.push_back(member_of(row));
    facts.series_of.emplace(facts.members.back().message_id, row[behind_member].as<std::int64_t>());
  }
}

// What Glimpse::sample says, by at most four index look-ups and one for each ancestor.
std::vector<Member> load_sample(pqxx::transaction_base& transaction, const Project& project,
                                const Submission& submission, std::int64_t series) {
  std::vector<Member> sample;
  for (const auto& row : transaction.exec_params(
           R"(WITH near (message_row) AS (
                (SELECT message_row FROM patch WHERE series_id = $1 AND number < $2
                 ORDER BY number DESC LIMIT 1)
                UNION
                (SELECT message_row FROM patch WHERE series_id = $1 AND number >= $2
                 ORDER BY number LIMIT 1)
                UNION
                SELECT message_row FROM cover WHERE series_id = $1
                UNION
                SELECT x.message_row FROM message m JOIN patch x ON x.message_row = m.id
                WHERE m.project_id = $3 AND m.message_id = ANY ($4) AND x.series_id = $1)
              SELECT )" +
               std::string{member_columns} +
               " FROM near JOIN message m ON m.id = near.message_row" + std::string{with_anchor},
           series, submission.number, project.id,
           sql::array(tying_ancestors(submission.ancestors))))
    sample.push_back(member_of(row));
  return sample;
}

// The short way: see extend().
std::optional<SeriesWrite> extended(pqxx::transaction_base& transaction, const Project& project,
                                    const Submission& submission, const Place& place,
                                    const StitchOptions& options) {
  if (place.neighbourhoods.size() != 1 || !submission.numbered) return std::nullopt;
  Glimpse glimpse;
  glimpse.named = !place.is_new(message_key(submission.message_id, project.id));
  if (glimpse.named) return std::nullopt;
  const auto neighbourhood = sql::array(place.neighbourhoods);
  glimpse.series = load_series(transaction, project, neighbourhood, most_glimpsed_series + 1);
  const auto series = series_of_shape(submission, glimpse.series);
  if (!series || glimpse.series.size() > most_glimpsed_series) return std::nullopt;
  const auto name = name_key(submission, project.id);
  glimpse.name_known = name && !place.is_new(*name);
  glimpse.sample = load_sample(transaction, project, submission, *series);
  return extend(submission, glimpse, options);
}

}  // namespace

bool Place::is_new(std::int64_t tie) const {
  return std::binary_search(missing_ties.begin(), missing_ties.end(), tie);
}

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

void unite(pqxx::transaction_base& transaction, const std::vector<std::int64_t>& neighbourhoods) {
  if (neighbourhoods.size() < 2) return;
  const auto others = sql::array(std::vector(neighbourhoods.begin() + 1, neighbourhoods.end()));
  for (const std::string table : {"tie", "series"})
    transaction.exec_params(
        "UPDATE " + table + " SET neighbourhood_id = $1 WHERE neighbourhood_id = ANY ($2)",
        neighbourhoods.front(), others);
}

Facts load_facts(pqxx::transaction_base& transaction, const Project& project,
                 const Submission& submission, const Place& place, const StitchOptions& options) {
  Facts facts;
  load_person(transaction, submission, facts);
  if (!place.neighbourhoods.empty()) {
    facts.extended = extended(transaction, project, submission, place, options);
    if (!facts.extended) load_neighbourhoods(transaction, project, place.neighbourhoods, facts);
  }
  load_comments(transaction, project, submission, facts);
  return facts;
}

void load_neighbourhoods(pqxx::transaction_base& transaction, const Project& project,
                         const std::vector<std::int64_t>& neighbourhoods, Facts& facts) {
  const auto ids = sql::array(neighbourhoods);
  facts.series = load_series(transaction, project, ids);
  load_members(transaction, project, ids, facts);
}

}  // namespace quilter
