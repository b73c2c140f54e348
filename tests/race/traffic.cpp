#include "tests/race/traffic.hpp"

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <random>
#include <sstream>

#include "tests/support/members.hpp"

namespace quilter::test {
namespace {

using Json = nlohmann::json;

constexpr int size = 4;  // patches of a series, next to its cover letter

std::string joined(std::string line, const std::vector<MessageId>& ids) {
  for (const auto& id : ids) line += " " + id;
  return line;
}

// One version of one series, with a chain of comments on each mail. Each comment is by somebody
// else: no lock but the mails' own keeps them in step.
class Sending {
 public:
  Sending(Threading threading, int burst, int version, int twin, MessageId top)
      : threading_{threading}, burst_{burst}, version_{version}, twin_{twin}, top_{std::move(top)} {
    for (int n = 0; n <= size; ++n) ids_.push_back(id(n));
  }

  void add_to(std::vector<Submission>& mails, std::set<std::string>& truth) const {
    for (int n = 0; n <= size; ++n) {
      mails.push_back(patch(ids_[number(n)], {version_, n, size}, ancestors(n), at(n), sender(n)));
      add_comments(ids_[number(n)], at(n), mails, truth);
    }
    truth.insert(joined("series", ids_) + (top_.empty() ? "" : " after " + top_));
  }

  const MessageId& cover() const { return ids_.front(); }

 private:
  static std::size_t number(int n) { return static_cast<std::size_t>(n); }

  std::string label() const {
    return std::to_string(static_cast<int>(threading_)) + "." + std::to_string(burst_);
  }

  // Half of the twins are unthreaded: then only the run of git send-email tells them apart.
  bool by_run() const { return threading_ == Threading::twins && burst_ % 2 == 1; }

  MessageId id(int n) const {
    if (by_run())
      return "1700000000." + std::to_string(100 * burst_ + twin_) + "-" + std::to_string(n) +
             "-twin@example.org";
    return "s" + label() + "v" + std::to_string(version_) + "t" + std::to_string(twin_) + "n" +
           std::to_string(n) + "@example.org";
  }

  int at(int n) const {
    const int start = burst_ * 100 + version_ * 40;
    return threading_ == Threading::late_cover && n == 0 ? start + size + 1 : start + n;
  }

  std::string sender(int n) const {
    const bool other = threading_ == Threading::two_senders && n / 2 % 2 == 1;
    return (other ? "other" : "one") + label() + "@example.org";
  }

  std::vector<MessageId> ancestors(int n) const {
    std::vector<MessageId> nearest_first;
    switch (threading_) {
      case Threading::unthreaded:
      case Threading::late_cover:
        return {};
      case Threading::in_reply_to_only:
      case Threading::two_senders:
        if (n > 0) nearest_first = {ids_[number(n - 1)]};
        break;
      case Threading::deep:
        for (int before = n - 1; before >= 0; --before)
          nearest_first.push_back(ids_[number(before)]);
        break;
      default:
        if (n > 0 && !by_run()) nearest_first = {cover()};
    }
    if (!top_.empty()) nearest_first.push_back(top_);
    return nearest_first;
  }

  void add_comments(const MessageId& on, int minutes, std::vector<Submission>& mails,
                    std::set<std::string>& truth) const {
    auto parent = on;
    for (const std::string who : {"a", "b", "c"}) {
      const auto id = who + "." + on;
      mails.push_back(comment(id, {parent}, ++minutes + size, id));
      truth.insert("comment " + id + " on " + on);
      parent = id;
    }
  }

