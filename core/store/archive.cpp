#include "core/store/archive.hpp"

#include <unordered_set>
#include <utility>

#include "core/store/attempts.hpp"
#include "core/store/pool.hpp"
#include "core/store/schema.hpp"
#include "core/store/snapshot.hpp"
#include "core/store/sql.hpp"

namespace quilter {
namespace {

const std::string series_select =
    "SELECT s.id, j.name, s.version, s.total, (SELECT count(*) FROM patch WHERE series_id = s.id), "
    "s.complete, s.name, "
    "p.name, p.address, extract(epoch FROM s.date)::bigint, "
    "(SELECT count(*) FROM comment c WHERE c.parent_row IN (SELECT message_row FROM patch WHERE "
    "series_id = s.id "
    "UNION ALL SELECT message_row FROM cover WHERE series_id = s.id)), s.supersedes_id, "
    "(SELECT min(n.id) FROM series n WHERE n.supersedes_id = s.id AND n.merged_into_id IS NULL), "
    "s.merged_into_id "
    "FROM series s JOIN project j ON j.id = s.project_id JOIN person p ON p.id = s.submitter_id ";

SeriesEntry series_entry(const pqxx::row& row) {
  return {.id = row[0].as<std::int64_t>(),
          .project = row[1].as<std::string>(),
          .version = row[2].as<std::int32_t>(),
          .total = row[3].as<std::int32_t>(),
          .received = row[4].as<std::int32_t>(),
          .complete = row[5].as<bool>(),
          .name = row[6].as<std::string>(),
          .submitter = {row[7].as<std::string>(), row[8].as<std::string>()},
          .date = sql::epoch(row[9]),
          .comments = row[10].as<std::int64_t>(),
          .supersedes = sql::optional<std::int64_t>(row[11]),
          .superseded_by = sql::optional<std::int64_t>(row[12]),
          .merged_into = sql::optional<std::int64_t>(row[13])};
}

// Trailers that count for a patch: its own, then those of the comments on it, each once.
const std::string members_select =
    "SELECT j.name, m.message_id, m.kind, m.name, m.subject, coalesce(x.state, ''), "
    "coalesce(d.login, ''), "
    "coalesce(x.pull_url, ''), coalesce(x.pull_ref, ''), s.id, m.version, m.number, m.total, "
    "p.name, p.address, "
    "m.author_name, m.author_address, extract(epoch FROM m.date)::bigint, coalesce(x.archived, "
    "false), "
    "coalesce(x.paths, '{}'), m.trailers || coalesce((SELECT array_agg(t.line ORDER BY cm.date, "
    "cm.message_id, "
    "t.position) FROM comment c JOIN message cm ON cm.id = c.message_row, "
    "unnest(cm.trailers) WITH ORDINALITY t (line, position) WHERE c.parent_row = m.id), '{}'), "
    "coalesce(encode(x.diff_sha256, 'hex'), ''), coalesce(encode(x.patch_id, 'hex'), ''), "
    "encode(m.content_sha256, 'hex'), (SELECT coalesce(array_agg(cm.message_id ORDER BY cm.date, "
    "cm.message_id), '{}') "
    "FROM comment c JOIN message cm ON cm.id = c.message_row WHERE c.parent_row = m.id), "
    "coalesce(x.commit_ref, ''), coalesce(x.revision, 0) "
    "FROM message m JOIN project j ON j.id = m.project_id JOIN person p ON p.id = m.submitter_id "
    "LEFT JOIN patch x ON x.message_row = m.id LEFT JOIN cover y ON y.message_row = m.id "
    "JOIN series s ON s.id = coalesce(x.series_id, y.series_id) LEFT JOIN account d ON d.id = "
    "x.delegate_id ";

std::vector<std::string> without_doubles(const std::vector<std::string>& lines) {
  std::vector<std::string> once;
  std::unordered_set<std::string> seen;
  for (const auto& line : lines)
    if (seen.insert(line).second) once.push_back(line);
  return once;
}

MessageEntry member_entry(const pqxx::row& row) {
  const auto text = [&row](int column) { return row[column].as<std::string>(); };
  return {.project = text(0),
          .message_id = text(1),
          .kind = text(2),
          .name = text(3),
          .subject = text(4),
          .state = text(5),
          .delegate = text(6),
          .pull_url = text(7),
          .pull_ref = text(8),
          .series = row[9].as<std::int64_t>(),
          .version = row[10].as<std::int32_t>(),
          .number = row[11].as<std::int32_t>(),
          .total = row[12].as<std::int32_t>(),
          .submitter = {text(13), text(14)},
          .author = {text(15), text(16)},
          .date = sql::epoch(row[17]),
          .archived = row[18].as<bool>(),
          .commit = text(25),
          .revision = row[26].as<std::int64_t>(),
          .paths = sql::texts(row[19]),
          .trailers = without_doubles(sql::texts(row[20])),
          .diff_sha256 = text(21),
          .patch_id = text(22),
          .content_sha256 = text(23),
          .comments = sql::texts(row[24])};
}

CommentEntry comment_entry(const pqxx::row& row) {
  return {.message_id = row[0].as<std::string>(),
          .parent = row[1].as<std::string>(),
          .in_reply_to = row[2].as<std::string>(),
          .content_sha256 = row[3].as<std::string>(),
          .submitter = {row[4].as<std::string>(), row[5].as<std::string>()},
          .date = sql::epoch(row[6]),
          .trailers = sql::texts(row[7])};
}

std::unique_ptr<Pool> one_connection(const std::string& connection) {
  return std::make_unique<Pool>(
      options_of_a_command(connection),
      Pool::Hooks{[](auto& session, const auto&) { require_known_schema(session); }, {}});
}

}  // namespace

Archive::Archive(const std::string& connection)
    : pool_{one_connection(connection)}, snapshot_{std::make_unique<Snapshot>(*pool_)} {
  as_store_error([this] { pool_->lease(); });
}

Archive::~Archive() = default;

std::vector<SeriesEntry> Archive::series(const std::optional<std::string>& project,
                                         std::int64_t most) {
  return snapshot_->rows(series_select +
                             "WHERE s.merged_into_id IS NULL AND ($1 = '' OR j.name = $1) "
                             "ORDER BY s.date DESC NULLS LAST, s.id DESC LIMIT $2",
                         series_entry, project.value_or(""), most);
}

std::optional<SeriesEntry> Archive::series(std::int64_t id) {
  const auto found = snapshot_->rows(series_select + "WHERE s.id = $1", series_entry, id);
  return found.empty() ? std::nullopt : std::optional{found.front()};
}

std::vector<SeriesEntry> Archive::series_of_project(const std::string& project) {
  return snapshot_->rows(series_select + "WHERE s.merged_into_id IS NULL AND j.name = $1",
                         series_entry, project);
}

std::vector<MessageEntry> Archive::members(std::int64_t series) {
  return snapshot_->rows(
      members_select + "WHERE s.id = $1 ORDER BY (y.message_row IS NULL), m.number", member_entry,
      series);
}

std::vector<MessageEntry> Archive::members_of_project(const std::string& project) {
  return snapshot_->rows(members_select + "WHERE j.name = $1", member_entry, project);
}

std::vector<MessageEntry> Archive::find_patch(const std::string& message_id) {
  return snapshot_->rows(members_select + "WHERE m.message_id = $1 ORDER BY j.name", member_entry,
                         message_id);
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
