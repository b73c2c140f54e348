// The Subject field: "[PATCH net-next v2 3/7] net: mend it" taken apart.
//
// Promise: linear time on any bytes; numbers that do not fit (40000/40001 does, 99999999999 does
// not) are absent, never wrapped.
// Error: none.
// Threads: pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace quilter {

struct SeriesMarker {  // "3/7"
  std::int32_t number = 0;
  std::int32_t total = 0;

  bool operator==(const SeriesMarker&) const = default;
};

struct Subject {
  std::string name;                   // without brackets and reply marks: "net: mend it"
  std::vector<std::string> prefixes;  // what stood in brackets, split at blanks and commas, as
                                      // written, without version and marker: "PATCH", "net-next"
  std::int32_t version = 1;
  std::optional<SeriesMarker> marker;
  bool reply = false;    // "Re:", "AW:", "Re[2]:" … stood in front
  bool forward = false;  // "Fwd:", "WG:" … stood in front

  bool operator==(const Subject&) const = default;
};

// `field_body` decoded and unfolded. A bracket that holds only the list's own tag is dropped
// (`list_tag`, "" for none).
Subject parse_subject(std::string_view field_body, std::string_view list_tag = {});

// "3/7", "PATCH3/7", "v2PATCH12/15": the marker at the end of a prefix.
std::optional<SeriesMarker> series_marker(std::string_view prefix);

// True where a prefix is `word` (case is ignored), also as its beginning before digits: PATCH,
// PATCHv2, patch.
bool has_prefix(const Subject& subject, std::string_view word);

}  // namespace quilter
