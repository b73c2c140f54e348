#include "core/source/inbox_source.hpp"

#include <algorithm>
#include <charconv>

namespace quilter {
namespace {

std::vector<std::string> command(const std::string& repository,
                                 const std::vector<std::string>& words) {
  std::vector<std::string> all{"git", "--git-dir=" + repository};
  all.insert(all.end(), words.begin(), words.end());
  return all;
}

}  // namespace

InboxSource::InboxSource(std::string repository, std::size_t max_message_bytes)
    : repository_{std::move(repository)},
      max_message_bytes_{max_message_bytes},
      reader_{command(repository_, {"cat-file", "--batch"})} {
  require_inbox();
}

std::vector<std::string> InboxSource::git(const std::vector<std::string>& words) const {
  Child child{command(repository_, words)};
  std::vector<std::string> lines;
  while (auto line = child.line()) lines.push_back(std::move(*line));
  if (child.end() != 0) throw SourceError{"git cannot read " + repository_};
  return lines;
}

void InboxSource::require_inbox() const {
  if (git({"for-each-ref", "--count=1"}).empty()) return;  // without a message yet
  const auto files = git({"ls-tree", "--name-only", "HEAD"});
  if (files != std::vector<std::string>{"m"} && files != std::vector<std::string>{"d"})
    throw SourceError{repository_ +
                      " is no public-inbox of version 2, whose commits hold one file m or d"};
}

std::uint64_t InboxSource::size() {
  if (!listed_) list("HEAD");
  return earlier_ + commits_.size();
}

void InboxSource::list(const std::string& range) {
  listed_ = true;
  if (!git({"for-each-ref", "--count=1"}).empty())
    commits_ = git({"rev-list", "--reverse", "--first-parent", range, "--"});
}

std::string InboxSource::body(std::uint64_t bytes, bool& truncated) {
  auto text = reader_.bytes(std::min<std::uint64_t>(bytes, max_message_bytes_));
  truncated = bytes > text.size();
  for (auto rest = bytes - text.size(); rest > 0;)
    rest -= reader_.bytes(std::min<std::uint64_t>(rest, 1U << 20U)).size();
  reader_.bytes(1);  // its line end
  return text;
}

// gitrevisions(7) "COMMIT:m"; git-cat-file(1) "BATCH OUTPUT".
std::optional<SourceMessage> InboxSource::next() {
  if (!listed_) list("HEAD");
  while (next_ < commits_.size()) {
    const auto& commit = commits_[next_++];
    reader_.say(commit + ":m\n");
    const auto answer = reader_.line();
    if (!answer) throw SourceError{"git cannot read " + repository_};
    if (answer->ends_with(" missing")) continue;
    const auto blank = answer->rfind(' ');
    std::uint64_t bytes = 0;
    const auto* end = answer->data() + answer->size();
    if (blank == std::string::npos || answer->find(" blob ") == std::string::npos ||
        std::from_chars(answer->data() + blank + 1, end, bytes).ptr != end)
      throw SourceError{repository_ + ": git says of " + commit + ": " + *answer};
    SourceMessage found{.message = {}, .place = commit, .next = earlier_ + next_};
    found.message.bytes = body(bytes, found.message.truncated);
    return found;
  }
  return std::nullopt;
}

std::string InboxSource::mark(std::uint64_t position) {
  if (position == 0) return "";
  const auto& last = position == earlier_ ? before_ : commits_[position - earlier_ - 1];
  return std::to_string(position) + " " + last;
}

// Where the history was rewritten (a purge), the commit is no ancestor any more.
bool InboxSource::resume(const std::string& mark) {
  const auto blank = mark.find(' ');
  std::uint64_t position = 0;
  std::from_chars(mark.data(), mark.data() + mark.size(), position);
  if (blank == std::string::npos ||
      mark.find_first_not_of("0123456789abcdef", blank + 1) != std::string::npos)
    return false;
  const auto commit = mark.substr(blank + 1);
  reader_.say(commit + "^{commit}\n");
  const auto answer = reader_.line();
  if (!answer || answer->ends_with(" missing")) return false;
  bool ignored = false;
  std::uint64_t bytes = 0;
  std::from_chars(answer->data() + answer->rfind(' ') + 1, answer->data() + answer->size(), bytes);
  body(bytes, ignored);
  Child child{command(repository_, {"merge-base", "--is-ancestor", commit, "HEAD"})};
  if (child.end() != 0) return false;
  earlier_ = position;
  before_ = commit;
  list(commit + "..HEAD");
  return true;
}

}  // namespace quilter
