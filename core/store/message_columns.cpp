#include "core/store/message_columns.hpp"

namespace quilter {

std::string_view kind_word(Kind kind) {
  switch (kind) {
    case Kind::patch:
      return "patch";
    case Kind::cover_letter:
      return "cover";
    case Kind::comment:
      return "comment";
    case Kind::pull_request:
      return "pull";
  }
  return "comment";
}

std::vector<std::string> trailer_lines(const std::vector<Trailer>& trailers) {
  std::vector<std::string> lines;
  for (const auto& trailer : trailers) lines.push_back(trailer.name + ": " + trailer.value);
  return lines;
}

std::vector<std::string> depends_on(const Metadata& metadata) {
  auto all = metadata.depends_on;
  all.insert(all.end(), metadata.based_on.begin(), metadata.based_on.end());
  all.insert(all.end(), metadata.prerequisite_message_ids.begin(),
             metadata.prerequisite_message_ids.end());
  return all;
}

}  // namespace quilter
