#include "core/store/patchwork_import.hpp"

#include <algorithm>
#include <iterator>
#include <nlohmann/json.hpp>
#include <set>
#include <utility>

#include "core/store/attempts.hpp"
#include "core/store/pool.hpp"
#include "core/store/schema.hpp"
#include "core/store/sql.hpp"
#include "core/store/tracking_json.hpp"

namespace quilter {
namespace {

constexpr const char* select_here =
    R"(SELECT m.message_id, m.kind, coalesce(p.message_row, 0), coalesce(p.state, ''),
              coalesce((SELECT a.login FROM account a WHERE a.id = p.delegate_id), ''),
              coalesce(p.archived, false)::text, coalesce(p.commit_ref, ''),
              coalesce(p.revision, 0),
              ARRAY(SELECT coalesce((SELECT e.actor FROM event e
                                     WHERE e.message_row = p.message_row AND e.field = f.name
                                       AND e.revision IS NOT NULL
                                     ORDER BY e.revision DESC LIMIT 1), '')
                    FROM unnest($3::text[]) WITH ORDINALITY f (name, n) ORDER BY f.n)
       FROM message m LEFT JOIN patch p ON p.message_row = m.id
       WHERE m.message_id = ANY ($2) AND m.project_id = (SELECT id FROM project WHERE name = $1))";

// Of each check, in order: is it there, and is a younger one of its context?
constexpr const char* select_checks_here =
    R"(SELECT EXISTS (SELECT FROM check_result c WHERE c.request = w.request),
              EXISTS (SELECT FROM check_result c
                      WHERE c.message_row = w.patch AND c.context = w.context
                        AND c.created_at > w.at)
       FROM unnest($1::bigint[], $2::text[], $3::timestamptz[], $4::uuid[])
            WITH ORDINALITY w (patch, context, at, request, n)
       ORDER BY w.n)";

// In order: of one context the last counts.
constexpr const char* insert_checks =
    R"(WITH added AS (
         INSERT INTO check_result (message_row, context, state, url, description, account_id,
                                   request, created_at)
         SELECT w.patch, w.context, w.state, w.url, w.description, a.id, w.request, w.at
         FROM ROWS FROM (jsonb_to_recordset($1) AS (
                patch bigint, login text, context text, state text, url text, description text,
                request uuid, at timestamptz)) WITH ORDINALITY w
         JOIN account a ON a.login = w.login
         ORDER BY w.ordinality
         ON CONFLICT (request) DO NOTHING RETURNING *)
       INSERT INTO event (project_id, category, message_row, series_id, actor, new_value,
                          created_at)
       SELECT m.project_id, 'check-created', p.message_row, p.series_id, a.login,
              json_build_object('of', 'patch', 'context', c.context, 'state', c.state, 'url', c.url,
                                'description', c.description, 'request', c.request),
              c.created_at
       FROM added c JOIN account a ON a.id = c.account_id JOIN patch p USING (message_row)
       JOIN message m ON m.id = p.message_row
       ORDER BY c.id)";

using Here = std::map<MessageId, PatchHere>;

Here read_here(pqxx::transaction_base& transaction, const std::string& project,
               const std::vector<PatchThere>& page) {
  std::vector<std::string> ids, fields;
  for (const auto& patch : page) ids.push_back(patch.message_id);
  for (const auto field : patch_fields) fields.emplace_back(to_string(field));
  Here here;
  for (const auto& row :
       transaction.exec_params(select_here, project, sql::array(ids), sql::array(fields))) {
    PatchHere patch;
    patch.kind = row[1].as<std::string>();
    patch.id = row[2].as<std::int64_t>();
    const auto actors = sql::texts(row[8]);
    for (std::size_t i = 0; i < patch_fields.size(); ++i) {
      patch.values.of.at(i) = row[3 + static_cast<int>(i)].as<std::string>();
      patch.set_by.at(i) = actors.at(i);
    }
    patch.values.revision = row[7].as<std::int64_t>();
    here.emplace(row[0].as<std::string>(), std::move(patch));
  }
  return here;
}

