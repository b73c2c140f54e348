#include <iostream>
#include <iterator>

#include "cli/output.hpp"
#include "cli/tracking.hpp"
#include "core/store/accounts.hpp"
#include "core/store/archive.hpp"
#include "core/store/tracker.hpp"

namespace quilter::cli {
namespace {

Json json_of(const NoteEntry& entry) {
  return {{"text", entry.text}, {"by", entry.by}, {"at", date(entry.at)}};
}

Json json_of(const CheckEntry& entry) {
  return {{"project", entry.project},
          {"context", entry.check.context},
          {"state", entry.check.state},
          {"url", or_null(entry.check.url)},
          {"description", or_null(entry.check.description)},
          {"by", entry.by},
          {"at", date(entry.at)}};
}

int list_checks(const Common& common, const std::vector<CheckEntry>& checks) {
  if (common.output() == Output::json) {
    print(checks_json(checks));
    return exit_code::ok;
  }
  std::vector<Row> rows{
      heading({"CONTEXT", "STATE", "DATE", "BY", "PROJECT", "DESCRIPTION", "URL"},
              {Fit::cut, Fit::whole, Fit::whole, Fit::cut, Fit::cut, Fit::cut, Fit::cut})};
  for (const auto& [project, check, by, at] : checks) {
    rows.push_back(row({check.context, check.state, when(at), by, project,
                        check.description.empty() ? "-" : check.description,
                        check.url.empty() ? "-" : check.url}));
    rows.back()[1].paint = paint_of_check(check.state);
  }
  std::cout << table(std::move(rows), screen(common));
  return exit_code::ok;
}

int add_check(const Common& common, const CheckArguments& arguments, const std::string& project,
              const Target& target) {
  const auto by = common.acting();
  Accounts{common.connection()}.require(by);
  Tracker tracker{options_of_a_command(common.connection())};
  return tell(common, {tracker.add_check({by}, project, target, arguments.check)});
}

}  // namespace

Json checks_json(const std::vector<CheckEntry>& checks) {
  auto values = Json::array();
  for (const auto& check : checks) values.push_back(json_of(check));
  return values;
}

Json remarks_json(const Remarks& remarks, const std::string& project) {
  Json value{{"checks", Json::array()}, {"notes", Json::array()}};
  for (const auto& check : remarks.checks)
    if (check.project == project) value["checks"].push_back(json_of(check));
  for (const auto& note : remarks.notes)
    if (note.project == project) value["notes"].push_back(json_of(note));
  return value;
}

int patch_check_add(const Common& common, const CheckArguments& arguments) {
  const auto id = bare(arguments.id);
  return add_check(common, arguments, project_of(common, arguments.project, {id}), MessageId{id});
}

int series_check_add(const Common& common, const CheckArguments& arguments) {
  return add_check(common, arguments, "", SeriesId{arguments.series});
}

// The connection is given back before anybody reads the output.

int patch_check_list(const Common& common, const CheckArguments& arguments) {
  const auto id = bare(arguments.id);
  std::vector<CheckEntry> checks;
  {
    Archive archive{common.connection()};
    if (archive.projects_of({id}).empty()) return complain_of_patch(id);
    checks = archive.checks(id);
  }
  return list_checks(common, checks);
}

int series_check_list(const Common& common, const CheckArguments& arguments) {
  std::vector<CheckEntry> checks;
  {
    Archive archive{common.connection()};
    if (!archive.series(arguments.series)) return complain_of_series(arguments.series);
    checks = archive.checks(arguments.series);
  }
  return list_checks(common, checks);
}

int note_add(const Common& common, const NoteArguments& arguments) {
  const auto by = common.acting(), id = bare(arguments.id);
  auto text = arguments.text;
  if (text == "-") text.assign(std::istreambuf_iterator<char>{std::cin}, {});
  Accounts{common.connection()}.require(by);
  const auto project = project_of(common, arguments.project, {id});
  Tracker tracker{options_of_a_command(common.connection())};
  return tell(common, {tracker.add_note({by}, project, MessageId{id}, text)});
}

}  // namespace quilter::cli
