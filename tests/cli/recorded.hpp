// A database in which `quilter import` has recorded an mbox, for the tests of reparse.
#pragma once

#include <fstream>
#include <nlohmann/json.hpp>
#include <string>

#include "tests/support/scratch_database.hpp"

namespace quilter::test {

class Recorded : public ReadyDatabase {
 public:
  explicit Recorded(const std::string& mbox) {
    const ScratchFolder folder;
    std::ofstream{folder.path() + "/box", std::ios::binary} << mbox;
    output_of(tool() + " import --quiet --project demo " + folder.path() + "/box");
  }
  std::string said(const std::string& arguments) const { return output_of(tool() + arguments); }
  nlohmann::json differences() const {
    return nlohmann::json::parse(said(" --json reparse --project demo")).at(0).at("differences");
  }

  std::string tool() const { return program("quilter") + " --database " + quoted(owner()); }
};

inline std::string all_series_fixtures() {
  return output_of("cat tests/series/*.mbox");
}

}  // namespace quilter::test
