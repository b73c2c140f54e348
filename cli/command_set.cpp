#include <algorithm>
#include <iostream>

#include "cli/output.hpp"
#include "cli/tracking.hpp"
#include "cli/usage.hpp"
#include "core/mail/text.hpp"
#include "core/store/accounts.hpp"
#include "core/store/archive.hpp"
#include "core/store/tracker.hpp"

namespace quilter::cli {
namespace {

struct Assignment {
  PatchField field = PatchField::state;
  std::string value;
};

// "state=accepted", "archived=yes"; nothing where it does not begin with a field's name.
std::optional<Assignment> assignment(const std::string& word) {
  const auto equal = word.find('=');
  if (equal == std::string::npos) return std::nullopt;
  const auto field = patch_field(word.substr(0, equal));
  if (!field) return std::nullopt;
  auto value = word.substr(equal + 1);
  if (value.empty())  // of a variable of the shell that is not set, as a rule
    throw UsageError{word + " says nothing; - is for nobody, and for no commit"};
  if (*field == PatchField::archived) {
    if (value == "yes") value = "true";
    if (value == "no") value = "false";
  } else if (value == "-" && *field != PatchField::state) {
    value.clear();  // as the tables show nobody, and no commit
  }
  return Assignment{*field, value};
}

struct Wanted {
  std::vector<std::string> ids;
  std::vector<Assignment> to, from;
};

void add_once(Assignment one, std::vector<Assignment>& all, const std::string& what) {
  for (const auto& other : all)
    if (other.field == one.field) throw named_twice(what + std::string{to_string(one.field)});
  all.push_back(std::move(one));
}

// --from names the field, where several are set.
Wanted read_words(const SetArguments& arguments) {
  Wanted wanted;
  for (const auto& word : arguments.words) {
    if (auto to = assignment(word))
      add_once(std::move(*to), wanted.to, "");
    else
      wanted.ids.push_back(bare(word));
  }
  if (wanted.ids.empty()) throw UsageError{"what is to be changed? name an ID"};
  if (wanted.to.empty())
    throw UsageError{"to what? such as state=accepted; also delegate=, archived=, commit="};
  for (const auto& word : arguments.from) {
    auto from = assignment(word);
    if (!from && wanted.to.size() > 1)
      throw UsageError{"--from " + word + ": of which field? such as --from state=" + word};
    if (!from)
      from = assignment(std::string{to_string(wanted.to.front().field)}.append("=").append(word));
    add_once(std::move(*from), wanted.from, "--from of ");
  }
  return wanted;
}

std::optional<std::string> value_of(PatchField field, const std::vector<Assignment>& assignments) {
  for (const auto& one : assignments)
    if (one.field == field) return one.value;
  return std::nullopt;
}

std::string flag(const std::string& archived) {
  return archived == "true" ? "yes" : "-";
}

std::vector<Change> changes_of(const Wanted& wanted, const std::vector<Target>& targets,
                               std::optional<std::int64_t> revision) {
  for (const auto& from : wanted.from)
    if (!value_of(from.field, wanted.to))
      throw UsageError{"--from names " + std::string{to_string(from.field)} + ", which is not set"};
  std::vector<Change> changes;
  for (const auto& target : targets)
    for (const auto& to : wanted.to)
      changes.push_back({target, to.field, to.value, value_of(to.field, wanted.from), revision});
  return changes;
}

int set(const Common& common, const SetArguments& arguments, Request request) {
  Accounts{common.connection()}.require(request.actor.login);
  Tracker tracker{options_of_a_command(common.connection())};
  request.mode = arguments.each ? Mode::patch_by_patch : Mode::all_or_nothing;
  const auto outcomes = arguments.dry_run ? tracker.try_update(request) : tracker.update(request);
  return tell(common, outcomes);
}

// What is not known is called as it was asked for.
std::string named(const Outcome& outcome) {
  if (!outcome.message_id.empty()) return outcome.message_id;
  if (const auto* series = std::get_if<SeriesId>(&outcome.target))
    return "series " + std::to_string(series->id);
  const auto* id = std::get_if<MessageId>(&outcome.target);
  return id ? *id : "-";
}

// And what is to be done about it, which the values beside it are for.
std::string refusal_of(const Outcome& outcome) {
  if (outcome.reason != Reason::stale) return or_dash(outcome.detail);
  return outcome.detail + ": look again (quilter patch show " + named(outcome) +
         "), and name what you decide on now";
}

std::vector<std::string> row_of(const Outcome& outcome) {
  const auto& values = outcome.values;
  const bool known = outcome.patch != 0;
  const auto shown = [&](const std::string& value) {
    return known && !value.empty() ? value : std::string{"-"};
  };
  return {std::string{to_string(outcome.result)},
          shown(std::to_string(values.revision)),
          shown(values[PatchField::state]),
          shown(values[PatchField::delegate]),
          known ? flag(values[PatchField::archived]) : "-",
          shown(values[PatchField::commit]),
          named(outcome),
          refusal_of(outcome)};
}

Json json_of(const Outcome& outcome) {
  Json values = nullptr;
  if (outcome.patch != 0)
    values = {{"state", outcome.values[PatchField::state]},
              {"delegate", or_null(outcome.values[PatchField::delegate])},
              {"archived", outcome.values[PatchField::archived] == "true"},
              {"commit", or_null(outcome.values[PatchField::commit])},
              {"revision", outcome.values.revision}};
  return {
      {"message_id", or_null(outcome.message_id)},
      {"result", to_string(outcome.result)},
      {"reason", outcome.reason == Reason::none ? Json(nullptr) : Json(to_string(outcome.reason))},
      {"detail", or_null(outcome.detail)},
      {"values", values}};
}

}  // namespace

std::string bare(const std::string& id) {
  return id.size() > 2 && id.front() == '<' && id.back() == '>' ? id.substr(1, id.size() - 2) : id;
}

// A message may have gone to several lists.
std::string project_of(const Common& common, const std::optional<std::string>& named,
                       const std::vector<std::string>& message_ids) {
  Archive archive{common.connection()};
  if (named) {
    archive.require_project(*named);
    return *named;
  }
  const auto projects = archive.projects_of(message_ids);
  if (projects.size() > 1)
    throw Refused{"in which project? --project names one of " + joined(projects)};
  return projects.empty() ? "" : projects.front();
}

int tell(const Common& common, const std::vector<Outcome>& outcomes) {
  if (common.output() == Output::json) {
    auto values = Json::array();
    for (const auto& outcome : outcomes) values.push_back(json_of(outcome));
    print(values);
  } else {
    std::vector<std::vector<std::string>> rows{
        {"RESULT", "REVISION", "STATE", "DELEGATE", "ARCHIVED", "COMMIT", "MESSAGE-ID", "WHY"}};
    for (const auto& outcome : outcomes) rows.push_back(row_of(outcome));
    std::cout << table(rows);
  }
  const bool refused = std::any_of(outcomes.begin(), outcomes.end(), [](const Outcome& outcome) {
    return outcome.result == Result::refused;
  });
  return refused ? exit_code::refused : exit_code::ok;
}

int patch_set(const Common& common, const SetArguments& arguments) {
  const auto wanted = read_words(arguments);
  std::vector<Target> targets;
  for (const auto& id : wanted.ids) targets.emplace_back(MessageId{id});
  const auto changes = changes_of(wanted, targets, arguments.revision);
  return set(common, arguments,
             {{common.acting()}, project_of(common, arguments.project, wanted.ids), changes});
}

int series_set(const Common& common, const SetArguments& arguments) {
  const auto wanted = read_words(arguments);
  std::vector<Target> targets;
  for (const auto& id : wanted.ids) {
    const auto number = whole_number(id);
    if (!number) throw UsageError{"no series: " + id + "; such as series list has it"};
    targets.emplace_back(SeriesId{*number});
  }
  return set(common, arguments,
             {{common.acting()}, "", changes_of(wanted, targets, arguments.revision)});
}

}  // namespace quilter::cli
