#include <algorithm>
#include <chrono>
#include <iostream>

#include "cli/entries.hpp"
#include "cli/lists.hpp"
#include "core/mail/text.hpp"
#include "core/store/accounts.hpp"
#include "core/store/connection_text.hpp"
#include "core/store/listing.hpp"

namespace quilter::cli {
namespace {

ListFilter filter_of(const ListArguments& arguments) {
  ListFilter filter;
  filter.project = arguments.project;
  filter.states = arguments.states;
  filter.open = arguments.open;
  if (!arguments.delegate.empty())
    filter.delegate = arguments.delegate == "-" ? "" : arguments.delegate;
  filter.submitter = arguments.submitter;
  if (!arguments.since.empty())
    filter.since =
        since(arguments.since,
              std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now()));
  filter.path = arguments.path;
  for (const auto word : split(arguments.text)) filter.words.emplace_back(word);
  if (arguments.archived != "all") filter.archived = arguments.archived == "yes";
  return filter;
}

ListPage page_of(const ListArguments& arguments) {
  return {.sort = sort_key(arguments.sort).value_or(SortKey::date),
          .direction = arguments.reverse ? Direction::reversed : Direction::natural,
          .most = arguments.most,
          .after = list_position(arguments.after)};
}

// As one word of a shell.
std::string shell_word(const std::string& word) {
  constexpr std::string_view plain =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
      "-_=/.,:@%+";
  if (!word.empty() && word.find_first_not_of(plain) == std::string::npos) return word;
  std::string quoted = "'";
  for (const char c : word) quoted += c == '\'' ? std::string{"'\\''"} : std::string{c};
  return quoted + "'";
}

// A connection string may hold a password: that is for nobody who reads the output.
std::string without_secret(const std::string& word) {
  const bool secret = without_passwords(word) != word;
  return secret ? "\"$QUILTER_DATABASE\"" : shell_word(word);
}

// The command as it was typed, for the page behind this one.
std::string next_command(const Common& common, const ListPosition& next) {
  constexpr std::string_view database = "--database";
  std::string command = "quilter";
  const auto& words = common.words;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (words[i] == "--after") {
      ++i;
    } else if (words[i].starts_with("--database=")) {
      command += " --database " + without_secret(words[i].substr(database.size() + 1));
    } else if (!words[i].starts_with("--after=")) {
      const bool is_database = i > 0 && words[i - 1] == database;
      command += " " + (is_database ? without_secret(words[i]) : shell_word(words[i]));
    }
  }
  return command + " --after " + to_string(next);
}

void print_next(const Common& common, const std::optional<ListPosition>& next) {
  if (next) std::cout << "\nnext: " << terminal_text(next_command(common, *next) + "\n");
}

template <typename Entry>
Json entries_json(const std::vector<Entry>& entries) {
  auto values = Json::array();
  for (const auto& entry : entries) values.push_back(counted_json(entry));
  return values;
}

template <typename List>
int print_list_json(const std::string& name, const List& list) {
  print(Json{{name, entries_json(list.entries)},
             {"next", list.next ? Json(to_string(*list.next)) : Json(nullptr)}});
  return exit_code::ok;
}

// "[v2 3/4] name", as a subject says it.
std::string title_of(std::int32_t version, const std::string& number, const std::string& name) {
  std::string marks;
  if (version > 1) marks = "v" + std::to_string(version);
  if (!number.empty()) marks += (marks.empty() ? "" : " ") + number;
  return (marks.empty() ? "" : "[" + marks + "] ") + titled(name);
}

Row patch_heading(std::vector<std::string> first) {
  std::vector<Fit> fits(first.size() + 5, Fit::whole);
  for (const auto* name : {"DATE", "SERIES", "STATE", "A/R/T", "S/W/F"}) first.emplace_back(name);
  for (const auto* name : {"DELEGATE", "SUBMITTER", "NAME", "MESSAGE-ID"}) {
    first.emplace_back(name);
    fits.push_back(Fit::cut);
  }
  return heading(std::move(first), std::move(fits));
}

Row row_of(const MessageEntry& patch, const std::vector<std::string>& first) {
  auto cells = row(first);
  const auto add = [&](std::string text, Paint paint = Paint::plain) {
    cells.push_back({.text = std::move(text), .paint = paint});
  };
  add(day(patch.date));
  add(std::to_string(patch.series));
  add(patch.state, paint_of_state(patch.state));
  add(acks(patch.tally));
  cells.push_back(checked(patch.checks));
  add(or_dash(patch.delegate));
  add(called(patch.submitter));
  add(title_of(patch.version, patch.total > 1 ? numbered(patch) : "", patch.name));
  add(patch.message_id);
  return cells;
}

Row row_of(const SeriesEntry& series) {
  auto cells = row({std::to_string(series.id), series.project, day(series.date), received(series),
                    std::to_string(series.comments), acks(series.tally), "",
                    called(series.submitter), title_of(series.version, "", series.name)});
  cells[6] = checked(series.checks);
  return cells;
}

}  // namespace

// The connection is given back before anybody reads the output.

int patch_list(const Common& common, const ListArguments& arguments) {
  const auto list = Listing{common.connection()}.patches(filter_of(arguments), page_of(arguments));
  if (common.output() == Output::json) return print_list_json("patches", list);
  std::vector<Row> rows{patch_heading({})};
  for (const auto& patch : list.entries) rows.push_back(row_of(patch, {}));
  std::cout << table(std::move(rows), screen(common));
  print_next(common, list.next);
  return exit_code::ok;
}

int series_list(const Common& common, const ListArguments& arguments) {
  const auto list = Listing{common.connection()}.series(filter_of(arguments), page_of(arguments));
  if (common.output() == Output::json) return print_list_json("series", list);
  std::vector<Row> rows{heading(
      {"SERIES", "PROJECT", "DATE", "RECEIVED", "COMMENTS", "A/R/T", "S/W/F", "SUBMITTER", "NAME"},
      {Fit::whole, Fit::cut, Fit::whole, Fit::whole, Fit::whole, Fit::whole, Fit::whole, Fit::cut,
       Fit::cut})};
  for (const auto& series : list.entries) rows.push_back(row_of(series));
  std::cout << table(std::move(rows), screen(common));
  print_next(common, list.next);
  return exit_code::ok;
}

int todo(const Common& common, const ListArguments& arguments) {
  const auto login = common.acting();
  Accounts{common.connection()}.require(login);
  const auto waits = Listing{common.connection()}.todo(login, arguments.project, arguments.most);
  if (common.output() == Output::json) {
    print(Json{{"delegated", entries_json(waits.delegated)},
               {"undelegated", entries_json(waits.undelegated)},
               {"more", waits.more}});
    return exit_code::ok;
  }
  if (waits.delegated.empty() && waits.undelegated.empty()) {
    std::cout << "nothing waits for " << terminal_text(login + "\n");
    return exit_code::ok;
  }
  std::vector<Row> rows{patch_heading({"WHY", "PROJECT"})};
  for (const auto& patch : waits.delegated)
    rows.push_back(row_of(patch, {"delegated", patch.project}));
  for (const auto& patch : waits.undelegated)
    rows.push_back(row_of(patch, {"undelegated", patch.project}));
  std::cout << table(std::move(rows), screen(common));
  if (waits.more) std::cout << "\nthere are more: --most N\n";
  return exit_code::ok;
}

}  // namespace quilter::cli
