#include "tests/race/tramplers.hpp"

#include <cstdlib>
#include <iterator>
#include <map>
#include <random>
#include <sstream>
#include <thread>

namespace quilter::test {
namespace {

const std::vector<std::string> states{"new", "under-review",      "accepted",   "rejected",
                                      "rfc", "changes-requested", "superseded", "deferred"},
    delegates{"", "mia", "rob"}, commits{"", "0123abc", "4567def", "89abcdef0"};

class Writer {
 public:
  Writer(Tracker& tracker, const Targets& targets, unsigned seed)
      : tracker_{tracker}, targets_{targets}, random_{seed} {}

  Journal run(int changes, std::atomic<int>& progress) {
    Journal journal;
    for (int i = 0; i < changes; ++i) {
      if (chance(3))
        remark(journal);
      else
        ask(journal, request());
      ++progress;
      progress.notify_all();
    }
    return journal;
  }

 private:
  bool chance(int percent) { return below(100) < static_cast<std::size_t>(percent); }
  std::size_t below(std::size_t end) { return random_() % end; }
  const std::string& one_of(const std::vector<std::string>& texts) {
    return texts[below(texts.size())];
  }

  // A quarter meets on the first few.
  std::size_t some_patch() {
    return below(chance(25) ? std::min<std::size_t>(4, targets_.patches.size())
                            : targets_.patches.size());
  }

  std::string value(PatchField field) {
    const bool unsound = chance(2);
    switch (field) {
      case PatchField::state:
        return unsound ? "perfect" : one_of(states);
      case PatchField::delegate:
        return unsound ? "eve" : one_of(delegates);
      case PatchField::archived:
        return unsound ? "maybe" : (chance(50) ? "true" : "false");
      case PatchField::commit:
        break;
    }
    return unsound ? "HEAD" : one_of(commits);
  }

  // Decided on nothing, on the value or on the revision that this writer has seen last.
  Change change(std::size_t patch) {
    Change change{.target = targets_.patches[patch], .field = patch_fields.at(below(4)), .to = {}};
    if (chance(50)) change.target = targets_.message_ids[patch];
    change.to = value(change.field);
    const auto& seen = seen_[targets_.patches[patch].id];
    if (chance(35)) change.from = seen[change.field];
    if (chance(35)) change.revision = seen.revision;
    return change;
  }

  Request request() {
    const std::vector<std::string> actors{"mia", "mia", "mia", "mia", "bot", "rob", "eve"};
    Request request{.actor = {one_of(actors)}, .project = "demo", .changes = {}};
    if (chance(50)) request.mode = Mode::patch_by_patch;
    const auto kind = below(100);
    const auto patch = some_patch();
    request.changes.push_back(change(patch));
    if (kind < 15) {  // a series as a whole
      request.changes[0].target = targets_.series[below(targets_.series.size())];
      request.changes[0].revision.reset();
    } else if (kind < 30) {
      for (int i = 0; i < 2; ++i) request.changes.push_back(change(patch));
      for (auto& other : request.changes) other.target = targets_.patches[patch];
    } else if (kind < 45) {
      for (int i = 0; i < 3; ++i) request.changes.push_back(change(some_patch()));
    }
    return request;
  }

  void ask(Journal& journal, Request request) {
    auto outcomes = tracker_.update(request);
    for (const auto& outcome : outcomes) seen_[outcome.patch] = outcome.values;
    journal.answers.push_back({std::move(request), std::move(outcomes)});
  }

  void remark(Journal& journal) {
    const auto patch = targets_.patches[some_patch()];
    const auto& series = targets_.series[below(targets_.series.size())];
    const CheckResult check{"ci/" + std::to_string(below(3)), "success", "", "built"};
    const auto target = chance(50) ? Target{patch} : Target{series};
    if (chance(50))
      journal.checks +=
          tracker_.add_check({"bot"}, "demo", target, check).result == Result::applied ? 1 : 0;
    else
      journal.notes +=
          tracker_.add_note({"rob"}, "demo", patch, "look").result == Result::applied ? 1 : 0;
  }

  Tracker& tracker_;
  const Targets& targets_;
  std::mt19937 random_;
  std::map<std::int64_t, PatchValues> seen_;
};

}  // namespace

Size size_of_run() {
  Size size;
  const char* wish = std::getenv("QUILTER_TRAMPLE");
  std::istringstream words{wish == nullptr ? "" : wish};
  if (int writers = 0, changes = 0; words >> writers >> changes) {
    size.writers = writers;
    size.changes = changes;
    if (unsigned seed = 0; words >> seed) size.seed = seed;
  }
  return size;
}

Journal trample(Tracker& tracker, const Targets& targets, const Size& size,
                std::atomic<int>& progress) {
  std::vector<Journal> journals(static_cast<std::size_t>(size.writers));
  std::vector<std::thread> threads;
  for (std::size_t writer = 0; writer < journals.size(); ++writer)
    threads.emplace_back([&, writer] {
      Writer one{tracker, targets, size.seed * 1000 + static_cast<unsigned>(writer)};
      journals[writer] = one.run(size.changes, progress);
    });
  for (auto& thread : threads) thread.join();
  Journal all;
  for (auto& journal : journals) {
    all.answers.insert(all.answers.end(), std::make_move_iterator(journal.answers.begin()),
                       std::make_move_iterator(journal.answers.end()));
    all.checks += journal.checks;
    all.notes += journal.notes;
  }
  return all;
}

}  // namespace quilter::test