  Threading threading_;
  int burst_, version_, twin_;
  MessageId top_;
  std::vector<MessageId> ids_;
};

void sort_by_date(std::vector<Submission>& mails) {
  std::stable_sort(mails.begin(), mails.end(),
                   [](const auto& left, const auto& right) { return left.date < right.date; });
}

}  // namespace

std::string name(Threading threading) {
  switch (threading) {
    case Threading::shallow:
      return "shallow";
    case Threading::deep:
      return "deep";
    case Threading::in_reply_to_only:
      return "In-Reply-To only";
    case Threading::unthreaded:
      return "unthreaded";
    case Threading::late_cover:
      return "unthreaded, late cover";
    case Threading::version_in_thread:
      return "v2 in v1's thread";
    case Threading::two_senders:
      return "two senders in a series";
    case Threading::twins:
      return "twin series of a sender";
    case Threading::comments_first:
      return "comments before parents";
  }
  return "?";
}

std::string name(Arrival arrival) {
  return arrival == Arrival::burst ? "burst" : "shuffled";
}

Traffic traffic(Threading threading, int bursts) {
  Traffic all;
  for (int burst = 0; burst < bursts; ++burst) {
    auto& mails = all.bursts.emplace_back();
    const Sending first{threading, burst, 1, 0, ""};
    first.add_to(mails, all.truth);
    if (threading == Threading::version_in_thread)
      Sending{threading, burst, 2, 0, first.cover()}.add_to(mails, all.truth);
    if (threading == Threading::twins) Sending{threading, burst, 1, 1, ""}.add_to(mails, all.truth);
    sort_by_date(mails);
    // One address, many spellings: only the earliest may stay, whoever comes first.
    for (auto& mail : mails) mail.submitter.name += " as of " + mail.message_id;
  }
  return all;
}

Traffic greetings(const Traffic& traffic) {
  std::set<std::string> people;
  for (const auto& mail : in_sent_order(traffic)) people.insert(mail.submitter.address);
  Traffic all;
  auto& mails = all.bursts.emplace_back();
  for (const auto& person : people) {
    mails.push_back(patch("hello." + person, {}, {}, -1000, person));
    all.truth.insert("series hello." + person);
  }
  return all;
}

std::vector<Submission> in_sent_order(const Traffic& traffic) {
  std::vector<Submission> mails;
  for (const auto& burst : traffic.bursts) mails.insert(mails.end(), burst.begin(), burst.end());
  sort_by_date(mails);
  return mails;
}

std::vector<Submission> shuffled(const Traffic& traffic, Threading threading, Arrival arrival,
                                 unsigned seed) {
  std::mt19937 random{seed};
  auto bursts = traffic.bursts;
  if (arrival == Arrival::shuffled) bursts = {in_sent_order(traffic)};
  std::vector<Submission> mails;
  for (auto& burst : bursts) {
    std::shuffle(burst.begin(), burst.end(), random);
    if (threading == Threading::comments_first)
      std::stable_partition(burst.begin(), burst.end(),
                            [](const auto& mail) { return mail.kind == Kind::comment; });
    mails.insert(mails.end(), burst.begin(), burst.end());
  }
  return mails;
}

std::set<std::string> grouping(const std::string& dump) {
  std::set<std::string> lines;
  std::map<std::string, std::vector<MessageId>> series;  // by key: cover letter, patches
  std::map<std::string, std::string> supersedes;
  std::istringstream text{dump};
  for (std::string line; std::getline(text, line);) {
    const auto row = Json::parse(line);
    const std::string type = row["type"];
    if (type == "parked") lines.insert("parked " + row["message_id"].get<std::string>());
    if (type == "comment")
      lines.insert("comment " + row["message_id"].get<std::string>() + " on " +
                   row["parent"].get<std::string>());
    if (type != "series") continue;
    auto& ids = series[row["key"]];
    if (!row["cover"].is_null()) ids.push_back(row["cover"]);
    for (const auto& patch : row["patches"]) ids.push_back(patch["message_id"]);
    if (!row["supersedes"].is_null()) supersedes[row["key"]] = row["supersedes"];
  }
  for (const auto& [key, ids] : series) {
    const auto before = supersedes.find(key);
    lines.insert(joined("series", ids) +
                 (before == supersedes.end() ? "" : " after " + series.at(before->second).front()));
  }
  return lines;
}

}  // namespace quilter::test
