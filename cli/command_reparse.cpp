// All that is recorded is derived again from the messages as they came, and compared by the
// canonical dump. Nothing is written without --apply.

#include <unistd.h>

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

constexpr std::size_t most_differences = 100;  // differences of a project, to people

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
      read(member.message_id,
           {member.state, member.delegate, member.archived, member.commit, member.revision});
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
  const auto shown = std::min(most_differences, comparison.differences.size());
  for (std::size_t i = 0; i < shown; ++i) text += "  " + text_of(comparison.differences[i]);
  if (shown < comparison.differences.size()) text += "  … (--json names all)\n";
  return text;
}

// The archive is let go before anybody reads the output.
std::vector<Comparison> compare(const Common& common, const std::vector<Project>& projects) {
  const auto options = common.stitching();
  Archive archive{common.connection()};
  std::vector<Comparison> comparisons;
  for (const auto& project : projects)
    comparisons.push_back(Again{archive, project, options}.comparison());
  return comparisons;
}

std::vector<Project> chosen(const Common& common, const std::optional<std::string>& name) {
  Archive archive{common.connection()};
  if (name) archive.require_project(*name);
  std::vector<Project> projects;
  for (const auto& entry : archive.projects())
    if (!name || entry.project.name == *name) projects.push_back(entry.project);
  return projects;
}

bool is_wanted(const ReparseArguments& arguments) {
  if (arguments.yes || isatty(STDIN_FILENO) == 0) return true;
  std::cerr << "Write this to the database? [y/N] " << std::flush;
  std::string answer;
  std::getline(std::cin, answer);
  return answer == "y" || answer == "yes";
}

std::string text_of(const std::string& project, const Rederived& done) {
  const auto count = [](std::size_t number) { return std::to_string(number); };
  return "project " + project + ": derived again: of " + count(done.messages) + " messages " +
         count(done.changed) + " changed, " + count(done.forgotten) + " forgotten; " +
         count(done.series) + " series changed; " + count(done.moved) + " mails belong elsewhere\n";
}

Json json_of(const std::string& project, const Rederived& done) {
  return {{"project", project},          {"messages", done.messages}, {"changed", done.changed},
          {"forgotten", done.forgotten}, {"series", done.series},     {"moved", done.moved}};
}

// A transaction a project: told as each is done.
void apply(const Common& common, const ReparseArguments& arguments,
           const std::vector<Project>& projects) {
  Archive archive{common.connection()};
  const auto forgetting = arguments.forget ? Forgetting::allowed : Forgetting::refused;
  auto all = Json::array();
  for (const auto& project : projects) {
    const auto reader = [list = profile(project)](const std::string& raw) {
      return classify(mime::read_mail(raw), list);
    };
    const auto done = archive.rederive(project, reader, common.stitching(), forgetting);
    if (common.output() == Output::json)
      all.push_back(json_of(project.name, done));
    else
      std::cout << text_of(project.name, done) << std::flush;
  }
  if (common.output() == Output::json) print(all);
}

}  // namespace

int reparse(const Common& common, const ReparseArguments& arguments) {
  const mime::Library gmime;
  const auto projects = chosen(common, arguments.project);
  auto all = Json::array();
  for (const auto& comparison : compare(common, projects)) {
    if (common.output() == Output::json)
      all.push_back(json_of(comparison));
    else
      std::cout << terminal_text(text_of(comparison)) << std::flush;
  }
  if (common.output() == Output::json) print(all);
  if (arguments.apply && is_wanted(arguments)) apply(common, arguments, projects);
  return exit_code::ok;
}

}  // namespace quilter::cli
