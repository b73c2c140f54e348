// One mail on standard input, from an MTA. Whatever goes wrong is a temporary failure: an MTA
// bounces what ends otherwise (sysexits), and mail is never bounced.

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <iostream>
#include <system_error>

#include "cli/commands.hpp"
#include "cli/exit_code.hpp"
#include "cli/output.hpp"
#include "core/ingest/attempt.hpp"
#include "core/ingest/routes.hpp"
#include "core/mail/mbox.hpp"
#include "core/mime/read_mail.hpp"
#include "core/spool/error.hpp"
#include "core/store/archive.hpp"
#include "core/store/postgres_store.hpp"

namespace quilter::cli {
namespace {

// All of it is read: whoever writes it would meet a broken pipe.
RawMessage read_message(std::size_t max_message_bytes) {
  RawMessage message;
  std::array<char, 65536> buffer{};
  while (true) {
    const auto got = ::read(STDIN_FILENO, buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0)
      throw StoreError{"cannot read standard input: " + std::generic_category().message(errno)};
    if (got == 0) break;
    const auto room = max_message_bytes - message.bytes.size();
    message.bytes.append(buffer.data(), std::min(static_cast<std::size_t>(got), room));
    message.truncated = message.truncated || static_cast<std::size_t>(got) > room;
  }
  // What procmail and pipes put before it goes.
  message.bytes.erase(0, message.bytes.size() - without_from_line(message.bytes).size());
  if (message.bytes.empty()) throw StoreError{"there is no mail on standard input"};
  message.queue_id = "deliver";
  return message;
}

StoreOptions options_of_delivery(const std::string& connection, std::chrono::seconds patience) {
  auto options = options_of_a_command(connection);
  options.lease_timeout = options.lock_timeout = options.statement_timeout = options.deadline =
      patience;
  return options;
}

std::vector<const Project*> wanted(const Routes& routes, const Mail& mail,
                                   const std::optional<std::string>& project) {
  if (!project) return routes.of(mail, {});
  const auto found = std::ranges::find(routes.projects(), *project, &Project::name);
  if (found == routes.projects().end())
    throw Refused{"there is no tracked project " + *project + ": see quilter project list"};
  return {&*found};
}

std::string_view word(const RecordOutcome& outcome) {
  if (outcome.status == Status::stored) return "recorded";
  return outcome.status == Status::already_stored ? "already recorded" : "ignored";
}

// What the database refuses for good lies where the daemon puts such mail, if it can be put there.
bool set_aside(const Common& common, const RawMessage& message,
               const std::vector<Attempt>& refused) {
  if (!common.database.empty()) return false;
  Spooled spooled;
  spooled.message = message;
  spooled.arrived = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  for (const auto& attempt : refused) {
    spooled.projects.push_back(attempt.project);
    spooled.reason = attempt.outcome.detail;
  }
  try {
    auto folder = spool_folder(common, {});
    folder.check();  // a host that only delivers has no daemon that made what is inside
    const auto kept = folder.keep(spooled, Shelf::failed);
    complain("set aside as " + kept.id + ", see quilter spool list: " + spooled.reason);
    return true;
  } catch (const SpoolError& error) {
    complain(error.what());
    return false;
  }
}

int judge(const Common& common, const DeliverArguments& arguments, const RawMessage& message,
          const std::vector<Attempt>& attempts) {
  std::vector<Attempt> refused;
  int code = exit_code::ok;
  for (const auto& attempt : attempts) {
    const auto& outcome = attempt.outcome;
    const auto who = attempt.project + ": <" + attempt.message_id + ">";
    if (outcome.failure == Failure::none) {
      if (arguments.verbose)
        std::cout << terminal_text(who + " " + std::string{word(outcome)} +
                                   (outcome.detail.empty() ? "" : ", " + outcome.detail));
    } else if (outcome.failure == Failure::refused) {
      refused.push_back(attempt);
    } else {
      code = complain(who + ": " + outcome.detail, exit_code::failure);
    }
  }
  if (code != exit_code::ok || refused.empty() || set_aside(common, message, refused)) return code;
  return complain(refused.front().project + ": <" + refused.front().message_id +
                      ">: " + refused.front().outcome.detail,
                  exit_code::failure);
}

int deliver_message(const Common& common, const DeliverArguments& arguments) {
  const mime::Library gmime;
  const auto patience = Patience::of(arguments.patience);
  const auto message = read_message(common.max_message_bytes());
  auto mail = mime::read_mail(message.bytes);
  PostgresStore store{options_of_delivery(common.connection(), arguments.patience),
                      common.stitching()};
  const Routes routes{store.projects()};
  const auto projects = wanted(routes, mail, arguments.project);
  if (projects.empty() && arguments.verbose)
    std::cout << terminal_text("<" + own_id(mail).id + "> ignored, no-project");
  const auto attempts = attempts_in(projects, std::move(mail), message, store, patience);
  return judge(common, arguments, message, attempts);
}

}  // namespace

int deliver(const Common& common, const DeliverArguments& arguments) {
  try {
    return deliver_message(common, arguments);
  } catch (const std::exception& error) {
    return complain(error.what(), exit_code::failure);
  }
}

}  // namespace quilter::cli
