#include "core/store/listing.hpp"

#include <array>
#include <utility>

#include "core/store/archive.hpp"
#include "core/store/attempts.hpp"
#include "core/store/list_statement.hpp"
#include "core/store/pool.hpp"
#include "core/store/read_entries.hpp"
#include "core/store/schema.hpp"
#include "core/store/snapshot.hpp"
#include "core/store/sql.hpp"
#include "core/store/tallies.hpp"

namespace quilter {
namespace {

constexpr std::int64_t anybody = -1, nobody = 0;

std::int64_t first_number(const pqxx::row& row) {
  return row[0].as<std::int64_t>();
}
std::string first_text(const pqxx::row& row) {
  return row[0].as<std::string>();
}

// Of an entry in a list.
ListPosition place_of(const pqxx::row& row) {
  return {SortKey::date, row[1].as<std::string>(), row[0].as<std::int64_t>()};
}

// One more was asked for than the page has room for: where it came, the list goes on.
std::optional<ListPosition> cut(std::vector<ListPosition>& places, const ListPage& page) {
  if (static_cast<std::int64_t>(places.size()) <= page.most) return std::nullopt;
  places.pop_back();
  auto last = places.back();
  last.sort = page.sort;
  return last;
}

std::string ids_of(const std::vector<ListPosition>& places) {
  std::vector<std::int64_t> ids;
  ids.reserve(places.size());
  for (const auto& place : places) ids.push_back(place.id);
  return sql::array(ids);
}

// The rows of these ids ($1), as the ids are sorted.
std::string in_order(const std::string& id) {
  return "JOIN unnest($1::bigint[]) WITH ORDINALITY o (id, place) ON o.id = " + id +
         " ORDER BY o.place";
}

std::vector<std::string> like_parts(const std::vector<std::string>& words) {
  std::vector<std::string> parts;
  for (const auto& word : words) parts.push_back(like_part(word));
  return parts;
}

std::string seconds_of(const std::optional<Timestamp>& time) {
  return time ? std::to_string(time->time_since_epoch().count()) : "-Infinity";
}

}  // namespace

// A filter whose names are looked up: the planner then knows how many rows each of them has.
struct Listing::Meant {
  std::int64_t project = 0;  // 0: all
  std::int64_t delegate = anybody;
  std::vector<std::string> states;
  std::vector<std::int64_t> submitters;
};

Listing::Listing(const std::string& connection)
    : pool_{pool_with_schema(options_of_a_command(connection))},
      snapshot_{std::make_unique<Snapshot>(*pool_)} {
  as_store_error([this] { pool_->lease(); });
}

Listing::~Listing() = default;

std::int64_t Listing::project(const std::string& name) {
  if (name.empty()) return 0;
  const auto found = snapshot_->rows("SELECT id FROM project WHERE name = $1", first_number, name);
  if (found.empty()) throw Refused{"there is no project " + name + ": see quilter project list"};
  return found.front();
}

std::int64_t Listing::delegate(const std::string& login) {
  if (login.empty()) return nobody;
  const auto found =
      snapshot_->rows("SELECT id FROM account WHERE login = $1", first_number, login);
  if (found.empty()) throw Refused{"there is no account " + login + ": see quilter user list"};
  return found.front();
}

// A state that is no row any more may have patches still. Any other is a slip.
void Listing::require_state(const std::string& state, const ListFilter& filter,
                            std::int64_t project) {
  const auto [there, all] =
      snapshot_
          ->rows(
              "SELECT coalesce(bool_or(s.name = $1), false) "
              "OR EXISTS (SELECT FROM patch p JOIN message m ON m.id = p.message_row "
              "WHERE p.state = $1 AND ($2::bigint = 0 OR m.project_id = $2)), "
              "coalesce(string_agg(s.name, ', ' ORDER BY s.position, s.name), 'none') FROM ("
              "  SELECT name, min(position) AS position FROM state"
              "  WHERE $2::bigint = 0 OR project_id = $2 GROUP BY name) s",
              [](const pqxx::row& row) {
                return std::pair{row[0].as<bool>(), row[1].as<std::string>()};
              },
              state, project)
          .front();
  if (there) return;
  throw Refused{(project == 0 ? "no project has a state " + state
                              : "project " + filter.project + " has no state " + state) +
                ": there are " + all};
}

// Of open ones all that are open in any of the projects.
std::vector<std::string> Listing::states(const ListFilter& filter, std::int64_t project) {
  for (const auto& state : filter.states) require_state(state, filter, project);
  if (!filter.states.empty() || !filter.open) return filter.states;
  auto open = snapshot_->rows(
      "SELECT DISTINCT name FROM state WHERE action_required AND ($1::bigint = 0 OR project_id = "
      "$1)",
      first_text, project);
  if (open.empty()) open.emplace_back();  // none: not any
  return open;
}

Listing::Meant Listing::meant(const ListFilter& filter) {
  Meant meant;
  meant.project = project(filter.project);
  if (filter.delegate) meant.delegate = delegate(*filter.delegate);
  meant.states = states(filter, meant.project);
  if (!filter.submitter.empty())
    meant.submitters =
        snapshot_->rows("SELECT id FROM person WHERE address ILIKE $1 OR name ILIKE $1",
                        first_number, like_part(filter.submitter));
  return meant;
}

std::vector<ListPosition> Listing::places(Listed listed, const ListFilter& filter,
                                          const ListPage& page) {
  if (!can_be_sorted(listed, page.sort))
    throw Refused{"series have no one " + std::string{to_string(page.sort)} + " to be sorted by"};
  if (page.after && page.after->sort != page.sort)
    throw Refused{"the position is of a list by " + std::string{to_string(page.after->sort)}};
  const auto what = meant(filter);
  const auto after = page.after.value_or(ListPosition{page.sort, "0", 0});
  const bool by_project = goes_by_project(filter, page);
  if (by_project) let_scan("off");
  auto found = snapshot_->rows(
      list_statement(listed, filter, page), place_of, page.after.has_value(), after.value, after.id,
      page.most + 1, sql::array(what.states), filter.open, what.delegate, like_pattern(filter.path),
      filter.archived ? *filter.archived ? "{t}" : "{f}" : "{t,f}", seconds_of(filter.since),
      !filter.submitter.empty(), sql::array(what.submitters), sql::array(like_parts(filter.words)),
      what.project);
  if (by_project) let_scan("on");
  return found;
}

void Listing::let_scan(const std::string& whether) {
  snapshot_->rows("SELECT set_config('enable_seqscan', $1, true)", first_text, whether);
}

PatchList Listing::patches(const ListFilter& filter, const ListPage& page) {
  auto found = places(Listed::patches, filter, page);
  PatchList list;
  list.next = cut(found, page);
  list.entries = snapshot_->rows(members_select + in_order("m.id"), member_entry, ids_of(found));
  count_trailers(*snapshot_, list.entries);
  count_checks(*snapshot_, list.entries);
  return list;
}

SeriesList Listing::series(const ListFilter& filter, const ListPage& page) {
  auto found = places(Listed::series, filter, page);
  SeriesList list;
  list.next = cut(found, page);
  list.entries = snapshot_->rows(series_select + in_order("s.id"), series_entry, ids_of(found));
  count_trailers(*snapshot_, list.entries);
  count_checks(*snapshot_, list.entries);
  return list;
}

Todo Listing::todo(const std::string& login, const std::string& project, std::int64_t most) {
  ListFilter filter;
  filter.project = project;
  filter.open = true;
  filter.archived = false;
  const auto wait = [&](const std::string& delegate) {
    filter.delegate = delegate;
    return patches(filter, {.direction = Direction::reversed, .most = most, .after = {}});
  };
  const auto own = wait(login);
  Todo todo{.delegated = own.entries, .undelegated = {}, .more = own.next.has_value()};
  for (const auto& name : snapshot_->rows(
           "SELECT j.name FROM role r JOIN project j ON j.id = r.project_id JOIN account a "
           "ON a.id = r.account_id WHERE a.login = $1 AND r.role = 'maintainer' "
           "AND ($2::text = '' OR j.name = $2) ORDER BY j.name",
           first_text, login, project)) {
    filter.project = name;
    const auto others = wait("");
    todo.undelegated.insert(todo.undelegated.end(), others.entries.begin(), others.entries.end());
    todo.more = todo.more || others.next;
  }
  return todo;
}

}  // namespace quilter
