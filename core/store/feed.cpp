#include "core/store/feed.hpp"

#include <charconv>
#include <limits>

#include "core/store/archive.hpp"
#include "core/store/read_feed.hpp"
#include "core/store/sql.hpp"

namespace quilter {
namespace {

// An xid below the snapshot's xmin has ended, and none that begins later can be below it. The
// horizon is of the statement's own snapshot, as the rows are.
constexpr const char* feed =
    R"(SELECT h.horizon, h.horizon > $6::xid8 AS known, e.transaction, e.id, e.category, j.name,
              e.actor, coalesce(e.message_row, 0), coalesce(m.message_id, ''),
              coalesce(e.series_id, 0), coalesce(e.field, ''), coalesce(e.old_value, ''),
              coalesce(e.new_value, ''), coalesce(e.revision, 0),
              extract(epoch FROM e.created_at)::bigint
       FROM (SELECT pg_snapshot_xmin(pg_current_snapshot()) AS horizon) h
       LEFT JOIN LATERAL (
         SELECT * FROM event
         WHERE (transaction, id) > ($6::xid8, $7) AND transaction < h.horizon
           AND ($1 = '' OR project_id = (SELECT p.id FROM project p WHERE p.name = $1))
           AND ($2::text[] = '{}' OR category = ANY ($2))
           AND ($3 = '' OR actor = $3)
           AND ($4 = '' OR message_row = ANY (ARRAY(SELECT x.id FROM message x WHERE x.message_id = $4)))
         ORDER BY transaction, id LIMIT $5) e ON true
       LEFT JOIN project j ON j.id = e.project_id
       LEFT JOIN message m ON m.id = e.message_row
       ORDER BY e.transaction, e.id)";

template <typename Number>
bool read_number(std::string_view text, Number& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc{} && end == text.data() + text.size();
}

Event event_of(const pqxx::row& row) {
  const auto text = [&row](int column) { return row[column].as<std::string>(); };
  return {.cursor = {row[2].as<std::uint64_t>(), row[3].as<std::int64_t>()},
          .category = text(4),
          .project = text(5),
          .actor = text(6),
          .patch = row[7].as<std::int64_t>(),
          .message_id = text(8),
          .series = row[9].as<std::int64_t>(),
          .field = text(10),
          .from = text(11),
          .to = text(12),
          .revision = row[13].as<std::int64_t>(),
          .at = sql::epoch(row[14]).value_or(Timestamp{})};
}

Cursor below(const pqxx::field& horizon) {
  return {horizon.as<std::uint64_t>() - 1, std::numeric_limits<std::int64_t>::max()};
}

}  // namespace

std::string to_string(const Cursor& cursor) {
  return std::to_string(cursor.transaction) + "-" + std::to_string(cursor.id);
}

std::optional<Cursor> cursor(std::string_view text) {
  Cursor cursor;
  if (text.empty()) return cursor;
  const auto dash = text.find('-');
  if (dash == std::string_view::npos || !read_number(text.substr(0, dash), cursor.transaction) ||
      !read_number(text.substr(dash + 1), cursor.id) || cursor.id < 0)
    return std::nullopt;
  return cursor;
}

EventPage read_feed(pqxx::transaction_base& transaction, const EventFilter& filter,
                    const Cursor& after, std::int64_t most) {
  const auto rows =
      transaction.exec_params(feed, filter.project, sql::array(filter.categories), filter.actor,
                              filter.message_id, most, std::to_string(after.transaction), after.id);
  if (!rows[0][1].as<bool>())
    throw Refused{"cursor " + to_string(after) +
                  " is of another database, or of before this one was restored: begin anew"};
  EventPage page;
  for (const auto& row : rows)
    if (!row[2].is_null()) page.events.push_back(event_of(row));
  // All below the horizon has been looked at, unless the page is full.
  page.next = static_cast<std::int64_t>(page.events.size()) < most ? below(rows[0][0])
                                                                   : page.events.back().cursor;
  return page;
}

Cursor feed_horizon(pqxx::transaction_base& transaction) {
  return below(transaction.exec1("SELECT pg_snapshot_xmin(pg_current_snapshot())")[0]);
}

}  // namespace quilter
