#include "core/store/list_statement.hpp"

#include <array>

namespace quilter {
namespace {

// By what a list is sorted: the value of `r`, a message or series, as it is compared; the same as
// text, for a position; and a position's text as a value again.
struct Order {
  const char* value;
  const char* as_text;
  const char* from_text;
};

// In the order of SortKey. Who has no date is the oldest, as the indexes have it. A name counts
// with its beginning, so that positions stay short. '~' comes behind every login: nobody is last.
constexpr std::array<Order, 5> orders{{
    {"coalesce(r.date, '-infinity')", "split_part(extract(epoch FROM key)::text, '.', 1)",
     "to_timestamp($2::double precision)"},
    {"coalesce((SELECT t.position FROM state t WHERE t.project_id = r.project_id "
     "AND t.name = p.state)::bigint, 4294967296)",
     "key::text", "$2::bigint"},
    {"(SELECT left(lower(coalesce(nullif(w.name, ''), w.address)), 60) FROM person w "
     "WHERE w.id = r.submitter_id) COLLATE \"C\"",
     "key", "$2::text"},
    {"coalesce((SELECT a.login FROM account a WHERE a.id = p.delegate_id), '~') COLLATE \"C\"",
     "key", "$2::text"},
    {"left(lower(r.name), 60) COLLATE \"C\"", "key", "$2::text"},
}};

// What lets everything through is gone before the statement is planned: the planner knows the
// parameters.
const std::string patch_conditions =
    " AND ($5::text[] = '{}' OR p.state = ANY ($5))"
    " AND (NOT $6::boolean OR EXISTS (SELECT FROM state t WHERE t.project_id = r.project_id"
    " AND t.name = p.state AND t.action_required))"
    " AND ($7::bigint = -1 OR p.delegate_id = $7 OR ($7 = 0 AND p.delegate_id IS NULL))"
    " AND ($8::text = '' OR EXISTS (SELECT FROM unnest(p.paths) u WHERE u LIKE $8))"
    " AND p.archived = ANY ($9::boolean[])";
const std::string common_conditions =
    " AND coalesce(r.date, '-infinity') >= to_timestamp($10::double precision)"
    " AND (NOT $11::boolean OR r.submitter_id = ANY ($12::bigint[]))"
    " AND ($13::text[] = '{}' OR r.name ILIKE ALL ($13))";

const std::string patch_rows =
    "message r JOIN patch p ON p.message_row = r.id WHERE r.kind IN ('patch', 'pull')" +
    patch_conditions + common_conditions;

// A cover letter alone has no patch that could be archived. What a delegate has is looked up from
// there: few series have any of it.
const std::string series_rows =
    "series r WHERE r.merged_into_id IS NULL" + common_conditions +
    " AND ($7::bigint < 1 OR r.id = ANY (ARRAY("
    "SELECT p.series_id FROM patch p WHERE p.delegate_id = $7)))"
    " AND (EXISTS (SELECT FROM patch p WHERE p.series_id = r.id" +
    patch_conditions +
    ") OR ($5 = '{}' AND NOT $6 AND $7 = -1 AND $8 = '' AND false = ANY ($9)"
    " AND NOT EXISTS (SELECT FROM patch p WHERE p.series_id = r.id)))";

const Order& order_of(SortKey key) {
  return orders.at(static_cast<std::size_t>(key));
}

bool is_descending(const ListPage& page) {
  return (page.sort == SortKey::date) == (page.direction == Direction::natural);
}

std::string sorted(const ListPage& page, const std::string& alias) {
  const std::string direction = is_descending(page) ? " DESC" : "";
  return " ORDER BY " + alias + "key" + direction + ", " + alias + "id" + direction;
}

std::string page_of(const std::string& rows, const ListPage& page) {
  const auto& order = order_of(page.sort);
  return std::string{"SELECT r.id AS id, "} + order.value + " AS key FROM " + rows +
         " AND (NOT $1::boolean OR (" + order.value + ", r.id) " +
         (is_descending(page) ? "<" : ">") + " (" + order.from_text + ", $3::bigint))" +
         sorted(page, "") + " LIMIT $4::bigint";
}

std::string page_of_all(const std::string& rows, const ListPage& page) {
  return "SELECT f.id, f.key FROM project j CROSS JOIN LATERAL (" +
         page_of(rows + " AND r.project_id = j.id", page) + ") f WHERE $14::bigint = 0" +
         sorted(page, "f.") + " LIMIT $4";
}

}  // namespace

bool can_be_sorted(Listed listed, SortKey key) {
  return listed == Listed::patches || (key != SortKey::state && key != SortKey::delegate);
}

bool goes_by_project(const ListFilter& filter, const ListPage& page) {
  const bool nobody_named = filter.submitter.empty() && filter.delegate.value_or("").empty();
  return page.sort == SortKey::date && filter.project.empty() && nobody_named;
}

std::string list_statement(Listed listed, const ListFilter& filter, const ListPage& page) {
  const auto& rows = listed == Listed::patches ? patch_rows : series_rows;
  return std::string{"SELECT id, "} + order_of(page.sort).as_text + " FROM (" +
         (goes_by_project(filter, page)
              ? page_of_all(rows, page)
              : page_of(rows + " AND ($14::bigint = 0 OR r.project_id = $14)", page)) +
         ") r" + sorted(page, "");
}

}  // namespace quilter
