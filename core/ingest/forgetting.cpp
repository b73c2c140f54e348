#include "core/ingest/forgetting.hpp"

#include "core/ingest/maillog.hpp"
#include "core/ingest/metrics.hpp"

namespace quilter {
namespace {

constexpr int batch = 50;  // small: a mail that one of these belongs to waits for one batch

}  // namespace

Forgetting::Forgetting(Store& store, std::chrono::hours after, std::chrono::milliseconds every)
    : store_{store}, after_{after} {
  thread_ = std::thread{[this, every] { run(every); }};
}

Forgetting::~Forgetting() {
  {
    const std::lock_guard lock{guard_};
    stop_ = true;
  }
  stopping_.notify_one();
  thread_.join();
}

void Forgetting::run(std::chrono::milliseconds every) {
  std::unique_lock lock{guard_};
  while (!stop_) {
    lock.unlock();
    forget();
    lock.lock();
    stopping_.wait_for(lock, every, [this] { return stop_; });
  }
}

void Forgetting::forget() {
  const std::chrono::hours after = after_;
  try {
    int total = 0;
    if (after > std::chrono::hours{0})
      for (int some = batch; some == batch && !stopping(); total += some)
        some = store_.forget_parked(after, batch);
    if (total > 0) maillog::parked_forgotten(total);
    metrics::parked(store_.parked());
  } catch (const std::exception& error) {
    maillog::forgetting_failed(error.what());
  }
}

bool Forgetting::stopping() {
  const std::lock_guard lock{guard_};
  return stop_;
}

}  // namespace quilter
