// A check in a process of its own: it can become another user, hang, or crash, and we go on.
//
// Promise: run_bounded() returns soon after `limit`, whatever the check does; what it had found by
// then is kept. What the check starts is ended with it. Its standard error is thrown away.
// Error: a check that does not end by itself is a finding that says so.
// Threads: for a program that has no other thread: it forks.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <functional>
#include <optional>
#include <string>

#include "cli/doctor/finding.hpp"

namespace quilter::doctor {

struct User {
  std::string name;
  uid_t id = 0;
  gid_t group = 0;
};
std::optional<User> user_named(const std::string& name);
User current_user();

using Report = std::function<void(const Finding&)>;

// `as`: nothing for ourselves; only root can become another.
Findings run_bounded(std::chrono::milliseconds limit, const std::optional<User>& as,
                     const std::function<void(const Report&)>& check);

}  // namespace quilter::doctor
