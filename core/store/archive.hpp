// Archive: what people ask of the database, and the projects that they set up. The tool's side of
// the store.
//
// Promise: reading changes nothing; what is not there is nothing, not an error. All reads see one
// state, that of the first, until a project or series is changed. Dates are UTC.
// Errors: StoreError where the database is away or refuses; Refused where a project is not there.
// Owns: one connection.
// Threads: an Archive belongs to one.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/mail/address.hpp"
#include "core/mail/date.hpp"
#include "core/mail/project.hpp"
#include "core/series/stitch.hpp"
#include "core/store/entries.hpp"
#include "core/store/rederived.hpp"
#include "core/store/remarks.hpp"
#include "core/store/store.hpp"

namespace quilter {

struct ProjectEntry {
  Project project;
  bool tracked = true;
  std::int64_t messages = 0;
  bool auto_supersede = false, auto_delegate = true, auto_accept = true;
};

struct CommentEntry {
  std::string message_id, parent, in_reply_to,
      content_sha256;  // parent "": parked; in_reply_to "": none
  Mailbox submitter;
  std::optional<Timestamp> date;
  std::vector<std::string> trailers;
};

// What was asked for cannot be done: a project that is not there, or is there already.
class Refused : public StoreError {
 public:
  using StoreError::StoreError;
};

class Pool;
class Snapshot;

class Archive {
 public:
  explicit Archive(const std::string& connection);
  ~Archive();
  Archive(const Archive&) = delete;
  Archive& operator=(const Archive&) = delete;

  std::vector<ProjectEntry> projects();
  void require_project(const std::string& name);  // Refused where it is not there

  // Each is an event. `by` asks for it: the login of an account that may (docs/tracking.md), or
  // anybody whose database role owns the schema; what is no switch only that role can write.
  void add_project(const std::string& by, const Project& project);
  void change_project(const std::string& by, const std::string& name,
                      const std::function<void(ProjectEntry&)>& change);
  void remove_project(const std::string& by, const std::string& name);  // Refused: has messages

  std::optional<SeriesEntry> series(std::int64_t id);  // a merged one with `merged_into`

  // What only an administrator can know; stitching respects it from then on. Both give the series
  // that the mails of `other`, or of these numbers, are in now. `by` as above. Refused where it
  // cannot be.
  std::int64_t merge_series(const std::string& by, std::int64_t kept, std::int64_t other,
                            const StitchOptions& options);
  std::int64_t split_series(const std::string& by, std::int64_t series,
                            const std::vector<std::int32_t>& numbers, const StitchOptions& options);

  // Derives all of a project again from its messages' bytes, beside live mail, in one transaction:
  // what follows from the mails is as if they came now; ids and what people decided stay. Names of
  // people come before, in transactions of their own. May be run again at any time. Refused where
  // messages would have to be forgotten, and may not.
  Rederived rederive(const Project& project, const MailReader& reader, const StitchOptions& options,
                     Forgetting forgetting);

  // Cover letter first, then patches by number.
  std::vector<MessageEntry> members(std::int64_t series);
  std::vector<MessageEntry> members_of_project(const std::string& project);
  std::vector<MessageEntry> find_patch(const std::string& message_id);            // one a project
  std::vector<std::string> projects_of(const std::vector<std::string>& patches);  // message ids

  // The newest check of each context; by project.
  std::vector<CheckEntry> checks(const std::string& message_id);
  std::vector<CheckEntry> checks(std::int64_t series);  // of it as a whole
  std::vector<NoteEntry> notes(const std::string& message_id);

  std::vector<CommentEntry> comments_of_project(const std::string& project);
  std::vector<SeriesEntry> series_of_project(const std::string& project);
  std::vector<Mailbox> people_of_project(const std::string& project);

  // In the order in which they were added.
  std::vector<PlacedCheck> checks_of_project(const std::string& project);
  std::vector<NoteEntry> notes_of_project(const std::string& project);

  // Of each pinned patch or cover letter the anchor, by message ids.
  std::map<std::string, std::string> anchors_of_project(const std::string& project);

  std::optional<std::string> raw_message(const std::string& project, const std::string& message_id);

 private:
  std::unique_ptr<Pool> pool_;
  std::unique_ptr<Snapshot> snapshot_;
};

}  // namespace quilter
