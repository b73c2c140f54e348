#include "core/ingest/project_cache.hpp"

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "core/spool/files.hpp"

namespace quilter {

// By these names as the database has them, so that a file can be read by people and by a later
// version.
static void to_json(nlohmann::json& json, const Project& project) {
  std::vector<std::string> rights;
  for (const auto& right : project.hint_rights) rights.push_back(to_string(right));
  json = {{"id", project.id},
          {"name", project.name},
          {"list_ids", project.list_ids},
          {"recipients", project.recipients},
          {"subject_match", project.subject_match},
          {"list_tag", project.list_tag},
          {"hint_rights", rights}};
}

static void from_json(const nlohmann::json& json, Project& project) {
  json.at("id").get_to(project.id);
  json.at("name").get_to(project.name);
  json.at("list_ids").get_to(project.list_ids);
  json.at("recipients").get_to(project.recipients);
  json.at("subject_match").get_to(project.subject_match);
  json.at("list_tag").get_to(project.list_tag);
  project.hint_rights = hint_rights(json.at("hint_rights").get<std::vector<std::string>>());
}

void save_projects(const std::string& file, const std::vector<Project>& projects) {
  const std::filesystem::path path{file};
  replace_file(path.parent_path(), path.filename(), nlohmann::json(projects).dump(2) + "\n");
}

std::optional<std::vector<Project>> saved_projects(const std::string& file) {
  std::ifstream in{file};
  const auto json = nlohmann::json::parse(in, nullptr, false);
  if (json.is_discarded()) return std::nullopt;
  try {
    return json.get<std::vector<Project>>();
  } catch (const nlohmann::json::exception&) {
    return std::nullopt;
  }
}

}  // namespace quilter
