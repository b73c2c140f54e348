// quilter automate: what follows from new mail, as each project's switches say.

#include <iostream>

#include "cli/commands.hpp"
#include "cli/exit_code.hpp"
#include "cli/output.hpp"
#include "core/ingest/attempt.hpp"
#include "core/mail/classify.hpp"
#include "core/mime/read_mail.hpp"
#include "core/store/automation.hpp"

namespace quilter::cli {
namespace {

Hints hints_of(const Project& project, const std::string& raw) {
  const auto classified = classify(mime::read_mail(raw), profile(project));
  const auto* submission = std::get_if<Submission>(&classified);
  return submission != nullptr ? submission->hints : Hints{};
}

}  // namespace

int automate(const Common& common, const AutomateArguments& arguments) {
  const mime::Library gmime;
  Automation automation{options_of_a_command(common.connection()), hints_of};
  if (arguments.again) automation.again();
  if (arguments.skip) automation.skip();
  const auto all = automation.all_rounds();
  if (common.output() == Output::json) {
    auto left = Json::array();
    for (const auto& one : all.left)
      left.push_back({{"message_id", one.message_id}, {"detail", one.detail}});
    print(Json{{"events", all.events},
               {"hinted", all.hinted},
               {"delegated", all.delegated},
               {"superseded", all.superseded},
               {"left", left}});
  } else {
    for (const auto& one : all.left)
      std::cout << terminal_text("left " + one.message_id + ": " + one.detail);
    std::cout << all.events << " events, " << all.hinted << " states hinted, " << all.delegated
              << " delegated, " << all.superseded << " superseded, " << all.left.size()
              << " left\n";
  }
  return all.unfinished
             ? complain("patches moved each time that they were to be superseded: run it again")
             : exit_code::ok;
}

}  // namespace quilter::cli
