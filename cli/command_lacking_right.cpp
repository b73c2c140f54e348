#include "cli/lacking_right.hpp"

#include <set>

#include "core/store/set_up.hpp"

namespace quilter::cli {
namespace {

// docs/tool.md has the same in words. All else is the tracker's role's; what it cannot do, such as
// reparse --apply, the owner's.
const std::set<std::string> of_owner{"migrate", "project add",  "project remove",
                                     "replay",  "series merge", "series split"};
const std::set<std::string> of_ingest{"import", "deliver", "spool replay"};

std::string granting(const std::string& group, const std::string& role) {
  return "sudo -u postgres psql -c 'GRANT " + group + " TO " + quoted_identifier(role) + "'";
}

std::string mend(const std::string& command, const RoleFacts& role) {
  if (command == "setup-db")
    return "a superuser may, or who may create roles and databases: sudo -u postgres quilter …";
  if (of_ingest.contains(command) && !role.ingest)
    return "members of quilter_ingest may: " + granting("quilter_ingest", role.name);
  if (!of_owner.contains(command) && !of_ingest.contains(command) && !role.tracker)
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
  return "role " + role.name + " lacks a right: " + error.what() + "; " + mend(command, role);
}

}  // namespace quilter::cli
