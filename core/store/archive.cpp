#include "core/store/archive.hpp"

#include <utility>

#include "core/store/attempts.hpp"
#include "core/store/pool.hpp"
#include "core/store/read_entries.hpp"
#include "core/store/schema.hpp"
#include "core/store/snapshot.hpp"
#include "core/store/sql.hpp"
#include "core/store/tallies.hpp"

namespace quilter {
namespace {

CommentEntry comment_entry(const pqxx::row& row) {
  return {.message_id = row[0].as<std::string>(),
          .parent = row[1].as<std::string>(),
          .in_reply_to = row[2].as<std::string>(),
          .content_sha256 = row[3].as<std::string>(),
          .submitter = {row[4].as<std::string>(), row[5].as<std::string>()},
          .date = sql::epoch(row[6]),
          .trailers = sql::texts(row[7])};
}

}  // namespace

Archive::Archive(const std::string& connection)
    : pool_{pool_with_schema(options_of_a_command(connection))},
      snapshot_{std::make_unique<Snapshot>(*pool_)} {
  as_store_error([this] { pool_->lease(); });
}

Archive::~Archive() = default;

std::optional<SeriesEntry> Archive::series(std::int64_t id) {
  auto found = snapshot_->rows(series_select + "WHERE s.id = $1", series_entry, id);
  count_trailers(*snapshot_, found);
  count_checks(*snapshot_, found);
  return found.empty() ? std::nullopt : std::optional{found.front()};
}

std::vector<SeriesEntry> Archive::series_of_project(const std::string& project) {
  return snapshot_->rows(series_select + "WHERE s.merged_into_id IS NULL AND j.name = $1",
                         series_entry, project);
}

std::vector<MessageEntry> Archive::members(std::int64_t series) {
  auto found =
      snapshot_->rows(members_select + "WHERE s.id = $1 ORDER BY (y.message_row IS NULL), m.number",
                      member_entry, series);
  count_trailers(*snapshot_, found);
  count_checks(*snapshot_, found);
  return found;
}

std::vector<MessageEntry> Archive::members_of_project(const std::string& project) {
  return snapshot_->rows(members_select + "WHERE j.name = $1", member_entry, project);
}

std::vector<MessageEntry> Archive::find_patch(const std::string& message_id) {
  auto found = snapshot_->rows(members_select + "WHERE m.message_id = $1 ORDER BY j.name",
                               member_entry, message_id);
  count_trailers(*snapshot_, found);
  return found;
}

std::vector<std::string> Archive::projects_of(const std::vector<std::string>& patches) {
  return snapshot_->rows(
      "SELECT DISTINCT j.name FROM message m JOIN project j ON j.id = m.project_id "
      "WHERE m.message_id = ANY ($1::text[]) AND m.kind <> 'comment' ORDER BY 1",
      [](const pqxx::row& row) { return row[0].as<std::string>(); }, sql::array(patches));
}

std::vector<CommentEntry> Archive::comments_of_project(const std::string& project) {
  return snapshot_->rows(
      "SELECT m.message_id, coalesce(t.message_id, ''), coalesce(m.ancestors[1], ''), "
      "encode(m.content_sha256, 'hex'), p.name, p.address, extract(epoch FROM m.date)::bigint, "
      "m.trailers "
      "FROM comment c JOIN message m ON m.id = c.message_row JOIN project j ON j.id = m.project_id "
      "JOIN person p ON p.id = m.submitter_id LEFT JOIN message t ON t.id = c.parent_row WHERE "
      "j.name = $1",
      comment_entry, project);
}

std::vector<Mailbox> Archive::people_of_project(const std::string& project) {
  return snapshot_->rows(
      "SELECT name, address FROM person WHERE id IN (SELECT submitter_id FROM message m JOIN "
      "project j ON "
      "j.id = m.project_id WHERE j.name = $1)",
      [](const pqxx::row& row) {
        return Mailbox{row[0].as<std::string>(), row[1].as<std::string>()};
      },
      project);
}

std::map<std::string, std::string> Archive::anchors_of_project(const std::string& project) {
  const auto pins = snapshot_->rows(
      "SELECT m.message_id, a.message_id FROM pin JOIN message m ON m.id = pin.message_row "
      "JOIN message a ON a.id = pin.anchor_row JOIN project j ON j.id = m.project_id "
      "WHERE j.name = $1",
      [](const pqxx::row& row) {
        return std::pair{row[0].as<std::string>(), row[1].as<std::string>()};
      },
      project);
  return {pins.begin(), pins.end()};
}

std::optional<std::string> Archive::raw_message(const std::string& project,
                                                const std::string& message_id) {
  const auto found = snapshot_->rows(
      "SELECT m.raw FROM message m JOIN project j ON j.id = m.project_id "
      "WHERE j.name = $1 AND m.message_id = $2",
      [](const pqxx::row& row) { return pqxx::binarystring{row[0]}.str(); }, project, message_id);
  return found.empty() ? std::nullopt : std::optional{found.front()};
}

}  // namespace quilter
