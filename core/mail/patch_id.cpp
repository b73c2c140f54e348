// git patch-id --stable, line by line as git's builtin/patch-id.c reads a patch (git 2.39 and
// later).
#include <algorithm>
#include <array>
#include <cstdlib>

#include "core/digest/digest.hpp"
#include "core/mail/diff.hpp"
#include "core/mail/text.hpp"

namespace quilter {
namespace {

// 1 for what is hashed, 0 for the blanks.
constexpr auto is_hashed = [] {
  std::array<std::uint8_t, 256> table{};
  for (std::size_t i = 0; i < table.size(); ++i) table[i] = is_space(static_cast<char>(i)) ? 0 : 1;
  return table;
}();

enum class Step : bool { go_on, end };

class PatchId {
 public:
  Step take(std::string_view line) {
    if (line.starts_with("\\ ") && line.size() > 12) return Step::go_on;  // "\ No newline …"
    if (!started_ && !line.starts_with("diff ")) return Step::go_on;      // commit message
    started_ = true;
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

  // Where a hunk may begin that is known to be plain: all its lines are hashed, and no others.
  bool wants_hunk() const { return state_ == State::hunks && old_left_ == 0 && new_left_ == 0; }
  void take_hunk(std::string_view lines) { hash(lines); }

  std::string result() {
    if (!started_) return {};
    flush();
    return hex(sum_);
  }

 private:
  enum class State : std::uint8_t { header, binary, hunks };

  Step header(std::string_view line) {
    if (line.starts_with("GIT binary patch") || line.starts_with("Binary files")) {
      take_run();
      add_gathered();
      digester_.add(index_);  // names the old and the new blob, which stand for the content
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
    if (wants_hunk()) {
      if (line.starts_with("@@ -")) {
        take_counts(line.substr(4, 60));
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
    hash(line);
  }

  // Lines that follow each other are gathered, and rid of their blanks together.
  void hash(std::string_view line) {
    if (run_.data() + run_.size() != line.data()) take_run();
    run_ = {run_.empty() ? line.data() : run_.data(), run_.size() + line.size()};
  }

  void take_run() {
    while (!run_.empty()) {
      if (gathered_ == room_.size()) add_gathered();
      const auto piece = run_.substr(0, room_.size() - gathered_);
      run_.remove_prefix(piece.size());
      auto* end = room_.data() + gathered_;
      for (const char c : piece) {  // without a branch: nobody could foretell where the blanks are
        *end = c;
        end += is_hashed[static_cast<unsigned char>(c)];
      }
      gathered_ = static_cast<std::size_t>(end - room_.data());
    }
  }

  void add_gathered() {
    digester_.add({room_.data(), gathered_});
    gathered_ = 0;
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
    const auto next_range = [&] {
      text.remove_prefix(std::min(text.find_first_not_of(" +"), text.size()));
      const auto range = text.substr(0, text.find_first_of(" +"));
      text.remove_prefix(range.size());
      return range;
    };
    const auto count = [](std::string_view range) {
      const auto comma = range.find(',');
      return comma == std::string_view::npos ? 1
                                             : whole_number(range.substr(comma + 1)).value_or(0);
    };
    const auto old_range = next_range();
    const auto new_range = next_range();
    if (new_range.empty()) return;
    old_left_ = count(old_range);
    new_left_ = count(new_range);
  }

  // Adds the file's hash to the sum, so that the order of the files does not count.
  void flush() {
    take_run();
    add_gathered();
    const auto hash = digester_.take();
    unsigned carry = 0;
    for (std::size_t i = 0; i < sum_.size(); ++i) {
      carry += unsigned{sum_[i]} + hash[i];
      sum_[i] = static_cast<std::uint8_t>(carry & 0xFFU);
      carry >>= 8U;
    }
  }

  State state_ = State::header;
  std::int32_t old_left_ = -1;
  std::int32_t new_left_ = -1;
  bool started_ = false;
  std::string_view run_;  // still to be gathered
  std::array<char, std::size_t{16} * 1024> room_{};
  std::size_t gathered_ = 0;  // in the room, without blanks
  Sha1Digester digester_;
  std::string index_;
  Sha1 sum_{};
};

}  // namespace

std::string patch_id(std::string_view diff, const std::vector<PlainHunk>& hunks) {
  PatchId id;
  auto hunk = hunks.begin();
  for (auto rest = diff; !rest.empty();) {
    const auto at = diff.size() - rest.size();
    while (hunk != hunks.end() && hunk->begin < at) ++hunk;
    if (hunk != hunks.end() && hunk->begin == at && id.wants_hunk()) {
      id.take_hunk(diff.substr(hunk->lines, hunk->end - hunk->lines));
      rest = diff.substr(hunk->end);
    } else if (id.take(next_line(rest)) == Step::end) {
      break;
    }
  }
  return id.result();
}

}  // namespace quilter
