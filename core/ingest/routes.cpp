#include "core/ingest/routes.hpp"

#include <re2/re2.h>

#include <algorithm>

#include "core/mail/text.hpp"

namespace quilter {
namespace {

constexpr std::int64_t pattern_memory_bytes = 1 << 20;

RE2::Options pattern_options() {
  RE2::Options options;
  options.set_log_errors(false);
  options.set_max_mem(pattern_memory_bytes);
  options.set_case_sensitive(false);
  return options;
}

void add(std::vector<std::size_t>& found,
         const std::unordered_multimap<std::string, std::size_t>& index, const std::string& key) {
  const auto [begin, end] = index.equal_range(key);
  for (auto entry = begin; entry != end; ++entry) found.push_back(entry->second);
}

}  // namespace

struct Routes::Pattern {
  explicit Pattern(const std::string& text) : compiled{text, pattern_options()} {}
  RE2 compiled;
};

std::optional<std::string> subject_match_error(const std::string& pattern) {
  const RE2 compiled{pattern, pattern_options()};
  if (compiled.ok()) return std::nullopt;
  return compiled.error();
}

std::string list_id(std::string_view field_body) {
  const auto open = field_body.rfind('<');
  if (open != std::string_view::npos) {
    const auto close = field_body.find('>', open);
    field_body =
        field_body.substr(open + 1, close == std::string_view::npos ? close : close - open - 1);
  }
  auto id = lower(trim(field_body));
  std::replace(id.begin(), id.end(), '@', '.');  // X-Mailing-List names the list's address
  return id;
}

Routes::Routes(std::vector<Project> projects) : projects_{std::move(projects)} {
  for (std::size_t i = 0; i < projects_.size(); ++i) {
    const auto& project = projects_[i];
    for (const auto& id : project.list_ids) by_list_id_.emplace(list_id(id), i);
    for (const auto& recipient : project.recipients) by_recipient_.emplace(lower(recipient), i);
    patterns_.push_back(
        project.subject_match.empty() ? nullptr : std::make_unique<Pattern>(project.subject_match));
    if (patterns_.back() && !patterns_.back()->compiled.ok())
      broken_.push_back(project.name + ": subject_match: " + patterns_.back()->compiled.error());
  }
}

Routes::~Routes() = default;

std::vector<std::size_t> Routes::by_list(const ListMarks& marks) const {
  std::vector<std::size_t> found;
  for (const auto& field : marks.list_fields) add(found, by_list_id_, list_id(field));
  for (const auto& path : marks.forward_paths) add(found, by_recipient_, lower(path));
  std::sort(found.begin(), found.end());
  found.erase(std::unique(found.begin(), found.end()), found.end());
  return found;
}

bool Routes::wants(const ListMarks& marks) const {
  return !by_list(marks).empty();
}

std::vector<const Project*> Routes::of(const Mail& mail,
                                       const std::vector<std::string>& forward_paths) const {
  ListMarks marks{.list_fields = {}, .forward_paths = forward_paths};
  for (const auto* name : {"List-Id", "X-Mailing-List", "X-List"})
    for (const auto body : all(mail, name)) marks.list_fields.emplace_back(body);
  const auto subject = first(mail, "Subject");
  std::vector<const Project*> found;
  for (const auto i : by_list(marks))
    if (!patterns_[i] ||
        RE2::PartialMatch(re2::StringPiece{subject.data(), subject.size()}, patterns_[i]->compiled))
      found.push_back(&projects_[i]);
  return found;
}

}  // namespace quilter
