#include "core/tracking/check.hpp"

#include <algorithm>

#include "core/mail/text.hpp"

namespace quilter {
namespace {

bool is_state(std::string_view text) {
  return text == "pending" || text == "success" || text == "warning" || text == "fail";
}

}  // namespace

bool is_web_address(std::string_view url) {
  const auto is_outside = [](char c) {
    return static_cast<unsigned char>(c) <= ' ' || c == '\x7f';
  };
  const auto begin = url.find("://");
  return (starts_ignoring_case(url, "http://") || starts_ignoring_case(url, "https://")) &&
         url.size() > begin + 3 && std::none_of(url.begin(), url.end(), is_outside);
}

// As the table's CHECKs say it.
std::string fault_of(const CheckResult& check) {
  const auto& [context, state, url, description] = check;
  if (!is_identifier(context, 255, "._-:/"))
    return "no context of a check: " + context + "; such as build/x86, without blanks";
  if (!is_state(state))
    return "no state of a check: " + state + "; it is pending, success, warning or fail";
  if (!url.empty() && !is_web_address(url))
    return "no web address: " + url + "; it begins with http:// or https://, and has no blanks";
  return {};
}

}  // namespace quilter