// Leaves those that are to be added, and says how many are there.
std::size_t drop_known_checks(pqxx::transaction_base& transaction, Takeover& takeover) {
  if (takeover.checks.empty()) return 0;
  std::vector<std::int64_t> patches;
  std::vector<std::string> contexts, dates, requests;
  for (const auto& one : takeover.checks) {
    patches.push_back(one.patch);
    contexts.push_back(one.check.context);
    dates.push_back(one.date);
    requests.push_back(one.request);
  }
  const auto rows =
      transaction.exec_params(select_checks_here, sql::array(patches), sql::array(contexts),
                              sql::array(dates), sql::array(requests));
  std::vector<CheckToTake> fresh;
  std::size_t known = 0;
  for (std::size_t i = 0; i < takeover.checks.size(); ++i) {
    auto& one = takeover.checks[i];
    const auto row = rows[static_cast<pqxx::result::size_type>(i)];
    if (row[0].as<bool>())
      ++known;
    else if (row[1].as<bool>())
      takeover.unfit.add(Unfit::older_check, one.check.context, {one.message_id, one.date});
    else
      fresh.push_back(std::move(one));
  }
  takeover.checks = std::move(fresh);
  return known;
}

void hold_those(pqxx::transaction_base& transaction, const std::string& project,
                const std::vector<PatchThere>& patches) {
  std::vector<std::string> ids;
  for (const auto& patch : patches) ids.push_back(patch.message_id);
  transaction.exec_params("SELECT hold_patches($1, $2, $3, '{}', '{}', NULL)",
                          Actor::takeover().login, project, sql::array(ids));
}

std::string json_of(const std::vector<CheckToTake>& checks) {
  auto json = nlohmann::json::array();
  for (const auto& [patch, message_id, login, date, check, request] : checks)
    json.push_back({{"patch", patch},
                    {"login", login},
                    {"context", check.context},
                    {"state", check.state},
                    {"url", check.url},
                    {"description", check.description},
                    {"request", request},
                    {"at", date}});
  return json.dump();
}

void write_taken(pqxx::transaction_base& transaction, const Takeover& takeover) {
  if (!takeover.steps.empty())
    transaction.exec_params("SELECT write_changes($1, $2)", Actor::takeover().login,
                            to_json(takeover.steps));
  if (!takeover.checks.empty()) transaction.exec_params(insert_checks, json_of(takeover.checks));
}

// What becomes of patches as the database is now.
struct Look {
  Takeover takeover;
  std::size_t checks_same = 0;

  bool changes() const { return !takeover.steps.empty() || !takeover.checks.empty(); }

  void add_to(ProjectTaken& taken) const {
    taken.found += takeover.found.size();
    for (std::size_t i = 0; i < patch_fields.size(); ++i) {
      taken.taken.at(i) += takeover.taken.at(i);
      taken.same.at(i) += takeover.same.at(i);
    }
    taken.checks_taken += takeover.checks.size();
    taken.checks_same += checks_same;
    taken.unfit.add(takeover.unfit);
  }
};

// Those that change are taken out of `page`.
std::vector<PatchThere> take_changing(std::vector<PatchThere>& page, const Takeover& takeover) {
  std::set<std::int64_t> patches;
  for (const auto& step : takeover.steps) patches.insert(step.patch);
  for (const auto& check : takeover.checks) patches.insert(check.patch);
  const auto first = std::stable_partition(page.begin(), page.end(), [&](const PatchThere& patch) {
    const auto found = takeover.found.find(patch.message_id);
    return found == takeover.found.end() || !patches.contains(found->second);
  });
  std::vector<PatchThere> changing{std::make_move_iterator(first),
                                   std::make_move_iterator(page.end())};
  page.erase(first, page.end());
  return changing;
}

}  // namespace

PatchworkImport::PatchworkImport(const StoreOptions& options, Trial trial)
    : options_{options},
      trial_{trial},
      pool_{std::make_unique<Pool>(
          options,
          Pool::Hooks{[](auto& session, const auto&) { require_known_schema(session); }, {}})} {
  as_store_error([this] { pool_->lease(); });
}

