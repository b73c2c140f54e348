// LostRace: another transaction was first; running ours again sees what it wrote.
#pragma once

#include <stdexcept>

namespace quilter {

struct LostRace : std::runtime_error {
  using std::runtime_error::runtime_error;
};

}  // namespace quilter
