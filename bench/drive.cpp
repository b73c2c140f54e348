// Sends generated list mail to a target, by so many clients at once, and says how fast:
//
//   bench_drive milter:ADDRESS | untracked:ADDRESS | smtp:PORT | insert:CONNECTION | mbox:FILE
//               [--clients N] [--seconds S] [--mails N] [--deal apart|one-sender|one-series|burst]
//               [--list-id ID] [--seed N] [--run N]
//
// Prints one line of JSON: mails, seconds, rate (a second), and milliseconds a mail: p50, p99,
// most. `untracked` is a milter that must accept at the end of the header. It ends after --seconds
// or --mails, whichever is first; mbox wants --mails. A run on a database that has seen one needs
// another number. Ends with 1 at the first answer that is not the right one.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <fstream>
#include <latch>
#include <limits>
#include <map>
#include <mutex>
#include <stdexcept>
#include <thread>

#include "bench/targets.hpp"

namespace quilter::bench {
namespace {

using Clock = std::chrono::steady_clock;

struct Arguments {
  std::string target;
  std::string place;
  std::size_t clients = 1;
  double seconds = std::numeric_limits<double>::infinity();
  std::uint32_t mails = std::numeric_limits<std::uint32_t>::max();
  TrafficOptions traffic;
};

const std::map<std::string, Deal> deals{{"apart", Deal::apart},
                                        {"one-sender", Deal::one_sender},
                                        {"one-series", Deal::one_series},
                                        {"burst", Deal::burst}};

std::uint32_t number(const std::string& text) {
  return static_cast<std::uint32_t>(std::stoul(text));
}

Arguments read(const std::vector<std::string>& words) {
  Arguments arguments;
  const auto colon = words.at(0).find(':');
  arguments.target = words.at(0).substr(0, colon);
  arguments.place = words.at(0).substr(colon + 1);
  const std::map<std::string, void (*)(Arguments&, const std::string&)> options{
      {"--clients", [](Arguments& all, const std::string& word) { all.clients = number(word); }},
      {"--seconds", [](Arguments& all, const std::string& word) { all.seconds = std::stod(word); }},
      {"--mails", [](Arguments& all, const std::string& word) { all.mails = number(word); }},
      {"--deal",
       [](Arguments& all, const std::string& word) { all.traffic.deal = deals.at(word); }},
      {"--list-id", [](Arguments& all, const std::string& word) { all.traffic.list_id = word; }},
      {"--seed", [](Arguments& all, const std::string& word) { all.traffic.seed = number(word); }},
      {"--run", [](Arguments& all, const std::string& word) { all.traffic.run = number(word); }}};
  for (std::size_t at = 1; at < words.size(); at += 2)
    options.at(words[at])(arguments, words.at(at + 1));
  return arguments;
}

std::unique_ptr<Target> connected(const Arguments& arguments) {
  if (arguments.target == "milter") return make_milter_target(arguments.place, 'c');
  if (arguments.target == "untracked") return make_milter_target(arguments.place, 'a');
  if (arguments.target == "smtp") return make_smtp_target(arguments.place);
  if (arguments.target == "insert") return make_insert_target(arguments.place);
  throw std::runtime_error{"what is target " + arguments.target + "?"};
}

// All clients of one run. What the first to fail has to say ends all.
class Drive {
 public:
  explicit Drive(const Arguments& arguments)
      : arguments_{arguments},
        traffic_{arguments.traffic},
        connected_{static_cast<std::ptrdiff_t>(arguments.clients)} {}

  void run() {
    std::vector<std::thread> threads;
    for (std::size_t i = 0; i < arguments_.clients; ++i) threads.emplace_back([this] { client(); });
    for (auto& thread : threads) thread.join();
    if (failure_) std::rethrow_exception(failure_);
  }

  void report() {
    std::sort(times_.begin(), times_.end());
    const auto at = [this](double share) {
      const auto last = static_cast<double>(times_.size() - 1);
      return times_.empty() ? 0 : times_[static_cast<std::size_t>(share * last)];
    };
    const auto seconds = std::chrono::duration<double>(end_ - start_).count();
    const auto count = static_cast<double>(times_.size());
    std::printf(
        "{\"mails\": %zu, \"seconds\": %.3f, \"rate\": %.1f, \"p50\": %.4f, \"p99\": %.4f, "
        "\"most\": %.4f}\n",
        times_.size(), seconds, count / seconds, at(0.5), at(0.99), at(1));
  }

 private:
  void client() {
    std::vector<double> times;
    try {
      std::unique_ptr<Target> target;
      try {
        target = connected(arguments_);
      } catch (...) {
        connected_.count_down();
        throw;
      }
      connected_.arrive_and_wait();
      times = send_to(*target);
    } catch (...) {
      const std::scoped_lock guard{guard_};
      if (!failure_) failure_ = std::current_exception();
      stopped_ = true;
    }
    const std::scoped_lock guard{guard_};
    times_.insert(times_.end(), times.begin(), times.end());
    end_ = std::max(end_, Clock::now());
  }

  std::vector<double> send_to(Target& target) {
    std::vector<double> times;
    Place place;
    const auto start = Clock::now();
    {
      const std::scoped_lock guard{guard_};
      if (start_ == Clock::time_point{}) start_ = start;
    }
    const std::chrono::duration<double> limit{arguments_.seconds};
    for (auto now = start; !stopped_ && now - start < limit && sent_++ < arguments_.mails;) {
      const auto mail = traffic_.next(place);
      const auto before = Clock::now();
      target.send(mail);
      now = Clock::now();
      times.push_back(std::chrono::duration<double, std::milli>(now - before).count());
    }
    return times;
  }

  const Arguments& arguments_;
  SeriesMails traffic_;
  std::latch connected_;
  std::atomic<std::uint32_t> sent_ = 0;
  std::atomic<bool> stopped_ = false;
  std::mutex guard_;  // of what follows
  std::vector<double> times_;
  Clock::time_point start_, end_;
  std::exception_ptr failure_;
};

void write_mbox(const Arguments& arguments) {
  SeriesMails traffic{arguments.traffic};
  Place place;
  std::ofstream file{arguments.place, std::ios::binary};
  for (std::uint32_t n = 0; n < arguments.mails && file; ++n) {
    auto text = traffic.next(place).text();
    text.erase(std::remove(text.begin(), text.end(), '\r'), text.end());
    file << "From x Mon Sep 17 00:00:00 2001\n" << text << '\n';
  }
  if (!file.flush()) throw std::runtime_error{"cannot write " + arguments.place};
}

int run(const std::vector<std::string>& words) {
  try {
    const auto arguments = read(words);
    if (arguments.target == "mbox") {
      write_mbox(arguments);
      return 0;
    }
    Drive drive{arguments};
    drive.run();
    drive.report();
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "bench_drive: %s\n", error.what());
    return 1;
  }
}

}  // namespace
}  // namespace quilter::bench

int main(int count, char** values) {
  return quilter::bench::run({values + 1, values + count});
}
