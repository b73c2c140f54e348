#include <algorithm>
#include <iostream>

#include "cli/commands.hpp"
#include "cli/exit_code.hpp"
#include "cli/output.hpp"
#include "core/mail/mbox.hpp"
#include "core/mail/text.hpp"
#include "core/store/archive.hpp"

namespace quilter::cli {
namespace {

constexpr std::size_t most_digits = 18;  // of a series id

bool is_series_id(std::string_view id) {
  return !id.empty() && id.size() <= most_digits && std::all_of(id.begin(), id.end(), is_digit);
}

std::vector<MessageEntry> wanted(Archive& archive, const std::string& id) {
  if (!is_series_id(id)) {
    auto found = archive.find_patch(id);
    if (!found.empty() && found.front().kind == "cover")
      return archive.members(found.front().series);
    found.resize(
        std::min<std::size_t>(found.size(), 1));  // of two projects both have the same message
    return found;
  }
  auto series = archive.series(std::stoll(id));
  return series ? archive.members(series->merged_into.value_or(series->id))
                : std::vector<MessageEntry>{};
}

}  // namespace

int mbox(const Common& common, const std::string& id) {
  Archive archive{common.connection()};
  const auto members = wanted(archive, id);
  int written = 0;
  for (const auto& member : members) {
    if (member.diff_sha256.empty()) continue;  // a cover letter or a pull request: nothing to apply
    const auto raw = archive.raw_message(member.project, member.message_id);
    if (!raw) return complain("message " + member.message_id + " went away while it was read");
    std::cout << mbox_entry(*raw);
    ++written;
  }
  if (written > 0) return exit_code::ok;
  if (members.empty())
    return complain("there is no series or patch " + id + ": see quilter series list");
  const auto& url = members.front().pull_url;
  return complain(url.empty() ? "there is no patch in " + id
                              : id + " is a pull request: git pull " + url + " " +
                                    members.front().pull_ref);
}

}  // namespace quilter::cli
