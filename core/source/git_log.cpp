#include "core/source/git_log.hpp"

#include "core/mail/text.hpp"
#include "core/source/source.hpp"

namespace quilter {
namespace {

// No line of a commit's message has a NUL, and each of a diff begins with a character of git's.
constexpr char commit_mark = '\0';

// Diffs as git format-patch makes them where nothing is configured.
constexpr std::string_view log_options =
    "-c core.quotePath=true -c core.attributesFile= log --reverse --no-merges --no-mailmap "
    "--no-notes --no-show-signature --no-decorate --no-color --encoding=UTF-8 --root -p "
    "-O/dev/null --full-index --unified=3 --inter-hunk-context=0 --diff-algorithm=myers "
    "--indent-heuristic --find-renames --no-ext-diff --no-textconv --src-prefix=a/ --dst-prefix=b/ "
    "--no-relative --submodule=short --format=%x00%H%x20%ae%n%B%n%x00 --end-of-options";

std::vector<std::string> log_command(const std::string& repository, const std::string& range) {
  if (range.empty() || range.front() == '-')
    throw SourceError{"a range is commits as git rev-list takes them, such as v1..v2; not '" +
                      range + "'"};
  std::vector<std::string> words{"git", "-C", repository};
  for (const auto word : split(log_options)) words.emplace_back(word);
  words.insert(words.end(), {range, "--"});
  return words;
}

bool is_marked(const std::string& line) {
  return !line.empty() && line.front() == commit_mark;
}

// Its first line, and the others that belong to its first paragraph, as git has a subject.
std::string subject_of(std::string_view message) {
  std::string subject;
  while (!message.empty()) {
    const auto end = message.find('\n');
    const auto line = message.substr(0, end);
    if (line.empty() && !subject.empty()) break;
    if (!line.empty()) subject.append(subject.empty() ? "" : " ").append(line);
    message.remove_prefix(end == std::string_view::npos ? message.size() : end + 1);
  }
  return subject;
}

}  // namespace

GitLog::GitLog(const std::string& repository, const std::string& range)
    : what_{range + " of " + repository},
      git_{log_command(repository, range)},
      head_{git_.line()} {}

std::string GitLog::expect() {
  auto line = git_.line();
  if (!line) throw SourceError{"git ended before its answer did: " + what_};
  return std::move(*line);
}

std::optional<GitCommit> GitLog::next() {
  if (!head_) {
    if (git_.end() != 0) throw SourceError{"git cannot read " + what_};
    return std::nullopt;
  }
  GitCommit commit;
  const auto blank = head_->find(' ');
  if (!is_marked(*head_) || blank == std::string::npos)
    throw SourceError{"git answers otherwise than expected: " + what_};
  commit.name = head_->substr(1, blank - 1);
  commit.author = head_->substr(blank + 1);
  for (auto line = expect(); !is_marked(line); line = expect()) commit.message += line + "\n";
  commit.subject = subject_of(commit.message);
  bool whole = true;
  while ((head_ = git_.line()) && !is_marked(*head_)) {
    whole = whole && commit.diff.size() + head_->size() < longest_diff_bytes;
    if (whole) commit.diff.append(*head_).push_back('\n');
  }
  if (!whole) commit.diff.clear();
  return commit;
}

}  // namespace quilter
