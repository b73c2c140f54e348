// Ingest: the program in ten lines. A message becomes a mail, the mail a submission, the submission
// rows; what the database does not take waits in the spool.
//
// Promise: see Recorder. One log line a project that the message is for. A message is held for
// `deadline` at most by the database, all its projects together. Its recipients do not outlive
// record(): the spool keeps the names of the projects that it is for.
// Errors: none thrown for what a mail says, or the database or the disk does.
// Owns: nothing; store, watch and spool outlive it.
// Threads: safe from any number.
#pragma once

#include <chrono>
#include <string>
#include <utility>

#include "core/ingest/attempt.hpp"
#include "core/ingest/project_watch.hpp"
#include "core/ingest/recorder.hpp"
#include "core/spool/spool.hpp"
#include "core/store/live.hpp"
#include "core/store/store.hpp"

namespace quilter {

struct IngestOptions {
  std::chrono::milliseconds deadline{5'000};
  std::string on_failure = "spool";  // or "tempfail": what could pass is left to the client
};

class Ingest final : public Recorder {
 public:
  Ingest(Store& store, const ProjectWatch& projects, Spool& spool, IngestOptions options)
      : store_{store}, projects_{projects}, spool_{spool}, options_{std::move(options)} {}

  bool wants(const ListMarks& marks) const override;
  Status record(const RawMessage& message) override;

  void reconfigure(IngestOptions options) noexcept { options_.become(std::move(options)); }
  std::chrono::milliseconds deadline() const { return options_.now().deadline; }

 private:
  Store& store_;
  const ProjectWatch& projects_;
  Spool& spool_;
  Live<IngestOptions> options_;  // a message keeps those that it began with
};

}  // namespace quilter
