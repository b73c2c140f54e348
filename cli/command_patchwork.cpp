// quilter import-patchwork: what people decided in a Patchwork, taken over.

#include <algorithm>
#include <limits>

#include "cli/doctor/finding.hpp"
#include "cli/exit_code.hpp"
#include "cli/patchwork.hpp"
#include "cli/tracking.hpp"
#include "cli/usage.hpp"
#include "core/ingest/routes.hpp"
#include "core/store/accounts.hpp"
#include "core/store/archive.hpp"
#include "core/store/patchwork.hpp"

namespace quilter::cli {
namespace {

using Names = std::map<std::string, std::string>;

// Of "there=here", or "there" alone.
Names names_of(const std::vector<std::string>& texts) {
  Names names;
  for (const auto& text : texts) {
    const auto sign = text.find('=');
    const auto there = text.substr(0, sign);
    if (!names.emplace(there, sign == std::string::npos ? "" : text.substr(sign + 1)).second)
      throw named_twice(there);
  }
  return names;
}

std::vector<ProjectFit> fits_of(std::vector<ProjectThere> there, const Names& named,
                                const std::vector<ProjectEntry>& entries) {
  for (const auto& [linkname, name] : named)
    if (std::none_of(there.begin(), there.end(), [&linkname = linkname](const ProjectThere& one) {
          return one.linkname == linkname;
        }))
      throw Refused{"that Patchwork has no project " + linkname};
  for (auto& one : there) one.list_id = list_id(one.list_id);
  std::vector<Project> here;
  for (const auto& entry : entries) here.push_back(entry.project);
  return fit_projects(there, here, named);
}

void require_state(const std::vector<std::string>& all, const std::string& name,
                   const std::string& where) {
  if (std::find(all.begin(), all.end(), name) == all.end())
    throw Refused{"--state: there is no state " + name + " " + where + ": there are " +
                  joined(all)};
}

// A slip would be a state that is taken over as if it were not named.
void require_states(const Names& renamed, Patchwork& patchwork, PatchworkImport& import,
                    const std::vector<ProjectFit>& fits) {
  if (renamed.empty()) return;
  std::vector<std::string> projects;
  for (const auto& fit : fits)
    if (fit.problem.empty()) projects.push_back(fit.name);
  const auto there = patchwork.states(), here = import.states(projects);
  for (const auto& [state, name] : renamed) {
    require_state(there, state, "in that Patchwork");
    require_state(here, name, "here");
  }
}

std::string making_command(const ProjectFit& fit) {
  const auto& there = fit.there;
  return "quilter project add " + doctor::word(fit.name) + " --list-id " +
         doctor::word(there.list_id) +
         (there.subject_match.empty() ? ""
                                      : " --subject-match " + doctor::word(there.subject_match));
}

// What keeps the project from being made; "" where nothing does.
std::string make_project(Archive& archive, const std::string& by, const ProjectFit& fit,
                         bool may_make, Trial trial) {
  const auto& there = fit.there;
  if (!may_make) return "it is not here, and the owner has to make it: " + making_command(fit);
  if (there.list_id.empty()) return "it has no list id: make it by quilter project add";
  if (const auto error = subject_match_error(there.subject_match))
    return "its subject_match is none: RE2 says: " + *error;
  if (trial == Trial::yes) return {};
  try {
    archive.add_project(by, {.id = 0,
                             .name = fit.name,
                             .list_ids = {there.list_id},
                             .recipients = {},
                             .subject_match = there.subject_match,
                             .list_tag = {}});
  } catch (const Refused& error) {
    return error.what();
  }
  return {};
}

void take_patches(Patchwork& patchwork, PatchworkImport& import, TakenProject& project) {
  patchwork.begin_patches(project.fit.there.id);
  for (auto page = patchwork.next_patches(); !page.empty(); page = patchwork.next_patches())
    import.take(std::move(page), project.taken);
}

void look_for_mails(Patchwork& patchwork, PatchworkImport& import, TakenProject& project,
                    MailThere kind, const std::string& about, std::size_t& count) {
  patchwork.begin_mails(project.fit.there.id, kind);
  for (auto page = patchwork.next_mails(); !page.empty(); page = patchwork.next_mails()) {
    count += page.size();
    import.look_for(page, about, project.taken);
  }
}

std::vector<TakenProject> take_projects(const Common& common, const PatchworkArguments& arguments,
                                        Patchwork& patchwork, PatchworkImport& import) {
  Archive archive{common.connection()};
  auto fits = fits_of(patchwork.projects(), names_of(arguments.projects), archive.projects());
  require_states(names_of(arguments.states), patchwork, import, fits);
  std::vector<TakenProject> projects;
  const auto trial = arguments.dry_run ? Trial::yes : Trial::no;
  for (auto& fit : fits) {
    const bool made = fit.problem.empty() && !fit.is_here;
    if (made)
      fit.problem = make_project(archive, common.acting(), fit, import.may_make_projects(), trial);
    projects.push_back({.fit = std::move(fit), .made = made, .taken = {}});
    if (common.output() == Output::json)
      projects.back().taken.unfit.most_named = std::numeric_limits<std::size_t>::max();
  }
  return projects;
}

TakenPatchwork take_over(const Common& common, const PatchworkArguments& arguments) {
  TakenPatchwork all;
  all.trial = arguments.dry_run ? Trial::yes : Trial::no;
  if (all.trial == Trial::no) Accounts{common.connection()}.require_admin(common.acting());
  Patchwork patchwork{arguments.from};
  PatchworkImport import{options_of_a_command(common.connection()), all.trial};
  all.projects = take_projects(common, arguments, patchwork, import);
  std::map<std::int64_t, std::string> names;
  std::vector<std::int64_t> ids;
  for (const auto& project : all.projects) {
    if (!project.fit.problem.empty()) continue;
    names.emplace(project.fit.there.id, project.fit.name);
    ids.push_back(project.fit.there.id);
  }
  all.people = import.people(patchwork.users(ids), names);
  for (auto& project : all.projects) {
    if (!project.fit.problem.empty()) continue;
    import.begin_project(project.fit.name, all.people, names_of(arguments.states));
    take_patches(patchwork, import, project);
    look_for_mails(patchwork, import, project, MailThere::cover, "cover letter", project.covers);
    look_for_mails(patchwork, import, project, MailThere::comment, "comment", project.comments);
  }
  return all;
}

}  // namespace

int import_patchwork(const Common& common, const PatchworkArguments& arguments) {
  const auto all = take_over(common, arguments);
  print(all, common.output());
  const bool left_out = std::any_of(all.projects.begin(), all.projects.end(),
                                    [](const auto& one) { return !one.fit.problem.empty(); });
  return left_out ? exit_code::refused : exit_code::ok;
}

}  // namespace quilter::cli
