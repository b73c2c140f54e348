#include "core/store/automation.hpp"

#include <algorithm>
#include <iterator>

#include "core/store/attempts.hpp"
#include "core/store/pool.hpp"
#include "core/store/projects.hpp"
#include "core/store/read_feed.hpp"
#include "core/store/schema.hpp"
#include "core/store/sql.hpp"
#include "core/tracking/delegation.hpp"

namespace quilter {
namespace {

constexpr std::int64_t events_at_once = 500;
constexpr const char* superseded_state = "superseded";

constexpr const char* select_newcomers =
    R"(SELECT p.message_row, j.name, p.paths, j.auto_delegate
       FROM patch p JOIN message m ON m.id = p.message_row JOIN project j ON j.id = m.project_id
       WHERE p.message_row = ANY ($1)
       ORDER BY p.message_row)";

// Who has lost the role is passed over.
constexpr const char* select_rules =
    R"(SELECT d.pattern, a.login
       FROM delegation d JOIN project j ON j.id = d.project_id JOIN account a ON a.id = d.account_id
       JOIN role r ON r.project_id = j.id AND r.account_id = a.id
       WHERE j.name = $1 AND NOT a.disabled AND r.role IN ('maintainer', 'reviewer')
       ORDER BY d.position, d.pattern)";

constexpr const char* select_account =
    R"(SELECT a.login
       FROM account_address d JOIN account a ON a.id = d.account_id
       JOIN role r ON r.account_id = a.id JOIN project j ON j.id = r.project_id
       WHERE d.address = $1 AND j.name = $2 AND NOT a.disabled
         AND r.role IN ('maintainer', 'reviewer'))";

// Of all versions that lead to the touched ones or are led to by them: those that a complete one
// has overtaken.
constexpr const char* select_overtaken =
    R"(WITH RECURSIVE newer (id) AS (
         SELECT coalesce(s.merged_into_id, s.id) FROM series s JOIN project j ON j.id = s.project_id
         WHERE s.id = ANY ($1) AND j.auto_supersede
         UNION
         SELECT s.id FROM newer n JOIN series s ON s.supersedes_id = n.id
         WHERE s.merged_into_id IS NULL),
       overtaken (id) AS (
         SELECT s.supersedes_id FROM newer n JOIN series s ON s.id = n.id
         WHERE s.complete AND s.supersedes_id IS NOT NULL
         UNION
         SELECT s.supersedes_id FROM overtaken o JOIN series s ON s.id = o.id
         WHERE s.supersedes_id IS NOT NULL)
       SELECT p.message_row, p.state
       FROM overtaken o JOIN patch p ON p.series_id = o.id JOIN message m ON m.id = p.message_row
       JOIN state t ON t.project_id = m.project_id AND t.name = p.state AND t.action_required
       WHERE NOT EXISTS (
         SELECT FROM event e
         WHERE e.message_row = p.message_row AND e.actor = 'automation' AND e.actor <> 'ingest'
           AND e.field = 'state' AND e.new_value = $2)
       ORDER BY p.message_row)";

bool may_change_something(const Project& project) {
  return std::any_of(project.hint_rights.begin(), project.hint_rights.end(), [](const auto& right) {
    return right.hint == Hint::state || right.hint == Hint::delegate;
  });
}

std::vector<Change> superseding(pqxx::transaction_base& transaction,
                                const std::vector<std::int64_t>& series) {
  std::vector<Change> changes;
  for (const auto& row :
       transaction.exec_params(select_overtaken, sql::array(series), superseded_state))
    changes.push_back({.target = PatchId{row[0].as<std::int64_t>()},
                       .field = PatchField::state,
                       .to = superseded_state,
                       .from = row[1].as<std::string>()});
  return changes;
}

// Where nobody has ever set the field.
Change first_change(std::int64_t patch, PatchField field, std::string to) {
  return {.target = PatchId{patch}, .field = field, .to = std::move(to), .revision = 0};
}

LeftPatch left_patch(const Outcome& outcome) {
  return {outcome.message_id, outcome.detail};
}

}  // namespace

// A patch that came, and what would be set where nobody has.
struct Automation::Newcomer {
  std::int64_t patch = 0;
  std::string project;
  std::vector<std::string> paths;
  bool by_rules = true;
  std::string state, delegate;  // that are to be set; "" for none
};

Automation::Automation(const StoreOptions& options, HintReader hints)
    : hints_{std::move(hints)}, pool_{pool_with_schema(options)}, tracker_{options} {}

Automation::~Automation() = default;

Cursor Automation::place() {
  return transact(*pool_, [](pqxx::transaction_base& transaction) {
    // What the database itself remembers is of its lineage: it was restored with it.
    const auto row = transaction.exec1(std::string{"SELECT transaction, id, "} + feed_lineage +
                                       " FROM automation");
    return Cursor{row[2].as<std::string>(), row[0].as<std::uint64_t>(), row[1].as<std::int64_t>()};
  });
}

// Unless somebody else did.
void Automation::move_on(const Cursor& from, const Cursor& to) {
  transact(*pool_, [&](pqxx::transaction_base& transaction) {
    transaction.exec_params(
        "UPDATE automation SET transaction = $3::xid8, id = $4 WHERE transaction = $1::xid8 AND id "
        "= $2",
        std::to_string(from.transaction), from.id, std::to_string(to.transaction), to.id);
  });
}

void Automation::again() {
  move_on(place(), {});
}

