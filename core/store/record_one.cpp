#include "core/store/record_one.hpp"

#include "core/store/apply.hpp"
#include "core/store/facts.hpp"

namespace quilter {

RecordOutcome record_one(pqxx::transaction_base& transaction, const std::string& begin,
                         const Errand& errand, const StitchOptions& options) {
  const auto& [project, submission, message, patience, before] = errand;
  const auto found = look(transaction, begin, errand, options);
  RecordOutcome outcome{.status = Status::already_stored, .detail = {}};
  outcome.lock_wait = found.lock_wait;
  if (found.recorded) return outcome;
  const auto plan = make_plan(submission, found.facts, options);
  outcome.series = apply(transaction, project, submission, message, found, plan, patience);
  outcome.status = Status::stored;
  return outcome;
}

}  // namespace quilter
