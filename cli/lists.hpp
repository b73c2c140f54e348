// The commands that list: patches and series as they are asked for, and what waits for somebody.
// As commands.hpp has it.
#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <string>
#include <vector>

#include "cli/commands.hpp"
#include "core/tracking/listing.hpp"

namespace quilter::cli {

struct ListArguments {
  std::string project, submitter, path, text, since, after;
  std::string delegate;         // "-": nobody
  std::string archived = "no";  // yes, no, all
  std::string sort = "date";    // as sort_key() has it
  std::vector<std::string> states;
  bool open = false, reverse = false;
  std::int64_t most = 50;
};

int patch_list(const Common& common, const ListArguments& arguments);
int series_list(const Common& common, const ListArguments& arguments);
int todo(const Common& common, const ListArguments& arguments);  // project and most alone

// Their part of the command line; `command` becomes the one that is asked for.
class ListLine {
 public:
  ListLine(Common& common, std::function<int()>& command) : common_{common}, command_{command} {}
  ListLine(const ListLine&) = delete;
  ListLine& operator=(const ListLine&) = delete;

  void add_to(CLI::App& app);
  void add_to(CLI::App& patch, CLI::App& series);

 private:
  CLI::App* add(CLI::App& parent, const std::string& name, const std::string& what,
                int (*run)(const Common&, const ListArguments&));
  void add_filter(CLI::App& list);
  void add_page(CLI::App& list, const std::vector<std::string>& keys);
  void add_most(CLI::App& list);

  Common& common_;
  std::function<int()>& command_;
  ListArguments list_;
};

}  // namespace quilter::cli
