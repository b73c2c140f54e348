#include "milter/server.hpp"

#include <libmilter/mfapi.h>

#include <algorithm>
#include <chrono>
#include <future>
#include <limits>
#include <thread>

#include "milter/callbacks.hpp"
#include "milter/error.hpp"
#include "milter/listener.hpp"

namespace quilter::milter {
namespace {

using namespace std::chrono_literals;

// libmilter writes a reply after our callback has returned, and tells nobody when it has.
constexpr auto time_for_last_replies = 100ms;

// smfi_stop() sets a flag that smfi_main() sees only when its poll of 5 s ends, and itself waits
// for that. Interrupting the poll ends both at once; several times, for the first signal may come
// before the flag.
void stop_libmilter(std::thread& main_loop, std::future<int>& result) {
  while (!libmilter_has_started())
    if (result.wait_for(1ms) == std::future_status::ready) return;
  std::thread stopper{smfi_stop};
  while (result.wait_for(10ms) == std::future_status::timeout) interrupt(main_loop);
  stopper.join();
}

}  // namespace

Server::Server(const Options& options, Recorder& recorder, Progress::Pace pace)
    : options_{options}, admission_{register_callbacks(recorder, options.max_message_bytes, pace)} {
  smfi_settimeout(static_cast<int>(std::min<std::chrono::seconds::rep>(
      options.timeout.count(), std::numeric_limits<int>::max())));
  open_listener(options);
}

Ended Server::run(const std::function<void()>& on_reload) {
  std::promise<int> promise;
  auto result = promise.get_future();
  std::thread main_loop{[&] {
    promise.set_value(smfi_main());
    signals_.stop();
  }};
  maillog::listening(options_.listen);
  while (signals_.wait() == Signals::Event::reload) on_reload();

  stop_accepting(options_);
  interrupt(main_loop);  // its poll still waits for a connection
  const Ended ended = drain();
  const bool by_itself = result.wait_for(0s) == std::future_status::ready;
  if (!by_itself) stop_libmilter(main_loop, result);
  main_loop.join();
  // In midair nothing may be unwound: the Recorder is still in use.
  if (by_itself && ended == Ended::drained)
    throw MilterError{"libmilter gave up; it told syslog why"};
  std::this_thread::sleep_for(time_for_last_replies);
  return ended;
}

void Server::stop() noexcept {
  signals_.stop();
}

Ended Server::drain() {
  maillog::draining(admission_.drain());
  return admission_.wait_until_empty(options_.drain_timeout) ? Ended::drained : Ended::in_midair;
}

}  // namespace quilter::milter
