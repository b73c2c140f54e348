#include "core/ingest/project_watch.hpp"

#include "core/ingest/maillog.hpp"
#include "core/ingest/project_cache.hpp"
#include "core/store/out_of_memory.hpp"

namespace quilter {

ProjectWatch::ProjectWatch(Store& store, std::string cache, std::chrono::milliseconds refresh)
    : store_{store}, cache_{std::move(cache)} {
  publish(first_look());
  thread_ = std::thread{[this, refresh] { run(refresh); }};
}

ProjectWatch::~ProjectWatch() {
  {
    const std::lock_guard lock{guard_};
    stop_ = true;
  }
  wanted_.notify_one();
  thread_.join();
}

std::shared_ptr<const Routes> ProjectWatch::routes() const {
  const std::lock_guard lock{guard_};
  return routes_;
}

void ProjectWatch::look_soon() noexcept {
  {
    const std::lock_guard lock{guard_};
    soon_ = true;
  }
  wanted_.notify_one();
}

void ProjectWatch::run(std::chrono::milliseconds refresh) {
  std::unique_lock lock{guard_};
  while (true) {
    wanted_.wait_for(lock, refresh, [this] { return stop_ || soon_; });
    if (stop_) return;
    soon_ = false;
    lock.unlock();
    unless_out_of_memory([this] { look(); });
    lock.lock();
  }
}

std::vector<Project> ProjectWatch::first_look() {
  try {
    auto projects = store_.projects();
    save(projects);
    return projects;
  } catch (const StoreError& error) {
    auto saved = cache_.empty() ? std::nullopt : saved_projects(cache_);
    if (!saved)
      throw StoreError{std::string{error.what()} +
                       "; what is tracked is not known yet either (there is no " + cache_ +
                       "): the first start needs the database"};
    available_ = false;
    maillog::projects_unavailable(error.what());
    maillog::projects_from_cache(saved->size(), cache_);
    return std::move(*saved);
  }
}

void ProjectWatch::look() {
  try {
    auto projects = store_.projects();
    if (!available_) maillog::projects_available();
    available_ = true;
    if (projects == routes()->projects() && saved_) return;
    save(projects);
    if (projects != routes()->projects()) publish(std::move(projects));
  } catch (const std::exception& error) {
    if (available_) maillog::projects_unavailable(error.what());
    available_ = false;
  }
}

void ProjectWatch::publish(std::vector<Project> projects) {
  auto routes = std::make_shared<const Routes>(std::move(projects));
  maillog::projects_changed(routes->projects().size());
  for (const auto& what : routes->broken()) maillog::project_broken(what);
  const std::lock_guard lock{guard_};
  routes_ = std::move(routes);
}

// Where it cannot be saved, mail goes on, and so does trying.
void ProjectWatch::save(const std::vector<Project>& projects) {
  if (cache_.empty()) return;
  try {
    save_projects(cache_, projects);
    saved_ = true;
  } catch (const std::exception& error) {
    if (saved_) maillog::projects_not_cached(error.what());
    saved_ = false;
  }
}

}  // namespace quilter
