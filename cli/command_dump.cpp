#include <algorithm>
#include <iostream>
#include <map>

#include "cli/canonical.hpp"
#include "cli/commands.hpp"
#include "cli/exit_code.hpp"
#include "cli/output.hpp"

namespace quilter::cli {
namespace {

using Members = std::vector<MessageEntry>;

// The first member by (date, message id); without a date is last of all.
const MessageEntry& first_member(const Members& members) {
  return *std::min_element(members.begin(), members.end(), [](const auto& left, const auto& right) {
    return std::pair{left.date.value_or(Timestamp::max()), left.message_id} <
           std::pair{right.date.value_or(Timestamp::max()), right.message_id};
  });
}

std::map<std::int64_t, Members> by_series(Members members) {
  std::map<std::int64_t, Members> grouped;
  std::sort(members.begin(), members.end(), [](const auto& left, const auto& right) {
    return std::pair{left.number, left.message_id} < std::pair{right.number, right.message_id};
  });
  for (auto& member : members) grouped[member.series].push_back(std::move(member));
  return grouped;
}

class Dump {
 public:
  explicit Dump(const Canonical& recorded)
      : recorded_{recorded}, members_{by_series(recorded.members)} {
    for (const auto& [series, members] : members_)
      keys_.emplace(series, first_member(members).message_id);
  }

  std::vector<Json> objects() {
    for (const auto& person : recorded_.people)
      add({{"type", "person"}, {"email", person.address}, {"name", person.name}});
    for (const auto& series : recorded_.series) add_series(series);
    for (const auto& [series, members] : members_)
      for (const auto& member : members)
        member.kind == "cover" ? add_cover(member) : add_patch(member);
    for (const auto& comment : recorded_.comments) add_comment(comment);
    for (const auto& check : recorded_.checks) add_check(check);
    for (const auto& note : recorded_.notes) add_note(note);
    return std::move(objects_);
  }

 private:
  void add(Json object) { objects_.push_back(std::move(object)); }
  Json key_or_null(const std::optional<std::int64_t>& series) const {
    const auto key = series ? keys_.find(*series) : keys_.end();
    return key == keys_.end() ? Json(nullptr) : Json(key->second);
  }
  void add_series(const SeriesEntry& series);
  void add_patch(const MessageEntry& patch);
  void add_cover(const MessageEntry& cover);
  void add_comment(const CommentEntry& comment);
  void add_check(const PlacedCheck& placed);
  void add_note(const NoteEntry& note);

  const Canonical& recorded_;
  std::map<std::int64_t, Members> members_;
  std::map<std::int64_t, std::string> keys_;
  std::map<std::string, int> positions_;  // of the last check or note of a kind
  std::vector<Json> objects_;
};

// A series without members has no key, and is in no sound database: `reparse --apply` removes it.
void Dump::add_series(const SeriesEntry& series) {
  const auto members = members_.find(series.id);
  if (members == members_.end()) return;
  Json cover = nullptr;
  auto patches = Json::array();
  for (const auto& member : members->second) {
    if (member.kind == "cover")
      cover = member.message_id;
    else
      patches.push_back({{"number", member.number}, {"message_id", member.message_id}});
  }
  add({{"type", "series"},
       {"key", keys_.at(series.id)},
       {"version", series.version},
       {"total", series.total},
       {"name", series.name},
       {"submitter", series.submitter.address},
       {"cover", cover},
       {"patches", patches},
       {"complete", series.complete},
       {"supersedes", key_or_null(series.supersedes)}});
}

void Dump::add_patch(const MessageEntry& patch) {
  auto trailers = patch.trailers;
  std::sort(trailers.begin(), trailers.end());
  add({{"type", "patch"},
       {"message_id", patch.message_id},
       {"series", keys_.at(patch.series)},
       {"number", patch.number},
       {"version", patch.version},
       {"total", patch.total},
       {"name", patch.name},
       {"submitter", patch.submitter.address},
       {"author", patch.author.address},
       {"date", date(patch.date)},
       {"paths", patch.paths},
       {"diff_sha256", or_null(patch.diff_sha256)},
       {"patch_id", or_null(patch.patch_id)},
       {"pull_url", or_null(patch.pull_url)},
       {"trailers", trailers},
       {"state", patch.state},
       {"delegate", or_null(patch.delegate)},
       {"archived", patch.archived},
       {"commit", or_null(patch.commit)},
       {"revision", patch.revision}});
}

void Dump::add_cover(const MessageEntry& cover) {
  add({{"type", "cover"},
       {"message_id", cover.message_id},
       {"series", keys_.at(cover.series)},
       {"version", cover.version},
       {"total", cover.total},
       {"name", cover.name},
       {"submitter", cover.submitter.address},
       {"date", date(cover.date)},
       {"content_sha256", cover.content_sha256}});
}

void Dump::add_comment(const CommentEntry& comment) {
  Json object{{"type", comment.parent.empty() ? "parked" : "comment"},
              {"message_id", comment.message_id}};
  if (!comment.parent.empty()) object["parent"] = comment.parent;
  object["in_reply_to"] = or_null(comment.in_reply_to);
  object["submitter"] = comment.submitter.address;
  object["date"] = date(comment.date);
  object["content_sha256"] = comment.content_sha256;
  add(object);
}

void Dump::add_check(const PlacedCheck& placed) {
  const auto key = key_or_null(placed.series);
  const auto& check = placed.entry.check;
  const auto place = Json{"check", placed.message_id, key, check.context}.dump();
  add({{"type", "check"},
       {"message_id", or_null(placed.message_id)},
       {"series", key},
       {"context", check.context},
       {"position", ++positions_[place]},
       {"state", check.state},
       {"url", check.url},
       {"description", check.description},
       {"by", placed.entry.by}});
}

void Dump::add_note(const NoteEntry& note) {
  add({{"type", "note"},
       {"message_id", note.message_id},
       {"position", ++positions_[Json{"note", note.message_id}.dump()]},
       {"text", note.text},
       {"by", note.by}});
}

// The archive is let go before anybody reads the output.
Canonical read(const Common& common, const std::string& project) {
  Archive archive{common.connection()};
  archive.require_project(project);
  auto recorded = canonical(archive, project);
  recorded.checks = archive.checks_of_project(project);
  recorded.notes = archive.notes_of_project(project);
  return recorded;
}

}  // namespace

Canonical canonical(Archive& archive, const std::string& project) {
  return {.members = archive.members_of_project(project),
          .series = archive.series_of_project(project),
          .comments = archive.comments_of_project(project),
          .people = archive.people_of_project(project),
          .checks = {},
          .notes = {}};
}

std::vector<Json> objects(const Canonical& recorded) {
  return Dump{recorded}.objects();
}

int dump(const Common& common, const std::string& project) {
  std::vector<std::string> lines;
  for (const auto& object : objects(read(common, project))) lines.push_back(json_text(object));
  std::sort(lines.begin(), lines.end());
  for (const auto& line : lines) std::cout << line << '\n';
  return exit_code::ok;
}

}  // namespace quilter::cli
