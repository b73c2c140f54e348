// Ingest: the program in ten lines. A message becomes a mail, the mail a submission, the submission
// rows.
//
// Promise: see Recorder. One log line a project that the message is for.
// Errors: none thrown for what a mail says or the database does.
// Owns: nothing; store and watch outlive it.
// Threads: safe from any number.
#pragma once

#include "core/ingest/project_watch.hpp"
#include "core/ingest/recorder.hpp"
#include "core/mail/classify.hpp"
#include "core/store/store.hpp"

namespace quilter {

// What classify() needs to know of a project's list.
ListProfile profile(const Project& project);

class Ingest final : public Recorder {
 public:
  Ingest(Store& store, const ProjectWatch& projects) : store_{store}, projects_{projects} {}

  bool wants(const ListMarks& marks) const override;
  Status record(const RawMessage& message) override;

 private:
  Status record_in(const Project& project, const Mail& mail, const RawMessage& message);

  Store& store_;
  const ProjectWatch& projects_;
};

}  // namespace quilter
