#include "core/store/series_writer.hpp"

#include "core/store/sql.hpp"

namespace quilter {

std::string SeriesWriter::supersedes(const SeriesWrite& write) const {
  if (write.supersedes && ids_[*write.supersedes] != 0)
    return std::to_string(ids_[*write.supersedes]);
  return sql::number(write.row.supersedes);
}

// New series first, in canonical order, so that the ones that change can point at them.
void SeriesWriter::write_rows(std::int64_t neighbourhood) {
  neighbourhood_ = neighbourhood;
  for (const auto& write : plan_.series) ids_.push_back(write.id.value_or(0));
  for (std::size_t i = 0; i < plan_.series.size(); ++i)
    if (!plan_.series[i].id) insert(plan_.series[i], i);
  for (std::size_t i = 0; i < plan_.series.size(); ++i) {
    const auto& write = plan_.series[i];
    const bool superseded_came_later = !write.id && write.supersedes && *write.supersedes > i;
    if (superseded_came_later || (write.id && write.changed)) update(write, i);
  }
}

void SeriesWriter::insert(const SeriesWrite& write, std::size_t index) {
  const auto rows = transaction_.exec_params(
      R"(INSERT INTO series (project_id, neighbourhood_id, version, total, name, submitter_id, date,
                             received, complete, by_hand, supersedes_id)
         VALUES ($1, $2, $3, $4, $5, (SELECT id FROM person WHERE address = $6),
                 NULLIF($7, '')::timestamptz, $8, $9, $10, NULLIF($11, '')::bigint)
         RETURNING id)",
      project_, neighbourhood_, write.row.version, write.row.total, write.row.name,
      write.row.submitter, sql::time(write.row.date), write.row.received, write.row.complete,
      write.row.by_hand, supersedes(write));
  ids_[index] = rows[0][0].as<std::int64_t>();
}

void SeriesWriter::update(const SeriesWrite& write, std::size_t index) {
  transaction_.exec_params(
      R"(UPDATE series SET version = $2, total = $3, name = $4,
                           submitter_id = (SELECT id FROM person WHERE address = $5),
                           date = NULLIF($6, '')::timestamptz, received = $7, complete = $8,
                           by_hand = $9, supersedes_id = NULLIF($10, '')::bigint
         WHERE id = $1)",
      ids_[index], write.row.version, write.row.total, write.row.name, write.row.submitter,
      sql::time(write.row.date), write.row.received, write.row.complete, write.row.by_hand,
      supersedes(write));
}

// In one statement a table, so that members can change slots among themselves.
void SeriesWriter::move_members() {
  if (!plan_.placements.empty()) {
    std::vector<std::string> members;
    std::vector<std::int64_t> series;
    for (const auto& placement : plan_.placements) {
      members.push_back(placement.member);
      series.push_back(ids_[placement.series]);
    }
    for (const std::string table : {"patch", "cover"})
      transaction_.exec_params(
          "UPDATE " + table +
              " x SET series_id = v.series FROM (SELECT unnest($2::text[]), unnest($3::bigint[])) "
              "v (id, series), message m WHERE m.project_id = $1 AND m.message_id = v.id AND "
              "x.message_row = m.id",
          project_, sql::array(members), sql::array(series));
  }
  for (const auto& redirect : plan_.redirects)  // and what redirected to it: one hop, always
    transaction_.exec_params(
        "UPDATE series SET merged_into_id = $2 WHERE id = $1 OR merged_into_id = $1", redirect.from,
        ids_[redirect.to]);
}

void SeriesWriter::write_event(std::string_view category, std::optional<std::int64_t> message,
                               std::int64_t series) {
  transaction_.exec_params(
      "INSERT INTO event (project_id, category, message_row, series_id) "
      "VALUES ($1, $2, NULLIF($3, '')::bigint, NULLIF($4, 0))",
      project_, std::string{category}, sql::number(message), series);
}

void SeriesWriter::write_beginnings() {
  for (std::size_t i = 0; i < plan_.series.size(); ++i)
    if (!plan_.series[i].id) write_event("series-created", {}, ids_[i]);
}

void SeriesWriter::write_ends() {
  for (const auto& redirect : plan_.redirects) write_event("series-merged", {}, redirect.from);
  for (std::size_t i = 0; i < plan_.series.size(); ++i)
    if (plan_.series[i].completed) write_event("series-completed", {}, ids_[i]);
}

}  // namespace quilter
