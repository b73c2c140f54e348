#include "core/store/tracking_json.hpp"

#include <nlohmann/json.hpp>

namespace quilter {
namespace {

using Json = nlohmann::json;

PatchFacts patch_of(const Json& json) {
  PatchFacts patch;
  json.at("id").get_to(patch.id);
  json.at("message_id").get_to(patch.message_id);
  json.at("project").get_to(patch.project);
  json.at("series").get_to(patch.series);
  json.at("named").get_to(patch.named);
  json.at("by_actor").get_to(patch.by_actor);
  json.at("revision").get_to(patch.values.revision);
  const auto& moved = json.at("moved");
  for (const auto field : patch_fields) {
    const std::string name{to_string(field)};
    json.at(name).get_to(patch.values[field]);
    if (moved.contains(name)) patch.moved.emplace(field, moved.at(name).get<std::int64_t>());
  }
  return patch;
}

StateRule state_of(const Json& json) {
  StateRule state;
  json.at("action_required").get_to(state.action_required);
  json.at("by_submitter").get_to(state.by_submitter);
  if (!json.at("moves_to").is_null())
    state.moves_to = json.at("moves_to").get<std::set<std::string>>();
  return state;
}

TrackingRules rules_of(const Json& json) {
  TrackingRules rules;
  for (const auto& state : json.at("states"))
    rules.states.emplace(state.at("name").get<std::string>(), state_of(state));
  for (const auto& [login, name] : json.at("roles").items())
    if (const auto role = role_of(name.get<std::string>())) rules.roles.emplace(login, *role);
  return rules;
}

}  // namespace

TrackingFacts tracking_facts(const std::string& text) {
  const auto json = Json::parse(text);
  TrackingFacts facts;
  facts.known = !json.at("admin").is_null();
  facts.admin = facts.known && json.at("admin").get<bool>();
  for (const auto& patch : json.at("patches")) facts.patches.push_back(patch_of(patch));
  for (const auto& project : json.at("projects"))
    facts.rules.emplace(project.at("name").get<std::string>(), rules_of(project));
  return facts;
}

std::string to_json(const std::vector<Step>& steps) {
  auto json = Json::array();
  for (const auto& step : steps)
    json.push_back({{"patch", step.patch},
                    {"field", to_string(step.field)},
                    {"old_value", step.from},
                    {"new_value", step.to}});
  return json.dump();
}

}  // namespace quilter
