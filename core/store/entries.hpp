// Series, patches and cover letters as the archive and the lists show them.
//
// Threads: values.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/mail/address.hpp"
#include "core/mail/date.hpp"
#include "core/tracking/tally.hpp"

namespace quilter {

// By state, how many checks say so; of each context the newest.
using CheckCounts = std::map<std::string, std::int64_t>;

struct SeriesEntry {
  std::int64_t id = 0;
  std::string project;
  std::int32_t version = 1, total = 1;
  std::int32_t received = 0;  // patches that are there
  bool complete = false;
  std::string name;
  Mailbox submitter;
  std::optional<Timestamp> date;
  std::int64_t comments = 0;
  std::optional<std::int64_t> supersedes, superseded_by, merged_into;
  Tally tally = {};         // where one series or a list of them is read
  CheckCounts checks = {};  // likewise: of it as a whole
};

struct MessageEntry {  // a patch, pull request or cover letter
  std::string project, message_id, kind, name, subject, state, delegate, pull_url, pull_ref;
  std::int64_t series = 0;
  std::int32_t version = 1, number = 1, total = 1;
  Mailbox submitter, author;
  std::optional<Timestamp> date;
  bool archived = false;
  std::string commit;                        // "": not known to be merged
  std::int64_t revision = 0;                 // how many changes there were
  std::int64_t id = 0;                       // its row
  std::vector<std::string> paths, trailers;  // trailers: its own and those of the comments on it
  std::string diff_sha256, patch_id, content_sha256;
  std::vector<std::string> comments;  // message ids, by date
  Tally tally = {};                   // but for members_of_project()
  CheckCounts checks = {};            // of lists, and of a series' members
};

}  // namespace quilter
