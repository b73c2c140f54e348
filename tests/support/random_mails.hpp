// Random mails, for tests that hold one way to stitch them against another.
#pragma once

#include <algorithm>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "tests/support/members.hpp"

namespace quilter::test {

// Mails of a few people about a few names, in threads, resent and re-rolled: enough alike to
// collide often.
inline std::vector<Submission> random_mails(std::mt19937& random, int count = 7) {
  const auto pick = [&](int below) {
    return static_cast<int>(random() % static_cast<unsigned>(below));
  };
  std::vector<Submission> mails;
  const int senders = 1 + pick(2), shapes = 1 + pick(2);
  const auto style = pick(5);
  for (int i = 0; i < count; ++i) {
    std::vector<MessageId> ancestors;
    if (style == 1 && i > 0) ancestors = {"m0"};
    if (style == 2 && i > 0)
      for (int at = i; at-- > 0;) ancestors.push_back("m" + std::to_string(at));
    if (style == 3)
      for (int n = pick(3); n-- > 0;) ancestors.push_back("m" + std::to_string(pick(9)));
    const auto sent = [](int run, int number) {
      return "20260101000000." + std::to_string(run) + "-" + std::to_string(number) + "-a@x";
    };
    auto id = pick(3) == 0 && style == 0 ? sent(pick(2), i) : "m" + std::to_string(i);
    if (style == 4) {  // one sending, whose cover letter may say another version
      id = sent(1, i);
      if (i > 0) ancestors = {sent(1, 0)};
    }
    std::erase(ancestors, id);
    auto mail = patch(id, {1 + pick(shapes), style == 3 ? pick(6) : i, 5}, ancestors, pick(40),
                      "p" + std::to_string(pick(senders)) + "@x");
    if (pick(2) == 0) mail.name = "name " + std::to_string(pick(3));
    if (pick(30) == 0) mail.metadata.supersedes = {"m" + std::to_string(pick(7))};
    if (pick(30) == 0) mail.metadata.change_id = "change";
    mails.push_back(std::move(mail));
  }
  std::shuffle(mails.begin(), mails.end(), random);
  return mails;
}

}  // namespace quilter::test
