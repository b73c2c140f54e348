// Derivation: what would be recorded of a project, were all its messages to come now: a function of
// the set of messages, and of what people decided.
//
// Promise: nothing is asked and nothing is written; equal to what recording them gives, but for
// people's names, which are of the mails of all projects, also forgotten ones.
// Error: none.
// Owns: everything by value; of a message what the canonical dump says of it, not its text.
// Threads: belongs to one.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "cli/canonical.hpp"
#include "core/mail/submission.hpp"
#include "core/series/parents.hpp"
#include "core/series/stitch.hpp"

namespace quilter::cli {

struct Decisions {  // about a patch, by people
  std::string state = "new", delegate;
  bool archived = false;
  std::string commit;
  std::int64_t revision = 0;
};

class Derivation {
 public:
  // `anchor`: see Member; "" where the mail is not pinned.
  void add(const Submission& submission, const Decisions& decisions, const std::string& anchor);
  Canonical result(const StitchOptions& options);

 private:
  void place(const StitchOptions& options);
  void attach();

  std::set<std::string> seen_;
  std::vector<Member> members_;  // as in derived_.members
  std::vector<Remark> remarks_;  // as in derived_.comments
  Canonical derived_;
};

}  // namespace quilter::cli
