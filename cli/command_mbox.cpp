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

struct Found {
  std::vector<MessageEntry> members;
  std::string text;  // what git am takes; "" where there is nothing to apply
};

// All of it, so that the archive is let go before anybody reads the output.
Found find(const Common& common, const std::string& id) {
  Archive archive{common.connection()};
  Found found{wanted(archive, id), ""};
  for (const auto& member : found.members)
    if (!member.diff_sha256.empty())  // else a cover letter or a pull request
      found.text += mbox_entry(archive.raw_message(member.project, member.message_id).value());
  return found;
}

}  // namespace

int mbox(const Common& common, const std::string& id) {
  const auto found = find(common, id);
  std::cout << found.text;
  if (!found.text.empty()) return exit_code::ok;
  if (found.members.empty())
    return complain("there is no series or patch " + id + ": see quilter series list");
  const auto& first = found.members.front();
  return complain(first.pull_url.empty() ? "there is no patch in " + id
                                         : id + " is a pull request: git pull " + first.pull_url +
                                               " " + first.pull_ref);
}

}  // namespace quilter::cli
