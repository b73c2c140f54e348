// describe: values as text, a line a field, for tests, for `quilter parse`, and for people.
//
// Promise: equal values give equal text.
// Threads: pure functions.
#pragma once

#include <string>

#include "core/mail/submission.hpp"

namespace quilter {

// "kind: patch\nrule: …\nmessage-id: …\n…"; empty fields are left out; long texts as size and
// sha256.
std::string describe(const Classified& classified);

}  // namespace quilter
