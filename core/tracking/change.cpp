#include "core/tracking/change.hpp"

namespace quilter {
namespace {

// In the order of the enumerators.
constexpr std::array<std::string_view, 4> fields{"state", "delegate", "archived", "commit"},
    results{"applied", "unchanged", "refused", "withheld"};
constexpr std::array<std::string_view, 6> reasons{"none",          "unknown-patch", "permission",
                                                  "unknown-value", "stale",         "move"};

}  // namespace

std::string_view to_string(PatchField field) {
  return fields.at(static_cast<std::size_t>(field));
}

std::optional<PatchField> patch_field(std::string_view text) {
  for (const auto field : patch_fields)
    if (to_string(field) == text) return field;
  return std::nullopt;
}

bool is_commit(std::string_view text) {
  return text.size() >= 7 && text.size() <= 64 &&
         text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

std::string_view to_string(Result result) {
  return results.at(static_cast<std::size_t>(result));
}

std::string_view to_string(Reason reason) {
  return reasons.at(static_cast<std::size_t>(reason));
}

}  // namespace quilter
