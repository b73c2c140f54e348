#include "core/store/read_entries.hpp"

#include <unordered_set>

#include "core/store/sql.hpp"

namespace quilter {
namespace {

std::vector<std::string> without_doubles(const std::vector<std::string>& lines) {
  std::vector<std::string> once;
  std::unordered_set<std::string> seen;
  for (const auto& line : lines)
    if (seen.insert(line).second) once.push_back(line);
  return once;
}

}  // namespace

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
    "coalesce(x.commit_ref, ''), coalesce(x.revision, 0), m.id "
    "FROM message m JOIN project j ON j.id = m.project_id JOIN person p ON p.id = m.submitter_id "
    "LEFT JOIN patch x ON x.message_row = m.id LEFT JOIN cover y ON y.message_row = m.id "
    "JOIN series s ON s.id = coalesce(x.series_id, y.series_id) LEFT JOIN account d ON d.id = "
    "x.delegate_id ";

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
          .id = row[27].as<std::int64_t>(),
          .paths = sql::texts(row[19]),
          .trailers = without_doubles(sql::texts(row[20])),
          .diff_sha256 = text(21),
          .patch_id = text(22),
          .content_sha256 = text(23),
          .comments = sql::texts(row[24])};
}

}  // namespace quilter
