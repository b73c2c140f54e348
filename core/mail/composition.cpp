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

std::string body_of(const Mail& mail) {
  std::string body;
  for (const auto& part : mail.parts) {
    if (!is_body(part)) continue;
    if (!body.empty() && !body.ends_with('\n')) body += '\n';
    body += part.text;
  }
  return without_clearsigning(std::move(body));
}

// Signature and footer stand behind a diff, never in it: a removed "- " line looks like one.
std::string reply_text(std::string_view body, DiffPlace place) {
  const auto tail = without_footer(body.substr(place.end));
  return joined_content(body.substr(0, place.end + tail.size()), {});
}

void take_commit_message(Composition& composition, std::string_view content) {
  auto read = in_body(content);
  composition.content = joined_content(read.rest, {});
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
void take_attached(Composition& composition, const Mail& mail) {
  bool wants_message = composition.diff.empty();
  for (const auto& part : mail.parts) {
    if (is_body(part)) continue;
    auto split = split_diff(part.text);
    if (split.diff.empty() || composition.diff.find(split.diff) != std::string::npos) continue;
    composition.diff += split.diff;
    std::move(split.files.begin(), split.files.end(), std::back_inserter(composition.files));
    if (!wants_message) continue;
    const auto said = std::move(composition.content);
    take_commit_message(composition, split.content);
    composition.content = joined_content(said, composition.content);
    wants_message = split.content.empty();
  }
  composition.files = in_order(std::move(composition.files));
}

}  // namespace

Composition compose(const Mail& mail) {
  Composition composition;
  const auto body = body_of(mail);
  auto split = split_diff(body);
  composition.text = reply_text(body, split.place);
  composition.diff = std::move(split.diff);
  composition.files = std::move(split.files);
  take_commit_message(composition, split.content);
  if (!composition.diff.empty())
    take_proposal(composition, std::string_view{body}.substr(0, split.place.begin));
  take_attached(composition, mail);
  return composition;
}

}  // namespace quilter
