#include "core/ingest/ingest.hpp"

#include <utility>

#include "core/ingest/maillog.hpp"
#include "core/ingest/metrics.hpp"
#include "core/mime/read_mail.hpp"

namespace quilter {

bool Ingest::wants(const ListMarks& marks) const {
  return projects_.routes()->wants(marks);
}

Status Ingest::record(RawMessage message) {
  const auto options = options_.now();
  auto arrival = std::make_unique<Arrival>(std::move(message), projects_.routes(),
                                           Patience::of(options.deadline));
  read(*arrival);
  if (options.on_failure == "spool" && backlog_.take(arrival)) return Status::spooled;
  for (auto& begun : arrival->begun) quilter::record(begun, store_, arrival->patience);
  const auto status = keep(*arrival, spool_, options.on_failure);
  log(*arrival);
  return status;
}

// Of a large message one reading at a time is held.
void Ingest::read(Arrival& arrival) {
  const auto& message = arrival.message;
  const bool is_large = message.bytes.size() > Backlog::most_message_bytes;
  const auto begin_in = [&](const Project& project, Mail mail) {
    auto& begun = arrival.begun.emplace_back(begin(project, std::move(mail), message));
    if (!is_large) return;
    quilter::record(begun, store_, arrival.patience);
    begun.submission.reset();
  };
  auto mail = metrics::timed(metrics::Stage::parse, [&] { return mime::read_mail(message.bytes); });
  const auto projects = arrival.routes->of(mail, message.envelope.forward_paths);
  if (projects.empty())
    return maillog::ignored(message.queue_id, own_id(mail).id, "", "no-project");
  for (std::size_t i = 0; i + 1 < projects.size(); ++i) begin_in(*projects[i], mail);
  begin_in(*projects.back(), std::move(mail));
}

}  // namespace quilter
