// The ties and neighbourhoods that a project's patches and cover letters should have.
//
// Promise: afterwards every tie of a set leads to its neighbourhood. It only adds and unites: what
// is tied once stays so, which locks more than needed, and changes no result.
// Errors: libpqxx's exceptions pass through.
// Threads: a transaction belongs to one. The project's lock must be held alone.
#pragma once

#include <cstddef>
#include <cstdint>
#include <pqxx/pqxx>
#include <vector>

namespace quilter {

using Keys = std::vector<std::int64_t>;

// Which share a key, through any number of others: sets of indices into `all`.
std::vector<std::vector<std::size_t>> related(const std::vector<Keys>& all);

// `sets`: of each set the tie keys of its members; no two share one. The answer: the neighbourhood
// of each.
std::vector<std::int64_t> tie_sets(pqxx::transaction_base& transaction,
                                   const std::vector<Keys>& sets);

}  // namespace quilter
