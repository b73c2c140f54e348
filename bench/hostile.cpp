// Time and memory of hostile mails (tests/support/hostile_mails.hpp) at 3, 10 and 30 MB:
//
//   bench_hostile [NAME…]      only those whose name has one of these words
//
// Each is read in a process of its own, that has a minute for it. The time at 30 MB is 10 times
// that at 3 MB where it is linear. Memory is what reading takes at its peak, besides the message.
// Ends with 1 where something that was read is no valid UTF-8, or a reading did not end.
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>
#include <vector>

#include "core/mail/classify.hpp"
#include "core/mail/text.hpp"
#include "core/mime/read_mail.hpp"
#include "tests/support/each_text.hpp"
#include "tests/support/hostile_mails.hpp"

namespace quilter::bench {
namespace {

constexpr std::array<std::size_t, 3> sizes{3'000'000, 10'000'000, 30'000'000};

struct Cost {
  double seconds = -1;  // less than 0: it did not end, or ended badly
  double memory = 0;    // as a multiple of the message's size
};

// "VmHWM:   1234 kB" of this process, in octets.
double status_of_memory(const std::string& name) {
  std::ifstream status{"/proc/self/status"};
  for (std::string line; std::getline(status, line);)
    if (line.starts_with(name + ":")) return 1024.0 * std::atof(line.c_str() + name.size() + 1);
  return 0;
}

bool is_sound(const Mail& mail, const Classified& classified) {
  bool sound = true;
  const auto check = [&](std::string_view text) { sound &= valid_length(text) == text.size(); };
  test::each_text(mail, check);
  test::each_text(classified, check);
  return sound;
}

Cost read(const std::string& bytes) {
  std::ofstream{"/proc/self/clear_refs"} << 5;  // the peak is from now on
  const auto before = status_of_memory("VmRSS");
  ListProfile list;
  list.list_addresses = {"l@x.org"};
  const auto start = std::chrono::steady_clock::now();
  const auto mail = mime::read_mail(bytes);
  const auto classified = classify(mail, list);
  const std::chrono::duration<double> time = std::chrono::steady_clock::now() - start;
  const auto memory = (status_of_memory("VmHWM") - before) / static_cast<double>(bytes.size());
  return is_sound(mail, classified) ? Cost{time.count(), memory} : Cost{};
}

Cost read_apart(const test::HostileMail& hostile, std::size_t bytes) {
  std::array<int, 2> ends{};
  if (pipe(ends.data()) != 0) std::abort();
  const auto child = fork();
  if (child == 0) {
    alarm(60);
    const auto cost = read(hostile.make(bytes));
    const auto written = write(ends[1], &cost, sizeof cost);
    _exit(written == sizeof cost ? 0 : 1);
  }
  close(ends[1]);
  Cost cost;
  if (::read(ends[0], &cost, sizeof cost) != sizeof cost) cost = {};
  close(ends[0]);
  waitpid(child, nullptr, 0);
  return cost;
}

bool is_wanted(const std::string& name, const std::vector<std::string>& words) {
  return words.empty() || std::any_of(words.begin(), words.end(), [&](const std::string& word) {
           return name.find(word) != std::string::npos;
         });
}

int run(const std::vector<std::string>& words) {
  const mime::Library gmime;
  bool sound = true;
  std::printf("%-28s %9s %9s %9s %8s %8s\n", "seconds at", "3 MB", "10 MB", "30 MB", "30 / 3",
              "memory");
  for (const auto& hostile : test::hostile_mails) {
    if (!is_wanted(hostile.name, words)) continue;
    std::array<Cost, sizes.size()> costs;
    for (std::size_t i = 0; i < costs.size(); ++i) costs.at(i) = read_apart(hostile, sizes.at(i));
    std::printf("%-28s %9.4f %9.4f %9.4f %8.1f %8.1f\n", hostile.name, costs[0].seconds,
                costs[1].seconds, costs[2].seconds, costs[2].seconds / costs[0].seconds,
                costs[2].memory);
    std::fflush(stdout);
    for (const auto& cost : costs) sound &= cost.seconds >= 0;
  }
  return sound ? 0 : 1;
}

}  // namespace
}  // namespace quilter::bench

int main(int count, char** values) {
  return quilter::bench::run({values + 1, values + count});
}
