// Clear-signed texts (RFC 4880 §7): "-----BEGIN PGP SIGNED MESSAGE-----".
//
// Promise: linear time.
// Error: none; a text that is not signed so is returned as it is.
// Threads: pure functions.
#pragma once

#include <string>

namespace quilter {

// Looked for near the top only. Without the lines of the signature, and without the dashes that
// escape other lines.
std::string without_clearsigning(std::string text);

}  // namespace quilter
