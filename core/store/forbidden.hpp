// Forbidden: the database's role lacks a right; and what can be said of that role.
//
// Errors: StoreError.
// Threads: safe from any.
#pragma once

#include <string>

#include "core/store/store.hpp"

namespace quilter {

// what(): PostgreSQL's word for it, with the verb where the statement has one: "INSERT: permission
// denied for table account".
class Forbidden : public StoreError {
 public:
  using StoreError::StoreError;
};

struct RoleFacts {
  std::string name;                      // of the current one
  std::string database;                  // that it is connected to
  bool ingest = false, tracker = false;  // a member of quilter_ingest, quilter_tracker
  std::string owner;                     // of the schema; "": there is none
};

RoleFacts role_facts(const std::string& connection);

// Forbidden where the role may read, and not record: each mail would be tried again for long.
void require_to_record(const std::string& connection);

}  // namespace quilter
