#include <algorithm>
#include <iostream>

#include "cli/commands.hpp"
#include "cli/exit_code.hpp"
#include "cli/output.hpp"
#include "config/config.hpp"
#include "core/ingest/routes.hpp"
#include "core/mail/project.hpp"
#include "core/mail/text.hpp"
#include "core/store/archive.hpp"
#include "core/store/schema.hpp"

namespace quilter::cli {
namespace {

std::vector<std::string> recipients(const std::vector<std::string>& texts) {
  std::vector<std::string> addresses;
  for (const auto& text : texts) addresses.push_back(lower(trim(text)));
  return addresses;
}

std::vector<std::string> list_ids(const std::vector<std::string>& texts) {
  std::vector<std::string> ids;
  for (const auto& text : texts) ids.push_back(list_id(text));
  return ids;
}

Json json_of(const ProjectEntry& entry) {
  const auto& project = entry.project;
  auto hints = Json::array();
  for (const auto& right : project.hint_rights) hints.push_back(to_string(right));
  return {{"name", project.name},
          {"list_ids", project.list_ids},
          {"recipients", project.recipients},
          {"subject_match", or_null(project.subject_match)},
          {"list_tag", or_null(project.list_tag)},
          {"hints", hints},
          {"tracked", entry.tracked},
          {"messages", entry.messages},
          {"auto_supersede", entry.auto_supersede},
          {"auto_delegate", entry.auto_delegate},
          {"auto_accept", entry.auto_accept}};
}

bool has_blank(const std::vector<std::string>& texts) {
  return std::any_of(texts.begin(), texts.end(),
                     [](const std::string& text) { return text.empty(); });
}

// What is wrong with the arguments; "" where nothing is.
std::string problem(const ProjectArguments& arguments) {
  if (has_blank(list_ids(arguments.list_ids)))
    return "--list-id is blank: name the list's id, such as netdev.vger.kernel.org";
  if (has_blank(recipients(arguments.recipients)))
    return "--recipient is blank: name the list's address, such as netdev@vger.kernel.org";
  const auto& hints = arguments.hints;
  if (hints.size() > 1 && std::find(hints.begin(), hints.end(), "none") != hints.end())
    return "--hint none gives nobody a right: name it alone";
  if (!arguments.subject_match || arguments.subject_match->empty()) return {};
  const auto error = subject_match_error(*arguments.subject_match);
  return error ? "--subject-match: RE2 says: " + *error : "";
}

}  // namespace

std::string Common::connection() const {
  return database.empty() ? load_config(config_file).database.connection : database;
}

StitchOptions Common::stitching() const {
  return database.empty() ? load_config(config_file).stitching : StitchOptions{};
}

std::size_t Common::max_message_bytes() const {
  return (database.empty() ? load_config(config_file).milter : milter::Options{}).max_message_bytes;
}

int migrate(const Common& common) {
  int applied = 0;
  quilter::migrate(common.connection(), [&applied](std::string_view name) {
    ++applied;
    std::cout << "applied " << name << '\n';
  });
  std::cout << "schema version " << known_schema_version()
            << (applied == 0 ? ", nothing to do\n" : "\n");
  return exit_code::ok;
}

int project_add(const Common& common, const ProjectArguments& arguments) {
  if (arguments.list_ids.empty() && arguments.recipients.empty())
    return complain("a project is known by --list-id, by --recipient, or both: name one",
                    exit_code::usage);
  if (const auto what = problem(arguments); !what.empty()) return complain(what, exit_code::usage);
  Archive{common.connection()}.add_project(
      common.acting(), {.id = 0,
                        .name = arguments.name,
                        .list_ids = list_ids(arguments.list_ids),
                        .recipients = recipients(arguments.recipients),
                        .subject_match = arguments.subject_match.value_or(""),
                        .list_tag = arguments.list_tag.value_or(""),
                        .hint_rights = arguments.hints.empty() ? Project{}.hint_rights
                                                               : hint_rights(arguments.hints)});
  return exit_code::ok;
}

int project_list(const Common& common) {
  const auto entries = Archive{common.connection()}.projects();
  if (common.output() == Output::json) {
    auto values = Json::array();
    for (const auto& entry : entries) values.push_back(json_of(entry));
    print(values);
    return exit_code::ok;
  }
  std::vector<std::vector<std::string>> rows{
      {"PROJECT", "TRACKED", "MESSAGES", "LIST-ID", "RECIPIENT", "SUBJECT"}};
  for (const auto& entry : entries) {
    const auto& project = entry.project;
    rows.push_back({project.name, entry.tracked ? "yes" : "no", std::to_string(entry.messages),
                    joined(project.list_ids), joined(project.recipients),
                    project.subject_match.empty() ? "-" : project.subject_match});
  }
  std::cout << table(rows);
  return exit_code::ok;
}

int project_set(const Common& common, const ProjectArguments& arguments) {
  if (const auto what = problem(arguments); !what.empty()) return complain(what, exit_code::usage);
  Archive{common.connection()}.change_project(
      common.acting(), arguments.name, [&arguments](ProjectEntry& entry) {
        auto& project = entry.project;
        if (!arguments.list_ids.empty()) project.list_ids = list_ids(arguments.list_ids);
        if (!arguments.recipients.empty()) project.recipients = recipients(arguments.recipients);
        if (arguments.subject_match) project.subject_match = *arguments.subject_match;
        if (arguments.list_tag) project.list_tag = *arguments.list_tag;
        if (!arguments.hints.empty()) project.hint_rights = hint_rights(arguments.hints);
        if (arguments.tracked) entry.tracked = true;
        if (arguments.untracked) entry.tracked = false;
        entry.auto_supersede = arguments.auto_supersede.value_or(entry.auto_supersede);
        entry.auto_delegate = arguments.auto_delegate.value_or(entry.auto_delegate);
        entry.auto_accept = arguments.auto_accept.value_or(entry.auto_accept);
      });
  return exit_code::ok;
}

int project_remove(const Common& common, const std::string& name) {
  Archive{common.connection()}.remove_project(common.acting(), name);
  return exit_code::ok;
}

}  // namespace quilter::cli
