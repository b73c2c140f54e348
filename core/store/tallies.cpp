#include "core/store/tallies.hpp"

#include <map>
#include <string>

#include "core/store/sql.hpp"

namespace quilter {
namespace {

enum class Counted : std::uint8_t { covers, all };

struct TrailersOfSeries {  // of one mail
  std::int64_t series = 0;
  bool of_cover = false;  // or of what answers it
  std::vector<std::string> trailers;
};

TrailersOfSeries trailers_of_series(const pqxx::row& row) {
  return {row[0].as<std::int64_t>(), row[1].as<bool>(), sql::texts(row[2])};
}

constexpr const char* trailers_statement =
    "SELECT x.series_id, x.of_cover, m.trailers FROM ("
    "  SELECT series_id, message_row, true AS of_cover FROM cover"
    "  WHERE series_id = ANY ($1::bigint[])"
    "  UNION ALL SELECT series_id, message_row, false FROM patch"
    "  WHERE $2::boolean AND series_id = ANY ($1)) x "
    "CROSS JOIN LATERAL (SELECT x.message_row UNION ALL "
    "  SELECT c.message_row FROM comment c WHERE c.parent_row = x.message_row) w (id) "
    "JOIN message m ON m.id = w.id WHERE m.trailers <> '{}'";

std::map<std::int64_t, Tally> tallies(Snapshot& snapshot, const std::vector<std::int64_t>& series,
                                      Counted counted) {
  std::map<std::int64_t, Tally> found;
  for (const auto& mail : snapshot.rows(trailers_statement, trailers_of_series, sql::array(series),
                                        counted == Counted::all)) {
    auto& tally = found[mail.series];
    mail.of_cover ? tally.add_of_cover(mail.trailers) : tally.add(mail.trailers);
  }
  return found;
}

struct CheckCount {
  std::int64_t id = 0;  // of the patch or series
  std::string state;
  std::int64_t count = 0;
};

CheckCount check_count(const pqxx::row& row) {
  return {row[0].as<std::int64_t>(), row[1].as<std::string>(), row[2].as<std::int64_t>()};
}

// The newest of each context counts.
constexpr const char* checks_of_patches =
    "SELECT l.message_row, l.state, count(*) FROM ("
    "  SELECT DISTINCT ON (c.message_row, c.context) c.message_row, c.state FROM check_result c"
    "  WHERE c.message_row = ANY ($1::bigint[]) ORDER BY c.message_row, c.context, c.id DESC) l "
    "GROUP BY l.message_row, l.state";

// Also those of what went into it.
constexpr const char* checks_of_series =
    "SELECT l.series, l.state, count(*) FROM ("
    "  SELECT DISTINCT ON (x.series, c.context) x.series, c.state FROM ("
    "    SELECT i AS id, i AS series FROM unnest($1::bigint[]) i"
    "    UNION ALL SELECT s.id, s.merged_into_id FROM series s"
    "    WHERE s.merged_into_id = ANY ($1)) x"
    "  JOIN check_result c ON c.series_id = x.id ORDER BY x.series, c.context, c.id DESC) l "
    "GROUP BY l.series, l.state";

template <typename Entry>
void count_checks_by(const char* statement, Snapshot& snapshot, std::vector<Entry>& entries) {
  std::map<std::int64_t, Entry*> by_id;
  std::vector<std::int64_t> ids;
  for (auto& entry : entries) {
    by_id.emplace(entry.id, &entry);
    ids.push_back(entry.id);
  }
  for (const auto& [id, state, count] : snapshot.rows(statement, check_count, sql::array(ids)))
    by_id.at(id)->checks[state] = count;
}

}  // namespace

void count_trailers(Snapshot& snapshot, std::vector<MessageEntry>& entries) {
  std::vector<std::int64_t> series;
  for (const auto& entry : entries)
    if (series.empty() || series.back() != entry.series) series.push_back(entry.series);
  const auto of_covers = tallies(snapshot, series, Counted::covers);
  for (auto& entry : entries) {
    if (const auto cover = of_covers.find(entry.series); cover != of_covers.end())
      entry.tally = cover->second;
    if (entry.kind != "cover") entry.tally.add(entry.trailers);
  }
}

void count_trailers(Snapshot& snapshot, std::vector<SeriesEntry>& entries) {
  std::vector<std::int64_t> series;
  for (const auto& entry : entries) series.push_back(entry.id);
  auto found = tallies(snapshot, series, Counted::all);
  for (auto& entry : entries) entry.tally = std::move(found[entry.id]);
}

void count_checks(Snapshot& snapshot, std::vector<MessageEntry>& entries) {
  count_checks_by(checks_of_patches, snapshot, entries);
}

void count_checks(Snapshot& snapshot, std::vector<SeriesEntry>& entries) {
  count_checks_by(checks_of_series, snapshot, entries);
}

}  // namespace quilter