void Automation::skip() {
  move_on(place(), tracker_.horizon());
}

void Automation::read_hints(Newcomer& one) {
  const auto project = projects_.find(one.project);
  if (project == projects_.end() || !may_change_something(project->second)) return;
  const auto raw = transact(*pool_, [&](pqxx::transaction_base& transaction) {
    const auto row = transaction.exec_params1("SELECT raw FROM message WHERE id = $1", one.patch);
    return pqxx::binarystring{row[0]}.str();
  });
  const auto hints = hints_(project->second, raw);
  one.state = hints.state;
  if (hints.delegate.empty()) return;
  one.delegate = transact(*pool_, [&](pqxx::transaction_base& transaction) {
    const auto rows = transaction.exec_params(select_account, hints.delegate, one.project);
    return rows.empty() ? std::string{} : rows[0][0].as<std::string>();
  });
}

std::vector<Automation::Newcomer> Automation::newcomers(const std::vector<std::int64_t>& patches) {
  auto found = transact(*pool_, [&](pqxx::transaction_base& transaction) {
    std::vector<Newcomer> some;
    for (const auto& row : transaction.exec_params(select_newcomers, sql::array(patches)))
      some.push_back({.patch = row[0].as<std::int64_t>(),
                      .project = row[1].as<std::string>(),
                      .paths = sql::texts(row[2]),
                      .by_rules = row[3].as<bool>(),
                      .state = {},
                      .delegate = {}});
    return some;
  });
  std::map<std::string, std::vector<DelegationRule>> rules;
  for (auto& one : found) {
    read_hints(one);
    if (!one.by_rules || !one.delegate.empty()) continue;
    const auto [own, fresh] = rules.try_emplace(one.project);
    if (fresh)
      own->second = transact(*pool_, [&](pqxx::transaction_base& transaction) {
        std::vector<DelegationRule> all;
        for (const auto& row : transaction.exec_params(select_rules, one.project))
          all.push_back({row[0].as<std::string>(), row[1].as<std::string>()});
        return all;
      });
    one.delegate = delegate_of(own->second, one.paths);
  }
  return found;
}

// How many patches were changed.
std::size_t Automation::change(std::vector<Change> changes, std::vector<Outcome>& refused) {
  if (changes.empty()) return 0;
  std::size_t applied = 0;
  for (auto& outcome : tracker_.update({.actor = Actor::automation(),
                       .project = {},
                       .changes = std::move(changes),
                       .mode = Mode::patch_by_patch})) {
    if (outcome.result == Result::applied) ++applied;
    if (outcome.result == Result::refused) refused.push_back(std::move(outcome));
  }
  return applied;
}

// What somebody has set is not to be set here: no word of that.
void Automation::set_first(const std::vector<Newcomer>& patches, AutomationRound& round) {
  std::vector<Change> states, delegates;
  for (const auto& one : patches) {
    if (!one.state.empty()) states.push_back(first_change(one.patch, PatchField::state, one.state));
    if (!one.delegate.empty())
      delegates.push_back(first_change(one.patch, PatchField::delegate, one.delegate));
  }
  std::vector<Outcome> refused;
  round.hinted = change(std::move(states), refused);
  round.delegated = change(std::move(delegates), refused);
  for (const auto& outcome : refused)
    if (outcome.reason != Reason::stale) round.left.push_back(left_patch(outcome));
}

void Automation::supersede(const std::vector<std::int64_t>& series, AutomationRound& round) {
  std::vector<Outcome> refused;
  for (int tries = 0; tries < most_tries; ++tries) {
    refused.clear();
    auto changes = transact(*pool_, [&](pqxx::transaction_base& transaction) {
      return superseding(transaction, series);
    });
    round.superseded += change(std::move(changes), refused);
    round.unfinished = std::any_of(refused.begin(), refused.end(), [](const Outcome& outcome) {
      return outcome.reason == Reason::stale;
    });
    if (!round.unfinished) break;
  }
  for (const auto& outcome : refused) round.left.push_back(left_patch(outcome));
}

AutomationRound Automation::next_round() {
  const EventFilter filter{
      .project = {},
      .categories = {"patch-created", "cover-created", "series-completed", "series-merged"},
      .actor = {},
      .message_id = {}};
  projects_ = transact(*pool_, [](pqxx::transaction_base& transaction) {
    std::map<std::string, Project> all;
    for (auto& project : all_projects(transaction)) all.emplace(project.name, project);
    return all;
  });
  const auto from = place();
  const auto page = tracker_.events(filter, from, events_at_once);
  std::vector<std::int64_t> patches, series;
  for (const auto& event : page.events) {
    if (event.category == "patch-created") patches.push_back(event.patch);
    if (event.series != 0) series.push_back(event.series);
  }
  AutomationRound round;
  round.events = page.events.size();
  set_first(newcomers(patches), round);
  supersede(series, round);
  if (!round.unfinished) move_on(from, page.next);
  return round;
}

AutomationRound Automation::all_rounds() {
  AutomationRound all;
  while (!all.unfinished) {
    auto round = next_round();
    if (round.events == 0) break;
    all.events += round.events;
    all.hinted += round.hinted;
    all.delegated += round.delegated;
    all.superseded += round.superseded;
    all.unfinished = round.unfinished;
    std::move(round.left.begin(), round.left.end(), std::back_inserter(all.left));
  }
  return all;
}

}  // namespace quilter
