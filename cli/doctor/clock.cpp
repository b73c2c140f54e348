#include "cli/doctor/clock.hpp"

#include <algorithm>

#include "core/mail/date.hpp"

namespace quilter::doctor {
namespace {

using std::chrono::seconds;

constexpr const char* command = "sudo timedatectl set-ntp true";
constexpr seconds harmless{5};
// No host's clock is before this program was written, unless it is wrong.
constexpr Time written{std::chrono::sys_days{std::chrono::year{2026} / 1 / 1}};

std::string shown(Time time) {
  return iso8601(std::chrono::floor<seconds>(time));
}

}  // namespace

Finding compared_clocks(Time before, Time theirs, Time after) {
  if (before < written) return wrong("this host's clock says " + shown(before), command);
  const auto behind = std::chrono::floor<seconds>(std::max(theirs - after, Time::duration{}));
  const auto ahead = std::chrono::floor<seconds>(std::max(before - theirs, Time::duration{}));
  const auto apart = std::max(behind, ahead);
  if (apart <= harmless) return ok("as the database's, " + shown(after));
  return warning("this host's clock is " + std::to_string(apart.count()) + " s " +
                     (behind > ahead ? "behind" : "ahead of") + " the database's (" +
                     shown(theirs) + ")",
                 command);
}

}  // namespace quilter::doctor
