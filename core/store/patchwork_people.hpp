// The users of a Patchwork as accounts here.
//
// Promise: whoever is known here, by an address or else by the login, is left as they are; all
// others get an account with their addresses and, where they maintain a project, that role: no
// password, no token, no admin. Who is inactive there is disabled.
// Errors: libpqxx's exceptions pass through.
// Threads: a transaction belongs to one.
#pragma once

#include <cstdint>
#include <map>
#include <pqxx/pqxx>
#include <string>
#include <utility>
#include <vector>

#include "core/store/acceptance.hpp"
#include "core/tracking/there.hpp"

namespace quilter {

struct PeopleTaken {
  std::map<std::int64_t, std::string> logins;                // here, by user there
  std::map<std::int64_t, std::string> usernames;             // of those who can have no account
  std::vector<std::string> made;                             // logins
  std::vector<std::pair<std::string, std::string>> lacking;  // project here, and who maintains it
                                                             // there and has no role in it here
};

// `projects`: names here, by id there.
PeopleTaken take_people(pqxx::transaction_base& transaction, const std::vector<UserThere>& users,
                        const std::map<std::int64_t, std::string>& projects, Trial trial);

}  // namespace quilter
