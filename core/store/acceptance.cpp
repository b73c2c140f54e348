#include "core/store/acceptance.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "core/mail/text.hpp"
#include "core/store/archive.hpp"
#include "core/store/attempts.hpp"
#include "core/store/pool.hpp"
#include "core/store/schema.hpp"
#include "core/store/sql.hpp"

namespace quilter {
namespace {

constexpr const char* accepted_state = "accepted";

// Two look-ups by an index, never the tables.
constexpr const char* select_candidates =
    R"(SELECT p.message_row, m.message_id, j.name, coalesce(encode(p.patch_id, 'hex'), ''), m.name,
              m.author_address, m.version, extract(epoch FROM m.date)::bigint, p.state,
              p.commit_ref, coalesce(s.action_required, false),
              ARRAY(SELECT e.new_value FROM event e
                    WHERE e.message_row = p.message_row AND e.actor = 'automation'
                      AND e.actor <> 'ingest' AND e.field = 'commit'), j.auto_accept, p.paths
       FROM (SELECT x.message_row FROM patch x
             WHERE x.patch_id = ANY (ARRAY(SELECT decode(i, 'hex') FROM unnest($1::text[]) i))
             UNION
             SELECT x.message_row FROM patch x
             WHERE x.message_row = ANY (ARRAY(SELECT y.id FROM message y
                                              WHERE y.message_id = ANY ($2)))) found
       JOIN patch p ON p.message_row = found.message_row
       JOIN message m ON m.id = p.message_row
       JOIN project j ON j.id = m.project_id AND ($3 = '' OR j.name = $3)
       LEFT JOIN state s ON s.project_id = j.id AND s.name = p.state
       ORDER BY p.message_row)";

MergeCandidate candidate_of(const pqxx::row& row) {
  const auto text = [&row](int column) { return row[column].as<std::string>(); };
  return {.patch = row[0].as<std::int64_t>(),
          .message_id = text(1),
          .project = text(2),
          .patch_id = text(3),
          .name = text(4),
          .author = lower(text(5)),
          .version = row[6].as<std::int32_t>(),
          .date = sql::epoch(row[7]),
          .state = text(8),
          .commit = text(9),
          .action_required = row[10].as<bool>(),
          .auto_accept = row[12].as<bool>(),
          .earlier_commits = sql::texts(row[11]),
          .paths = sql::texts(row[13])};
}

// By project, what may be the commit; each list in the order of all candidates.
class Index {
 public:
  explicit Index(const std::vector<MergeCandidate>& all) {
    for (const auto& one : all) {
      if (!one.patch_id.empty()) by_patch_id_[one.patch_id].push_back(&one);
      by_message_id_[one.message_id].push_back(&one);
    }
  }
  std::map<std::string, std::vector<const MergeCandidate*>> of(const MergedCommit& commit) const {
    std::map<std::string, std::vector<const MergeCandidate*>> found;
    std::set<std::int64_t> seen;
    const auto add = [&](const auto& index, const std::string& key) {
      if (const auto all = index.find(key); all != index.end())
        for (const auto* one : all->second)
          if (seen.insert(one->patch).second) found[one->project].push_back(one);
    };
    add(by_patch_id_, commit.patch_id);
    for (const auto& id : commit.message_ids) add(by_message_id_, id);
    return found;
  }

