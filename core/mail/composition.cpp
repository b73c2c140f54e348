#include "core/mail/composition.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include "core/mail/clearsigned.hpp"
#include "core/mail/footer.hpp"
#include "core/mail/in_body.hpp"
#include "core/mail/scissors.hpp"
#include "core/mail/text.hpp"

namespace quilter {
namespace {

// A part that is shown, not one that is taken along.
bool is_body(const Part& part) {
  return !part.attachment && part.media_type.starts_with("text/") &&
         part.media_type != "text/x-patch" && part.media_type != "text/x-diff";
}

std::string take_body(std::vector<Part>& parts) {
  std::string body;
  for (auto& part : parts) {
    if (!is_body(part)) continue;
    if (body.empty()) {
      body = std::move(part.text);
      continue;
    }
    if (!body.ends_with('\n')) body += '\n';
    body += part.text;
  }
  return without_clearsigning(std::move(body));
}

std::string_view inline_diff(const Composition& composition) {
  const auto [begin, end] = composition.place;
  return std::string_view{composition.body}.substr(begin, end - begin);
}

bool has(const Composition& composition, std::string_view diff) {
  const auto found = inline_diff(composition);
  const auto at_end = diff.substr(0, diff.size() - composition.line_ends.size());
  return composition.attached.find(diff) != std::string::npos ||
         found.find(diff) != std::string_view::npos ||
         (diff.ends_with(composition.line_ends) && found.ends_with(at_end));
}

// In place.
std::string take_piece(std::string& text, std::string_view piece) {
  if (piece.empty()) return {};
  const auto begin = static_cast<std::size_t>(piece.data() - text.data());
  text.resize(begin + piece.size());
  text.erase(0, begin);
  return std::move(text);
}

// The text of that piece, in place; ends with a line end unless it is empty.
std::string take_lines(std::string& text, std::string_view piece) {
  auto lines = take_piece(text, without_blank_lines(piece));
  if (!lines.empty() && !lines.ends_with('\n')) lines += '\n';
  return lines;
}

void take_commit_message(Composition& composition, std::string content) {
  auto read = in_body(content);
  composition.content = take_lines(content, read.rest);
  if (!composition.author) composition.author = std::move(read.author);
  if (composition.subject.empty()) composition.subject = std::move(read.subject);
}

// A diff alone below scissors is an idea ("something like this?"), not a patch.
void take_proposal(Composition& composition, std::string_view above_diff) {
  const auto below = below_scissors(above_diff);
  if (!below) return;
  auto read = in_body(*below);
  Proposal proposal{std::move(read.subject), joined_content(read.rest, {})};
  if (!composition.author) composition.author = std::move(read.author);
  if (!proposal.message.empty() || !proposal.subject.empty())
    composition.proposal = std::move(proposal);
}

// The diffs of all attached patches, besides what the body has already. With a body that has none,
// the first commit message follows what the body says.
void take_attached(Composition& composition, const std::vector<Part>& parts) {
  bool wants_message = !has_diff(composition);
  for (const auto& part : parts) {
    if (is_body(part)) continue;
    auto split = split_diff(part.text);
    if (split.diff.empty() || has(composition, split.diff)) continue;
    if (composition.attached.empty())
      composition.attached = std::move(split.diff);
    else
      composition.attached += split.diff;
    std::move(split.files.begin(), split.files.end(), std::back_inserter(composition.files));
    if (!wants_message) continue;
    const auto said = std::move(composition.content);
    wants_message = split.content.empty();
    take_commit_message(composition, std::move(split.content));
    composition.content = joined_content(said, composition.content);
  }
  if (!composition.attached.empty()) composition.files = in_order(std::move(composition.files));
}

}  // namespace

Composition compose(std::vector<Part> parts) {
  Composition composition;
  composition.body = take_body(parts);
  auto found = find_diff(composition.body);
  composition.place = found.place;
  composition.line_ends = found.line_ends;
  composition.hunks = std::move(found.hunks);
  composition.files = std::move(found.files);
  take_commit_message(composition, std::move(found.content));
  if (has_diff(composition))
    take_proposal(composition,
                  std::string_view{composition.body}.substr(0, composition.place.begin));
  take_attached(composition, parts);
  return composition;
}

bool has_diff(const Composition& composition) {
  return composition.place.begin != composition.place.end || !composition.attached.empty();
}

// Signature and footer stand behind a diff, never in it: a removed "- " line looks like one.
std::string_view reply_text(const Composition& composition) {
  const std::string_view body{composition.body};
  const auto tail = without_footer(body.substr(composition.place.end));
  return without_blank_lines(body.substr(0, composition.place.end + tail.size()));
}

std::string take_reply_text(Composition& composition) {
  return take_lines(composition.body, reply_text(composition));
}

std::string take_diff(Composition& composition) {
  auto diff = take_piece(composition.body, inline_diff(composition));
  diff += composition.line_ends;
  if (diff.empty()) return std::move(composition.attached);
  diff += composition.attached;
  return diff;
}

}  // namespace quilter
