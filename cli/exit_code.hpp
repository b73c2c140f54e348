// What quilter and quilterd end with. The numbers are part of the interface (docs/tool.md);
// bad_config and failure are those of sysexits(3).
#pragma once

namespace quilter::exit_code {

constexpr int ok = 0;
constexpr int refused =
    1;                    // what was asked for cannot be done: it is not there, it is there already
constexpr int usage = 2;  // the command line is wrong
constexpr int failure = 75;     // EX_TEMPFAIL: the database is away, or refuses; try again
constexpr int bad_config = 78;  // EX_CONFIG

}  // namespace quilter::exit_code
