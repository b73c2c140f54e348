// A request to change what people decide about patches, and what became of it.
//
// Promise: a change means one field and nothing else. Of two that are decided on the same values of
// one field, the second is refused with the present ones.
// Error: none; what may not be is an Outcome.
// Owns: everything by value.
// Threads: values.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/mail/message_id.hpp"

namespace quilter {

enum class PatchField : std::uint8_t { state, delegate, archived, commit };
inline constexpr std::array patch_fields{PatchField::state, PatchField::delegate,
                                         PatchField::archived, PatchField::commit};
std::string_view to_string(PatchField field);  // as in the event log
std::optional<PatchField> patch_field(std::string_view text);

bool is_commit(std::string_view text);  // an abbreviation that git takes, up to a SHA-256

// Of each field its value as text, as in the event log: a state, a login, "true" or "false", a
// commit; "" for nobody and no commit.
struct PatchValues {
  std::array<std::string, patch_fields.size()> of{"new", "", "false", ""};
  std::int64_t revision = 0;  // counts the changes

  std::string& operator[](PatchField field) { return of.at(static_cast<std::size_t>(field)); }
  const std::string& operator[](PatchField field) const {
    return of.at(static_cast<std::size_t>(field));
  }
  bool operator==(const PatchValues&) const = default;
};

struct PatchId {
  std::int64_t id = 0;
  bool operator==(const PatchId&) const = default;
};
struct SeriesId {  // all patches that are in it now; one that was merged means the other
  std::int64_t id = 0;
  bool operator==(const SeriesId&) const = default;
};
using Target = std::variant<MessageId, PatchId, SeriesId>;

// `from` and `revision` say what it was decided on: refused where the field has another value now,
// or has moved since. Without both it is meant whatever is there.
struct Change {
  Target target;
  PatchField field = PatchField::state;
  std::string to;
  std::optional<std::string> from = std::nullopt;
  std::optional<std::int64_t> revision = std::nullopt;
};

struct Actor {
  std::string login;  // of an account; "automation" for Quilter itself

  static Actor automation() { return {"automation"}; }
  static Actor takeover() { return {"import-patchwork"}; }  // no account, and nobody can act as it
  bool operator==(const Actor&) const = default;
};

enum class Mode : std::uint8_t {
  all_or_nothing,
  patch_by_patch  // of each patch still all changes or none
};

struct Request {
  Actor actor;
  std::string project;  // in which message ids are looked up
  std::vector<Change> changes;
  Mode mode = Mode::all_or_nothing;
};

enum class Result : std::uint8_t { applied, unchanged, refused, withheld };  // withheld: for others
enum class Reason : std::uint8_t {
  none,
  unknown_patch,
  permission,
  unknown_value,  // no such state; nobody who can have patches; no commit
  stale,
  move  // the project does not let this state follow the present one
};
std::string_view to_string(Result result);
std::string_view to_string(Reason reason);

// One a patch, in the order in which the request names them; one a target that is not there.
struct Outcome {
  Target target;  // as it was named first
  std::int64_t patch = 0;
  MessageId message_id;
  Result result = Result::refused;
  Reason reason = Reason::none;
  std::string detail;  // for people: what is refused, and why
  PatchValues values;  // after the request: where it is refused, the present ones

  bool operator==(const Outcome&) const = default;
};

}  // namespace quilter
