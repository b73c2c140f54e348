// Submission: what one mail means to a tracker. Ignored: why it means nothing.
//
// Promise: a function of the mail and of the project's settings alone; every string is valid UTF-8
// without NUL.
// Error: none.
// Owns: everything by value.
// Threads: values.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/mail/address.hpp"
#include "core/mail/date.hpp"
#include "core/mail/diff.hpp"
#include "core/mail/hints.hpp"
#include "core/mail/message_id.hpp"
#include "core/mail/metadata.hpp"
#include "core/mail/pull_request.hpp"
#include "core/mail/trailers.hpp"

namespace quilter {

// The words of Patchwork. A pull request is stored as a patch without a diff.
enum class Kind : std::uint8_t { patch, cover_letter, comment, pull_request };
std::string_view to_string(Kind kind);

struct Submission {
  Kind kind = Kind::comment;
  std::string rule;  // which rule of classify decided, for `quilter parse`
  MessageId message_id;
  bool message_id_derived = false;    // the mail had none; made from its fingerprint
  std::vector<MessageId> ancestors;   // nearest first, capped
  std::size_t ancestors_dropped = 0;  // beyond the cap
  Mailbox submitter;                  // who sent it, unmangled
  Mailbox author;                     // who wrote the patch: the in-body From:, else the submitter
  std::optional<Timestamp> date;      // of the Date field; nothing where it is unreadable
  std::string subject;                // the whole field, decoded
  std::string name;                   // the subject without prefixes
  std::vector<std::string> prefixes;
  std::int32_t version = 1;
  std::int32_t number = 1;         // slot in the series; 0 is the cover letter's
  std::int32_t total = 1;          // as the mail says; an unnumbered patch is a series of one
  bool numbered = false;           // the subject said "3/7"
  std::string content;             // commit message, cover text, or the comment
  std::string diff;                // "" where there is none
  std::vector<TouchedFile> files;  // sorted by path
  std::string patch_id;            // git patch-id --stable, "" where there is no diff
  std::vector<Trailer> trailers;
  Metadata metadata;  // of patches, cover letters and pull requests
  Hints hints;        // those that the sender has a right to
  std::optional<PullRequest> pull;
};

struct Ignored {
  std::string reason;  // one of the words in docs/operations.md: "no-patch", "notice" …
};

using Classified = std::variant<Submission, Ignored>;

}  // namespace quilter
