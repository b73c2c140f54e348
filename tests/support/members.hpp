// Short ways to write submissions in tests.
#pragma once

#include <string>
#include <vector>

#include "core/mail/submission.hpp"
#include "core/series/stitch.hpp"

namespace quilter::test {

inline Timestamp minute(int minutes) {
  return Timestamp{std::chrono::seconds{1'700'000'000 + 60 * minutes}};
}

struct Mark {  // "[PATCH v2 3/7]"; total 0: unnumbered
  std::int32_t version = 1, number = 1, total = 0;
};

inline Submission patch(const MessageId& id, Mark mark, std::vector<MessageId> ancestors = {},
                        int at_minute = 0, const std::string& from = "ann@example.org") {
  Submission submission;
  submission.kind = mark.total > 0 && mark.number == 0 ? Kind::cover_letter : Kind::patch;
  submission.message_id = id;
  submission.ancestors = std::move(ancestors);
  submission.submitter = {from.substr(0, from.find('@')), from};
  submission.author = submission.submitter;
  submission.date = minute(at_minute);
  submission.name = "name of " + id;
  submission.subject = "[PATCH] name of " + id;
  submission.version = mark.version;
  submission.numbered = mark.total > 0;
  submission.number = mark.total > 0 ? mark.number : 1;
  submission.total = mark.total > 0 ? mark.total : 1;
  submission.content = "content of " + id;
  if (submission.kind == Kind::patch) submission.diff = "diff of " + id + "\n";
  return submission;
}

inline Submission comment(const MessageId& id, std::vector<MessageId> ancestors, int at_minute = 0,
                          const std::string& from = "bob@example.org") {
  auto submission = patch(id, {}, std::move(ancestors), at_minute, from);
  submission.kind = Kind::comment;
  submission.diff.clear();
  return submission;
}

}  // namespace quilter::test
