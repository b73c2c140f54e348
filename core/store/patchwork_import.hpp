// PatchworkImport: what people decided in a Patchwork, brought here: accounts, and page by page the
// fields and checks of patches.
//
// Promise: each page is one transaction, under the locks of the patches that it changes; a field
// that somebody has set here is kept (core/tracking/takeover.hpp), and a check is there once. So it
// may be killed and run again at any time, beside people and mail. Each field that moves is an
// event of the actor `import-patchwork`; each check one of who made it, at the time it was made.
// Rights and moves are not asked for: they were there. With Trial::yes nothing is written.
// Errors: StoreError. Where a commit is in doubt the page is looked at again, and what it had taken
// counts as there already.
// Owns: its connections.
// Threads: belongs to one.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <unordered_set>
#include <vector>

#include "core/store/acceptance.hpp"
#include "core/store/options.hpp"
#include "core/store/patchwork_people.hpp"
#include "core/tracking/takeover.hpp"

namespace quilter {

struct ProjectTaken {
  std::size_t patches = 0, found = 0;  // there; of these, here
  std::array<std::size_t, patch_fields.size()> taken{}, same{};
  std::size_t checks_taken = 0, checks_same = 0;
  Unfitting unfit;
};

class Pool;

class PatchworkImport {
 public:
  PatchworkImport(const StoreOptions& options, Trial trial);
  ~PatchworkImport();
  PatchworkImport(const PatchworkImport&) = delete;
  PatchworkImport& operator=(const PatchworkImport&) = delete;

  bool may_make_projects();  // the owner may

  // That one of these has here, or will have once it is made.
  std::vector<std::string> states(const std::vector<std::string>& projects);

  // `projects`: names here, by id there.
  PeopleTaken people(const std::vector<UserThere>& users,
                     const std::map<std::int64_t, std::string>& projects);

  // What follows is of this project here. `renamed`: states that are called otherwise here.
  void begin_project(const std::string& name, const PeopleTaken& people,
                     const std::map<std::string, std::string>& renamed);
  void take(std::vector<PatchThere> page, ProjectTaken& taken);
  // Which are not here, `about` says of what kind.
  void look_for(const std::vector<MessageId>& mails, const std::string& about, ProjectTaken& taken);

 private:
  template <typename Work>
  auto transact(Work work);
  void drop_seen(std::vector<PatchThere>& page, ProjectTaken& taken);

  StoreOptions options_;
  Trial trial_;
  std::unique_ptr<Pool> pool_;
  std::string project_;
  TakeoverRules rules_;
  std::unordered_set<MessageId> seen_;
};

}  // namespace quilter
