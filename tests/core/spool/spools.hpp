// What the tests of the spool share: messages, and a folder that is as it must be.
//
// Threads: a ScratchSpool belongs to one test.
#pragma once

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "core/spool/spool.hpp"
#include "tests/support/scratch_database.hpp"

namespace quilter::test {

inline Spooled spooled(const std::string& queue_id = "4XyZ12", const std::string& body = "body") {
  Spooled one;
  one.message.bytes = "Subject: " + queue_id + "\r\n\r\n" + body + "\r\n";
  one.message.queue_id = queue_id;
  one.message.envelope.reverse_path = "ann@example.org";
  one.projects = {"demo"};
  one.arrived = Timestamp{std::chrono::seconds{1'795'241'582}};
  one.reason = "database away";
  return one;
}

// With "…/spool", 0700, in it.
class ScratchSpool {
 public:
  ScratchSpool() { make(); }
  void make() const {
    std::filesystem::create_directory(path());
    std::filesystem::permissions(path(), std::filesystem::perms::owner_all);
  }
  std::string path() const { return scratch_.path() + "/spool"; }
  SpoolOptions options() const {
    SpoolOptions options;
    options.folder = path();
    options.min_free_bytes = 0;
    return options;
  }
  std::string file(const std::string& name) const {
    std::ifstream stream{path() + "/" + name, std::ios::binary};
    return {std::istreambuf_iterator<char>{stream}, {}};
  }
  void put(const std::string& name, const std::string& bytes) const {
    std::ofstream{path() + "/" + name, std::ios::binary} << bytes;
  }
  // Files below it, without the lock.
  int files() const {
    int count = 0;
    for (const auto& entry : std::filesystem::recursive_directory_iterator{path()})
      count += entry.is_regular_file() && entry.path().filename() != "lock" ? 1 : 0;
    return count;
  }

 private:
  ScratchFolder scratch_;
};

// What `act` throws as a SpoolError; "" where it throws nothing.
template <typename Act>
std::string error_of(Act act) {
  try {
    act();
  } catch (const SpoolError& error) {
    return error.what();
  }
  return {};
}

}  // namespace quilter::test
