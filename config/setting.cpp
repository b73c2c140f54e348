#include "config/setting.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <string_view>
#include <utility>

#include "core/mail/text.hpp"
#include "core/store/connection_text.hpp"

namespace quilter::config {
namespace {

struct Unit {
  std::string_view name;
  std::int64_t factor;
};

constexpr std::array duration_units{Unit{"ms", 1}, Unit{"s", 1'000}, Unit{"min", 60'000},
                                    Unit{"h", 3'600'000}};
constexpr std::array size_units{Unit{"B", 1}, Unit{"KiB", 1 << 10}, Unit{"MiB", 1 << 20},
                                Unit{"GiB", 1 << 30}};

// "64MiB", blanks between allowed; nothing where it would not fit.
template <typename Units>
std::optional<std::int64_t> number_with_unit(std::string_view text, const Units& units) {
  std::int64_t number = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc{} || number < 0) return std::nullopt;
  const auto name = trim(text.substr(static_cast<std::size_t>(stop - text.data())));
  const auto unit = std::ranges::find(units, name, &Unit::name);
  if (unit == units.end() || number > std::numeric_limits<std::int64_t>::max() / unit->factor)
    return std::nullopt;
  return number * unit->factor;
}

template <typename Units>
std::string text_with_unit(std::int64_t number, const Units& units) {
  auto unit = units.rbegin();
  while (number == 0 ? unit->factor != 1 : number % unit->factor != 0) ++unit;
  return std::to_string(number / unit->factor).append(unit->name);
}

std::string size_text(std::size_t bytes) {
  return text_with_unit(static_cast<std::int64_t>(bytes), size_units);
}

std::string quoted(std::string_view text) {
  std::string shown = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') shown += '\\';
    shown += c;
  }
  return shown + '"';
}

// A setting whose value is a string that `fits`.
template <typename Fits>
Setting text_that(Name name, std::string& field, std::string want, Fits fits) {
  const auto read = [&field, fits = std::move(fits)](const Value& value) {
    const auto* text = std::get_if<std::string>(&value);
    if (text == nullptr || !fits(*text)) return false;
    field = *text;
    return true;
  };
  return {std::move(name.table),
          std::move(name.key),
          std::move(want),
          read,
          [&field] { return quoted(field); },
          field_at(field)};
}

bool is_socket(std::string_view text) {
  constexpr std::size_t longest_path = 107;  // sockaddr_un.sun_path, less its NUL
  if (text.starts_with("unix:"))
    return text.starts_with("unix:/") && text.size() - 5 <= longest_path;
  if (text.starts_with("fd:")) return quilter::whole_number(text.substr(3)).has_value();
  if (!text.starts_with("inet:") && !text.starts_with("inet6:")) return false;
  const auto address = text.substr(text.find(':') + 1);
  const auto port = quilter::whole_number(address.substr(0, address.find('@')));
  return port && *port >= 1 && *port <= 65'535 && !address.ends_with('@');
}

}  // namespace

std::optional<milliseconds> duration_from(std::string_view text) {
  const auto count = number_with_unit(text, duration_units);
  return count ? std::optional{milliseconds{*count}} : std::nullopt;
}

std::string duration_text(milliseconds value) {
  return text_with_unit(value.count(), duration_units);
}

Setting text(Name name, std::string& field) {
  return text_that(std::move(name), field, "text in quotes",
                   [](const std::string&) { return true; });
}

Setting choice(Name name, std::string& field, std::vector<std::string> choices) {
  std::string want = "one of";
  for (const auto& one : choices) want += (&one == &choices.front() ? " " : ", ") + quoted(one);
  return text_that(std::move(name), field, std::move(want),
                   [choices = std::move(choices)](const std::string& text) {
                     return std::ranges::find(choices, text) != choices.end();
                   });
}

Setting socket(Name name, std::string& field) {
  return text_that(
      std::move(name), field,
      R"("unix:/path" of at most 107 bytes, "inet:port@host", "inet6:port@host" or "fd:number")",
      is_socket);
}

Setting connection(Name name, std::string& field) {
  auto setting = text(std::move(name), field);
  setting.want = "a PostgreSQL connection string or URI in quotes";
  setting.show = [&field] { return quoted(without_passwords(field)); };
  return setting;
}

Setting mode(Name name, unsigned& field) {
  const auto read = [&field](const Value& value) {
    const auto* text = std::get_if<std::string>(&value);
    const bool octal = text != nullptr &&
                       (text->size() == 3 || (text->size() == 4 && text->front() == '0')) &&
                       text->find_first_not_of("01234567") == std::string::npos;
    if (octal) std::from_chars(text->data(), text->data() + text->size(), field, 8);
    return octal;
  };
  const auto show = [&field] {
    std::string digits = "0000";
    for (unsigned i = 0; i < 4; ++i)
      digits[3 - i] = static_cast<char>('0' + ((field >> (3 * i)) & 7U));
    return quoted(digits);
  };
  return {std::move(name.table),
          std::move(name.key),
          R"(permissions in octal and in quotes, such as "0660")",
          read,
          show,
          field_at(field)};
}

Setting whole_number(Name name, int& field, int least, int most) {
  const auto read = [&field, least, most](const Value& value) {
    const auto* number = std::get_if<std::int64_t>(&value);
    if (number == nullptr || *number < least || *number > most) return false;
    field = static_cast<int>(*number);
    return true;
  };
  return {std::move(name.table),
          std::move(name.key),
          "a whole number from " + std::to_string(least) + " to " + std::to_string(most),
          read,
          [&field] { return std::to_string(field); },
          field_at(field)};
}

Setting size(Name name, std::size_t& field, std::size_t least, std::size_t most) {
  const auto read = [&field, least, most](const Value& value) {
    std::optional<std::int64_t> bytes;
    if (const auto* number = std::get_if<std::int64_t>(&value)) bytes = *number;
    if (const auto* text = std::get_if<std::string>(&value))
      bytes = number_with_unit(*text, size_units);
    if (!bytes || *bytes < static_cast<std::int64_t>(least) ||
        *bytes > static_cast<std::int64_t>(most))
      return false;
    field = static_cast<std::size_t>(*bytes);
    return true;
  };
  return {std::move(name.table),
          std::move(name.key),
          "a size in B, KiB, MiB, GiB from " + quoted(size_text(least)) + " to " +
              quoted(size_text(most)) + ", or bytes as a whole number",
          read,
          [&field] { return quoted(size_text(field)); },
          field_at(field)};
}

Setting duration_setting(Name name, const DurationField& field, milliseconds least,
                         milliseconds most) {
  std::string units;
  for (const auto& unit : duration_units)
    if (unit.factor >= field.unit.count())
      units.append(units.empty() ? "" : ", ").append(unit.name);
  std::string want = "a duration in " + units + " from " + quoted(duration_text(least)) + " to " +
                     quoted(duration_text(most));
  const auto read = [field, least, most](const Value& value) {
    const auto* text = std::get_if<std::string>(&value);
    const auto duration = text == nullptr ? std::nullopt : duration_from(*text);
    if (!duration || *duration < least || *duration > most ||
        *duration % field.unit != milliseconds{0})
      return false;
    field.set(*duration);
    return true;
  };
  return {std::move(name.table),
          std::move(name.key),
          std::move(want),
          read,
          [get = field.get] { return quoted(duration_text(get())); },
          field.field};
}

}  // namespace quilter::config
