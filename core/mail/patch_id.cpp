// git patch-id --stable, line by line as git's builtin/patch-id.c reads a patch (git 2.39 and
// later).
#include <array>
#include <cstdlib>

#include "core/digest/digest.hpp"
#include "core/mail/diff.hpp"
#include "core/mail/text.hpp"

namespace quilter {
namespace {

enum class Step : bool { go_on, end };

class PatchId {
 public:
  Step take(std::string_view line) {
    if (line.starts_with("\\ ") && line.size() > 12) return Step::go_on;  // "\ No newline …"
    if (hashed_ == 0 && !line.starts_with("diff ")) return Step::go_on;   // commit message
    switch (state_) {
      case State::header:
        return header(line);
      case State::binary:
        return binary(line);
      case State::hunks:
        return hunks(line);
    }
    return Step::end;
  }

  std::string result() {
    if (hashed_ == 0) return {};
    flush();
    return hex(sum_);
  }

 private:
  enum class State : std::uint8_t { header, binary, hunks };

  Step header(std::string_view line) {
    if (line.starts_with("GIT binary patch") || line.starts_with("Binary files")) {
      pending_ += index_;  // names the old and the new blob, which stand for the content
      flush();
      state_ = State::binary;
      return Step::go_on;
    }
    if (line.starts_with("index ")) {
      take_index(without_line_end(line.substr(6)));
      return Step::go_on;
    }
    if (line.starts_with("--- ")) {
      state_ = State::hunks;
      old_left_ = new_left_ = 1;  // this line and "+++ " count like a hunk of one line
    } else if (to_lower(line[0]) < 'a' || to_lower(line[0]) > 'z') {
      return Step::end;
    }
    count_and_hash(line);
    return Step::go_on;
  }

  // The line that ends a binary patch is not hashed: so git does.
  Step binary(std::string_view line) {
    if (line.starts_with("diff ")) state_ = State::header;
    return Step::go_on;
  }

  Step hunks(std::string_view line) {
    if (old_left_ == 0 && new_left_ == 0) {
      if (line.starts_with("@@ -")) {
        take_counts(line.substr(4));
        return Step::go_on;
      }
      if (!line.starts_with("diff ")) return Step::end;
      flush();
      state_ = State::header;
      old_left_ = new_left_ = -1;
    }
    count_and_hash(line);
    return Step::go_on;
  }

  void count_and_hash(std::string_view line) {
    if (state_ == State::hunks) {
      if (line[0] == '-' || line[0] == ' ') --old_left_;
      if (line[0] == '+' || line[0] == ' ') --new_left_;
    }
    for (const char c : line)
      if (!is_space(c)) {
        pending_ += c;
        ++hashed_;
      }
  }

  // "1a2b..3c4d 100644": the two names, one behind the other.
  void take_index(std::string_view names) {
    names = names.substr(0, names.find(' '));
    const auto dots = names.find("..");
    if (dots == std::string_view::npos) return;
    index_.assign(names.substr(0, dots)).append(names.substr(dots + 2));
  }

  // "12,5 +12,6 @@": a count is 1 where it is not said.
  void take_counts(std::string_view text) {
    const auto count = [](std::string_view range) {
      const auto comma = range.find(',');
      return comma == std::string_view::npos ? 1
                                             : whole_number(range.substr(comma + 1)).value_or(0);
    };
    const auto ranges = split(text.substr(0, 60), " +");
    if (ranges.size() < 2) return;
    old_left_ = count(ranges[0]);
    new_left_ = count(ranges[1]);
  }

  // Adds the file's hash to the sum, so that the order of the files does not count.
  void flush() {
    const auto hash = sha1(pending_);
    unsigned carry = 0;
    for (std::size_t i = 0; i < sum_.size(); ++i) {
      carry += unsigned{sum_[i]} + hash[i];
      sum_[i] = static_cast<std::uint8_t>(carry & 0xFFU);
      carry >>= 8U;
    }
    pending_.clear();
  }

  State state_ = State::header;
  std::int32_t old_left_ = -1;
  std::int32_t new_left_ = -1;
  std::size_t hashed_ = 0;
  std::string pending_;
  std::string index_;
  std::array<std::uint8_t, 20> sum_{};
};

}  // namespace

std::string patch_id(std::string_view diff) {
  PatchId id;
  while (!diff.empty())
    if (id.take(next_line(diff)) == Step::end) break;
  return id.result();
}

}  // namespace quilter
