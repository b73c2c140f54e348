#include <algorithm>
#include <iostream>

#include "cli/commands.hpp"
#include "cli/entries.hpp"
#include "cli/exit_code.hpp"
#include "cli/output.hpp"
#include "cli/tracking.hpp"
#include "core/mail/classify.hpp"
#include "core/mail/text.hpp"
#include "core/mime/read_mail.hpp"
#include "core/store/archive.hpp"

namespace quilter::cli {
namespace {

// A further line of the value stands below its first: it shall not look like a field.
void print_field(std::string_view name, const std::string& value) {
  if (value.empty() || value == "-") return;
  constexpr std::size_t margin = 12;
  const auto text = terminal_text(value);
  std::string before{name};
  for (std::string_view rest = text; !rest.empty(); before.clear()) {
    before.resize(std::max(margin, before.size() + 1), ' ');
    std::cout << before << next_line(rest);
  }
}

// "acked 1, reviewed 2"; what there is none of is left out.
std::string counted(const Tally& tally) {
  std::vector<std::string> words;
  for (const auto kind : tally_kinds)
    if (const auto count = tally.count(kind); count > 0)
      words.push_back(std::string{to_string(kind)} + " " + std::to_string(count));
  return joined(words);
}

void print_series(const SeriesEntry& series) {
  print_field("series",
              std::to_string(series.id) + (series.complete ? ", complete" : ", incomplete"));
  print_field("project", series.project);
  print_field("name", titled(series.name));
  print_field("version", std::to_string(series.version));
  print_field("received", received(series));
  print_field("submitter", person(series.submitter));
  print_field("date", when(series.date));
  print_field("comments", std::to_string(series.comments));
  print_field("tally", counted(series.tally));
  if (series.supersedes) print_field("supersedes", "series " + std::to_string(*series.supersedes));
  if (series.superseded_by)
    print_field("superseded", "by series " + std::to_string(*series.superseded_by));
}

void print_members(const std::vector<MessageEntry>& members, const Screen& screen) {
  std::vector<Row> rows{heading(
      {"NUMBER", "KIND", "STATE", "A/R/T", "S/W/F", "DATE", "COMMENTS", "NAME", "MESSAGE-ID"},
      {Fit::whole, Fit::whole, Fit::whole, Fit::whole, Fit::whole, Fit::whole, Fit::whole, Fit::cut,
       Fit::cut})};
  for (const auto& member : members) {
    rows.push_back(row({numbered(member), member.kind, or_dash(member.state), acks(member.tally),
                        "", when(member.date), std::to_string(member.comments.size()),
                        titled(member.name), member.message_id}));
    rows.back()[2].paint = paint_of_state(member.state);
    rows.back()[4] = checked(member.checks);
  }
  std::cout << '\n' << table(std::move(rows), screen);
  for (const auto& member : members)
    for (const auto& trailer : member.trailers)
      if (!trailer.starts_with("Signed-off-by:"))
        std::cout << numbered(member) << "  " << terminal_text(trailer + "\n");
}

// What people decided, and who stands behind it; `where` says of several projects which.
void print_decided(const MessageEntry& member, const std::string& where) {
  const auto print_value = [&](std::string_view name, const std::string& value) {
    if (!value.empty() && value != "-") print_field(name, value + where);
  };
  print_value("state", member.state);
  print_value("delegate", member.delegate);
  if (member.archived) print_value("archived", "yes");
  print_value("commit", member.commit);
  if (member.kind != "cover") print_value("revision", std::to_string(member.revision));
  print_value("tally", counted(member.tally));
}

void print_patch(const std::vector<MessageEntry>& found) {
  const auto& member = found.front();
  print_field("kind", member.kind);
  print_field("message-id", member.message_id);
  for (const auto& one : found)
    print_field("project", one.project + ", series " + std::to_string(one.series));
  print_field("name", titled(member.name));
  print_field("number", numbered(member) + " of v" + std::to_string(member.version));
  print_field("submitter", person(member.submitter));
  if (member.author != member.submitter) print_field("author", person(member.author));
  print_field("date", when(member.date));
  for (const auto& one : found) print_decided(one, found.size() > 1 ? " in " + one.project : "");
  print_field("pull", member.pull_url.empty() ? "" : member.pull_url + " " + member.pull_ref);
  print_field("patch-id", member.patch_id);
  for (const auto& path : member.paths) print_field("path", path);
  for (const auto& trailer : member.trailers) print_field("trailer", trailer);
  for (const auto& comment : member.comments) print_field("comment", comment);
}

// `where` as above.
void print_check(const CheckEntry& entry, const std::string& where) {
  const auto& [project, check, by, at] = entry;
  print_field("check", check.context + " " + check.state + ", " + by + where + ", " + when(at) +
                           (check.description.empty() ? "" : ": ") + check.description);
}

void print_remarks(const Remarks& remarks) {
  for (const auto& check : remarks.checks) print_check(check, " in " + check.project);
  for (const auto& note : remarks.notes)
    print_field("note", note.by + " in " + note.project + ", " + when(note.at) + ": " + note.text);
}

// What follows reads all that a command shows, and lets the archive go before anybody reads the
// output.

struct FoundSeries {
  std::optional<SeriesEntry> series;
  std::vector<MessageEntry> members;
  std::vector<CheckEntry> checks;  // of it as a whole
};

FoundSeries find_series(const Common& common, std::int64_t id) {
  Archive archive{common.connection()};
  auto series = archive.series(id);
  if (series && series->merged_into) series = archive.series(*series->merged_into);
  if (!series) return {};
  return {series, archive.members(series->id), archive.checks(series->id)};
}

struct FoundPatch {
  std::vector<MessageEntry> entries;  // one a project
  std::string raw;
  Remarks remarks;
};

FoundPatch find_patch(const Common& common, const std::string& message_id) {
  Archive archive{common.connection()};
  FoundPatch found{archive.find_patch(message_id), "", {}};
  if (found.entries.empty()) return found;
  found.raw = archive.raw_message(found.entries.front().project, message_id).value();
  found.remarks = {archive.checks(message_id), archive.notes(message_id)};
  return found;
}

}  // namespace

int series_show(const Common& common, std::int64_t id) {
  const auto [series, members, checks] = find_series(common, id);
  if (!series) return complain_of_series(id);
  if (common.output() == Output::json) {
    auto value = counted_json(*series);
    value["checks"] = checks_json(checks);
    value["members"] = Json::array();
    for (const auto& member : members) value["members"].push_back(counted_json(member));
    print(value);
    return exit_code::ok;
  }
  print_series(*series);
  for (const auto& check : checks) print_check(check, "");
  print_members(members, screen(common));
  return exit_code::ok;
}

int series_merge(const Common& common, std::int64_t kept, std::int64_t other) {
  const auto id =
      Archive{common.connection()}.merge_series(common.acting(), kept, other, common.stitching());
  std::cout << "series " << id << '\n';
  return exit_code::ok;
}

int series_split(const Common& common, std::int64_t id, const std::vector<std::int32_t>& numbers) {
  const auto split =
      Archive{common.connection()}.split_series(common.acting(), id, numbers, common.stitching());
  std::cout << "series " << split << '\n';
  return exit_code::ok;
}

int patch_show(const Common& common, const std::string& message_id, bool with_diff) {
  const auto [found, raw, remarks] = find_patch(common, message_id);
  if (found.empty()) return complain_of_patch(message_id);
  if (common.output() == Output::json) {
    auto values = Json::array();
    for (const auto& member : found) {
      auto value = entry_json(member);
      value.update(remarks_json(remarks, member.project));
      values.push_back(value);
    }
    print(values);
    return exit_code::ok;
  }
  print_patch(found);
  print_remarks(remarks);
  const mime::Library gmime;
  const auto classified = classify(mime::read_mail(raw), {});
  if (const auto* submission = std::get_if<Submission>(&classified)) {
    std::cout << '\n' << terminal_text(submission->content);
    if (with_diff) std::cout << '\n' << terminal_text(submission->diff);
  }
  return exit_code::ok;
}

}  // namespace quilter::cli
