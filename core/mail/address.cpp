#include "core/mail/address.hpp"

#include <algorithm>
#include <utility>

#include "core/mail/text.hpp"

namespace quilter {
namespace {

// The pieces of one mailbox as they come along.
struct Pieces {
  std::string phrase;   // what stands outside brackets, quotes kept
  std::string comment;  // what stood in parentheses
  std::string angle;    // what stood in angle brackets
};

// `"Ann \"A\" B"` without its quotes; a text without quotes is as it is.
std::string unquoted(std::string_view text) {
  std::string result;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '"') continue;
    if (text[i] == '\\' && i + 1 < text.size()) ++i;
    result += text[i];
  }
  return result;
}

std::string name_of(std::string_view text) {
  const auto plain = unquoted(text);
  std::string name;
  for (const auto word : split(plain)) {
    if (!name.empty()) name += ' ';
    name += word;
  }
  return name;
}

bool is_address(std::string_view text) {
  const auto at = text.rfind('@');
  return at != std::string_view::npos && at > 0 && at + 1 < text.size() && text.size() <= 320;
}

// Without blanks outside of quotes, and without the obsolete route "@a,@b:" (RFC 5322 §4.4). ""
// where it is no address.
std::string address_of(std::string_view text) {
  if (const auto colon = text.find(':'); text.starts_with('@') && colon != std::string_view::npos)
    text.remove_prefix(colon + 1);
  if (starts_ignoring_case(text, "mailto:")) text.remove_prefix(7);
  std::string address;
  bool quoted = false;
  for (const char c : text) {
    if (c == '"') quoted = !quoted;
    if (quoted || !is_space(c)) address += to_lower(c);
  }
  return is_address(address) ? address : std::string{};
}

// "a at b", as archives write it.
bool has_words_at(std::string_view text) {
  const auto words = split(text);
  return words.size() == 3 && equal_ignoring_case(words[1], "at");
}

// "a@b", "a at b", "" for anything else.
std::string plain_address(std::string_view text) {
  if (auto address = address_of(text); !address.empty()) return address;
  if (!has_words_at(text)) return {};
  const auto words = split(text);
  return address_of(std::string{words[0]} + "@" + std::string{words[2]});
}

// "a@b>", "[mailto:a@b]": what is left of brackets.
std::string_view without_edges(std::string_view word) {
  if (word.starts_with('[') && word.ends_with(']')) word = word.substr(1, word.size() - 2);
  while (word.ends_with('>')) word.remove_suffix(1);
  return word;
}

// Without angle brackets.
Mailbox without_brackets(const Pieces& pieces) {
  if (pieces.phrase.starts_with('"')) return {name_of(pieces.comment), address_of(pieces.phrase)};
  for (const auto word : split(pieces.phrase))
    if (is_address(word)) return {name_of(pieces.comment), address_of(without_edges(word))};
  return {name_of(pieces.comment), plain_address(pieces.phrase)};
}

Mailbox mailbox(const Pieces& pieces) {
  const auto address = plain_address(pieces.angle);
  if (address.empty()) return without_brackets(pieces);
  const auto name = name_of(pieces.phrase);
  return {name.empty() ? name_of(pieces.comment) : name, address};
}

constexpr std::size_t longest_name = 200;  // with commas; more is a list

// Reads an address list (RFC 5322 §3.4) from its front to its end, each character once or twice.
class Reader {
 public:
  explicit Reader(std::string_view text) : rest_{text} {}

  std::vector<Mailbox> read() {
    while (!rest_.empty()) step();
    finish();
    return std::move(result_);
  }

 private:
  void step() {
    switch (rest_.front()) {
      case '"':
        return quoted_string();
      case '(':
        return comment();
      case '<':
        return angle();
      case ',':
        return comma();
      case ';':
        finish();
        return drop(1);
      case ':':
        return colon();
      default:
        pieces_.phrase += rest_.front();
        return drop(1);
    }
  }

  void drop(std::size_t count) { rest_.remove_prefix(count); }

  void finish() {
    auto read = mailbox(pieces_);
    if (!read.address.empty()) result_.push_back(std::move(read));
    pieces_ = {};
  }

  // "Doe, Ann <ann@x.org>", unquoted: a piece without an address goes on.
  void comma() {
    const bool is_name = pieces_.angle.empty() && pieces_.comment.empty() &&
                         pieces_.phrase.find('@') == std::string::npos &&
                         pieces_.phrase.size() < longest_name && !trim(pieces_.phrase).empty();
    if (is_name && !has_words_at(pieces_.phrase))
      pieces_.phrase += ',';
    else
      finish();
    drop(1);
  }

  void quoted_string() {
    std::size_t end = 1;
    while (quotes_close_ && end < rest_.size() && rest_[end] != '"')
      end += rest_[end] == '\\' ? 2 : 1;
    if (end >= rest_.size() || !quotes_close_) {  // never closed: as if it were not there
      quotes_close_ = false;
      return drop(1);
    }
    pieces_.phrase += rest_.substr(0, end + 1);
    drop(end + 1);
  }

  void comment() {
    std::size_t depth = 0;
    std::size_t end = 0;
    do {
      if (rest_[end] == '\\')
        ++end;
      else if (rest_[end] == '(')
        ++depth;
      else if (rest_[end] == ')')
        --depth;
      ++end;
    } while (comments_close_ && depth > 0 && end < rest_.size());
    if (depth > 0 || end > rest_.size()) {
      comments_close_ = false;
      return drop(1);
    }
    pieces_.comment += rest_.substr(1, end - 2);
    drop(end);
  }

  // "<a@b>"; "<<a@b>>" too.
  void angle() {
    while (rest_.size() > 1 && rest_[1] == '<') drop(1);
    const auto end = std::min(rest_.find('>'), rest_.size());
    pieces_.angle = rest_.substr(1, end - 1);
    drop(std::min(end + 1, rest_.size()));
    while (rest_.starts_with('>')) drop(1);
  }

  // A group's name ends (RFC 5322 §3.4); in an address it is a character.
  void colon() {
    if (pieces_.phrase.find('@') == std::string::npos && !lower(pieces_.phrase).ends_with("mailto"))
      pieces_.phrase.clear();
    else
      pieces_.phrase += ':';
    drop(1);
  }

  std::string_view rest_;
  Pieces pieces_;
  std::vector<Mailbox> result_;
  bool quotes_close_ = true;  // false once one did not: looking again would cost square time
  bool comments_close_ = true;
};

}  // namespace

std::vector<Mailbox> mailboxes(std::string_view field_body) {
  return Reader{field_body}.read();
}

}  // namespace quilter
