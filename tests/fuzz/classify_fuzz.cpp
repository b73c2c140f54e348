// Any mail is classified, whatever its decoded fields and parts say, and described in valid UTF-8.
//
// The input: fields as "Name: body" lines up to an empty line, then parts, each begun by a line of
// "%" (shown), or "%" and a file name (attached).
#include <cstdint>

#include "core/mail/classify.hpp"
#include "core/mail/commit_text.hpp"
#include "core/mail/describe.hpp"
#include "core/mail/text.hpp"
#include "tests/fuzz/require.hpp"

namespace {

using quilter::next_line;
using quilter::without_line_end;

quilter::Mail mail_of(std::string_view text) {
  quilter::Mail mail;
  mail.fingerprint = std::string(64, '0');
  while (!text.empty()) {
    const auto line = without_line_end(next_line(text));
    if (line.empty()) break;
    const auto colon = std::min(line.find(':'), line.size() - 1);
    mail.fields.push_back(
        {std::string{line.substr(0, colon)}, std::string{quilter::trim(line.substr(colon + 1))}});
  }
  mail.parts.push_back({"text/plain", {}, false, {}});
  while (!text.empty()) {
    const auto line = next_line(text);
    if (line.starts_with('%'))
      mail.parts.push_back({"text/plain",
                            std::string{without_line_end(line.substr(1))},
                            without_line_end(line).size() > 1,
                            {}});
    else
      mail.parts.back().text += line;
  }
  return mail;
}

void check(const quilter::Submission& submission) {
  require(!submission.submitter.address.empty());
  require((submission.kind == quilter::Kind::pull_request) == submission.pull.has_value());
  require(submission.kind != quilter::Kind::patch || !submission.diff.empty());
  require(submission.version >= 1 && submission.number >= 0 && submission.total >= 1);
  require(submission.trailers.size() <= quilter::max_trailers);
  require(submission.metadata.links.size() <= quilter::max_references);
  const auto text = quilter::commit_text(submission.content);
  require(text.message.size() + text.notes.size() + text.diffstat.size() <=
          submission.content.size() + 2);  // two line ends may be added
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto text =
      quilter::valid_utf8(std::string_view{reinterpret_cast<const char*>(data), size});
  const auto classified =
      quilter::classify(mail_of(text), {"widgets", {"widgets@lists.example.org"}});
  require(quilter::is_valid_utf8(quilter::describe(classified)));
  if (const auto* submission = std::get_if<quilter::Submission>(&classified)) check(*submission);
  return 0;
}
