#include <fstream>
#include <iostream>
#include <iterator>

#include "cli/commands.hpp"
#include "cli/exit_code.hpp"
#include "cli/output.hpp"
#include "core/digest/digest.hpp"
#include "core/mail/classify.hpp"
#include "core/mail/describe.hpp"
#include "core/mail/mbox.hpp"
#include "core/mime/read_mail.hpp"

namespace quilter::cli {
namespace {

std::optional<std::string> read(const std::string& file) {
  if (file == "-") return std::string{std::istreambuf_iterator<char>{std::cin}, {}};
  std::ifstream stream{file, std::ios::binary};
  if (!stream) return std::nullopt;
  return std::string{std::istreambuf_iterator<char>{stream}, {}};
}

Json json_of(const Submission& submission) {
  auto trailers = Json::array();
  for (const auto& trailer : submission.trailers)
    trailers.push_back(trailer.name + ": " + trailer.value);
  const auto& pull = submission.pull;
  return {
      {"kind", to_string(submission.kind)},
      {"rule", submission.rule},
      {"message_id", submission.message_id},
      {"message_id_derived", submission.message_id_derived},
      {"ancestors", submission.ancestors},
      {"submitter", mailbox(submission.submitter)},
      {"author", mailbox(submission.author)},
      {"date", date(submission.date)},
      {"subject", submission.subject},
      {"name", submission.name},
      {"prefixes", submission.prefixes},
      {"version", submission.version},
      {"number", submission.number},
      {"total", submission.total},
      {"numbered", submission.numbered},
      {"content", submission.content},
      {"diff", or_null(submission.diff)},
      {"diff_sha256", submission.diff.empty() ? Json(nullptr) : Json(sha256_hex(submission.diff))},
      {"paths", submission.paths},
      {"patch_id", or_null(submission.patch_id)},
      {"trailers", trailers},
      {"pull",
       pull ? Json{{"url", pull->url}, {"ref", pull->ref}, {"base", pull->base}, {"tip", pull->tip}}
            : Json(nullptr)}};
}

Json json_of(const Ignored& ignored) {
  return {{"kind", "ignored"}, {"reason", ignored.reason}};
}

}  // namespace

int parse(const Common& common, const ParseArguments& arguments) {
  const auto file = read(arguments.file);
  if (!file) return complain("cannot read " + arguments.file);
  const mime::Library gmime;
  const auto mail = mime::read_mail(without_from_line(*file));
  const auto classified = classify(mail, {arguments.list_tag, arguments.list_addresses});
  if (common.output() == Output::json)
    print(std::visit([](const auto& value) { return json_of(value); }, classified));
  else
    std::cout << terminal_text(describe(classified));
  return exit_code::ok;
}

}  // namespace quilter::cli
