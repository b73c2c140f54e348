#include "core/ingest/ingest.hpp"

#include <algorithm>

#include "core/ingest/maillog.hpp"
#include "core/mime/read_mail.hpp"

namespace quilter {
namespace {

using Clock = std::chrono::steady_clock;

std::chrono::microseconds since(Clock::time_point start) {
  return std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - start);
}

}  // namespace

bool Ingest::wants(const ListMarks& marks) const {
  return projects_.routes()->wants(marks);
}

Status Ingest::record(const RawMessage& message) {
  const auto routes = projects_.routes();
  const auto mail = mime::read_mail(message.bytes);
  const auto projects = routes->of(mail, message.envelope.forward_paths);
  if (projects.empty()) maillog::ignored(message.queue_id, own_id(mail).id, "", "no-project");
  auto worst = Status::ignored;
  for (const auto* project : projects) worst = std::max(worst, record_in(*project, mail, message));
  return worst;
}

Status Ingest::record_in(const Project& project, const Mail& mail, const RawMessage& message) {
  const auto start = Clock::now();
  const auto classified = classify(mail, profile(project));
  if (const auto* ignored = std::get_if<Ignored>(&classified)) {
    maillog::ignored(message.queue_id, own_id(mail).id, project.name, ignored->reason);
    return Status::ignored;
  }
  const auto& submission = std::get<Submission>(classified);
  const auto outcome = store_.record(project, submission, message);
  maillog::recorded({.queue_id = message.queue_id,
                     .message_id = submission.message_id,
                     .project = project.name,
                     .kind = to_string(submission.kind),
                     .detail = outcome.detail,
                     .status = outcome.status,
                     .series = outcome.series,
                     .reruns = outcome.reruns,
                     .violations = outcome.violations,
                     .ancestors_dropped = submission.ancestors_dropped,
                     .lock_wait = outcome.lock_wait,
                     .delay = since(start)});
  return outcome.status;
}

ListProfile profile(const Project& project) {
  ListProfile profile{.list_tag = project.list_tag,
                      .list_addresses = project.recipients,
                      .hint_rights = project.hint_rights};
  for (const auto& id : project.list_ids) {  // "netdev.vger.kernel.org" is netdev@vger.kernel.org
    const auto dot = id.find('.');
    if (dot != std::string::npos)
      profile.list_addresses.push_back(id.substr(0, dot) + "@" + id.substr(dot + 1));
  }
  return profile;
}

}  // namespace quilter
