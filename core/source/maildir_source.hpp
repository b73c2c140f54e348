// MaildirSource: the messages in cur/ and new/ of a maildir, by name. See Source.
//
// Promise: a message that its reader marks or moves meanwhile is found under its new name; one that
// was delivered since is for the next time.
// Threads: belongs to one.
#pragma once

#include <string>
#include <vector>

#include "core/source/source.hpp"

namespace quilter {

class MaildirSource final : public Source {
 public:
  MaildirSource(std::string folder, std::size_t max_message_bytes);

  std::optional<SourceMessage> next() override;
  std::uint64_t position() const override { return next_; }
  std::uint64_t size() override { return entries_.size(); }
  std::string mark(std::uint64_t position) override;
  bool resume(const std::string& mark) override;

 private:
  struct Entry {
    std::string name;  // without the flags that its reader appends
    std::string path;  // below the folder
  };
  std::vector<Entry> list() const;
  bool find_again(Entry& entry);
  std::uint64_t digest_before(std::uint64_t position);

  std::string folder_;
  std::size_t max_message_bytes_;
  std::vector<Entry> entries_;  // by name
  std::size_t next_ = 0;
  std::uint64_t digested_ = 0, digest_ = 0;  // how many of the names, and their digest
};

}  // namespace quilter
