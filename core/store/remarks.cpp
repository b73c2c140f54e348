#include "core/store/remarks.hpp"

#include "core/store/archive.hpp"
#include "core/store/snapshot.hpp"
#include "core/store/sql.hpp"

namespace quilter {
namespace {

LatestCheck latest_check(const pqxx::row& row) {
  const auto text = [&row](int column) { return row[column].as<std::string>(); };
  return {.project = text(0),
          .check = {.context = text(1), .state = text(2), .url = text(3), .description = text(4)},
          .by = text(5),
          .at = sql::epoch(row[6]).value_or(Timestamp{})};
}

// The newest of each context.
std::string checks_select(const std::string& from) {
  return "SELECT DISTINCT ON (j.name, c.context) j.name, c.context, c.state, c.url, c.description, "
         "a.login, extract(epoch FROM c.created_at)::bigint FROM check_result c "
         "JOIN account a ON a.id = c.account_id " +
         from + " ORDER BY j.name, c.context, c.id DESC";
}

}  // namespace

std::vector<LatestCheck> Archive::checks(const std::string& message_id) {
  return snapshot_->rows(
      checks_select("JOIN message m ON m.id = c.message_row JOIN project j ON j.id = m.project_id "
                    "WHERE m.message_id = $1"),
      latest_check, message_id);
}

std::vector<LatestCheck> Archive::checks(std::int64_t series) {
  return snapshot_->rows(
      checks_select("JOIN series s ON s.id = c.series_id JOIN project j ON j.id = s.project_id "
                    "WHERE coalesce(s.merged_into_id, s.id) = (SELECT coalesce(o.merged_into_id, "
                    "o.id) FROM series o WHERE o.id = $1)"),
      latest_check, series);
}

std::vector<PatchNote> Archive::notes(const std::string& message_id) {
  return snapshot_->rows(
      "SELECT j.name, n.text, a.login, extract(epoch FROM n.created_at)::bigint FROM note n "
      "JOIN account a ON a.id = n.account_id JOIN message m ON m.id = n.message_row "
      "JOIN project j ON j.id = m.project_id WHERE m.message_id = $1 ORDER BY j.name, n.id",
      [](const pqxx::row& row) {
        return PatchNote{.project = row[0].as<std::string>(),
                         .text = row[1].as<std::string>(),
                         .by = row[2].as<std::string>(),
                         .at = sql::epoch(row[3]).value_or(Timestamp{})};
      },
      message_id);
}

}  // namespace quilter
