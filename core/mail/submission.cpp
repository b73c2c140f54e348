#include "core/mail/submission.hpp"

#include <array>

namespace quilter {

std::string_view to_string(Kind kind) {
  constexpr std::array<std::string_view, 4> words{"patch", "cover letter", "comment",
                                                  "pull request"};
  return words.at(static_cast<std::size_t>(kind));
}

}  // namespace quilter
