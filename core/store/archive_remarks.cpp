// What CI and people say of patches, as it is recorded.
#include "core/store/archive.hpp"
#include "core/store/snapshot.hpp"

namespace quilter {
namespace {

CheckEntry check_of(const pqxx::row& row) {
  const auto text = [&row](int column) { return row[column].as<std::string>(); };
  return {.message_id = text(0),
          .series = row[1].as<std::int64_t>(),
          .by = text(2),
          .check = {text(3), text(4), text(5), text(6)}};
}

NoteEntry note_of(const pqxx::row& row) {
  return {.message_id = row[0].as<std::string>(),
          .by = row[1].as<std::string>(),
          .text = row[2].as<std::string>()};
}

}  // namespace

std::vector<CheckEntry> Archive::checks_of_project(const std::string& project) {
  return snapshot_->rows(
      "SELECT coalesce(m.message_id, ''), coalesce(p.series_id, s.merged_into_id, s.id), a.login, "
      "c.context, c.state, c.url, c.description "
      "FROM check_result c JOIN account a ON a.id = c.account_id "
      "LEFT JOIN patch p ON p.message_row = c.message_row "
      "LEFT JOIN message m ON m.id = c.message_row LEFT JOIN series s ON s.id = c.series_id "
      "JOIN project j ON j.id = coalesce(m.project_id, s.project_id) WHERE j.name = $1 "
      "ORDER BY c.id",
      check_of, project);
}

std::vector<NoteEntry> Archive::notes_of_project(const std::string& project) {
  return snapshot_->rows(
      "SELECT m.message_id, a.login, n.text FROM note n JOIN account a ON a.id = n.account_id "
      "JOIN message m ON m.id = n.message_row JOIN project j ON j.id = m.project_id "
      "WHERE j.name = $1 ORDER BY n.id",
      note_of, project);
}

}  // namespace quilter
