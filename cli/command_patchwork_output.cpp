#include <iostream>

#include "cli/output.hpp"
#include "cli/patchwork.hpp"

namespace quilter::cli {
namespace {

using Counts = std::array<std::size_t, patch_fields.size()>;

Json json_of(const Unfitting& unfit) {
  auto groups = Json::array();
  for (const auto& [key, group] : unfit.groups) {
    auto named = Json::array();
    for (const auto& one : group.named)
      named.push_back({{"message_id", one.message_id}, {"detail", or_null(one.more)}});
    groups.push_back({{"what", to_string(key.first)},
                      {"about", key.second},
                      {"count", group.count},
                      {"messages", named}});
  }
  return groups;
}

Json json_of(const Counts& counts, std::size_t checks) {
  auto json = Json::object();
  for (const auto field : patch_fields)
    json[std::string{to_string(field)}] = counts.at(static_cast<std::size_t>(field));
  json["checks"] = checks;
  return json;
}

Json json_of(const TakenProject& project) {
  const auto& fit = project.fit;
  const auto& taken = project.taken;
  return {{"linkname", fit.there.linkname},
          {"project", fit.name},
          {"made", project.made && fit.problem.empty()},
          {"problem", or_null(fit.problem)},
          {"patches", taken.patches},
          {"found", taken.found},
          {"cover_letters", project.covers},
          {"comments", project.comments},
          {"taken", json_of(taken.taken, taken.checks_taken)},
          {"same", json_of(taken.same, taken.checks_same)},
          {"unfit", json_of(taken.unfit)}};
}

Json json_of(const PeopleTaken& people) {
  auto unfit = Json::array(), lacking = Json::array();
  for (const auto& [id, username] : people.usernames) unfit.push_back(username);
  for (const auto& [project, login] : people.lacking)
    lacking.push_back({{"project", project}, {"login", login}});
  return {{"made", people.made}, {"unfit", unfit}, {"lacking", lacking}};
}

// Of a group, for people.
std::string heading_of(Unfit unfit, const std::string& about) {
  switch (unfit) {
    case Unfit::not_here:
      return about + " not here (import the list's archive)";
    case Unfit::no_patch:
      return "patch there, and " + about + " here";
    case Unfit::twice:
      return about + " there twice (the older one counts)";
    case Unfit::set_here:
      return about + " set here, kept";
    case Unfit::unknown_state:
      return "state " + about + " is none here (--state " + about + "=STATE)";
    case Unfit::unknown_user:
      return "no account for " + about;
    case Unfit::no_commit:
      return "no commit: " + about;
    case Unfit::no_check:
      return "no check: " + about;
    case Unfit::no_url:
      return "check " + about + " taken without its URL, which is no web address";
    case Unfit::older_check:
      break;
  }
  return "check " + about + ", a newer one is here";
}

void print_people(const PeopleTaken& people, bool would) {
  if (!people.made.empty())
    std::cout << (would ? "accounts that would be made: " : "accounts made: ")
              << terminal_text(joined(people.made));
  for (const auto& [id, username] : people.usernames)
    std::cout << "no account can be called " << terminal_text(username);
  for (const auto& [project, login] : people.lacking)
    std::cout << login << " maintains " << project << " there: quilter user role " << project << ' '
              << login << " maintainer\n";
}

void print_unfit(const TakenProject& project) {
  for (const auto& [key, group] : project.taken.unfit.groups) {
    std::cout << terminal_text(project.fit.name + ": " + heading_of(key.first, key.second) + ": " +
                               std::to_string(group.count));
    for (const auto& one : group.named)
      std::cout << "    "
                << terminal_text(one.message_id + (one.more.empty() ? "" : ": " + one.more));
    if (group.count > group.named.size()) std::cout << "    … (--json names all)\n";
  }
}

std::vector<std::string> row_of(const TakenProject& project, const std::string& result,
                                const Counts& counts, std::size_t checks) {
  std::vector<std::string> row{project.fit.name, result};
  for (const auto count : counts) row.push_back(std::to_string(count));
  row.push_back(std::to_string(checks));
  return row;
}

// What was set here, by field.
Counts kept_of(const Unfitting& unfit) {
  Counts kept{};
  for (const auto field : patch_fields)
    if (const auto group = unfit.groups.find({Unfit::set_here, std::string{to_string(field)}});
        group != unfit.groups.end())
      kept.at(static_cast<std::size_t>(field)) = group->second.count;
  return kept;
}

std::size_t older_checks(const Unfitting& unfit) {
  std::size_t count = 0;
  for (const auto& [key, group] : unfit.groups)
    if (key.first == Unfit::older_check) count += group.count;
  return count;
}

void print_projects(const TakenPatchwork& all) {
  std::vector<std::vector<std::string>> rows{
      {"PROJECT", "", "STATE", "DELEGATE", "ARCHIVED", "COMMIT", "CHECKS"}};
  for (const auto& project : all.projects) {
    const auto& [fit, made, covers, comments, taken] = project;
    std::cout << terminal_text(fit.there.linkname + ": " +
                               (!fit.problem.empty()
                                    ? fit.problem
                                    : "project " + fit.name +
                                          (!made                     ? ""
                                           : all.trial == Trial::yes ? ", which would be made"
                                                                     : ", made") +
                                          ", has " + std::to_string(taken.found) + " of " +
                                          std::to_string(taken.patches) + " patches"));
    if (!fit.problem.empty()) continue;
    rows.push_back(row_of(project, "taken", taken.taken, taken.checks_taken));
    rows.push_back(row_of(project, "already so", taken.same, taken.checks_same));
    rows.push_back(row_of(project, "kept", kept_of(taken.unfit), older_checks(taken.unfit)));
  }
  if (rows.size() > 1) std::cout << table(rows);
}

}  // namespace

void print(const TakenPatchwork& all, Output output) {
  if (output == Output::json) {
    auto projects = Json::array();
    for (const auto& project : all.projects) projects.push_back(json_of(project));
    print(Json{{"accounts", json_of(all.people)}, {"projects", projects}});
    return;
  }
  print_people(all.people, all.trial == Trial::yes);
  print_projects(all);
  for (const auto& project : all.projects) print_unfit(project);
  if (all.trial == Trial::yes) std::cout << "nothing was written\n";
}

}  // namespace quilter::cli
