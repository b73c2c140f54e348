// Routes: which projects a message is for.
//
// Promise: a snapshot that never changes; wants() touches memory only.
// Time: linear in the message's marks, RE2 for subject_match. A pattern that RE2 refuses takes no
// subject, and is in broken().
// Errors: none.
// Owns: the projects.
// Threads: safe from any.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/ingest/recorder.hpp"
#include "core/mail/mail.hpp"
#include "core/mail/project.hpp"

namespace quilter {

// What RE2 says against a pattern; nothing where it is fine.
std::optional<std::string> subject_match_error(const std::string& pattern);

// "netdev.vger.kernel.org" from `Netdev <netdev.vger.kernel.org>` (RFC 2919),
// `netdev@vger.kernel.org` and the like.
std::string list_id(std::string_view field_body);

class Routes {
 public:
  explicit Routes(std::vector<Project> projects);
  ~Routes();
  Routes(const Routes&) = delete;
  Routes& operator=(const Routes&) = delete;

  bool wants(const ListMarks& marks) const;

  // By list and by subject, in the order of their ids; a message for several lists is for each of
  // them.
  std::vector<const Project*> of(const Mail& mail,
                                 const std::vector<std::string>& forward_paths) const;

  const std::vector<Project>& projects() const { return projects_; }
  const std::vector<std::string>& broken() const { return broken_; }

 private:
  struct Pattern;
  std::vector<std::size_t> by_list(const ListMarks& marks) const;

  std::vector<Project> projects_;
  std::vector<std::unique_ptr<Pattern>> patterns_;  // as projects_; null takes every subject
  std::unordered_multimap<std::string, std::size_t> by_list_id_, by_recipient_;
  std::vector<std::string> broken_;
};

}  // namespace quilter
