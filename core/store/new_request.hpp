// The number of one wish, however often it is tried: where its commit was in doubt and took place,
// the next try finds it.
//
// Threads: safe from any.
#pragma once

#include <pqxx/pqxx>
#include <string>

namespace quilter {

std::string new_request();  // 128 random bits, as PostgreSQL reads a uuid

// By its events; what changed nothing has none, and nothing to lose. For who holds the locks that
// the doubtful transaction held, and so waits until it has ended.
bool took_place(pqxx::transaction_base& transaction, const std::string& request);

}  // namespace quilter
