// Ingest: the program in ten lines. A message becomes a mail, the mail a submission, the submission
// rows: in a moment, where the backlog takes it, else at once; what the database does not take
// waits in the spool.
//
// Promise: see Recorder. One log line a project that the message is for. A message is held for
// `deadline` at most by the database, all its projects together. Its recipients do not outlive
// record(): the spool keeps the names of the projects that it is for.
// Errors: none thrown for what a mail says, or the database or the disk does.
// Owns: nothing; store, watch, spool and backlog outlive it.
// Threads: safe from any number.
#pragma once

#include <chrono>
#include <string>
#include <utility>

#include "core/ingest/arrival.hpp"
#include "core/ingest/backlog.hpp"
#include "core/ingest/project_watch.hpp"
#include "core/ingest/recorder.hpp"
#include "core/spool/spool.hpp"
#include "core/store/live.hpp"
#include "core/store/store.hpp"

namespace quilter {

struct IngestOptions {
  std::chrono::milliseconds deadline{5'000};
  // Or "tempfail": what could pass is left to the client. So all is recorded before it is answered.
  std::string on_failure = "spool";
};

class Ingest final : public Recorder {
 public:
  Ingest(Store& store, const ProjectWatch& projects, Spool& spool, Backlog& backlog,
         IngestOptions options)
      : store_{store},
        projects_{projects},
        spool_{spool},
        backlog_{backlog},
        options_{std::move(options)} {}

  bool wants(const ListMarks& marks) const override;
  Status record(RawMessage message) override;

  void reconfigure(IngestOptions options) noexcept { options_.become(std::move(options)); }
  std::chrono::milliseconds deadline() const { return options_.now().deadline; }

 private:
  void read(Arrival& arrival);

  Store& store_;
  const ProjectWatch& projects_;
  Spool& spool_;
  Backlog& backlog_;
  Live<IngestOptions> options_;  // a message keeps those that it began with
};

}  // namespace quilter
