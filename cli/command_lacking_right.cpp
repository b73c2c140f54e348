#include "cli/lacking_right.hpp"

#include <algorithm>
#include <set>

#include "core/store/set_up.hpp"

namespace quilter::cli {
namespace {

// docs/tool.md has the same in words.
const std::set<std::string> of_owner{"migrate",          "project add", "project remove",
                                     "import-patchwork", "replay",      "series merge",
                                     "series split"};
const std::set<std::string> of_ingest{"import", "spool replay"};
const std::set<std::string> reading{"dump", "history", "mbox", "reparse", "todo", "watch"};

bool has_word(const Common& common, const std::string& start) {
  return std::ranges::any_of(common.words,
                             [&](const std::string& word) { return word.starts_with(start); });
}

bool is_of_owner(const Common& common, const std::string& command) {
  return of_owner.contains(command) || (command == "reparse" && has_word(common, "--apply")) ||
         (command == "project set" && !has_word(common, "--auto-"));
}

bool only_reads(const std::string& command) {
  return reading.contains(command) || command.ends_with(" list") || command.ends_with(" show");
}

std::string granting(const std::string& what, const std::string& role,
                     const std::string& database = {}) {
  return "sudo -u postgres psql " + (database.empty() ? "" : "-d " + database + " ") +
         "-c 'GRANT " + what + " TO " + quoted_identifier(role) + "'";
}

std::string mend(const Common& common, const std::string& command, const RoleFacts& role) {
  if (command == "setup-db")
    return "a superuser may, or who may create roles and databases: sudo -u postgres quilter …";
  const bool of_group = !is_of_owner(common, command);
  if (of_group && only_reads(command))
    return "who may read all tables may: " + granting("SELECT ON ALL TABLES IN SCHEMA public",
                                                      role.name, quoted_identifier(role.database));
  if (of_group && of_ingest.contains(command) && !role.ingest)
    return "members of quilter_ingest may: " + granting("quilter_ingest", role.name);
  if (of_group && !of_ingest.contains(command) && !role.tracker)
    return "members of quilter_tracker may: " + granting("quilter_tracker", role.name);
  return "who owns the schema may" + (role.owner.empty() ? "" : " (" + role.owner + ")") +
         ", or a superuser: sudo -u postgres quilter …";
}

}  // namespace

std::string lacking_right(const Common& common, const std::string& command,
                          const Forbidden& error) {
  RoleFacts role;
  try {
    role = role_facts(command == "setup-db" ? maintenance_database(common.connection())
                                            : common.connection());
  } catch (const std::exception&) {
    return "the database's role lacks a right: " + std::string{error.what()};
  }
  return "role " + role.name + " lacks a right: " + error.what() + "; " +
         mend(common, command, role);
}

}  // namespace quilter::cli
