// What quilter import-patchwork did, and how it says so.
#pragma once

#include <cstddef>
#include <vector>

#include "cli/commands.hpp"
#include "core/store/patchwork_import.hpp"
#include "core/tracking/project_fit.hpp"

namespace quilter::cli {

struct TakenProject {
  ProjectFit fit;
  bool made = false;
  std::size_t covers = 0, comments = 0;  // there
  ProjectTaken taken;
};

struct TakenPatchwork {
  Trial trial = Trial::no;
  PeopleTaken people;
  std::vector<TakenProject> projects;
};

void print(const TakenPatchwork& all, Output output);

}  // namespace quilter::cli
