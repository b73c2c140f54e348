// ProjectWatch: the project table in memory, read again every few seconds, so that a change needs
// no restart.
//
// Promise: routes() never waits for the database; while that is away the last known table stays in
// use, at the start the one that was saved in `cache`.
// Errors: the constructor throws StoreError where there is neither a database nor a saved table;
// later failures are logged once, and again when they end.
// Owns: a thread.
// Threads: routes() is safe from any.
#pragma once

#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "core/ingest/routes.hpp"
#include "core/store/store.hpp"

namespace quilter {

constexpr std::chrono::seconds projects_refresh{5};  // promised: a change is seen within 10 s

class ProjectWatch {
 public:
  // `cache`: a file; "" keeps none.
  ProjectWatch(Store& store, std::string cache,
               std::chrono::milliseconds refresh = projects_refresh);
  ~ProjectWatch();
  ProjectWatch(const ProjectWatch&) = delete;
  ProjectWatch& operator=(const ProjectWatch&) = delete;

  std::shared_ptr<const Routes> routes() const;
  void look_soon() noexcept;  // does not wait for it

 private:
  void run(std::chrono::milliseconds refresh);
  std::vector<Project> first_look();
  void look();
  void publish(std::vector<Project> projects);
  void save(const std::vector<Project>& projects);

  Store& store_;
  std::string cache_;
  mutable std::mutex guard_;
  std::condition_variable wanted_;
  bool stop_ = false, soon_ = false;
  std::shared_ptr<const Routes> routes_;
  bool available_ = true, saved_ = true;  // only the thread's
  std::thread thread_;
};

}  // namespace quilter
