#include "core/store/projects.hpp"

#include <algorithm>

#include "core/mail/text.hpp"
#include "core/store/archive.hpp"
#include "core/store/attempts.hpp"
#include "core/store/sql.hpp"

namespace quilter {
namespace {

constexpr const char* columns = "SELECT id, name, list_ids, recipients, subject_match, list_tag";

Project project_of(const pqxx::row& row) {
  return {.id = row[0].as<std::int64_t>(),
          .name = row[1].as<std::string>(),
          .list_ids = sql::texts(row[2]),
          .recipients = sql::texts(row[3]),
          .subject_match = row[4].as<std::string>(),
          .list_tag = row[5].as<std::string>()};
}

// As the table's CHECK says it.
bool is_project_name(std::string_view name) {
  const auto is_word = [](char c) { return is_digit(c) || (to_lower(c) >= 'a' && to_lower(c) <= 'z'); };
  return !name.empty() && name.size() <= 100 && is_word(name.front()) &&
         std::all_of(name.begin(), name.end(),
                     [&](char c) { return is_word(c) || c == '.' || c == '_' || c == '-'; });
}

ProjectEntry entry_of(const pqxx::row& row) {
  return {.project = project_of(row),
          .tracked = row[6].as<bool>(),
          .messages = row[7].as<std::int64_t>()};
}

}  // namespace

std::vector<Project> tracked_projects(pqxx::transaction_base& transaction) {
  std::vector<Project> projects;
  for (const auto& row :
       transaction.exec(std::string{columns} + " FROM project WHERE tracked ORDER BY id"))
    projects.push_back(project_of(row));
  return projects;
}

std::vector<ProjectEntry> Archive::projects() {
  return as_store_error([this] {
    auto lease = pool_->lease();
    return in_transaction(lease, [](auto& transaction) {
      std::vector<ProjectEntry> entries;
      for (const auto& row : transaction.exec(std::string{columns} +
                                              ", tracked, (SELECT count(*) FROM message m WHERE "
                                              "m.project_id = p.id) FROM project p ORDER BY name"))
        entries.push_back(entry_of(row));
      return entries;
    });
  });
}

void Archive::add_project(const Project& project) {
  if (!is_project_name(project.name))
    throw Refused{"a project's name is 1 to 100 letters, digits, '.', '_' and '-', the first a "
                  "letter or digit"};
  as_store_error([&] {
    auto lease = pool_->lease();
    in_transaction(lease, [&](auto& transaction) {
      const auto rows = transaction.exec_params(
          "INSERT INTO project (name, list_ids, recipients, subject_match, list_tag) VALUES ($1, "
          "$2, $3, $4, $5) "
          "ON CONFLICT DO NOTHING RETURNING id",
          project.name, sql::array(project.list_ids), sql::array(project.recipients),
          project.subject_match, project.list_tag);
      if (rows.empty())
        throw Refused{"project " + project.name + " is there already: see quilter project list"};
      return true;
    });
  });
}

void Archive::change_project(const std::string& name,
                             const std::function<void(ProjectEntry&)>& change) {
  as_store_error([&] {
    auto lease = pool_->lease();
    in_transaction(lease, [&](auto& transaction) {
      const auto rows = transaction.exec_params(
          std::string{columns} + ", tracked, 0 FROM project WHERE name = $1 FOR UPDATE", name);
      if (rows.empty()) throw Refused{"there is no project " + name + ": see quilter project list"};
      auto entry = entry_of(rows[0]);
      change(entry);
      const auto& project = entry.project;
      transaction.exec_params(
          "UPDATE project SET list_ids = $2, recipients = $3, subject_match = $4, list_tag = $5, "
          "tracked = $6 "
          "WHERE id = $1",
          project.id, sql::array(project.list_ids), sql::array(project.recipients),
          project.subject_match, project.list_tag, entry.tracked);
      return true;
    });
  });
}

void Archive::remove_project(const std::string& name) {
  as_store_error([&] {
    auto lease = pool_->lease();
    in_transaction(lease, [&](auto& transaction) {
      const auto rows = transaction.exec_params(
          "SELECT id, EXISTS (SELECT FROM message WHERE project_id = project.id) FROM project "
          "WHERE name = $1",
          name);
      if (rows.empty()) throw Refused{"there is no project " + name + ": see quilter project list"};
      if (rows[0][1].template as<bool>())
        throw Refused{"project " + name + " has messages: quilter project set " + name +
                      " --untracked stops recording and keeps them"};
      transaction.exec_params("DELETE FROM project WHERE id = $1",
                              rows[0][0].template as<std::int64_t>());
      return true;
    });
  });
}

}  // namespace quilter
