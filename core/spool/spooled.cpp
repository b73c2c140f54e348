#include "core/spool/spooled.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

#include "core/digest/digest.hpp"
#include "core/mail/text.hpp"

namespace quilter {
namespace {

constexpr std::string_view first_line = "quilter-spool: 1\n";
constexpr std::string_view digest_field = "sha256: ";
constexpr std::size_t digest_digits = 64;
constexpr Timestamp last_second =
    std::chrono::sys_days{std::chrono::year{10000} / 1 / 1} - std::chrono::seconds{1};

constexpr bool is_plain(char c) {
  return c >= ' ' && c <= '~' && c != '%';
}

std::string escaped(std::string_view text) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::string line;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (is_plain(c))
      line += c;
    else
      line.append({'%', digits[byte >> 4U], digits[byte & 15U]});
  }
  return line;
}

std::optional<unsigned> hex_digit(char c) {
  if (is_digit(c)) return static_cast<unsigned>(c - '0');
  if (c >= 'A' && c <= 'F') return static_cast<unsigned>(c - 'A' + 10);
  return std::nullopt;
}

std::optional<std::string> unescaped(std::string_view line) {
  std::string text;
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (is_plain(line[i])) {
      text += line[i];
      continue;
    }
    if (line[i] != '%' || line.size() - i < 3) return std::nullopt;
    const auto high = hex_digit(line[i + 1]);
    const auto low = hex_digit(line[i + 2]);
    if (!high || !low) return std::nullopt;
    text += static_cast<char>(*high << 4U | *low);
    i += 2;
  }
  return text;
}

std::optional<std::uint64_t> count(std::string_view text) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

// Takes the fields in their one order off the front; the first that is not as it was written ends
// it.
class Reader {
 public:
  explicit Reader(std::string_view text) : rest_{text} {}

  bool begins_with(std::string_view wanted) {
    if (!rest_.starts_with(wanted)) return false;
    rest_.remove_prefix(wanted.size());
    return true;
  }

  std::optional<std::string_view> plain(std::string_view name) {
    auto rest = rest_;
    const auto line = next_line(rest);
    if (!line.ends_with('\n') || !line.starts_with(name)) return std::nullopt;
    rest_ = rest;
    return line.substr(name.size(), line.size() - name.size() - 1);
  }

  std::optional<std::string> text(std::string_view name) {
    const auto before = rest_;
    const auto line = plain(name);
    auto value = line ? unescaped(*line) : std::nullopt;
    if (!value) rest_ = before;
    return value;
  }

  std::string_view rest() const { return rest_; }

 private:
  std::string_view rest_;
};

bool read_envelope(Reader& reader, Spooled& spooled) {
  const auto queue_id = reader.text("queue-id: ");
  const auto reverse_path = reader.text("reverse-path: ");
  if (!queue_id || !reverse_path) return false;
  spooled.message.queue_id = *queue_id;
  spooled.message.envelope.reverse_path = *reverse_path;
  while (auto project = reader.text("project: ")) spooled.projects.push_back(std::move(*project));
  return true;
}

bool read_circumstances(Reader& reader, Spooled& spooled) {
  const auto arrived = reader.plain("arrived: ");
  const auto when = arrived ? time_from(*arrived) : std::nullopt;
  const auto truncated = reader.plain("truncated: ");
  auto reason = reader.text("reason: ");
  if (!when || !truncated || (*truncated != "yes" && *truncated != "no") || !reason) return false;
  spooled.arrived = *when;
  spooled.message.truncated = *truncated == "yes";
  spooled.reason = std::move(*reason);
  return true;
}

bool is_digest(std::string_view text) {
  return text.size() == digest_digits && std::all_of(text.begin(), text.end(), [](char c) {
           return is_digit(c) || (c >= 'a' && c <= 'f');
         });
}

// Of the header without its digest, and the bytes.
std::string digest(std::string_view fields, std::string_view bytes) {
  return sha256_hex({fields, bytes});
}

}  // namespace

