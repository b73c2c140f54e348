// Listing: patches and series as they are asked for, page by page, and what waits for somebody.
//
// Promise: a page goes on behind a position and not a count: sorted by date, whoever asks again
// with `next` sees each patch that was there at the first page once, whatever comes meanwhile. All
// that is asked of one Listing is of one moment. Errors: StoreError where the database is away or
// refuses; Refused where what is named (project, state, delegate) is not there, or a position is of
// another order. Owns: one connection. Threads: a Listing belongs to one.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/store/entries.hpp"
#include "core/tracking/listing.hpp"

namespace quilter {

struct PatchList {
  std::vector<MessageEntry> entries;
  std::optional<ListPosition> next;  // nothing: there are no more
};

struct SeriesList {
  std::vector<SeriesEntry> entries;
  std::optional<ListPosition> next;
};

// The oldest first; of each at most so many as were asked for.
struct Todo {
  std::vector<MessageEntry> delegated;    // to somebody
  std::vector<MessageEntry> undelegated;  // nobody has them, in the projects that they maintain
  bool more = false;                      // there are
};

class Pool;
class Snapshot;
enum class Listed : std::uint8_t;

class Listing {
 public:
  explicit Listing(const std::string& connection);
  ~Listing();
  Listing(const Listing&) = delete;
  Listing& operator=(const Listing&) = delete;

  PatchList patches(const ListFilter& filter, const ListPage& page);  // and pull requests
  SeriesList series(const ListFilter& filter, const ListPage& page);  // by date, submitter or name

  // Open patches that wait for this account, in all projects where none is named.
  Todo todo(const std::string& login, const std::string& project, std::int64_t most);

 private:
  struct Meant;
  Meant meant(const ListFilter& filter);
  std::vector<ListPosition> places(Listed listed, const ListFilter& filter, const ListPage& page);
  void let_scan(const std::string& whether);
  std::int64_t project(const std::string& name);
  std::int64_t delegate(const std::string& login);
  void require_state(const std::string& state, const ListFilter& filter, std::int64_t project);
  std::vector<std::string> states(const ListFilter& filter, std::int64_t project);

  std::unique_ptr<Pool> pool_;
  std::unique_ptr<Snapshot> snapshot_;
};

}  // namespace quilter
