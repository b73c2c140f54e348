// States: those of a project's patches, and which may follow which.
//
// Promise: each call is one transaction, each change an event. `by` asks for it: the login of an
// account that may run the project (docs/tracking.md), or anybody whose database role owns the
// schema. No state goes that a patch is in.
// Errors: StoreError; Refused where it may not be, or a project or state is not there.
// Owns: one connection.
// Threads: belongs to one.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/tracking/decide.hpp"

namespace quilter {

class Pool;

struct State {
  std::string name;
  std::int32_t position = 0;  // in which lists show them
  StateRule rule;
};

inline constexpr const char* every_state = "all";  // no state is called so

// What is empty stays. `every_state` counts before the others: all but, or none but.
struct StateChange {
  std::optional<std::int32_t> position;  // of a new one: behind the others
  std::optional<bool> action_required, by_submitter;
  std::vector<std::string> allowed, forbidden;  // that may, or may not, follow it
};

class States {
 public:
  explicit States(const std::string& connection);
  ~States();
  States(const States&) = delete;
  States& operator=(const States&) = delete;

  std::vector<State> list(const std::string& project);  // in their order

  // At first every other may follow it.
  void add(const std::string& by, const std::string& project, const std::string& name,
           const StateChange& change);
  void change(const std::string& by, const std::string& project, const std::string& name,
              const StateChange& change);
  void remove(const std::string& by, const std::string& project, const std::string& name);

 private:
  std::unique_ptr<Pool> pool_;
};

}  // namespace quilter
