// Patchwork: a Patchwork's own database (3.x, PostgreSQL), as far as it is taken over.
//
// Promise: reads, and nothing else, in one transaction that is READ ONLY: all of one moment,
// whatever happens there meanwhile; a page at a time. PostgreSQL cannot clean up there behind it
// until the object is gone.
// Errors: StoreError; Refused where that is no such database, or may not be read.
// Owns: its connection.
// Threads: belongs to one.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "core/tracking/there.hpp"

namespace quilter {

enum class MailThere : std::uint8_t { cover, comment };

class Patchwork {
 public:
  explicit Patchwork(const std::string& connection);
  ~Patchwork();
  Patchwork(const Patchwork&) = delete;
  Patchwork& operator=(const Patchwork&) = delete;

  std::vector<ProjectThere> projects();  // list ids as they are there
  std::vector<std::string> states();     // slugs, in order
  // Who maintains one of these, has a patch of theirs, a rule for them, or has checked one.
  std::vector<UserThere> users(const std::vector<std::int64_t>& projects);

  // The first page, and the ones after it; an empty one is behind the last. One at a time: what is
  // begun ends what was before.
  void begin_patches(std::int64_t project);
  std::vector<PatchThere> next_patches();
  void begin_mails(std::int64_t project, MailThere kind);
  std::vector<MessageId> next_mails();

 private:
  struct Session;
  std::unique_ptr<Session> session_;
};

}  // namespace quilter
