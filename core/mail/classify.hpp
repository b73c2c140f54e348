// classify: Mail → Submission (patch, cover letter, comment, pull request) or Ignored{reason}.
//
// Promise: total and pure: any mail gives an answer, in time linear in its length.
// Error: none.
// Owns: nothing.
// Threads: pure functions.
#pragma once

#include <string>
#include <vector>

#include "core/mail/hints.hpp"
#include "core/mail/mail.hpp"
#include "core/mail/submission.hpp"

namespace quilter {

struct ListProfile {     // what reading a mail needs to know of the list that it came by
  std::string list_tag;  // the tag that the list puts into subjects, without brackets; "" for none
  std::vector<std::string>
      list_addresses;  // lower case: a From with one of these was rewritten by the list
  std::vector<HintRight> hint_rights{{Hint::ignore, "*"}};
};

// Takes the mail, since its text becomes that of the submission: who gives it away holds it once.
Classified classify(Mail mail, const ListProfile& list);

// The message id of a mail, and whether it had to be derived from its content.
struct OwnId {
  MessageId id;
  bool derived = false;
};
OwnId own_id(const Mail& mail);

}  // namespace quilter
