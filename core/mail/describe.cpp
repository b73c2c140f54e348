#include "core/mail/describe.hpp"

#include <array>

#include "core/digest/digest.hpp"
#include "core/mail/text.hpp"

namespace quilter {
namespace {

constexpr std::size_t longest_shown = 1500;  // bytes of a text that is printed beside its digest

// Fields in lines; what is empty is left out.
class Lines {
 public:
  void field(std::string_view name, std::string_view value) {
    if (!value.empty()) text_.append(name).append(": ").append(escaped(value)).append("\n");
  }
  void number(std::string_view name, std::int64_t value) { field(name, std::to_string(value)); }

  void text(std::string_view name, std::string_view value) {
    if (value.empty()) return;
    field(name, std::to_string(value.size()) + " bytes, sha256 " + sha256_hex(value));
    if (value.size() > longest_shown) return;
    while (!value.empty()) {
      auto line = next_line(value);
      const bool ended = line.ends_with('\n');
      if (ended) line.remove_suffix(1);
      text_.append("  |").append(escaped(line)).append(ended ? "\n" : "\\\n");
    }
  }

  std::string take() { return std::move(text_); }

 private:
  // Control characters as \xNN, so that CR shows.
  static std::string escaped(std::string_view value) {
    std::string shown;
    for (const char c : value) {
      const auto octet = static_cast<std::uint8_t>(c);
      if ((octet >= 0x20 && octet != 0x7F) || c == '\t')
        shown += c;
      else
        shown += "\\x" + hex(std::array{octet});
    }
    return shown;
  }

  std::string text_;
};

std::string shown(const Mailbox& mailbox) {
  return mailbox.name.empty() ? mailbox.address : mailbox.name + " <" + mailbox.address + ">";
}

template <typename Texts>
std::string joined(const Texts& texts, std::string_view separator) {
  std::string all;
  for (const auto& text : texts) all.append(all.empty() ? "" : separator).append(text);
  return all;
}

void describe_identity(Lines& lines, const Submission& submission) {
  lines.field("message-id",
              submission.message_id + (submission.message_id_derived ? " (derived)" : ""));
  lines.field("ancestors", joined(submission.ancestors, " "));
  if (submission.ancestors_dropped > 0)
    lines.number("ancestors-dropped", static_cast<std::int64_t>(submission.ancestors_dropped));
  lines.field("submitter", shown(submission.submitter));
  if (submission.author != submission.submitter) lines.field("author", shown(submission.author));
  if (submission.date) lines.field("date", iso8601(*submission.date));
}

void describe_subject(Lines& lines, const Submission& submission) {
  lines.field("subject", submission.subject);
  lines.field("name", submission.name);
  lines.field("prefixes", joined(submission.prefixes, " "));
  lines.number("version", submission.version);
  if (!submission.numbered) return;
  lines.number("number", submission.number);
  lines.number("total", submission.total);
}

void describe_metadata(Lines& lines, const Metadata& metadata) {
  const auto list = [&](std::string_view name, const auto& values) {
    for (const auto& value : values) lines.field(name, value);
  };
  lines.field("base-commit", metadata.base_commit);
  list("prerequisite-patch-id", metadata.prerequisite_patch_ids);
  list("prerequisite-message-id", metadata.prerequisite_message_ids);
  lines.field("change-id", metadata.change_id);
  list("depends-on", metadata.depends_on);
  list("based-on", metadata.based_on);
  list("supersedes", metadata.supersedes);
  list("link", metadata.links);
}

void describe_hints(Lines& lines, const Hints& hints) {
  lines.field("hint-state", hints.state);
  lines.field("hint-delegate", hints.delegate);
  if (hints.action_required) lines.field("hint-action-required", "yes");
}

void describe_pull(Lines& lines, const PullRequest& pull) {
  lines.field("pull-url", pull.url);
  lines.field("pull-ref", pull.ref);
  lines.field("pull-base", pull.base);
  lines.field("pull-tip", pull.tip);
}

std::string described(const Submission& submission) {
  Lines lines;
  lines.field("kind", to_string(submission.kind));
  lines.field("rule", submission.rule);
  describe_identity(lines, submission);
  describe_subject(lines, submission);
  for (const auto& trailer : submission.trailers)
    lines.field("trailer", trailer.name + ": " + trailer.value);
  describe_metadata(lines, submission.metadata);
  describe_hints(lines, submission.hints);
  if (submission.pull) describe_pull(lines, *submission.pull);
  lines.text("content", submission.content);
  lines.text("diff", submission.diff);
  lines.field("patch-id", submission.patch_id);
  for (const auto& file : submission.files)
    lines.field("path",
                file.path + (file.old_blob.empty() ? std::string{}
                                                   : " " + file.old_blob + ".." + file.new_blob));
  return lines.take();
}

std::string described(const Ignored& ignored) {
  return "kind: ignored\nreason: " + ignored.reason + "\n";
}

}  // namespace

std::string describe(const Classified& classified) {
  return std::visit([](const auto& value) { return described(value); }, classified);
}

}  // namespace quilter
