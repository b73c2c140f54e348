// Automation: what Quilter changes by itself because mail came: hints that senders may give,
// delegation by path, older versions that are superseded. It follows the feed, from a cursor in the
// database.
//
// Promise: of each patch a field that somebody has ever set is left as it is; an older version is
// superseded once, out of a state that asks for action. So a page may be done twice, also by two at
// once, and nothing is done twice. A patch that moved while it was superseded is decided anew, a
// few times; where it never stands still the page is not done, and the next run begins with it.
// Errors: StoreError.
// Owns: its connections.
// Threads: belongs to one.
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "core/mail/hints.hpp"
#include "core/mail/project.hpp"
#include "core/store/tracker.hpp"

namespace quilter {

// What a mail as it came hints at, as far as the project lets it.
using HintReader = std::function<Hints(const Project& project, const std::string& raw)>;

struct LeftPatch {  // that was to be changed, and could not be
  MessageId message_id;
  std::string detail;  // why
};

struct AutomationRound {
  std::size_t events = 0;  // that were looked at; 0: there are no more
  std::size_t hinted = 0, delegated = 0, superseded = 0;  // patches
  std::vector<LeftPatch> left;
  bool unfinished = false;  // the page is to be done again
};

class Automation {
 public:
  Automation(const StoreOptions& options, HintReader hints);
  ~Automation();
  Automation(const Automation&) = delete;
  Automation& operator=(const Automation&) = delete;

  AutomationRound next_round();  // a page of the feed
  AutomationRound all_rounds();  // until there are no more, or one is unfinished

  void skip();   // what came until now is left as it is
  void again();  // the next round begins with the first event

 private:
  struct Newcomer;
  Cursor place();
  void move_on(const Cursor& from, const Cursor& to);
  std::vector<Newcomer> newcomers(const std::vector<std::int64_t>& patches);
  void read_hints(Newcomer& one);
  std::size_t change(std::vector<Change> changes, std::vector<Outcome>& refused);
  void set_first(const std::vector<Newcomer>& patches, AutomationRound& round);
  void supersede(const std::vector<std::int64_t>& series, AutomationRound& round);

  HintReader hints_;
  std::unique_ptr<Pool> pool_;
  Tracker tracker_;
  std::map<std::string, Project> projects_;
};

}  // namespace quilter
