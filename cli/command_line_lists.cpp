#include "cli/lists.hpp"

namespace quilter::cli {
namespace {

// An empty one, of a variable of the shell that is not set as a rule, would be no filter.
const CLI::Validator not_empty{[](const std::string& text) {
                                 return text.empty() ? std::string{"it is empty"} : std::string{};
                               },
                               ""};

}  // namespace

CLI::App* ListLine::add(CLI::App& parent, const std::string& name, const std::string& what,
                        int (*run)(const Common&, const ListArguments&)) {
  auto* list = parent.add_subcommand(name, what);
  list->fallthrough();
  list->callback([this, run] { command_ = [this, run] { return run(common_, list_); }; });
  return list;
}

void ListLine::add_to(CLI::App& app) {
  auto* waiting = add(app, "todo", "open patches that wait for you, the oldest first", todo);
  waiting->add_option("--project", list_.project, "of this project only")->check(not_empty);
  add_most(*waiting);
}

void ListLine::add_to(CLI::App& patch, CLI::App& series) {
  auto* patches = add(patch, "list", "patches and pull requests, the newest first", patch_list);
  add_filter(*patches);
  add_page(*patches, {"date", "state", "submitter", "delegate", "name"});
  auto* versions =
      add(series, "list", "series that have such a patch, the newest first", series_list);
  add_filter(*versions);
  add_page(*versions, {"date", "submitter", "name"});
}

void ListLine::add_filter(CLI::App& list) {
  list.add_option("--project", list_.project, "of this project only")->check(not_empty);
  list.add_option("--state", list_.states, "in this state; may be repeated")
      ->allow_extra_args(false);
  list.add_flag("--open", list_.open, "in a state that asks for action");
  list.add_option("--delegate", list_.delegate, "that this login has; - for nobody")
      ->check(not_empty);
  list.add_option("--submitter", list_.submitter, "a part of their name or address")
      ->check(not_empty);
  list.add_option("--since", list_.since, "2026-11-21, 2026-11-21T23:59:59Z, \"7 days\"")
      ->check([](const std::string& text) {
        return since(text, {}) ? std::string{} : "no such time: " + text;
      });
  list.add_option("--path", list_.path, "that touch such a path, as in delegate add")
      ->check(not_empty);
  list.add_option("--text", list_.text, "words that are all in the subject, in any case")
      ->check(not_empty);
  list.add_option("--archived", list_.archived, "yes, no, all")
      ->check(CLI::IsMember({"yes", "no", "all"}))
      ->capture_default_str();
}

void ListLine::add_page(CLI::App& list, const std::vector<std::string>& keys) {
  list.add_option("--sort", list_.sort, "by what")
      ->check(CLI::IsMember(keys))
      ->capture_default_str();
  list.add_flag("--reverse", list_.reverse, "the other way round");
  add_most(list);
  list.add_option("--after", list_.after, "where the last page said that the next begins")
      ->check([](const std::string& text) {
        return list_position(text) ? std::string{} : "no such position: " + text;
      });
}

void ListLine::add_most(CLI::App& list) {
  list.add_option("--most", list_.most, "how many")
      ->check(CLI::Range(1, 1'000'000))
      ->capture_default_str();
}

}  // namespace quilter::cli
