// extend: the short way for a mail that plainly belongs to one series: what stitch() would say of
// the whole neighbourhood, from a glimpse of it, so that the thousandth patch costs what the tenth
// did.
//
// Promise: where it gives an answer, stitch() of all members and the mail gives the same; where it
// cannot know, nothing: then the whole neighbourhood is read.
// Errors: none.
// Time: that of the glimpse, which is bounded.
// Threads: pure functions.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "core/series/plan.hpp"

namespace quilter {

constexpr std::size_t most_glimpsed_series = 20;  // a neighbourhood of more is read whole

struct Glimpse {
  std::map<std::int64_t, SeriesRow> series;  // all of the neighbourhood
  // Of the one that has the mail's shape: the mails that it answers, the cover letter, and those
  // with the next lower and the next higher number (or its own). Others of it do no harm.
  std::vector<Member> sample;
  bool named = false;       // a patch or cover letter may name the mail: as an ancestor, say
  bool name_known = false;  // its submitter may have sent another of its name
};

// The one series with the mail's version and total; nothing where there is none, or several.
std::optional<std::int64_t> series_of_shape(const Submission& submission,
                                            const std::map<std::int64_t, SeriesRow>& series);

std::optional<SeriesWrite> extend(const Submission& submission, const Glimpse& glimpse,
                                  const StitchOptions& options);

}  // namespace quilter
