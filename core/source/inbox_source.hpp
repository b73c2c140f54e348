// InboxSource: one repository of a public-inbox, version 2: each commit holds one message, a file
// `m`; a commit that deletes one holds a file `d`, and is passed over. See Source.
//
// Threads: belongs to one.
#pragma once

#include <string>
#include <vector>

#include "core/source/child.hpp"
#include "core/source/source.hpp"

namespace quilter {

class InboxSource final : public Source {
 public:
  InboxSource(std::string repository, std::size_t max_message_bytes);

  std::optional<SourceMessage> next() override;
  std::uint64_t position() const override { return earlier_ + next_; }
  std::uint64_t size() override;
  std::string mark(std::uint64_t position) override;
  bool resume(const std::string& mark) override;

 private:
  std::vector<std::string> git(const std::vector<std::string>& words) const;
  void list(const std::string& range);
  void require_inbox() const;
  std::string body(std::uint64_t bytes, bool& truncated);

  std::string repository_;
  std::size_t max_message_bytes_;
  std::vector<std::string> commits_;  // the oldest first; those after the mark
  std::uint64_t earlier_ = 0;         // how many are before these
  std::string before_;                // the last of them
  std::size_t next_ = 0;
  bool listed_ = false;
  Child reader_;
};

}  // namespace quilter
