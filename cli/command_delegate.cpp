#include <iostream>

#include "cli/exit_code.hpp"
#include "cli/output.hpp"
#include "cli/settings.hpp"
#include "core/mail/text.hpp"
#include "core/store/delegations.hpp"

namespace quilter::cli {

int delegate_add(const Common& common, const DelegateArguments& arguments) {
  if (arguments.pattern.empty() || !is_valid_utf8(arguments.pattern))
    return complain("a pattern is text, such as drivers/net/ or *.rst", exit_code::usage);
  Delegations{common.connection()}.add(common.acting(), arguments.project, arguments.pattern,
                                       arguments.login, arguments.position);
  return exit_code::ok;
}

int delegate_list(const Common& common, const std::string& project) {
  const auto rules = Delegations{common.connection()}.list(project);
  if (common.output() == Output::json) {
    auto values = Json::array();
    for (const auto& rule : rules)
      values.push_back(
          {{"position", rule.position}, {"pattern", rule.pattern}, {"login", rule.login}});
    print(values);
    return exit_code::ok;
  }
  std::vector<std::vector<std::string>> rows{{"POSITION", "PATTERN", "LOGIN"}};
  for (const auto& rule : rules)
    rows.push_back({std::to_string(rule.position), rule.pattern, rule.login});
  std::cout << table(rows);
  return exit_code::ok;
}

int delegate_remove(const Common& common, const DelegateArguments& arguments) {
  Delegations{common.connection()}.remove(common.acting(), arguments.project, arguments.pattern);
  return exit_code::ok;
}

}  // namespace quilter::cli
