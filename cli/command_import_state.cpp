#include <filesystem>
#include <nlohmann/json.hpp>

#include "cli/import.hpp"
#include "cli/output.hpp"
#include "core/spool/files.hpp"
#include "core/store/archive.hpp"

namespace quilter::cli {
namespace {

constexpr std::string_view format = "quilter import 1";

}  // namespace

ImportState::ImportState(std::string file, std::string scope)
    : file_{std::move(file)}, scope_{std::move(scope)} {
  if (is_kept()) read();
}

// What is not ours is not written over.
void ImportState::read() {
  const auto text = read_file(file_);
  if (!text) return;
  const auto json = Json::parse(*text, nullptr, false);
  try {
    if (json.is_discarded() || json.at("format") != format) throw Refused{""};
    was_of_another_scope_ = json.at("scope") != scope_;
    if (was_of_another_scope_) return;
    json.at("marks").get_to(marks_);
    for (const auto& one : json.at("not_recorded"))
      not_recorded_.push_back(
          {one.at("place"), one.at("message_id"), one.at("project"), one.at("why")});
  } catch (const std::exception&) {
    throw Refused{file_ + " is no file of quilter import --resume: name another, or remove it"};
  }
}

std::string ImportState::mark(const std::string& source) const {
  const auto found = marks_.find(source);
  return found == marks_.end() ? "" : found->second;
}

void ImportState::save(const std::string& source, const std::string& mark,
                       const std::vector<NotRecorded>& not_recorded) {
  if (!is_kept()) return;
  if (!mark.empty()) marks_[source] = mark;
  auto all = Json::array();
  for (const auto& one : not_recorded_) all.push_back(json_of(one));
  for (const auto& one : not_recorded) all.push_back(json_of(one));
  const Json json{{"format", format}, {"scope", scope_}, {"marks", marks_}, {"not_recorded", all}};
  const auto path = std::filesystem::absolute(file_);
  replace_file(path.parent_path().string(), path.filename().string(), json_text(json, 2) + "\n");
}

}  // namespace quilter::cli
