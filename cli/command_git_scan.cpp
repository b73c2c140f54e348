// quilter git-scan: which patches a repository's commits were.

#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <map>

#include "cli/commands.hpp"
#include "cli/exit_code.hpp"
#include "cli/output.hpp"
#include "core/mail/diff.hpp"
#include "core/mail/text.hpp"
#include "core/source/git_log.hpp"
#include "core/source/source.hpp"
#include "core/store/acceptance.hpp"

namespace quilter::cli {
namespace {

constexpr std::size_t commits_at_once = 500;

struct Scanned {
  std::size_t commits = 0;
  std::vector<Accepted> found;
};

MergedCommit merged_commit(const GitCommit& commit) {
  MergedCommit merged{.commit = commit.name,
                      .patch_id = patch_id(commit.diff),
                      .message_ids = linked_message_ids(commit.message),
                      .author = lower(commit.author),
                      .subject = commit.subject};
  if (!merged.message_ids.empty()) merged.paths = paths(find_diff(commit.diff).files);
  return merged;
}

Scanned scan(const Common& common, const GitScanArguments& arguments) {
  // A hook of git's has some of these: they would hide the repository that is named.
  for (const auto* variable :
       {"GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX", "GIT_DIFF_OPTS"})
    ::unsetenv(variable);
  GitLog log{arguments.repository, arguments.range};
  Acceptance acceptance{options_of_a_command(common.connection()), arguments.project};
  Scanned scanned;
  std::vector<MergedCommit> commits;
  const auto accept = [&] {
    auto found = acceptance.accept(commits, arguments.dry_run ? Trial::yes : Trial::no);
    std::move(found.begin(), found.end(), std::back_inserter(scanned.found));
    scanned.commits += commits.size();
    commits.clear();
  };
  while (const auto commit = log.next()) {
    commits.push_back(merged_commit(*commit));
    if (commits.size() == commits_at_once) accept();
  }
  accept();
  return scanned;
}

std::string result_of(const Accepted& one) {
  return one.outcome ? std::string{to_string(one.outcome->result)} : "left";
}

bool is_switched_off(const Accepted& one) {
  return one.clue != Clue::doubtful && !one.patch.auto_accept && may_be_accepted(one);
}

// Why a patch is as it was.
std::string why(const Accepted& one) {
  if (one.outcome) return one.outcome->detail;
  if (one.patch.commit == one.commit) return "has this commit";
  if (one.clue == Clue::doubtful) return "linked, but of another subject";
  if (is_switched_off(one)) return "auto_accept of " + one.patch.project + " is off";
  if (!one.patch.commit.empty()) return "has the commit " + one.patch.commit;
  if (!one.patch.action_required && one.patch.state != "accepted") return "is " + one.patch.state;
  return "was decided before";
}

Json json_of(const Accepted& one) {
  return {{"commit", one.commit},
          {"project", one.patch.project},
          {"message_id", one.patch.message_id},
          {"by", to_string(one.clue)},
          {"result", result_of(one)},
          {"detail", or_null(why(one))}};
}

// A project whose switch is off may be meant so, or forgotten.
void print_switched_off(const std::vector<Accepted>& found) {
  std::map<std::string, std::size_t> projects;
  for (const auto& one : found)
    if (is_switched_off(one)) ++projects[one.patch.project];
  for (const auto& [project, count] : projects)
    std::cout << count << " of " << project << " left: auto_accept is off (quilter project set "
              << project << " --auto-accept on)\n";
}

// Those that have a commit are as they should be, and counted only.
void print_found(const Scanned& scanned) {
  std::vector<std::vector<std::string>> rows{{"COMMIT", "PROJECT", "BY", "RESULT", "MESSAGE-ID"}};
  std::map<std::string, std::size_t> results;
  for (const auto& one : scanned.found) {
    ++results[result_of(one)];
    if (one.outcome || (one.patch.commit.empty() && one.patch.auto_accept))
      rows.push_back({one.commit.substr(0, 12), one.patch.project, std::string{to_string(one.clue)},
                      result_of(one) + (why(one).empty() ? "" : ": " + why(one)),
                      one.patch.message_id});
  }
  if (rows.size() > 1) std::cout << table(rows);
  const auto doubtful =
      std::count_if(scanned.found.begin(), scanned.found.end(),
                    [](const Accepted& one) { return one.clue == Clue::doubtful; });
  std::cout << scanned.commits << " commits, "
            << scanned.found.size() - static_cast<std::size_t>(doubtful) << " were patches";
  for (const auto& [result, count] : results) std::cout << ", " << count << ' ' << result;
  std::cout << '\n';
  print_switched_off(scanned.found);
}

}  // namespace

int git_scan(const Common& common, const GitScanArguments& arguments) {
  Scanned scanned;
  try {
    scanned = scan(common, arguments);
  } catch (const SourceError& error) {
    return complain(error.what());
  }
  if (common.output() == Output::table) {
    print_found(scanned);
  } else {
    auto found = Json::array();
    for (const auto& one : scanned.found) found.push_back(json_of(one));
    print(Json{{"commits", scanned.commits}, {"found", found}});
  }
  const bool unfinished = std::any_of(
      scanned.found.begin(), scanned.found.end(),
      [](const Accepted& one) { return one.outcome && one.outcome->reason == Reason::stale; });
  return unfinished ? complain("patches moved each time that they were to be accepted: scan again")
                    : exit_code::ok;
}

}  // namespace quilter::cli
