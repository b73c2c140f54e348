#include <algorithm>
#include <iostream>

#include "cli/import.hpp"
#include "core/mail/text.hpp"

namespace quilter::cli {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t bar_width = 20;
constexpr std::size_t most_name_bytes = 40;

std::string two_digits(long number) {
  return (number < 10 ? "0" : "") + std::to_string(number);
}

std::string clock(double seconds) {
  const auto all = static_cast<long>(seconds);
  return std::to_string(all / 3600) + ":" + two_digits(all / 60 % 60) + ":" + two_digits(all % 60);
}

std::string bar(double share) {
  const auto full = static_cast<std::size_t>(share * bar_width);
  return "[" + std::string(full, '#') + std::string(bar_width - full, '.') + "] ";
}

std::string tail(const std::string& path) {
  return path.size() <= most_name_bytes ? path : "…" + path.substr(path.size() - most_name_bytes);
}

}  // namespace

void Progress::begin(std::string source, std::uint64_t from, std::uint64_t size) {
  source_ = std::move(source);
  from_ = from;
  size_ = size;
  messages_before_ = messages_shown_;
  begun_ = shown_ = Clock::now();
}

void Progress::show(std::uint64_t position, std::uint64_t messages) {
  messages_shown_ = messages;
  const auto now = Clock::now();
  if (voice_ == Voice::quiet || now < shown_ + (voice_ == Voice::terminal ? 200ms : 5s)) return;
  shown_ = now;
  const auto line = text(position, messages);
  if (voice_ == Voice::terminal)
    std::cerr << "\r\x1b[K" << line << std::flush;  // ECMA-48 §8.3.41, EL
  else
    std::cerr << "quilter: " << line << std::endl;
  is_shown_ = voice_ == Voice::terminal;
}

void Progress::clear() {
  if (is_shown_) std::cerr << "\r\x1b[K" << std::flush;
  is_shown_ = false;
}

std::string Progress::text(std::uint64_t position, std::uint64_t messages) const {
  const auto seconds = std::chrono::duration<double>(Clock::now() - begun_).count();
  const auto done = messages - messages_before_;
  const auto rate = static_cast<double>(done) / std::max(seconds, 0.001);
  const auto counted =
      std::to_string(done) + " messages, " + std::to_string(static_cast<long>(rate)) + "/s";
  const auto name = printable(tail(source_)) + ": ";
  if (size_ <= from_ || position < from_) return name + counted;
  const auto share =
      std::min(1.0, static_cast<double>(position - from_) / static_cast<double>(size_ - from_));
  const auto percent = std::to_string(static_cast<int>(share * 100)) + " %, ";
  return name + (voice_ == Voice::terminal ? bar(share) : "") + percent + counted +
         (share > 0 ? ", " + clock(seconds / share * (1 - share)) + " left" : "");
}

}  // namespace quilter::cli
