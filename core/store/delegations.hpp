// Delegations: the rules by which a project's patches are given to people.
//
// Promise: each call is one transaction, each change an event. `by` asks for it: the login of an
// account that may run the project (docs/tracking.md), or anybody whose database role owns the
// schema.
// Errors: StoreError; Refused where it may not be, or a project, account or rule is not there.
// Owns: one connection.
// Threads: belongs to one.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace quilter {

class Pool;

struct Delegation {
  std::int32_t position = 0;
  std::string pattern, login;
};

class Delegations {
 public:
  explicit Delegations(const std::string& connection);
  ~Delegations();
  Delegations(const Delegations&) = delete;
  Delegations& operator=(const Delegations&) = delete;

  std::vector<Delegation> list(const std::string& project);  // the first that counts first

  // Or changes the rule of that pattern. Without a position: behind the others, or where it is.
  void add(const std::string& by, const std::string& project, const std::string& pattern,
           const std::string& login, std::optional<std::int32_t> position);
  void remove(const std::string& by, const std::string& project, const std::string& pattern);

 private:
  std::unique_ptr<Pool> pool_;
};

}  // namespace quilter
