// Metadata: what tools write into patches and cover letters about the series, for other tools.
//
// Promise: linear time; of each list at most max_references, the first ones. Quoted lines ("> …")
// and lines of more than 1,000 bytes don't count.
// Error: none; a value that is not of its form is left out.
// Threads: pure functions.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "core/mail/message_id.hpp"

namespace quilter {

constexpr std::size_t max_references = 100;  // of one kind: what a hostile mail can make us keep

struct Metadata {
  std::string base_commit;                          // git-format-patch(1) --base
  std::vector<std::string> prerequisite_patch_ids;  // the same; git patch-id --stable
  std::vector<MessageId> prerequisite_message_ids;  // b4 prep
  std::string change_id;                            // b4's, the same in all versions; or Gerrit's
  std::vector<std::string> depends_on;              // here and below: a message id, where the
  std::vector<std::string> based_on;                // value is one or an archive's link to one;
  std::vector<std::string> supersedes;              // else the value as written
  std::vector<std::string> links;                   // "Link:", URLs as written

  bool operator==(const Metadata&) const = default;
};

// Of a patch's or cover letter's content. `change_id` also from `change_id_field`, the header field
// X-Change-ID, where it has one.
Metadata metadata(std::string_view content, std::string_view change_id_field);

// "<a@b>", "https://lore.kernel.org/r/a@b", "https://list.example/all/a%40b/": "a@b". "" where no
// message id is named.
MessageId named_message_id(std::string_view value);

}  // namespace quilter
