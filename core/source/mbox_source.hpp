// MboxSource: an mbox (mboxo, mboxrd), or one message in a file. See Source.
//
// Threads: belongs to one.
#pragma once

#include <string>

#include "core/source/line_reader.hpp"
#include "core/source/source.hpp"

namespace quilter {

class MboxSource final : public Source {
 public:
  MboxSource(Descriptor file, const std::string& name, std::size_t max_message_bytes);

  std::optional<SourceMessage> next() override;
  std::uint64_t position() const override { return lines_.position(); }
  std::uint64_t size() override { return size_; }
  std::string mark(std::uint64_t position) override;
  bool resume(const std::string& mark) override;

 private:
  void append(std::string_view line, RawMessage& message) const;
  std::string digest_before(std::uint64_t position) const;

  LineReader lines_;
  std::size_t max_message_bytes_;
  std::uint64_t size_ = 0;  // 0: a pipe
};

}  // namespace quilter
