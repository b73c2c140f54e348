#include "core/ingest/project_watch.hpp"

#include "core/ingest/maillog.hpp"

namespace quilter {

ProjectWatch::ProjectWatch(Store& store, std::chrono::milliseconds refresh) : store_{store} {
  publish(std::make_shared<const Routes>(store_.projects()));
  thread_ = std::thread{[this, refresh] { run(refresh); }};
}

ProjectWatch::~ProjectWatch() {
  {
    const std::lock_guard lock{guard_};
    stop_ = true;
  }
  stopping_.notify_one();
  thread_.join();
}

std::shared_ptr<const Routes> ProjectWatch::routes() const {
  const std::lock_guard lock{guard_};
  return routes_;
}

void ProjectWatch::run(std::chrono::milliseconds refresh) {
  std::unique_lock lock{guard_};
  while (!stopping_.wait_for(lock, refresh, [this] { return stop_; })) {
    lock.unlock();
    look();
    lock.lock();
  }
}

void ProjectWatch::look() {
  try {
    auto projects = store_.projects();
    if (!available_) maillog::projects_available();
    available_ = true;
    if (projects != routes()->projects())
      publish(std::make_shared<const Routes>(std::move(projects)));
  } catch (const std::exception& error) {
    if (available_) maillog::projects_unavailable(error.what());
    available_ = false;
  }
}

void ProjectWatch::publish(std::shared_ptr<const Routes> routes) {
  maillog::projects_changed(routes->projects().size());
  for (const auto& what : routes->broken()) maillog::project_broken(what);
  const std::lock_guard lock{guard_};
  routes_ = std::move(routes);
}

}  // namespace quilter
