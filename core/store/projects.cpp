#include "core/store/projects.hpp"

#include <nlohmann/json.hpp>

#include "core/mail/text.hpp"
#include "core/store/archive.hpp"
#include "core/store/attempts.hpp"
#include "core/store/pool.hpp"
#include "core/store/require_right.hpp"
#include "core/store/setting_events.hpp"
#include "core/store/snapshot.hpp"
#include "core/store/sql.hpp"

namespace quilter {
namespace {

constexpr const char* columns =
    "SELECT id, name, list_ids, recipients, subject_match, list_tag, hint_rights";

std::vector<std::string> texts_of(const std::vector<HintRight>& rights) {
  std::vector<std::string> texts;
  for (const auto& right : rights) texts.push_back(to_string(right));
  return texts;
}

Project project_of(const pqxx::row& row) {
  return {.id = row[0].as<std::int64_t>(),
          .name = row[1].as<std::string>(),
          .list_ids = sql::texts(row[2]),
          .recipients = sql::texts(row[3]),
          .subject_match = row[4].as<std::string>(),
          .list_tag = row[5].as<std::string>(),
          .hint_rights = hint_rights(sql::texts(row[6]))};
}

// As the table's CHECK says it.
bool is_project_name(std::string_view name) {
  return is_identifier(name, 100, "._-");
}

ProjectEntry entry_of(const pqxx::row& row) {
  return {.project = project_of(row),
          .tracked = row[7].as<bool>(),
          .messages = row[8].as<std::int64_t>(),
          .auto_supersede = row[9].as<bool>(),
          .auto_delegate = row[10].as<bool>(),
          .auto_accept = row[11].as<bool>()};
}

Refused no_project(const std::string& name) {
  return Refused{"there is no project " + name + ": see quilter project list"};
}

nlohmann::json switches_of(const ProjectEntry& entry) {
  return {{"auto_supersede", entry.auto_supersede},
          {"auto_delegate", entry.auto_delegate},
          {"auto_accept", entry.auto_accept}};
}

// By what its mail is known, and how it is read: all but its name and switches.
nlohmann::json description_of(const ProjectEntry& entry) {
  const auto& project = entry.project;
  return {{"list_ids", project.list_ids},           {"recipients", project.recipients},
          {"subject_match", project.subject_match}, {"list_tag", project.list_tag},
          {"hints", texts_of(project.hint_rights)}, {"tracked", entry.tracked}};
}

// What `one` has otherwise than `other`, as `one` has it.
nlohmann::json difference(const nlohmann::json& one, const nlohmann::json& other) {
  auto parts = nlohmann::json::object();
  for (const auto& [key, value] : one.items())
    if (value != other.at(key)) parts[key] = value;
  return parts;
}

nlohmann::json whole(const ProjectEntry& entry) {
  auto all = description_of(entry);
  all.update(switches_of(entry));
  return all;
}

// Only columns that change: the switches are the tracker's to write, and no others.
void write_difference(pqxx::transaction_base& transaction, const ProjectEntry& before,
                      const ProjectEntry& after) {
  const auto& project = after.project;
  if (switches_of(before) != switches_of(after))
    transaction.exec_params(
        "UPDATE project SET auto_supersede = $2, auto_delegate = $3, auto_accept = $4 "
        "WHERE id = $1",
        project.id, after.auto_supersede, after.auto_delegate, after.auto_accept);
  if (description_of(before) != description_of(after))
    transaction.exec_params(
        "UPDATE project SET list_ids = $2, recipients = $3, subject_match = $4, list_tag = $5, "
        "tracked = $6, hint_rights = $7 WHERE id = $1",
        project.id, sql::array(project.list_ids), sql::array(project.recipients),
        project.subject_match, project.list_tag, after.tracked,
        sql::array(texts_of(project.hint_rights)));
}

// In a transaction of its own; the next read sees its result.
template <typename Work>
void write(Pool& pool, Snapshot& snapshot, Work work) {
  as_store_error([&] {
    snapshot.end();
    auto lease = pool.lease();
    in_transaction(lease, work);
  });
}

}  // namespace

std::vector<Project> tracked_projects(pqxx::transaction_base& transaction) {
  std::vector<Project> projects;
  for (const auto& row :
       transaction.exec(std::string{columns} + " FROM project WHERE tracked ORDER BY id"))
    projects.push_back(project_of(row));
  return projects;
}

std::vector<Project> all_projects(pqxx::transaction_base& transaction) {
  std::vector<Project> projects;
  for (const auto& row : transaction.exec(std::string{columns} + " FROM project"))
    projects.push_back(project_of(row));
  return projects;
}

std::vector<ProjectEntry> Archive::projects() {
  return snapshot_->rows(std::string{columns} +
                             ", tracked, (SELECT count(*) FROM message m WHERE m.project_id = "
                             "p.id), auto_supersede, auto_delegate, auto_accept FROM project p "
                             "ORDER BY name",
                         entry_of);
}

void Archive::require_project(const std::string& name) {
  const auto found =
      snapshot_->rows(std::string{columns} + " FROM project WHERE name = $1", project_of, name);
  if (found.empty()) throw no_project(name);
}

void Archive::add_project(const std::string& by, const Project& project) {
  if (!is_project_name(project.name))
    throw Refused{
        "a project's name is 1 to 100 letters, digits, '.', '_' and '-', the first a "
        "letter or digit"};
  write(*pool_, *snapshot_, [&](auto& transaction) {
    require_right(transaction, by, Action::run_accounts, "");
    const auto rows = transaction.exec_params(
        "INSERT INTO project (name, list_ids, recipients, subject_match, list_tag, hint_rights) "
        "VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING RETURNING id",
        project.name, sql::array(project.list_ids), sql::array(project.recipients),
        project.subject_match, project.list_tag, sql::array(texts_of(project.hint_rights)));
    if (rows.empty())
      throw Refused{"project " + project.name + " is there already: see quilter project list"};
    auto made = description_of({.project = project});
    made["name"] = project.name;
    tell_setting(transaction, by, rows[0][0].template as<std::int64_t>(), Setting::project, nullptr,
                 made);
  });
}

void Archive::change_project(const std::string& by, const std::string& name,
                             const std::function<void(ProjectEntry&)>& change) {
  write(*pool_, *snapshot_, [&](auto& transaction) {
    const auto id = hold_settings(transaction, name);
    const auto before = entry_of(transaction.exec_params1(
        std::string{columns} +
            ", tracked, 0, auto_supersede, auto_delegate, auto_accept FROM project WHERE id = $1",
        id));
    auto after = before;
    change(after);
    const bool switches_alone = description_of(before) == description_of(after);
    require_right(transaction, by, switches_alone ? Action::run_project : Action::run_accounts,
                  name);
    write_difference(transaction, before, after);
    const auto from = whole(before), to = whole(after);
    tell_setting(transaction, by, id, Setting::project, difference(from, to), difference(to, from));
  });
}

// FOR UPDATE waits for mail on its way and holds off more; whether any came can only be seen in a
// statement after the wait.
void Archive::remove_project(const std::string& by, const std::string& name) {
  write(*pool_, *snapshot_, [&](auto& transaction) {
    require_right(transaction, by, Action::run_accounts, "");
    const auto rows = transaction.exec_params(
        std::string{columns} + " FROM project WHERE name = $1 FOR UPDATE", name);
    if (rows.empty()) throw no_project(name);
    const auto id = project_of(rows[0]).id;
    if (!transaction.exec_params("SELECT FROM message WHERE project_id = $1 LIMIT 1", id).empty())
      throw Refused{"project " + name + " has messages: quilter project set " + name +
                    " --untracked stops recording and keeps them"};
    transaction.exec_params("DELETE FROM event WHERE project_id = $1",
                            id);  // nobody knows its name
    transaction.exec_params("DELETE FROM project WHERE id = $1", id);
    tell_setting(transaction, by, std::nullopt, Setting::project, {{"name", name}}, nullptr);
  });
}

}  // namespace quilter
