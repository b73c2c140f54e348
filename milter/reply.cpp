#include "milter/reply.hpp"

#include <array>
#include <cstddef>

namespace quilter::milter {
namespace {

struct Row {
  Status status;
  Reply reply;
};

constexpr std::array rows{
    Row{Status::ignored, {SMFIS_CONTINUE}},
    Row{Status::already_stored, {SMFIS_CONTINUE}},
    Row{Status::stored, {SMFIS_CONTINUE}},
    Row{Status::spooled, {SMFIS_CONTINUE}},
    Row{Status::set_aside, {SMFIS_CONTINUE}},
    Row{Status::try_later,
        {SMFIS_TEMPFAIL, "451", "4.3.0", "patch archive unavailable, try again later"}},
};

// The table is indexed by Status.
static_assert([] {
  for (std::size_t i = 0; i < rows.size(); ++i)
    if (static_cast<std::size_t>(rows[i].status) != i) return false;
  return true;
}());

}  // namespace

const Reply& reply_to(Status status) {
  return rows.at(static_cast<std::size_t>(status)).reply;
}

}  // namespace quilter::milter
