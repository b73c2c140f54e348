#include "core/store/rederive_people.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include "core/series/identities.hpp"
#include "core/store/attempts.hpp"
#include "core/store/sql.hpp"

namespace quilter {
namespace {

constexpr std::size_t people_at_once = 100;  // the server has room for some thousand locks

struct Name {  // and the mail that it is from
  std::string name;
  std::optional<Timestamp> date;
  MessageId id;

  bool operator==(const Name&) const = default;
  auto order() const { return std::tie(date_or_last(), id, name); }

 private:
  const Timestamp& date_or_last() const {
    static const auto last = Timestamp::max();
    return date ? *date : last;
  }
};

struct Names {
  std::map<std::string, Name> by_address;
  std::set<MessageId> ours;  // ids of the project's messages, as they were and as they are
};

Names names_in(const std::vector<Reread>& messages) {
  Names names;
  for (const auto& message : messages) {
    names.ours.insert(message.recorded_id);
    if (!message.stays) continue;
    const auto& submission = message.submission;
    names.ours.insert(submission.message_id);
    const Name name{submission.submitter.name, submission.date, submission.message_id};
    auto [known, fresh] = names.by_address.emplace(submission.submitter.address, name);
    if (fresh || name.name.empty()) continue;
    if (known->second.name.empty() || name.order() < known->second.order()) known->second = name;
  }
  return names;
}

// What a person is to be called; nothing where that is so already. A mail that came to several
// projects may have named them as another of these saw it.
std::optional<Name> change_of(const Name& recorded, bool only_here, const Name& read,
                              const Names& names) {
  const bool ours = only_here && names.ours.contains(recorded.id);
  const bool better =
      !read.name.empty() && (recorded.name.empty() || read.order() < recorded.order());
  if (better || (ours && !recorded.name.empty() && read != recorded)) return read;
  return std::nullopt;
}

// Address and name of all whose name differs, or who are not there.
std::map<std::string, Name> changes(pqxx::transaction_base& transaction,
                                    const std::vector<std::string>& addresses, const Names& names) {
  std::map<std::string, Name> found;
  for (const auto& address : addresses) found.emplace(address, names.by_address.at(address));
  for (const auto& row : transaction.exec_params(
           "SELECT address, name, extract(epoch FROM named_at)::bigint, named_by, "
           "(SELECT count(*) FROM message WHERE message_id = named_by) < 2 "
           "FROM person WHERE address = ANY ($1)",
           sql::array(addresses))) {
    const auto person = found.find(row[0].as<std::string>());
    const Name recorded{row[1].as<std::string>(), sql::epoch(row[2]), row[3].as<std::string>()};
    if (const auto change = change_of(recorded, row[4].as<bool>(), person->second, names))
      person->second = *change;
    else
      found.erase(person);
  }
  return found;
}

void take_locks(pqxx::transaction_base& transaction, const std::vector<std::string>& addresses) {
  std::vector<std::int64_t> keys;
  for (const auto& address : addresses)
    keys.push_back(submitter_key({.submitter = address, .messages = {}, .ties = {}}));
  std::sort(keys.begin(), keys.end());
  transaction.exec_params("SELECT pg_advisory_xact_lock(key) FROM unnest($1::bigint[]) key",
                          sql::array(keys));
}

bool write_some(pqxx::transaction_base& transaction, const std::vector<std::string>& addresses,
                const Names& names) {
  transaction.exec("SET TRANSACTION ISOLATION LEVEL READ COMMITTED");
  take_locks(transaction, addresses);
  for (const auto& [address, name] : changes(transaction, addresses, names))
    transaction.exec_params(
        R"(INSERT INTO person (address, name, named_at, named_by)
           VALUES ($1, $2, NULLIF($3, '')::timestamptz, $4)
           ON CONFLICT (address) DO UPDATE SET name = excluded.name, named_at = excluded.named_at,
                                               named_by = excluded.named_by)",
        address, name.name, sql::time(name.date), name.id);
  return true;
}

}  // namespace

void write_people(Pool::Lease& lease, const std::vector<Reread>& messages) {
  const auto names = names_in(messages);
  std::vector<std::string> addresses;
  for (const auto& [address, name] : names.by_address) addresses.push_back(address);
  const auto differing = in_transaction(lease, [&](pqxx::transaction_base& transaction) {
    return changes(transaction, addresses, names);
  });
  std::vector<std::string> some;
  for (auto next = differing.begin(); next != differing.end();) {
    some.push_back(next->first);
    if (++next != differing.end() && some.size() < people_at_once) continue;
    in_transaction(lease, [&](auto& transaction) { return write_some(transaction, some, names); });
    some.clear();
  }
}

}  // namespace quilter
