#include <algorithm>
#include <chrono>
#include <iostream>

#include "cli/entries.hpp"
#include "cli/lists.hpp"
#include "core/mail/text.hpp"
#include "core/store/accounts.hpp"
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

// The command as it was typed, for the page behind this one.
std::string next_command(const Common& common, const ListPosition& next) {
  std::string command = "quilter";
  for (std::size_t i = 0; i < common.words.size(); ++i) {
    const auto& word = common.words[i];
    if (word == "--after")
      ++i;
    else if (!word.starts_with("--after="))
      command += " " + shell_word(word);
  }
  return command + " --after " + to_string(next);
}

void print_next(const Common& common, const std::optional<ListPosition>& next) {
  if (next) std::cout << "\nnext: " << terminal_text(next_command(common, *next) + "\n");
}

Json entries_json(const std::vector<SeriesEntry>& entries) {
  auto values = Json::array();
  for (const auto& entry : entries) values.push_back(entry_json(entry));
  return values;
}

Json entries_json(const std::vector<MessageEntry>& entries) {
  auto values = Json::array();
  for (const auto& entry : entries) {
    auto value = entry_json(entry);
    value["check_counts"] = check_counts_json(entry);
    values.push_back(value);
  }
  return values;
}

template <typename List>
int print_list_json(const std::string& name, const List& list) {
  print(Json{{name, entries_json(list.entries)},
             {"next", list.next ? Json(to_string(*list.next)) : Json(nullptr)}});
  return exit_code::ok;
}

std::vector<std::string> row_of(const MessageEntry& patch) {
  return {when(patch.date),        std::to_string(patch.series),
          numbered(patch),         patch.state,
          acks(patch.tally),       checked(patch),
          or_dash(patch.delegate), called(patch.submitter),
          titled(patch.name),      patch.message_id};
}

std::vector<std::string> row_of(const SeriesEntry& series) {
  return {std::to_string(series.id), series.project,
          when(series.date),         "v" + std::to_string(series.version),
          received(series),          std::to_string(series.comments),
          acks(series.tally),        called(series.submitter),
          titled(series.name)};
}

std::vector<std::string> row_of(const MessageEntry& patch, const char* why) {
  return {why,
          patch.project,
          when(patch.date),
          std::to_string(patch.series),
          numbered(patch),
          patch.state,
          acks(patch.tally),
          checked(patch),
          called(patch.submitter),
          titled(patch.name),
          patch.message_id};
}

}  // namespace

// The connection is given back before anybody reads the output.

int patch_list(const Common& common, const ListArguments& arguments) {
  const auto list = Listing{common.connection()}.patches(filter_of(arguments), page_of(arguments));
  if (common.output() == Output::json) return print_list_json("patches", list);
  std::vector<std::vector<std::string>> rows{{"DATE", "SERIES", "NUMBER", "STATE", "A/R/T", "S/W/F",
                                              "DELEGATE", "SUBMITTER", "NAME", "MESSAGE-ID"}};
  for (const auto& patch : list.entries) rows.push_back(row_of(patch));
  std::cout << table(rows);
  print_next(common, list.next);
  return exit_code::ok;
}

int series_list(const Common& common, const ListArguments& arguments) {
  const auto list = Listing{common.connection()}.series(filter_of(arguments), page_of(arguments));
  if (common.output() == Output::json) return print_list_json("series", list);
  std::vector<std::vector<std::string>> rows{{"SERIES", "PROJECT", "DATE", "VERSION", "RECEIVED",
                                              "COMMENTS", "A/R/T", "SUBMITTER", "NAME"}};
  for (const auto& series : list.entries) rows.push_back(row_of(series));
  std::cout << table(rows);
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
  std::vector<std::vector<std::string>> rows{{"WHY", "PROJECT", "DATE", "SERIES", "NUMBER", "STATE",
                                              "A/R/T", "S/W/F", "SUBMITTER", "NAME", "MESSAGE-ID"}};
  for (const auto& patch : waits.delegated) rows.push_back(row_of(patch, "delegated"));
  for (const auto& patch : waits.undelegated) rows.push_back(row_of(patch, "undelegated"));
  std::cout << (rows.size() > 1 ? table(rows) : "nothing waits for " + login + "\n");
  if (waits.more) std::cout << "\nthere are more: --most N\n";
  return exit_code::ok;
}

}  // namespace quilter::cli
