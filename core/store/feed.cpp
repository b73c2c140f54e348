#include "core/store/feed.hpp"

#include <charconv>
#include <limits>

#include "core/mail/text.hpp"
#include "core/store/archive.hpp"
#include "core/store/read_feed.hpp"
#include "core/store/require_right.hpp"
#include "core/store/sql.hpp"
#include "core/tracking/change.hpp"

namespace quilter {

// The server, by what initdb gave it; its timeline, which is another one where a standby took over
// or a backup was rolled forward; the database; and how often its transactions were counted anew.
// Of a timeline a server knows in its log what is, in recovery that of its last checkpoint.
const char* const feed_lineage =
    R"((SELECT left(encode(sha256(convert_to(concat_ws(' ',
          (SELECT system_identifier FROM pg_control_system()),
          CASE WHEN pg_is_in_recovery()
            THEN (SELECT upper(lpad(to_hex(timeline_id), 8, '0')) FROM pg_control_checkpoint())
            ELSE left(pg_walfile_name(pg_current_wal_lsn()), 8) END,
          (SELECT d.oid FROM pg_database d WHERE d.datname = current_database()),
          f.mended), 'UTF8')), 'hex'), 8) FROM feed f))";

namespace {

// An xid below the snapshot's xmin has ended, and none that begins later can be below it. The
// horizon is of the statement's own snapshot, as the rows are.
constexpr const char* feed =
    R"( AS lineage, h.horizon, h.horizon > $6::xid8 AS known, e.transaction, e.id, e.category,
              coalesce(j.name, ''), coalesce(e.login, ''),
              e.actor, coalesce(e.message_row, 0), coalesce(m.message_id, ''),
              coalesce(e.series_id, 0), coalesce(e.field, ''), coalesce(e.old_value, ''),
              coalesce(e.new_value, ''), coalesce(e.revision, 0),
              extract(epoch FROM e.created_at)::bigint
       FROM (SELECT pg_snapshot_xmin(pg_current_snapshot()) AS horizon,
                    (SELECT coalesce(s.merged_into_id, s.id) FROM series s WHERE s.id = $8) AS own) h
       CROSS JOIN LATERAL (
         SELECT ARRAY(SELECT s.id FROM series s
                      WHERE $8 <> 0 AND h.own IN (s.id, s.merged_into_id)) AS series,
                ARRAY(SELECT p.message_row FROM patch p WHERE $8 <> 0 AND p.series_id = h.own
                      UNION ALL
                      SELECT c.message_row FROM cover c WHERE $8 <> 0 AND c.series_id = h.own)
                  AS messages) o
       LEFT JOIN LATERAL (
         SELECT * FROM event
         WHERE (transaction, id) > ($6::xid8, $7) AND transaction < h.horizon
           AND ($1 = '' OR project_id = (SELECT p.id FROM project p WHERE p.name = $1))
           AND ($2::text[] = '{}' OR category = ANY ($2))
           AND ($3 = '' OR actor = $3)
           AND ($4 = '' OR message_row = ANY (ARRAY(SELECT x.id FROM message x WHERE x.message_id = $4)))
           AND ($8 = 0 OR series_id = ANY (o.series) OR message_row = ANY (o.messages))
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
  return {.cursor = {text(0), row[3].as<std::uint64_t>(), row[4].as<std::int64_t>()},
          .category = text(5),
          .project = text(6),
          .actor = text(8),
          .patch = row[9].as<std::int64_t>(),
          .message_id = text(10),
          .series = row[11].as<std::int64_t>(),
          .account = text(7),
          .field = text(12),
          .from = text(13),
          .to = text(14),
          .revision = row[15].as<std::int64_t>(),
          .at = sql::epoch(row[16]).value_or(Timestamp{})};
}

Cursor below(const pqxx::field& lineage, const pqxx::field& horizon) {
  return {lineage.as<std::string>(), horizon.as<std::uint64_t>() - 1,
          std::numeric_limits<std::int64_t>::max()};
}

bool is_there(pqxx::transaction_base& transaction, const char* from, const std::string& name) {
  return transaction.exec_params1(std::string{"SELECT EXISTS (SELECT FROM "} + from + ")", name)[0]
      .as<bool>();
}

// What the column takes is all that there can be.
void require_category(pqxx::transaction_base& transaction, const std::string& category) {
  const auto row = transaction.exec_params1(
      "SELECT string_agg(m[1], ', '), coalesce(bool_or(m[1] = $1), false) FROM pg_constraint c, "
      "regexp_matches(pg_get_constraintdef(c.oid), '''([a-z-]+)''', 'g') m "
      "WHERE c.contypid = 'event_category'::regtype",
      category);
  if (!row[1].as<bool>())
    throw Refused{"no events are of the category " + category + ": there are " +
                  row[0].as<std::string>()};
}

// Who owns the schema may do some things without an account.
void require_actor(pqxx::transaction_base& transaction, const std::string& actor) {
  if (actor != "ingest" && actor != Actor::automation().login && actor != Actor::takeover().login &&
      !is_there(transaction, "account WHERE login = $1", actor) &&
      !is_there(transaction, "event WHERE actor = $1", actor))
    throw Refused{"nobody is called " + actor +
                  ": see quilter user list; also ingest, automation, import-patchwork"};
}

bool is_lineage(std::string_view text) {
  return text.size() == 8 && text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

}  // namespace

std::string to_string(const Cursor& cursor) {
  if (cursor == Cursor{}) return "";
  return cursor.lineage + "-" + std::to_string(cursor.transaction) + "-" +
         std::to_string(cursor.id);
}

std::optional<Cursor> cursor(std::string_view text) {
  Cursor cursor;
  if (text.empty()) return cursor;
  const auto parts = split(text, "-");
  if (parts.size() != 3 || !is_lineage(parts[0]) || !read_number(parts[1], cursor.transaction) ||
      !read_number(parts[2], cursor.id))
    return std::nullopt;
  cursor.lineage = parts[0];
  return to_string(cursor) == text ? std::optional{cursor} : std::nullopt;
}

void require_known(pqxx::transaction_base& transaction, const EventFilter& filter) {
  if (!filter.project.empty()) project_row(transaction, filter.project);
  for (const auto& category : filter.categories) require_category(transaction, category);
  if (!filter.actor.empty()) require_actor(transaction, filter.actor);
  const auto& id = filter.message_id;
  if (!id.empty() && !is_there(transaction, "message WHERE message_id = $1", id))
    throw Refused{"there is no message " + id + ": see quilter patch list"};
}

EventPage read_feed(pqxx::transaction_base& transaction, const EventFilter& filter,
                    const Cursor& after, std::int64_t most) {
  const auto rows =
      transaction.exec_params(std::string{"SELECT "} + feed_lineage + feed, filter.project,
                              sql::array(filter.categories), filter.actor, filter.message_id, most,
                              std::to_string(after.transaction), after.id, filter.series);
  const bool other = !after.lineage.empty() && after.lineage != rows[0][0].as<std::string>();
  if (other || !rows[0][2].as<bool>())
    throw Refused{
        "cursor " + to_string(after) +
        " is of another database, or of before this one was restored or a standby took over: what "
        "was told since may not be so any more. Begin anew: without a cursor (all is told again), "
        "or from now on"};
  EventPage page;
  for (const auto& row : rows)
    if (!row[3].is_null()) page.events.push_back(event_of(row));
  // All below the horizon has been looked at, unless the page is full.
  page.next = static_cast<std::int64_t>(page.events.size()) < most ? below(rows[0][0], rows[0][1])
                                                                   : page.events.back().cursor;
  return page;
}

Cursor feed_horizon(pqxx::transaction_base& transaction) {
  const auto row = transaction.exec1(std::string{"SELECT "} + feed_lineage +
                                     ", pg_snapshot_xmin(pg_current_snapshot())");
  return below(row[0], row[1]);
}

}  // namespace quilter
