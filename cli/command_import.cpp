#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <iostream>
#include <memory>
#include <mutex>
#include <thread>
#include <utility>

#include "cli/commands.hpp"
#include "cli/exit_code.hpp"
#include "cli/import.hpp"
#include "cli/output.hpp"
#include "core/digest/digest.hpp"
#include "core/mime/read_mail.hpp"
#include "core/spool/error.hpp"
#include "core/store/archive.hpp"
#include "core/store/forbidden.hpp"
#include "core/store/postgres_store.hpp"

namespace quilter::cli {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

constexpr auto glance = 100ms;  // how often the progress is looked at while we wait
constexpr auto between_saves = 1s;

volatile std::sig_atomic_t interrupted = 0;

// The first ends the import in order; the second kills.
void end_on_signals() {
  struct sigaction action {};
  action.sa_handler = [](int) { interrupted = 1; };
  action.sa_flags = static_cast<int>(SA_RESETHAND);
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
}

StoreOptions options_of_import(const std::string& connection, int jobs) {
  StoreOptions options;
  options.connection = connection;
  options.connections = 2 * jobs;  // background work gets half of them
  options.lease_timeout = 60s;
  options.lock_timeout = 30s;
  options.statement_timeout = 60s;
  return options;
}

// What the database says while it is not spoken to, from its threads.
class Notices {
 public:
  DatabaseEvents events() {
    return {.away =
                [this](std::string_view why) {
                  add("the database is away, waiting for it: " + std::string{why});
                },
            .back = [this] { add("the database is back"); }};
  }
  std::vector<std::string> taken() {
    const std::lock_guard lock{guard_};
    return std::exchange(notices_, {});
  }

 private:
  void add(std::string notice) {
    const std::lock_guard lock{guard_};
    notices_.push_back(std::move(notice));
  }
  std::mutex guard_;
  std::vector<std::string> notices_;
};

Project named(const std::vector<Project>& projects, const std::string& name) {
  const auto found = std::ranges::find(projects, name, &Project::name);
  if (found == projects.end())
    throw Refused{"there is no tracked project " + name + ": see quilter project list"};
  return *found;
}

// What a mark holds for. A message that had no project is looked at again once that may differ.
std::string scope_of(const std::string& connection, const std::vector<Project>& projects,
                     const std::string& project) {
  std::string text = connection + "\n" + project + "\n";
  for (const auto& one : projects) {
    text += one.name + "\n" + one.subject_match + "\n";
    for (const auto& id : one.list_ids) text += id + "\n";
  }
  return sha256_hex(text);
}

class Import {
 public:
  Import(const Common& common, const ImportArguments& arguments)
      : arguments_{arguments},
        progress_{arguments.quiet              ? Progress::Voice::quiet
                  : isatty(STDERR_FILENO) != 0 ? Progress::Voice::terminal
                                               : Progress::Voice::lines},
        max_message_bytes_{common.max_message_bytes()},
        store_{options_of_import(common.connection(), arguments.jobs), common.stitching(),
               notices_.events()},
        projects_{first_projects()},
        routes_{projects_},
        state_{arguments.resume_file,
               scope_of(common.connection(), projects_, arguments.project.value_or(""))},
        importer_{store_, routes_, options()} {}

  int run();
  ImportCounts counts() const;

 private:
  std::vector<Project> first_projects();
  ImportOptions options() const;
  void open(const std::string& path);
  void read();
  void come_to_rest();
  void glance_around();
  void save();
  void say(const std::string& what);
  bool is_over() const { return interrupted != 0 || importer_.gave_up(); }

