// All that is recorded is derived again from the messages as they came, and compared by the
// canonical dump. Nothing is written.

#include <algorithm>
#include <iostream>
#include <map>

#include "cli/canonical.hpp"
#include "cli/commands.hpp"
#include "cli/derivation.hpp"
#include "cli/exit_code.hpp"
#include "cli/output.hpp"
#include "core/ingest/attempt.hpp"
#include "core/mail/classify.hpp"
#include "core/mime/read_mail.hpp"

namespace quilter::cli {
namespace {

constexpr std::size_t most_shown = 100;  // differences of a project, to people

struct Difference {
  std::string what, id, change;  // "message", its id, "changed", "gone" or "new"
  std::string reason;            // why a message would be ignored
  Json fields = Json::object();  // of a change: {name: {"recorded": …, "derived": …}}
};

struct Comparison {
  std::string project;
  std::size_t messages = 0;
  std::vector<Difference> differences;

  std::size_t count(std::string_view what) const {
    return static_cast<std::size_t>(std::ranges::count(differences, what, &Difference::what));
  }
};

// By what and which. The names of people are of the mails of all projects, also of forgotten ones.
std::map<std::pair<std::string, std::string>, Json> by_id(const Canonical& recorded) {
  std::map<std::pair<std::string, std::string>, Json> found;
  for (auto& object : objects(recorded)) {
    if (object.at("type") == "person") continue;
    const bool series = object.at("type") == "series";
    const std::string id = object.at(series ? "key" : "message_id");
    found.emplace(std::pair{series ? "series" : "message", id}, std::move(object));
  }
  return found;
}

Json changes(const Json& recorded, const Json& derived) {
  Json fields = Json::object();
  const auto value = [](const Json& object, const std::string& name) {
    return object.contains(name) ? object.at(name) : Json(nullptr);
  };
  for (const auto* object : {&recorded, &derived})
    for (const auto& [name, ignored] : object->items())
      if (const auto left = value(recorded, name), right = value(derived, name); left != right)
        fields[name] = {{"recorded", left}, {"derived", right}};
  return fields;
}

std::vector<Difference> differences(const Canonical& recorded, const Canonical& derived,
                                    const std::map<std::string, std::string>& ignored) {
  const auto before = by_id(recorded);
  auto after = by_id(derived);
  std::vector<Difference> found;
  for (const auto& [key, object] : before) {
    const auto again = after.extract(key);
    Difference difference{.what = key.first, .id = key.second, .change = "changed", .reason = {}};
    if (again.empty()) {
      const auto why = ignored.find(key.second);
      difference.change = "gone";
      if (key.first == "message" && why != ignored.end()) difference.reason = why->second;
    } else {
      difference.fields = changes(object, again.mapped());
      if (difference.fields.empty()) continue;
    }
    found.push_back(std::move(difference));
  }
  for (const auto& [key, object] : after)
    found.push_back({.what = key.first, .id = key.second, .change = "new", .reason = {}});
  return found;
}

// Reads one project again, a message at a time, all from one snapshot.
class Again {
 public:
  Again(Archive& archive, const Project& project, const StitchOptions& options)
      : archive_{archive},
        project_{project},
        profile_{profile(project)},
        recorded_{canonical(archive, project.name)},
        anchors_{archive.anchors_of_project(project.name)} {
    for (const auto& member : recorded_.members)
      read(member.message_id, {member.state, member.delegate, member.archived});
    for (const auto& comment : recorded_.comments) read(comment.message_id, {});
    derived_ = derivation_.result(options);
  }

  Comparison comparison() const {
    return {.project = project_.name,
            .messages = recorded_.members.size() + recorded_.comments.size(),
            .differences = differences(recorded_, derived_, ignored_)};
  }

 private:
  void read(const std::string& id, Decisions decisions) {
    const auto raw = archive_.raw_message(project_.name, id);
    if (!raw) return;
    const auto classified = classify(mime::read_mail(*raw), profile_);
    if (const auto* ignored = std::get_if<Ignored>(&classified)) {
      ignored_.emplace(id, ignored->reason);
      return;
    }
    if (decisions.state.empty()) decisions.state = "new";  // a cover letter has none
    const auto anchor = anchors_.find(id);
    derivation_.add(std::get<Submission>(classified), decisions,
                    anchor == anchors_.end() ? "" : anchor->second);
  }

  Archive& archive_;
  const Project& project_;
  ListProfile profile_;
  Canonical recorded_, derived_;
  std::map<std::string, std::string> anchors_, ignored_;
  Derivation derivation_;
};

Json json_of(const Comparison& comparison) {
  auto found = Json::array();
  for (const auto& one : comparison.differences)
    found.push_back({{"what", one.what},
                     {"id", one.id},
                     {"change", one.change},
                     {"reason", or_null(one.reason)},
                     {"fields", one.fields}});
  return {
      {"project", comparison.project}, {"messages", comparison.messages}, {"differences", found}};
}

std::string text_of(const Difference& one) {
  auto text = one.what + " " + one.id + ": ";
  if (!one.reason.empty()) return text + "would be ignored, " + one.reason + "\n";
  if (one.change != "changed") return text + one.change + "\n";
  std::string fields;
  for (const auto& [name, values] : one.fields.items())
    fields += (fields.empty() ? "" : "; ") + name + " " + json_text(values.at("recorded")) +
              " -> " + json_text(values.at("derived"));
  return text + fields + "\n";
}

std::string text_of(const Comparison& comparison) {
  auto text = "project " + comparison.project + ": " + std::to_string(comparison.messages) +
              " messages read again, ";
  if (comparison.differences.empty()) return text + "no difference\n";
  text += std::to_string(comparison.count("message")) + " messages and " +
          std::to_string(comparison.count("series")) + " series would differ\n";
  const auto shown = std::min(most_shown, comparison.differences.size());
  for (std::size_t i = 0; i < shown; ++i) text += "  " + text_of(comparison.differences[i]);
  if (shown < comparison.differences.size()) text += "  … (--json names all)\n";
  return text;
}

std::vector<Comparison> compare(const Common& common, const std::optional<std::string>& project) {
  const auto options = common.stitching();
  Archive archive{common.connection()};
  if (project) archive.require_project(*project);
  std::vector<Comparison> comparisons;
  for (const auto& entry : archive.projects())
    if (!project || entry.project.name == *project)
      comparisons.push_back(Again{archive, entry.project, options}.comparison());
  return comparisons;
}

}  // namespace

int reparse(const Common& common, const std::optional<std::string>& project) {
  const mime::Library gmime;
  auto all = Json::array();
  for (const auto& comparison : compare(common, project)) {
    if (common.output() == Output::json)
      all.push_back(json_of(comparison));
    else
      std::cout << terminal_text(text_of(comparison));
  }
  if (common.output() == Output::json) print(all);
  return exit_code::ok;
}

}  // namespace quilter::cli
