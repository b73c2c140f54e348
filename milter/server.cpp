#include "milter/server.hpp"

#include <libmilter/mfapi.h>

#include <algorithm>
#include <chrono>
#include <future>
#include <limits>
#include <memory>
#include <thread>
#include <utility>

#include "core/ingest/maillog.hpp"
#include "milter/callbacks.hpp"
#include "milter/error.hpp"
#include "milter/libmilter_mended.hpp"
#include "milter/listener.hpp"
#include "milter/service_manager.hpp"

namespace quilter::milter {
namespace {

using namespace std::chrono_literals;

// libmilter writes a reply after our callback has returned, and tells nobody when it has.
constexpr auto time_for_last_replies = 100ms;

// It takes some milliseconds. Where it hangs, who has connected meanwhile waits for our end.
constexpr auto time_for_libmilter = 1s;

// From the end of the drain to that of the process: threads end what they do.
constexpr auto time_to_stop = 20s;

// smfi_stop() sets a flag that smfi_main() sees only when its poll of 5 s ends, and itself waits
// for that. Interrupting the poll ends both at once; several times, for the first signal may come
// before the flag. False where it does not end: libmilter 8.17 destroys a mutex that its listener
// may wait for (seen where threads had run out).
bool stop_libmilter(std::thread& main_loop, std::future<int>& result) {
  while (!libmilter_has_started())
    if (result.wait_for(1ms) == std::future_status::ready) return true;
  std::thread{smfi_stop}.detach();
  const auto end = std::chrono::steady_clock::now() + time_for_libmilter;
  while (result.wait_for(10ms) == std::future_status::timeout) {
    if (std::chrono::steady_clock::now() > end) return false;
    interrupt(main_loop);
  }
  return true;
}

}  // namespace

Server::Server(const Options& options, Recorder& recorder, Progress::Pace pace, Health health)
    : options_{options},
      health_{std::move(health)},
      recorder_{recorder},
      admission_{register_callbacks(recorder_, options.max_message_bytes, pace)} {
  smfi_settimeout(static_cast<int>(std::min<std::chrono::seconds::rep>(
      options.timeout.count(), std::numeric_limits<int>::max())));
  open_listener(options);
}

Ended Server::run(const std::function<void()>& on_reload) {
  Heartbeat heartbeat{options_.listen, recorder_, health_};
  auto promise = std::make_shared<std::promise<int>>();
  auto result = promise->get_future();
  std::thread main_loop{[this, promise] {
    promise->set_value(smfi_main());
    signals_.stop();
  }};
  maillog::listening(options_.listen);
  service_manager::ready();
  while (signals_.wait() == Signals::Event::reload) {
    service_manager::reloading();
    on_reload();
    service_manager::ready();
  }

  stop_accepting(options_);
  interrupt(main_loop);  // its poll still waits for a connection
  const Ended ended = drain(heartbeat);
  const bool by_itself = result.wait_for(0s) == std::future_status::ready;
  if (!by_itself && !stop_libmilter(main_loop, result)) {
    main_loop.detach();
    return ended == Ended::drained ? Ended::stuck : ended;
  }
  main_loop.join();
  // In midair nothing may be unwound: the Recorder is still in use.
  if (by_itself && ended == Ended::drained)
    throw MilterError{"libmilter gave up; it told syslog why"};
  std::this_thread::sleep_for(time_for_last_replies);
  return ended;
}

void Server::reconfigure(const Options& options) noexcept {
  limit_messages(options.max_message_bytes);
  options_.drain_timeout = options.drain_timeout;
}

void Server::stop() noexcept {
  signals_.stop();
}

Ended Server::drain(Heartbeat& heartbeat) {
  service_manager::stopping(options_.drain_timeout + time_to_stop);
  heartbeat.draining();
  maillog::draining(admission_.drain());
  return admission_.wait_until_empty(options_.drain_timeout) ? Ended::drained : Ended::in_midair;
}

}  // namespace quilter::milter
