#include <iostream>

#include "cli/commands.hpp"
#include "cli/exit_code.hpp"
#include "cli/output.hpp"
#include "core/store/schema.hpp"
#include "core/store/set_up.hpp"

namespace quilter::cli {
namespace {

constexpr const char* next_step = "quilter project add NAME --list-id LIST-ID";

// For psql: \gexec runs what the query gives, which is nothing where the step is not wanted.
void print_for_psql(const SetUpStep& step) {
  std::string text;
  for (const char c : step.statement) text += c == '\'' ? "''" : std::string{c};
  std::cout << terminal_text("SELECT '" + text + "'\n WHERE NOT EXISTS (" + step.unless +
                             ") \\gexec\n");
}

int print_steps(const std::string& database, const std::string& role) {
  std::cout << "-- For psql, as a superuser; harmless where it is done already.\n"
               "\\connect postgres\n";
  for (const auto& step : set_up_steps(database, role)) print_for_psql(step);
  std::cout << "-- Then, as the same: quilter migrate\n-- What is tracked: " << next_step << '\n';
  return exit_code::ok;
}

}  // namespace

int setup_db(const Common& common, const SetupArguments& arguments) {
  const auto connection = common.connection();
  if (!arguments.run) return print_steps(database_name(connection), arguments.role);
  const auto say = [](std::string_view what) { std::cout << terminal_text(what); };
  set_up(connection, arguments.role, say);
  const int code = migrate(common);
  std::cout << "next: " << next_step << '\n';
  return code;
}

}  // namespace quilter::cli
