// Every string of what was read, for whoever checks them all.
//
// Threads: pure functions.
#pragma once

#include "core/mail/mail.hpp"
#include "core/mail/submission.hpp"

namespace quilter::test {

template <typename Visit>
void each_text(const Mail& mail, Visit visit) {
  for (const auto& field : mail.fields) visit(field.name), visit(field.body);
  for (const auto& part : mail.parts)
    visit(part.media_type), visit(part.file_name), visit(part.text);
}

template <typename Visit>
void each_text(const Metadata& metadata, Visit visit) {
  visit(metadata.base_commit), visit(metadata.change_id);
  for (const auto* list :
       {&metadata.prerequisite_patch_ids, &metadata.prerequisite_message_ids, &metadata.depends_on,
        &metadata.based_on, &metadata.supersedes, &metadata.links})
    for (const auto& text : *list) visit(text);
}

template <typename Visit>
void each_text(const Submission& read, Visit visit) {
  for (const auto* text : {&read.message_id, &read.submitter.name, &read.submitter.address,
                           &read.author.name, &read.author.address, &read.subject, &read.name,
                           &read.content, &read.diff, &read.hints.state, &read.hints.delegate})
    visit(*text);
  for (const auto& id : read.ancestors) visit(id);
  for (const auto& prefix : read.prefixes) visit(prefix);
  for (const auto& file : read.files) visit(file.path), visit(file.old_blob), visit(file.new_blob);
  for (const auto& trailer : read.trailers) visit(trailer.name), visit(trailer.value);
  each_text(read.metadata, visit);
  if (read.pull)
    visit(read.pull->url), visit(read.pull->ref), visit(read.pull->base), visit(read.pull->tip);
}

template <typename Visit>
void each_text(const Classified& classified, Visit visit) {
  if (const auto* submission = std::get_if<Submission>(&classified)) each_text(*submission, visit);
}

}  // namespace quilter::test
