#include "core/tracking/check.hpp"

#include <algorithm>

#include "core/mail/text.hpp"

namespace quilter {
namespace {

bool is_word(char c) {
  return is_digit(c) || (to_lower(c) >= 'a' && to_lower(c) <= 'z');
}

}  // namespace

// As the table's CHECK says it.
bool is_sound(const CheckResult& check) {
  const auto& [context, state, url, description] = check;
  return !context.empty() && context.size() <= 255 && is_word(context.front()) &&
         std::all_of(context.begin(), context.end(),
                     [](char c) {
                       return is_word(c) ||
                              std::string_view{"._-:/"}.find(c) != std::string_view::npos;
                     }) &&
         (state == "pending" || state == "success" || state == "warning" || state == "fail");
}

}  // namespace quilter