std::optional<Timestamp> time_from(std::string_view text) {
  if (text.size() != std::string_view{"2026-11-22T06:13:02Z"}.size()) return std::nullopt;
  std::array<int, 6> numbers{};
  constexpr std::array<std::size_t, 6> places{0, 5, 8, 11, 14, 17};
  for (std::size_t i = 0; i < places.size(); ++i) {
    const auto number = whole_number(text.substr(places[i], i == 0 ? 4 : 2));
    if (!number) return std::nullopt;
    numbers[i] = *number;
  }
  const std::chrono::year_month_day date{std::chrono::year{numbers[0]},
                                         std::chrono::month{static_cast<unsigned>(numbers[1])},
                                         std::chrono::day{static_cast<unsigned>(numbers[2])}};
  if (!date.ok()) return std::nullopt;
  const Timestamp read = std::chrono::sys_days{date} + std::chrono::hours{numbers[3]} +
                         std::chrono::minutes{numbers[4]} + std::chrono::seconds{numbers[5]};
  return iso8601(read) == text ? std::optional{read} : std::nullopt;
}

std::string header_of(const Spooled& spooled) {
  return header_of(spooled.message, spooled.projects, spooled.arrived, spooled.reason);
}

std::string header_of(const RawMessage& message, const std::vector<std::string>& projects,
                      Timestamp arrived, std::string_view reason) {
  std::string header{first_line};
  header += "queue-id: " + escaped(message.queue_id) + "\n";
  header += "reverse-path: " + escaped(message.envelope.reverse_path) + "\n";
  for (const auto& project : projects) header += "project: " + escaped(project) + "\n";
  header += "arrived: " + iso8601(std::clamp(arrived, Timestamp{}, last_second)) + "\n";
  header += message.truncated ? "truncated: yes\n" : "truncated: no\n";
  header += "reason: " + escaped(reason) + "\n";
  header += "size: " + std::to_string(message.bytes.size()) + "\n";
  const auto sha256 = digest(header, message.bytes);
  return header.append(digest_field).append(sha256).append("\n\n");
}

std::variant<SpooledHeader, Torn> read_header(std::string_view start) {
  if (!start.starts_with("quilter-spool: ")) return Torn{"it does not begin as a spooled message"};
  Reader reader{start};
  if (!reader.begins_with(first_line)) return Torn{"it is of an unknown version, or short"};
  SpooledHeader header;
  if (!read_envelope(reader, header.spooled) || !read_circumstances(reader, header.spooled))
    return Torn{"its header is damaged or short"};
  const auto size = reader.plain("size: ");
  const auto sha256 = reader.plain(digest_field);
  const auto number = size ? count(*size) : std::nullopt;
  if (!number || !sha256 || !is_digest(*sha256) || !reader.begins_with("\n"))
    return Torn{"its header is damaged or short"};
  header.size = *number;
  header.sha256 = *sha256;
  header.length = start.size() - reader.rest().size();
  return header;
}

std::variant<Spooled, Torn> from_file(std::string file) {
  auto read = read_header(file);
  if (auto* torn = std::get_if<Torn>(&read)) return std::move(*torn);
  auto& header = std::get<SpooledHeader>(read);
  const std::string_view all{file};
  const auto bytes = all.substr(header.length);
  if (bytes.size() < header.size)
    return Torn{"it is short: " + std::to_string(bytes.size()) + " of " +
                std::to_string(header.size) + " bytes"};
  if (bytes.size() > header.size) return Torn{"it goes on behind its end"};
  const auto fields =
      all.substr(0, header.length - (digest_field.size() + digest_digits + std::size_t{2}));
  if (digest(fields, bytes) != header.sha256) return Torn{"its SHA-256 is another"};
  file.erase(0, header.length);  // in place
  header.spooled.message.bytes = std::move(file);
  return std::move(header.spooled);
}

}  // namespace quilter