PatchworkImport::~PatchworkImport() = default;

// Under any stricter level who waits for a row would not see what it waited for.
template <typename Work>
auto PatchworkImport::transact(Work work) {
  return as_store_error([&] {
    return in_transaction_again(*pool_, [&](pqxx::transaction_base& transaction) {
      transaction.exec("SET TRANSACTION ISOLATION LEVEL READ COMMITTED; SET LOCAL lock_timeout = " +
                       std::to_string(options_.lock_timeout.count()));
      return work(transaction);
    });
  });
}

bool PatchworkImport::may_make_projects() {
  return transact([](auto& transaction) {
    return transaction.exec1("SELECT has_table_privilege('project', 'INSERT')")[0]
        .template as<bool>();
  });
}

PeopleTaken PatchworkImport::people(const std::vector<UserThere>& users,
                                    const std::map<std::int64_t, std::string>& projects) {
  return transact(
      [&](auto& transaction) { return take_people(transaction, users, projects, trial_); });
}

void PatchworkImport::begin_project(const std::string& name, const PeopleTaken& people,
                                    const std::map<std::string, std::string>& renamed) {
  project_ = name;
  seen_.clear();
  rules_ = {
      .states = {}, .renamed = renamed, .logins = people.logins, .usernames = people.usernames};
  rules_.states = transact([&](auto& transaction) {
    std::set<std::string> states;
    for (const auto& row : transaction.exec_params(
             "SELECT s.name FROM state s JOIN project j ON j.id = s.project_id WHERE j.name = $1",
             name))
      states.insert(row[0].template as<std::string>());
    return states;
  });
}

// The oldest of several counts, or each would undo the other at every run.
void PatchworkImport::drop_seen(std::vector<PatchThere>& page, ProjectTaken& taken) {
  std::vector<PatchThere> fresh;
  for (auto& patch : page) {
    if (seen_.insert(patch.message_id).second)
      fresh.push_back(std::move(patch));
    else
      taken.unfit.add(Unfit::twice, "patch", {patch.message_id, {}});
  }
  page = std::move(fresh);
}

// A page is looked at without a lock first: most of a second run change nothing. Those that change
// are looked at again under their locks.
void PatchworkImport::take(std::vector<PatchThere> page, ProjectTaken& taken) {
  taken.patches += page.size();
  drop_seen(page, taken);
  const auto look = [&](pqxx::transaction_base& transaction, const std::vector<PatchThere>& there) {
    Look seen{.takeover = take_over(project_, there, read_here(transaction, project_, there),
                                    rules_, taken.unfit.most_named)};
    seen.checks_same = drop_known_checks(transaction, seen.takeover);
    return seen;
  };
  auto seen = transact([&](auto& transaction) { return look(transaction, page); });
  if (trial_ == Trial::yes || !seen.changes()) return seen.add_to(taken);
  const auto changing = take_changing(page, seen.takeover);
  transact([&](auto& transaction) { return look(transaction, page); }).add_to(taken);
  transact([&](auto& transaction) {
    hold_those(transaction, project_, changing);
    auto held = look(transaction, changing);
    write_taken(transaction, held.takeover);
    return held;
  }).add_to(taken);
}

void PatchworkImport::look_for(const std::vector<MessageId>& mails, const std::string& about,
                               ProjectTaken& taken) {
  const auto found = transact([&](auto& transaction) {
    std::set<std::string> ids;
    for (const auto& row : transaction.exec_params(
             "SELECT m.message_id FROM message m WHERE m.message_id = ANY ($1) AND m.project_id = "
             "(SELECT id FROM project WHERE name = $2)",
             sql::array(mails), project_))
      ids.insert(row[0].template as<std::string>());
    return ids;
  });
  for (const auto& id : mails)
    if (!found.contains(id)) taken.unfit.add(Unfit::not_here, about, {id, {}});
}

}  // namespace quilter