 private:
  std::map<std::string, std::vector<const MergeCandidate*>> by_patch_id_, by_message_id_;
};

bool is_to_change(const Accepted& one) {
  return one.clue != Clue::doubtful && one.patch.auto_accept && may_be_accepted(one);
}

// Each on the values that were read.
void add_changes(const Accepted& one, std::vector<Change>& changes) {
  const PatchId target{one.patch.patch};
  changes.push_back({.target = target,
                     .field = PatchField::state,
                     .to = accepted_state,
                     .from = one.patch.state});
  changes.push_back(
      {.target = target, .field = PatchField::commit, .to = one.commit, .from = std::string{}});
}

bool has_moved(const Accepted& one) {
  return one.outcome && one.outcome->reason == Reason::stale;
}

// Those of which a patch has moved.
std::vector<MergedCommit> commits_of_moved(const std::vector<MergedCommit>& commits,
                                           const std::vector<Accepted>& found) {
  std::set<std::string> moved;
  for (const auto& one : found)
    if (has_moved(one)) moved.insert(one.commit);
  std::vector<MergedCommit> again;
  for (const auto& commit : commits)
    if (moved.contains(commit.commit)) again.push_back(commit);
  return again;
}

// In place of what moved; a commit was one patch of a project.
void replace_moved(std::vector<Accepted>& found, std::vector<Accepted> anew) {
  std::map<std::pair<std::string, std::string>, Accepted*> fresh;
  for (auto& one : anew) fresh.emplace(std::pair{one.commit, one.patch.project}, &one);
  for (auto& one : found)
    if (const auto other = fresh.find({one.commit, one.patch.project});
        has_moved(one) && other != fresh.end())
      one = std::move(*other->second);
}

}  // namespace

// Who took a commit away again, or put the patch back, knew better.
bool may_be_accepted(const Accepted& one) {
  const auto& patch = one.patch;
  const auto& before = patch.earlier_commits;
  return patch.commit.empty() && (patch.action_required || patch.state == accepted_state) &&
         std::find(before.begin(), before.end(), one.commit) == before.end();
}

Acceptance::Acceptance(const StoreOptions& options, std::optional<std::string> project)
    : project_{std::move(project)}, pool_{pool_with_schema(options)}, tracker_{options} {
  if (!project_) return;
  transact(*pool_, [this](pqxx::transaction_base& transaction) {
    if (transaction.exec_params("SELECT FROM project WHERE name = $1", *project_).empty())
      throw Refused{"there is no project " + *project_ + ": see quilter project list"};
  });
}

Acceptance::~Acceptance() = default;

std::vector<MergeCandidate> Acceptance::candidates(const std::vector<MergedCommit>& commits) {
  std::vector<std::string> patch_ids, message_ids;
  for (const auto& commit : commits) {
    if (!commit.patch_id.empty()) patch_ids.push_back(commit.patch_id);
    for (const auto& id : commit.message_ids)
      if (is_valid_utf8(id)) message_ids.push_back(id);
  }
  return transact(*pool_, [&](pqxx::transaction_base& transaction) {
    std::vector<MergeCandidate> found;
    for (const auto& row : transaction.exec_params(select_candidates, sql::array(patch_ids),
                                                   sql::array(message_ids), project_.value_or("")))
      found.push_back(candidate_of(row));
    return found;
  });
}

void Acceptance::write(std::vector<Accepted>& found, Trial trial) {
  Request request{
      .actor = Actor::automation(), .project = {}, .changes = {}, .mode = Mode::patch_by_patch};
  std::map<std::int64_t, Accepted*> asked;
  for (auto& one : found) {
    if (!is_to_change(one) || asked.contains(one.patch.patch)) continue;
    asked.emplace(one.patch.patch, &one);
    add_changes(one, request.changes);
  }
  if (request.changes.empty()) return;
  for (auto& outcome :
       trial == Trial::yes ? tracker_.try_update(request) : tracker_.update(request))
    if (const auto one = asked.find(outcome.patch); one != asked.end())
      one->second->outcome = std::move(outcome);
}

// On what is there now.
std::vector<Accepted> Acceptance::decide(const std::vector<MergedCommit>& commits, Trial trial) {
  const auto all = candidates(commits);
  const Index index{all};
  std::vector<Accepted> found;
  for (const auto& commit : commits)
    for (const auto& [project, own] : index.of(commit))
      if (const auto merged = merged_patch(commit, own))
        found.push_back({commit.commit, *merged->patch, merged->clue, std::nullopt});
  write(found, trial);
  return found;
}

std::vector<Accepted> Acceptance::accept(const std::vector<MergedCommit>& commits, Trial trial) {
  auto found = decide(commits, trial);
  for (int tries = 1; tries < most_tries; ++tries) {
    const auto again = commits_of_moved(commits, found);
    if (again.empty()) break;
    replace_moved(found, decide(again, trial));
  }
  return found;
}

}  // namespace quilter
