// Any bytes are a mail that is read, classified and described, and every text in it is valid UTF-8.
#include <cstdint>

#include "core/mail/classify.hpp"
#include "core/mail/describe.hpp"
#include "core/mail/text.hpp"
#include "core/mime/read_mail.hpp"
#include "tests/fuzz/require.hpp"

namespace {

void check(const quilter::Submission& submission) {
  require(!submission.message_id.empty());
  require(submission.ancestors.size() <= quilter::max_ancestors);
  require(!submission.submitter.address.empty());
  require((submission.kind == quilter::Kind::pull_request) == submission.pull.has_value());
  require(submission.version >= 1 && submission.number >= 0 && submission.total >= 1);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const quilter::mime::Library gmime;
  const std::string_view bytes{reinterpret_cast<const char*>(data), size};
  const auto mail = quilter::mime::read_mail(bytes);
  for (const auto& part : mail.parts) require(quilter::is_valid_utf8(part.text));
  for (const auto& field : mail.fields) require(quilter::is_valid_utf8(field.body));
  const auto classified = quilter::classify(mail, {"widgets", {"widgets@lists.example.org"}});
  require(quilter::is_valid_utf8(quilter::describe(classified)));
  if (const auto* submission = std::get_if<quilter::Submission>(&classified)) check(*submission);
  return 0;
}
