// Which project of a Patchwork is which project here.
//
// Promise: total; no two of them are one here.
// Error: none; what does not fit is told.
// Threads: pure functions.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "core/mail/project.hpp"
#include "core/tracking/there.hpp"

namespace quilter {

struct ProjectFit {
  ProjectThere there;
  std::string name;  // here
  bool is_here = false;
  std::string problem;  // "": none
};

// Those of `there` that `named` has, or all where it is empty; its values are names here, or ""
// where the name is to be found: by linkname, else by list id and subject_match. List ids of
// `there` are as those of a Project.
std::vector<ProjectFit> fit_projects(const std::vector<ProjectThere>& there,
                                     const std::vector<Project>& here,
                                     const std::map<std::string, std::string>& named);

}  // namespace quilter
