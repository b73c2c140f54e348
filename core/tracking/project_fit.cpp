#include "core/tracking/project_fit.hpp"

#include <algorithm>

namespace quilter {
namespace {

bool has_list(const Project& project, const std::string& list_id) {
  return std::find(project.list_ids.begin(), project.list_ids.end(), list_id) !=
         project.list_ids.end();
}

// Where it is plain: one project here has the list, or one has the same share of it.
void find_by_list(ProjectFit& fit, const std::vector<ProjectThere>& there,
                  const std::vector<Project>& here) {
  std::vector<const Project*> of_list, of_share;
  for (const auto& project : here) {
    if (!has_list(project, fit.there.list_id)) continue;
    of_list.push_back(&project);
    if (project.subject_match == fit.there.subject_match) of_share.push_back(&project);
  }
  if (of_list.empty()) return;
  const auto rivals = std::count_if(there.begin(), there.end(), [&fit](const ProjectThere& other) {
    return other.list_id == fit.there.list_id;
  });
  const auto& found = of_share.size() == 1 ? of_share : of_list;
  fit.is_here = found.size() == 1 && (rivals == 1 || of_share.size() == 1);
  if (fit.is_here)
    fit.name = found.front()->name;
  else
    fit.problem = "its list is tracked here in another way: --project LINKNAME=NAME says which";
}

ProjectFit fit_project(const ProjectThere& one, const std::string& name,
                       const std::vector<ProjectThere>& there, const std::vector<Project>& here) {
  ProjectFit fit{
      .there = one, .name = name.empty() ? one.linkname : name, .is_here = false, .problem = {}};
  fit.is_here = std::any_of(here.begin(), here.end(),
                            [&fit](const Project& project) { return project.name == fit.name; });
  if (!fit.is_here && name.empty()) find_by_list(fit, there, here);
  return fit;
}

}  // namespace

std::vector<ProjectFit> fit_projects(const std::vector<ProjectThere>& there,
                                     const std::vector<Project>& here,
                                     const std::map<std::string, std::string>& named) {
  std::vector<ProjectFit> fits;
  std::map<std::string, int> wanted;
  for (const auto& one : there) {
    const auto name = named.find(one.linkname);
    if (!named.empty() && name == named.end()) continue;
    fits.push_back(fit_project(one, name == named.end() ? "" : name->second, there, here));
    if (fits.back().problem.empty()) ++wanted[fits.back().name];
  }
  for (auto& fit : fits)
    if (fit.problem.empty() && wanted[fit.name] > 1)
      fit.problem = "several projects there would be " + fit.name + " here";
  return fits;
}

}  // namespace quilter
