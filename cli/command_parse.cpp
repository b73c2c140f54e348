#include <fstream>
#include <iostream>
#include <iterator>

#include "cli/commands.hpp"
#include "cli/exit_code.hpp"
#include "cli/output.hpp"
#include "core/digest/digest.hpp"
#include "core/mail/classify.hpp"
#include "core/mail/commit_text.hpp"
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

Json json_of(const Metadata& metadata) {
  return {{"base_commit", or_null(metadata.base_commit)},
          {"prerequisite_patch_ids", metadata.prerequisite_patch_ids},
          {"prerequisite_message_ids", metadata.prerequisite_message_ids},
          {"change_id", or_null(metadata.change_id)},
          {"depends_on", metadata.depends_on},
          {"based_on", metadata.based_on},
          {"supersedes", metadata.supersedes},
          {"links", metadata.links}};
}

Json json_of(const Hints& hints) {
  return {{"state", or_null(hints.state)},
          {"delegate", or_null(hints.delegate)},
          {"action_required", hints.action_required}};
}

Json json_of(const Submission& submission) {
  const auto text = commit_text(submission.content);
  auto files = Json::array();
  for (const auto& file : submission.files)
    files.push_back({{"path", file.path},
                     {"old_blob", or_null(file.old_blob)},
                     {"new_blob", or_null(file.new_blob)}});
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
      {"ancestors_dropped", submission.ancestors_dropped},
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
      {"commit_message", text.message},
      {"notes", text.notes},
      {"diffstat", text.diffstat},
      {"diff", or_null(submission.diff)},
      {"diff_sha256", submission.diff.empty() ? Json(nullptr) : Json(sha256_hex(submission.diff))},
      {"paths", paths(submission.files)},
      {"files", files},
      {"metadata", json_of(submission.metadata)},
      {"hints", json_of(submission.hints)},
      {"patch_id", or_null(submission.patch_id)},
      {"trailers", trailers},
      {"pull",
       pull ? Json{{"url", pull->url}, {"ref", pull->ref}, {"base", pull->base}, {"tip", pull->tip}}
            : Json(nullptr)}};
}

Json json_of(const Ignored& ignored) {
  return {{"kind", "ignored"}, {"reason", ignored.reason}};
}

// One mail is shown for itself: a text, or indented JSON. Of several, texts have an empty line
// between, and JSON is a line each that begins with where the mail was found.
class Report {
 public:
  Report(const Common& common, const ParseArguments& arguments)
      : output_{common.output()},
        profile_{arguments.list_tag, arguments.list_addresses},
        single_{arguments.files.size() == 1 && !arguments.mbox} {
    if (!arguments.hints.empty()) profile_.hint_rights = hint_rights(arguments.hints);
  }

  void show(std::string_view message, const Json& place) {
    const auto classified = classify(mime::read_mail(message), profile_);
    if (output_ == Output::table)
      std::cout << (first_ ? "" : "\n") << terminal_text(describe(classified));
    else
      show(std::visit([](const auto& value) { return json_of(value); }, classified), place);
    first_ = false;
  }

 private:
  void show(const Json& mail, Json place) const {
    if (single_) return print(mail);
    place.update(mail);
    std::cout << json_text(place) << '\n';
  }

  Output output_;
  ListProfile profile_;
  bool single_;
  bool first_ = true;
};

}  // namespace

int parse(const Common& common, const ParseArguments& arguments) {
  const mime::Library gmime;
  Report report{common, arguments};
  int code = exit_code::ok;
  for (const auto& name : arguments.files) {
    const auto file = read(name);
    if (!file) {
      code = complain("cannot read " + name);
    } else if (arguments.mbox) {
      std::size_t index = 0;
      for (const auto& message : messages_of_mbox(*file))
        report.show(message, {{"file", name}, {"index", index++}});
    } else {
      report.show(without_from_line(*file), {{"file", name}});
    }
  }
  return code;
}

}  // namespace quilter::cli
