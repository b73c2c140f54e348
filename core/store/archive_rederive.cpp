// All of a project is derived again from its messages' bytes: read without a lock, written with
// one.
#include <algorithm>
#include <set>

#include "core/store/archive.hpp"
#include "core/store/attempts.hpp"
#include "core/store/pool.hpp"
#include "core/store/project_lock.hpp"
#include "core/store/rederive.hpp"
#include "core/store/rederive_people.hpp"
#include "core/store/snapshot.hpp"

namespace quilter {
namespace {

constexpr std::size_t messages_at_once = 500;  // read in one transaction

// Without a lock: what is recorded does not change, but for comments that are forgotten.
std::vector<Reread> read_all(Pool::Lease& lease, const Project& project, const MailReader& reader) {
  const auto rows = in_transaction(lease, [&](pqxx::transaction_base& transaction) {
    return rows_of_project(transaction, project);
  });
  std::vector<Reread> messages;
  for (std::size_t begin = 0; begin < rows.size(); begin += messages_at_once)
    in_transaction(lease, [&](pqxx::transaction_base& transaction) {
      const auto end = std::min(rows.size(), begin + messages_at_once);
      for (std::size_t i = begin; i < end; ++i)
        if (auto message = read_again(transaction, project, rows[i], reader))
          messages.push_back(std::move(*message));
    });
  return messages;
}

// Nobody records in the project from here on, and nobody forgets a comment that is parked.
void lock(pqxx::transaction_base& transaction, const Project& project) {
  transaction.exec("SET TRANSACTION ISOLATION LEVEL READ COMMITTED");
  transaction.exec(take_project(project.id));
  transaction.exec_params(
      R"(SELECT FROM comment WHERE parent_row IS NULL
           AND message_row IN (SELECT id FROM message WHERE project_id = $1)
         ORDER BY message_row FOR UPDATE)",
      project.id);
}

// What has come, or was forgotten, while the rest was read.
void catch_up(pqxx::transaction_base& transaction, const Project& project, const MailReader& reader,
              std::vector<Reread>& messages) {
  const auto rows = rows_of_project(transaction, project);
  std::erase_if(messages, [&rows](const Reread& message) {
    return !std::binary_search(rows.begin(), rows.end(), message.row);
  });
  std::set<std::int64_t> read;
  for (const auto& message : messages) read.insert(message.row);
  for (const auto row : rows)
    if (!read.contains(row))
      messages.push_back(read_again(transaction, project, row, reader).value());
  leave_out_doubles(messages);
}

void require_leave(const Project& project, const std::vector<Reread>& messages) {
  const auto gone = std::ranges::count(messages, false, &Reread::stays);
  if (gone > 0)
    throw Refused{"project " + project.name + ": " + std::to_string(gone) +
                  " messages would be ignored now, and be gone for good: --forget lets them go"};
}

}  // namespace

Rederived Archive::rederive(const Project& project, const MailReader& reader,
                            const StitchOptions& options, Forgetting forgetting) {
  return as_store_error([&] {
    snapshot_->end();
    std::vector<Reread> messages;
    {
      auto lease = pool_->lease();
      messages = read_all(lease, project, reader);
      leave_out_doubles(messages);
      if (forgetting == Forgetting::refused) require_leave(project, messages);
      write_people(lease, messages);
    }
    // Run again, what was read stays read.
    return in_transaction_again(*pool_, [&](pqxx::transaction_base& transaction) {
      lock(transaction, project);
      catch_up(transaction, project, reader, messages);
      if (forgetting == Forgetting::refused) require_leave(project, messages);
      return quilter::rederive(transaction, project, options, messages);
    });
  });
}

}  // namespace quilter
