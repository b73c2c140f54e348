#include "core/store/remarks.hpp"

#include "core/store/archive.hpp"
#include "core/store/snapshot.hpp"
#include "core/store/sql.hpp"

namespace quilter {
namespace {

constexpr const char* check_columns =
    "j.name, c.context, c.state, c.url, c.description, a.login, "
    "extract(epoch FROM c.created_at)::bigint, coalesce(m.message_id, ''), "
    "coalesce(p.series_id, s.merged_into_id, s.id) "
    "FROM check_result c JOIN account a ON a.id = c.account_id "
    "LEFT JOIN patch p ON p.message_row = c.message_row "
    "LEFT JOIN message m ON m.id = c.message_row LEFT JOIN series s ON s.id = c.series_id "
    "JOIN project j ON j.id = coalesce(m.project_id, s.project_id) ";

CheckEntry check_of(const pqxx::row& row) {
  const auto text = [&row](int column) { return row[column].as<std::string>(); };
  return {.project = text(0),
          .check = {.context = text(1), .state = text(2), .url = text(3), .description = text(4)},
          .by = text(5),
          .at = sql::epoch(row[6]).value_or(Timestamp{})};
}

std::string newest_checks(const std::string& where) {
  return std::string{"SELECT DISTINCT ON (j.name, c.context) "} + check_columns + where +
         " ORDER BY j.name, c.context, c.id DESC";
}

std::string notes_select(const std::string& where) {
  return "SELECT j.name, m.message_id, n.text, a.login, extract(epoch FROM n.created_at)::bigint "
         "FROM note n JOIN account a ON a.id = n.account_id JOIN message m ON m.id = n.message_row "
         "JOIN project j ON j.id = m.project_id " +
         where + " ORDER BY j.name, n.id";
}

NoteEntry note_of(const pqxx::row& row) {
  const auto text = [&row](int column) { return row[column].as<std::string>(); };
  return {.project = text(0),
          .message_id = text(1),
          .text = text(2),
          .by = text(3),
          .at = sql::epoch(row[4]).value_or(Timestamp{})};
}

}  // namespace

std::vector<CheckEntry> Archive::checks(const std::string& message_id) {
  return snapshot_->rows(newest_checks("WHERE m.message_id = $1"), check_of, message_id);
}

std::vector<CheckEntry> Archive::checks(std::int64_t series) {
  return snapshot_->rows(
      newest_checks("WHERE coalesce(s.merged_into_id, s.id) = (SELECT coalesce(o.merged_into_id, "
                    "o.id) FROM series o WHERE o.id = $1)"),
      check_of, series);
}

std::vector<PlacedCheck> Archive::checks_of_project(const std::string& project) {
  return snapshot_->rows(
      std::string{"SELECT "} + check_columns + "WHERE j.name = $1 ORDER BY c.id",
      [](const pqxx::row& row) {
        return PlacedCheck{.message_id = row[7].as<std::string>(),
                           .series = row[8].as<std::int64_t>(),
                           .entry = check_of(row)};
      },
      project);
}

std::vector<NoteEntry> Archive::notes(const std::string& message_id) {
  return snapshot_->rows(notes_select("WHERE m.message_id = $1"), note_of, message_id);
}

std::vector<NoteEntry> Archive::notes_of_project(const std::string& project) {
  return snapshot_->rows(notes_select("WHERE j.name = $1"), note_of, project);
}

}  // namespace quilter