  const ImportArguments& arguments_;
  Notices notices_;
  Progress progress_;
  std::size_t max_message_bytes_;
  PostgresStore store_;
  std::vector<Project> projects_;
  Routes routes_;
  ImportState state_;
  Importer importer_;
  std::unique_ptr<Source> source_;
  std::string name_;  // of the source: its absolute path
  Clock::time_point saved_{};
  bool source_failed_ = false;
};

void Import::say(const std::string& what) {
  progress_.clear();
  if (!arguments_.quiet) complain(what);
}

std::vector<Project> Import::first_projects() {
  const auto until = Clock::now() + arguments_.give_up_after;
  for (int failures = 1;; ++failures) {
    for (const auto& notice : notices_.taken()) say(notice);
    try {
      return store_.projects();
    } catch (const Away& away) {
      if (away.kind() == Away::Kind::unfit || Clock::now() >= until || interrupted != 0) throw;
    }
    std::this_thread::sleep_for(growing_pause(failures, 100ms, 2s));
  }
}

ImportOptions Import::options() const {
  ImportOptions options;
  options.jobs = arguments_.jobs;
  options.give_up_after = arguments_.give_up_after;
  if (arguments_.project) options.project = named(projects_, *arguments_.project);
  return options;
}

int Import::run() {
  for (const auto& what : routes_.broken()) say("subject_match takes nothing: " + what);
  if (state_.was_of_another_scope())
    say("the database or what it tracks is not what it was: beginning anew");
  for (const auto& argument : arguments_.sources) {
    try {
      for (const auto& path : sources_at(argument)) {
        open(path);
        read();
      }
    } catch (const SourceError& error) {
      progress_.clear();
      complain(error.what());
      source_failed_ = true;
    }
    if (is_over()) break;
  }
  progress_.clear();
  if (const auto why = importer_.gave_up())
    return complain("given up: the database did not take " + *why, exit_code::failure);
  if (interrupted != 0) return complain("interrupted", exit_code::failure);
  return source_failed_ || !counts().not_recorded.empty() ? exit_code::refused : exit_code::ok;
}

void Import::open(const std::string& path) {
  name_ = path == "-" ? path : std::filesystem::absolute(path).string();
  source_ = open_source(path, max_message_bytes_);
  const auto mark = state_.mark(name_);
  if (!mark.empty() && !source_->resume(mark))
    say(path + " is not what it was: reading all of it again");
  if (state_.is_kept() && path == "-")
    say("standard input cannot be read from the middle: --resume is of no use to it");
  importer_.begin_source();
  progress_.begin(path, source_->position(), source_->size());
  save();  // so that a file that cannot be written is met now
}

void Import::read() {
  try {
    while (!is_over()) {
      auto message = source_->next();
      if (!message) break;
      do {
        glance_around();
      } while (!importer_.offer(*message, glance) && !is_over());
    }
  } catch (const SourceError&) {
    come_to_rest();
    throw;
  }
  come_to_rest();
}

void Import::come_to_rest() {
  while (!importer_.rest(glance)) glance_around();
  save();
}

void Import::glance_around() {
  for (const auto& notice : notices_.taken()) say(notice);
  progress_.show(source_->position(), importer_.settled_messages());
  if (Clock::now() >= saved_ + between_saves) save();
}

// The position first: what is not recorded is counted before its position is settled.
void Import::save() {
  saved_ = Clock::now();
  if (!state_.is_kept()) return;
  const auto position = importer_.settled();
  const auto mark = position ? source_->mark(*position) : "";
  state_.save(name_, mark, importer_.counts().not_recorded);
}

// What earlier runs could not record counts as well.
ImportCounts Import::counts() const {
  auto counts = importer_.counts();
  counts.not_recorded.insert(counts.not_recorded.begin(), state_.not_recorded().begin(),
                             state_.not_recorded().end());
  return counts;
}

}  // namespace

int import_mail(const Common& common, const ImportArguments& arguments) {
  const mime::Library gmime;
  end_on_signals();
  Import import{common, arguments};
  require_to_record(common.connection());
  const auto code = import.run();
  if (common.output() == Output::json)
    print(json_of(import.counts()));
  else
    std::cout << terminal_text(text_of(import.counts()));
  return code;
}

}  // namespace quilter::cli
