// A database in which somebody is always quicker, for the tests of what is decided anew.
#pragma once

#include <string>

#include "tests/support/scratch_database.hpp"

namespace quilter::test {

// The next `times` that patches are held to be changed, the one of this message id has gone to the
// other of these two states since it was read.
inline void move_meanwhile(const ScratchDatabase& database, int times, const std::string& id,
                           const std::string& one = "new",
                           const std::string& other = "under-review") {
  const auto text = [](const std::string& value) { return "'" + value + "'"; };
  database.ask(
      "CREATE SEQUENCE moves; ALTER FUNCTION hold_patches RENAME TO hold_them; "
      "CREATE FUNCTION hold_patches(a text, b text, c text[], d bigint[], e bigint[], "
      "f bigint) RETURNS json LANGUAGE plpgsql SECURITY DEFINER AS $$ BEGIN "
      "IF nextval('moves') <= " +
      std::to_string(times) + " THEN UPDATE patch SET revision = revision + 1, " +
      "state = CASE state WHEN " + text(one) + " THEN " + text(other) + " ELSE " + text(one) +
      " END WHERE message_row = (SELECT id FROM message WHERE message_id = " + text(id) +
      "); END IF; RETURN hold_them(a, b, c, d, e, f); END $$");
}

}  // namespace quilter::test
