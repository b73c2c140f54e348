#include "milter/heartbeat.hpp"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <new>
#include <system_error>
#include <utility>

#include "core/ingest/maillog.hpp"
#include "milter/service_manager.hpp"

namespace quilter::milter {
namespace {

using namespace std::chrono_literals;

// A quarter to wait, a quarter at most to ask: one try may fail before the watchdog bites.
std::chrono::milliseconds quarter_of_watchdog() {
  const auto watchdog = service_manager::watchdog().value_or(40s);
  return std::max(1ms, std::chrono::duration_cast<std::chrono::milliseconds>(watchdog / 4));
}

}  // namespace

Heartbeat::Heartbeat(const std::string& listen, const Stopwatch& recorder, Health health)
    : recorder_{recorder},
      health_{std::move(health)},
      interval_{quarter_of_watchdog()},
      wake_up_{::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)} {
  if (wake_up_ < 0) throw std::system_error{errno, std::generic_category(), "eventfd"};
  if (!service_manager::listens()) return;
  client_.emplace(listen);
  thread_ = std::thread{[this] { run(); }};
}

Heartbeat::~Heartbeat() {
  stopping_ = true;
  wake();
  if (thread_.joinable()) thread_.join();
  ::close(wake_up_);
}

void Heartbeat::draining() noexcept {
  draining_ = true;
  wake();
}

void Heartbeat::wake() const noexcept {
  const std::uint64_t one = 1;
  [[maybe_unused]] const auto written = ::write(wake_up_, &one, sizeof one);
}

void Heartbeat::run() {
  while (!stopping_) {
    try {
      say(trouble());
    } catch (const std::bad_alloc&) {  // what is not said brings systemd's watchdog
    }
    pollfd woken{wake_up_, POLLIN, 0};
    ::poll(&woken, 1, static_cast<int>(interval_.count()));
    std::uint64_t count = 0;
    [[maybe_unused]] const auto got = ::read(wake_up_, &count, sizeof count);
  }
}

std::string Heartbeat::trouble() const {
  if (const auto longest = recorder_.longest(); longest > health_.stuck_after())
    return "a message has been on its way for " + std::to_string(longest / 1s) + " s";
  return draining_ ? "" : client_->try_it(interval_, wake_up_);
}

void Heartbeat::say(const std::string& trouble) {
  const bool well = trouble.empty();
  if (std::exchange(well_, well) != well) {
    if (well)
      maillog::message_path_works();
    else
      maillog::message_path_hangs(trouble);
  }
  if (well)
    service_manager::works(draining_ ? "draining" : health_.status());
  else
    service_manager::hangs("hangs: " + trouble);
}

}  // namespace quilter::milter
