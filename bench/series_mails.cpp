#include "bench/series_mails.hpp"

#include <algorithm>
#include <array>
#include <ctime>

#include "bench/mails.hpp"

namespace quilter::bench {
namespace {

constexpr std::uint32_t sheets = 64;
constexpr std::uint32_t people = 400;
constexpr std::uint32_t patches = 8;
constexpr std::uint32_t mails = 12;  // with the cover letter, 0, and talk from 9 on
constexpr std::uint32_t most_patches = 9999;
constexpr std::time_t start = 946'684'800;  // 2000-01-01
// From series to series of one sender: more than what nearness in time can join.
constexpr std::time_t interval = 2700;
constexpr std::time_t series_in_run = 1024;
constexpr std::size_t mail_bytes = 6000;

std::string with_crlf(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '\n') out += '\r';
    out += c;
  }
  return out;
}

std::string date(std::time_t when) {
  std::tm parts{};
  gmtime_r(&when, &parts);
  std::array<char, 64> text{};
  std::strftime(text.data(), text.size(), "%a, %d %b %Y %H:%M:%S +0000", &parts);
  return text.data();
}

// Fields that are of one mail only, and are made for each.
bool is_own(std::string_view name) {
  constexpr std::array<std::string_view, 8> own{
      "From", "To", "Subject", "Date", "Message-ID", "In-Reply-To", "References", "List-Id"};
  return std::find(own.begin(), own.end(), name) != own.end();
}

std::string quoted(std::string_view text) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const auto end = text.find('\n', at);
    out.append("> ").append(text.substr(at, end - at)).append("\n");
    at = end == std::string_view::npos ? text.size() : end + 1;
  }
  return out;
}

}  // namespace

std::string ListMail::text() const {
  std::string out;
  for (const auto& [name, value] : header)
    out.append(name).append(": ").append(with_crlf(value)).append("\r\n");
  return out.append("\r\n").append(body);
}

SeriesMails::SeriesMails(TrafficOptions options) : options_{std::move(options)} {
  for (std::uint32_t n = 0; n < sheets; ++n) sheets_.push_back(sheet(options_.seed * sheets + n));
}

SeriesMails::Sheet SeriesMails::sheet(std::uint32_t seed) {
  const auto text = patch_mail(mail_bytes, Encoding::seven_bit, seed);
  const auto end = text.find("\n\n");
  Sheet sheet;
  for (std::size_t at = 0; at < end;) {
    auto next = text.find('\n', at);
    while (next < end && text[next + 1] == '\t') next = text.find('\n', next + 1);
    const auto colon = text.find(": ", at);
    auto name = text.substr(at, colon - at);
    if (!is_own(name))
      sheet.header.emplace_back(std::move(name), text.substr(colon + 2, next - colon - 2));
    at = next + 1;
  }
  const auto body = text.substr(end + 2);
  const auto first = body.find("\n+\t") + 3;
  sheet.before = with_crlf(body.substr(0, first));
  sheet.after = with_crlf(body.substr(first));
  sheet.talk = with_crlf(quoted(body));
  return sheet;
}

void SeriesMails::step(Place& place) {
  const bool together = options_.deal == Deal::one_series || options_.deal == Deal::burst;
  if (together) {
    const auto size = options_.deal == Deal::one_series ? most_patches + 1 : mails;
    const auto number = next_++;
    place = {number / size, number % size, true};
  } else if (place.started && place.mail + 1 < mails) {
    ++place.mail;
  } else {
    place = {next_++, 0, true};
  }
}

ListMail SeriesMails::next(Place& place) {
  step(place);
  return mail(place.series, place.mail);
}

ListMail SeriesMails::mail(std::uint32_t series, std::uint32_t number) {
  const bool endless = options_.deal == Deal::one_series;
  const auto total = endless ? most_patches : patches;
  const bool talk = number > total;
  const bool alone = endless || options_.deal == Deal::one_sender;
  const auto unique =
      std::to_string(options_.run) + "_" + std::to_string(series) + "_" + std::to_string(number);
  const auto person =
      "p" + (alone ? "one" : std::to_string((series + (talk ? 7 * number : 0)) % people));
  // As git send-email makes them: time and process, place, address.
  const auto sending =
      "20260302" + std::to_string(100'000 + options_.run) + "." + std::to_string(1000 + series);
  const auto id = [&](std::uint32_t place) {
    return sending + "-" + std::to_string(place) + (place > total ? "-talk" : "-series") +
           "@example.org";
  };
  const auto& sheet = sheets_.at((series * mails + number) % sheets);
  const auto of = std::to_string(talk ? number - total : number) + "/" + std::to_string(total);
  ListMail mail{id(number), sheet.header, {}};
  const auto add = [&](const char* name, std::string value) {
    mail.header.emplace_back(name, std::move(value));
  };
  add("From", "Person " + person + " <" + person + "@example.org>");
  add("To", "demo@lists.example.org");
  add("Subject", (talk ? "Re: [PATCH " : "[PATCH ") + of + "] queue: mend the lock of " + unique);
  add("Date", date(start + (series_in_run * options_.run + series) * interval + number));
  add("Message-ID", "<" + mail.message_id + ">");
  if (number > 0) {
    const auto cover = "<" + id(0) + ">";
    const auto answered = talk ? "<" + id(number - total) + ">" : cover;
    add("In-Reply-To", answered);
    add("References", talk ? cover + "\n " + answered : cover);
  }
  add("List-Id", "Demo <" + options_.list_id + ">");
  mail.body =
      talk || number == 0 ? sheet.talk : sheet.before + "unique_" + unique + " " + sheet.after;
  return mail;
}

}  // namespace quilter::bench
