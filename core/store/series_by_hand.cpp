// What an administrator decides about series: merge and split. Stitching respects it from then on,
// by pins.
#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "core/store/apply.hpp"
#include "core/store/archive.hpp"
#include "core/store/attempts.hpp"
#include "core/store/lost_race.hpp"
#include "core/store/pool.hpp"
#include "core/store/project_lock.hpp"
#include "core/store/require_right.hpp"
#include "core/store/snapshot.hpp"
#include "core/store/sql.hpp"

namespace quilter {
namespace {

struct Held {  // series, with their neighbourhoods locked
  Project project;
  std::vector<std::int64_t> neighbourhoods;  // ascending
  Facts facts;
};

struct Standing {
  std::int64_t project = 0;
  std::vector<std::int64_t> neighbourhoods;  // ascending

  bool operator==(const Standing&) const = default;
};

Standing standing_of(pqxx::transaction_base& transaction, const std::vector<std::int64_t>& ids) {
  std::set<std::int64_t> projects, neighbourhoods, found;
  for (const auto& row :
       transaction.exec_params("SELECT id, project_id, neighbourhood_id FROM series "
                               "WHERE id = ANY ($1) AND merged_into_id IS NULL",
                               sql::array(ids))) {
    found.insert(row[0].as<std::int64_t>());
    projects.insert(row[1].as<std::int64_t>());
    neighbourhoods.insert(row[2].as<std::int64_t>());
  }
  for (const auto id : ids)
    if (!found.contains(id))
      throw Refused{"there is no series " + std::to_string(id) + ", or it was merged into another"};
  if (projects.size() > 1) throw Refused{"the series are of different projects"};
  return {*projects.begin(), {neighbourhoods.begin(), neighbourhoods.end()}};
}

// No advisory lock but the project's: mail that is about to take these rows waits, and looks again.
Held hold(pqxx::transaction_base& transaction, const std::string& by,
          const std::vector<std::int64_t>& ids) {
  transaction.exec("SET TRANSACTION ISOLATION LEVEL READ COMMITTED");
  const auto before = standing_of(transaction, ids);
  const auto project =
      transaction.exec_params1("SELECT name FROM project WHERE id = $1", before.project);
  require_right(transaction, by, Action::run_project, project[0].as<std::string>());
  transaction.exec(share_project(before.project));
  transaction.exec_params("SELECT FROM neighbourhood WHERE id = ANY ($1) ORDER BY id FOR UPDATE",
                          sql::array(before.neighbourhoods));
  if (standing_of(transaction, ids) != before) throw LostRace{"the neighbourhood was merged"};
  Held held;
  held.project.id = before.project;
  held.neighbourhoods = before.neighbourhoods;
  load_neighbourhoods(transaction, held.project, held.neighbourhoods, held.facts);
  return held;
}

std::vector<Member*> members_of(Facts& facts, std::int64_t series) {
  std::vector<Member*> members;
  for (auto& member : facts.members)
    if (facts.series_of.at(member.message_id) == series) members.push_back(&member);
  return members;
}

// The cover letter, else the earliest: what it says of version and total counts for them all.
MessageId anchor_of(const std::vector<Member*>& members) {
  return (*std::min_element(members.begin(), members.end(),
                            [](const Member* left, const Member* right) {
                              if (left->cover != right->cover) return left->cover;
                              return canonical_order(*left, *right) < 0;
                            }))
      ->message_id;
}

void pin(pqxx::transaction_base& transaction, const Project& project,
         const std::vector<Member*>& members, const MessageId& anchor) {
  std::vector<MessageId> ids;
  for (auto* member : members) {
    member->anchor = anchor;
    ids.push_back(member->message_id);
  }
  transaction.exec_params(
      R"(INSERT INTO pin (message_row, anchor_row)
         SELECT m.id, a.id FROM message m, message a
         WHERE m.project_id = $1 AND m.message_id = ANY ($2)
           AND a.project_id = $1 AND a.message_id = $3
         ON CONFLICT (message_row) DO UPDATE SET anchor_row = excluded.anchor_row)",
      project.id, sql::array(ids), anchor);
}

void write(pqxx::transaction_base& transaction, const Held& held, const StitchOptions& options) {
  apply(transaction, held.project, held.neighbourhoods, make_plan(held.facts, options));
}

std::vector<std::int32_t> numbers_of(const std::vector<Member*>& members) {
  std::vector<std::int32_t> numbers;
  for (const auto* member : members) numbers.push_back(member->number);
  std::sort(numbers.begin(), numbers.end());
  return numbers;
}

std::int64_t series_of(pqxx::transaction_base& transaction, const Project& project,
                       const MessageId& id) {
  return transaction
      .exec_params(R"(SELECT coalesce(p.series_id, c.series_id)
                      FROM message m LEFT JOIN patch p ON p.message_row = m.id
                                     LEFT JOIN cover c ON c.message_row = m.id
                      WHERE m.project_id = $1 AND m.message_id = $2)",
                   project.id, id)[0][0]
      .as<std::int64_t>();
}

