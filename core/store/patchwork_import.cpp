#include "core/store/patchwork_import.hpp"

#include <algorithm>
#include <iterator>
#include <set>
#include <utility>

#include "core/store/attempts.hpp"
#include "core/store/patchwork_rows.hpp"
#include "core/store/pool.hpp"
#include "core/store/project_lock.hpp"
#include "core/store/require_right.hpp"
#include "core/store/schema.hpp"
#include "core/store/sql.hpp"

namespace quilter {
namespace {

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

std::set<std::string> names_of_states(pqxx::transaction_base& transaction,
                                      const std::string& project) {
  std::set<std::string> names;
  for (const auto& row : transaction.exec_params(
           "SELECT s.name FROM state s JOIN project j ON j.id = s.project_id WHERE j.name = $1",
           project))
    names.insert(row[0].as<std::string>());
  return names;
}

}  // namespace

PatchworkImport::PatchworkImport(const StoreOptions& options, Trial trial)
    : options_{options}, trial_{trial}, pool_{pool_with_schema(options)} {
  as_store_error([this] { pool_->lease(); });
}

PatchworkImport::~PatchworkImport() = default;

// Under any stricter level who waits for a row would not see what it waited for.
template <typename Work>
auto PatchworkImport::transact(Work work) {
  return quilter::transact(*pool_, [&](pqxx::transaction_base& transaction) {
    transaction.exec("SET TRANSACTION ISOLATION LEVEL READ COMMITTED; SET LOCAL lock_timeout = " +
                     std::to_string(options_.lock_timeout.count()));
    return work(transaction);
  });
}

bool PatchworkImport::may_make_projects() {
  return transact([](auto& transaction) {
    return transaction.exec1("SELECT has_table_privilege('project', 'INSERT')")[0]
        .template as<bool>();
  });
}

std::vector<std::string> PatchworkImport::states(const std::vector<std::string>& projects) {
  return transact([&](auto& transaction) {
    return sql::texts(transaction.exec_params1(
        "SELECT ARRAY(SELECT x.name FROM ("
        "  SELECT s.name, s.position FROM state s JOIN project j ON j.id = s.project_id"
        "  WHERE j.name = ANY ($1::text[])"
        "  UNION ALL SELECT d.name, d.position FROM default_states() d WHERE EXISTS ("
        "    SELECT FROM unnest($1) n WHERE n NOT IN (SELECT j.name FROM project j))"
        "  ) x GROUP BY x.name ORDER BY min(x.position), x.name)",
        sql::array(projects))[0]);
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
  rules_.states = transact([&](auto& transaction) { return names_of_states(transaction, name); });
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
// are looked at again under their locks: with the project shared, no state of its is removed.
void PatchworkImport::take(std::vector<PatchThere> page, ProjectTaken& taken) {
  taken.patches += page.size();
  drop_seen(page, taken);
  const auto look = [&](pqxx::transaction_base& transaction, const std::vector<PatchThere>& there,
                        const PatchesHere& here) {
    Look seen{.takeover = take_over(project_, there, here, rules_, taken.unfit.most_named)};
    seen.checks_same = drop_known_checks(transaction, seen.takeover);
    return seen;
  };
  PatchesHere here;
  const auto seen = transact([&](auto& transaction) {
    here = read_patches_here(transaction, project_, page);
    return look(transaction, page, here);
  });
  if (trial_ == Trial::yes || !seen.changes()) return seen.add_to(taken);
  const auto changing = take_changing(page, seen.takeover);
  transact([&](auto& transaction) { return look(transaction, page, here); }).add_to(taken);
  transact([&](auto& transaction) {
    transaction.exec(share_project(project_row(transaction, project_)));
    rules_.states = names_of_states(transaction, project_);
    hold_patches_here(transaction, project_, changing);
    auto held = look(transaction, changing, read_patches_here(transaction, project_, changing));
    write_takeover(transaction, held.takeover);
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
