// Writes what a plan says of series, in the one order that all transactions keep.
//
// Promise: plain INSERT and UPDATE of only the columns meant; the caller commits.
// Errors: libpqxx's exceptions pass through.
// Owns: nothing; transaction and plan outlive it.
// Threads: a transaction belongs to one. For core/store only.
#pragma once

#include <cstdint>
#include <optional>
#include <pqxx/pqxx>
#include <string_view>
#include <vector>

#include "core/series/plan.hpp"

namespace quilter {

class SeriesWriter {
 public:
  SeriesWriter(pqxx::transaction_base& transaction, std::int64_t project, const Plan& plan)
      : transaction_{transaction}, project_{project}, plan_{plan} {}

  void write_rows(std::int64_t neighbourhood);
  void move_members();      // and redirect what they have left
  void write_beginnings();  // events: series that are new
  void write_ends();        // events: merged, completed
  void write_event(std::string_view category, std::optional<std::int64_t> message,
                   std::int64_t series);

  std::int64_t id(std::size_t index) const { return ids_[index]; }  // as Plan::series

 private:
  void insert(const SeriesWrite& write, std::size_t index);
  void update(const SeriesWrite& write, std::size_t index);
  std::string supersedes(const SeriesWrite& write) const;

  pqxx::transaction_base& transaction_;
  std::int64_t project_;
  const Plan& plan_;
  std::int64_t neighbourhood_ = 0;
  std::vector<std::int64_t> ids_;  // as Plan::series
};

}  // namespace quilter