// What followed from it ingest's functions have told as ingest's: it was `by` who did it. Of the
// series that the decision was about, `value` says what was decided.
void tell_decision(pqxx::transaction_base& transaction, const std::string& by, std::int64_t series,
                   const std::string& category, const nlohmann::json& value) {
  transaction.exec_params(
      "UPDATE event SET actor = $1, new_value = CASE WHEN (series_id, category) = ($2, $3) THEN $4 "
      "END WHERE transaction = pg_current_xact_id()",
      by, series, category, value.dump());
}

template <typename Work>
std::int64_t decide(Pool& pool, Snapshot& snapshot, Work work) {
  return as_store_error([&] {
    snapshot.end();
    return in_transaction_again(pool, work);
  });
}

}  // namespace

std::int64_t Archive::merge_series(const std::string& by, std::int64_t kept, std::int64_t other,
                                   const StitchOptions& options) {
  if (kept == other) throw Refused{"a series cannot be merged with itself"};
  return decide(*pool_, *snapshot_, [&](pqxx::transaction_base& transaction) {
    auto held = hold(transaction, by, {kept, other});
    auto members = members_of(held.facts, kept);
    const auto anchor = anchor_of(members);
    const auto others = members_of(held.facts, other);
    members.insert(members.end(), others.begin(), others.end());
    const auto numbers = numbers_of(members);
    if (const auto twice = std::adjacent_find(numbers.begin(), numbers.end());
        twice != numbers.end())
      throw Refused{"number " + std::to_string(*twice) + " is in both series: split it off first"};
    pin(transaction, held.project, members, anchor);
    write(transaction, held, options);
    const auto one = series_of(transaction, held.project, members.front()->message_id);
    tell_decision(transaction, by, one == kept ? other : kept, "series-merged", {{"into", one}});
    return one;
  });
}

std::int64_t Archive::split_series(const std::string& by, std::int64_t series,
                                   const std::vector<std::int32_t>& numbers,
                                   const StitchOptions& options) {
  return decide(*pool_, *snapshot_, [&](pqxx::transaction_base& transaction) {
    auto held = hold(transaction, by, {series});
    std::vector<Member*> leaving, staying;
    for (auto* member : members_of(held.facts, series)) {
      const bool leaves =
          std::find(numbers.begin(), numbers.end(), member->number) != numbers.end();
      (leaves ? leaving : staying).push_back(member);
    }
    const auto found = numbers_of(leaving);
    for (const auto number : numbers)
      if (!std::binary_search(found.begin(), found.end(), number))
        throw Refused{"number " + std::to_string(number) + " is not in series " +
                      std::to_string(series)};
    if (leaving.empty() || staying.empty())
      throw Refused{"name some of its numbers, and not all of them"};
    pin(transaction, held.project, leaving, anchor_of(leaving));
    pin(transaction, held.project, staying, anchor_of(staying));
    for (const auto* member : leaving) held.facts.leaving.insert(member->message_id);
    write(transaction, held, options);
    const auto made = series_of(transaction, held.project, leaving.front()->message_id);
    tell_decision(transaction, by, made, "series-created", {{"from", series}, {"numbers", found}});
    return made;
  });
}

}  // namespace quilter
