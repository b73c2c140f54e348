#include "core/store/comment_facts.hpp"

#include <algorithm>
#include <string_view>

#include "core/series/identities.hpp"
#include "core/store/sql.hpp"

namespace quilter {
namespace {

// The comments that name a message, those that name these, and so on.
constexpr std::string_view waiting = R"(
  WITH RECURSIVE waiting (message_row) AS (
    SELECT message_row FROM mention WHERE key = $1
    UNION
    SELECT n.message_row FROM waiting w JOIN comment c ON c.message_row = w.message_row
                                        JOIN mention n ON n.key = c.key))";

// Locks them, ascending. While we waited for a lock another mail may have joined: until there is
// nothing new.
std::size_t lock_waiting(pqxx::transaction_base& transaction, std::int64_t key) {
  for (std::size_t before = 0;;) {
    const auto locked = transaction
                            .exec_params(std::string{waiting} +
                                             "SELECT FROM comment WHERE message_row IN "
                                             "(SELECT message_row FROM waiting) "
                                             "ORDER BY message_row FOR UPDATE",
                                         key)
                            .size();
    if (locked == before) return locked;
    before = locked;
  }
}

// A statement of its own, after the locks: it sees what was waited for.
void load_waiting(pqxx::transaction_base& transaction, const Project& project, std::int64_t key,
                  Facts& facts) {
  for (const auto& row : transaction.exec_params(std::string{waiting} + R"(
             SELECT m.message_id, m.ancestors, t.message_id
             FROM comment c JOIN message m ON m.id = c.message_row
                            LEFT JOIN message t ON t.id = c.parent_row
             WHERE c.message_row IN (SELECT message_row FROM waiting) AND m.project_id = $2)",
                                                 key, project.id)) {
    facts.remarks.push_back({row[0].as<std::string>(), sql::texts(row[1])});
    facts.parent_of.emplace(row[0].as<std::string>(), sql::optional<std::string>(row[2]));
  }
}

// What is known of the message ids named. Comments whose parent can change are in the facts
// already.
void load_named(pqxx::transaction_base& transaction, const Project& project,
                const std::vector<MessageId>& ids, Facts& facts) {
  if (ids.empty()) return;
  for (const auto& row : transaction.exec_params(
           R"(SELECT m.message_id, m.kind = 'comment', t.message_id
              FROM message m LEFT JOIN comment c ON c.message_row = m.id
                             LEFT JOIN message t ON t.id = c.parent_row
              WHERE m.project_id = $1 AND m.message_id = ANY ($2))",
           project.id, sql::array(ids))) {
    const auto id = row[0].as<std::string>();
    if (!row[1].as<bool>()) {
      facts.targets.insert(id);
      continue;
    }
    const auto parent = sql::optional<std::string>(row[2]);
    if (!facts.parent_of.emplace(id, parent).second) continue;
    facts.remarks.push_back({id, parent ? std::vector{*parent} : std::vector<MessageId>{}});
    if (parent) facts.targets.insert(*parent);
  }
}

// A comment that we belong through must not change its parent before we are there to follow.
bool hold_comments(pqxx::transaction_base& transaction, const Project& project,
                   const std::vector<MessageId>& ids, const Facts& facts) {
  std::vector<MessageId> comments;
  for (const auto& id : ids)
    if (facts.parent_of.contains(id)) comments.push_back(id);
  if (comments.empty()) return false;
  transaction.exec_params(
      R"(SELECT FROM comment WHERE message_row IN
           (SELECT id FROM message WHERE project_id = $1 AND message_id = ANY ($2))
         ORDER BY message_row FOR SHARE)",
      project.id, sql::array(comments));
  return true;
}

std::vector<MessageId> named_by(const Submission& submission, const Facts& facts) {
  auto ids = submission.kind == Kind::comment ? submission.ancestors : std::vector<MessageId>{};
  for (const auto& remark : facts.remarks)
    ids.insert(ids.end(), remark.ancestors.begin(), remark.ancestors.end());
  std::sort(ids.begin(), ids.end());
  ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
  return ids;
}

}  // namespace

void load_comments(pqxx::transaction_base& transaction, const Project& project,
                   const Submission& submission, Facts& facts) {
  const auto key = message_key(submission.message_id, project.id);
  if (lock_waiting(transaction, key) > 0) load_waiting(transaction, project, key, facts);
  const auto named = named_by(submission, facts);
  if (submission.kind != Kind::comment) return load_named(transaction, project, named, facts);
  const auto waiting_facts = facts;
  load_named(transaction, project, named, facts);
  const auto through = make_plan(submission, facts, {}).own_mentions;
  if (!hold_comments(transaction, project, through, facts)) return;
  facts = waiting_facts;
  load_named(transaction, project, named, facts);
}

}  // namespace quilter
