// The one Server of this test program (libmilter's state is global), started at its first use and
// stopped at exit.
#pragma once

#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <thread>

#include "core/ingest/maillog.hpp"
#include "milter/server.hpp"
#include "tests/milter/recording_recorder.hpp"
#include "tests/support/fake_mta.hpp"

namespace quilter::test {

// A folder that goes with its owner.
class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "quilter-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error{"mkdtemp"};
    path_ = name;
  }
  ~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  std::string operator/(const std::string& name) const { return (path_ / name).string(); }

 private:
  std::filesystem::path path_;
};

class LiveServer {
 public:
  static constexpr std::size_t max_message_bytes = std::size_t{64} << 20U;
  static constexpr milter::Progress::Pace pace{std::chrono::milliseconds{1}, 60};

  static LiveServer& get() {
    // The log first: what is made first ends last, and the server still writes while it stops.
    static const bool log_is_open = (maillog::open({.level = "critical"}), true);
    static LiveServer server;
    static_cast<void>(log_is_open);
    return server;
  }

  FakeMta connect(const Offer& offer = {}) const {
    FakeMta mta{options_.listen};
    mta.negotiate(offer);
    return mta;
  }

  const std::string& address() const { return options_.listen; }

  RecordingRecorder recorder;

 private:
  LiveServer()
      : options_{options(folder_)}, server_{options_, recorder, pace}, thread_{[this] {
          ended_ = server_.run();
        }} {}
  ~LiveServer() {
    server_.stop();
    thread_.join();
    if (ended_ != milter::Ended::drained) std::abort();
  }

  static milter::Options options(const TemporaryFolder& folder) {
    milter::Options options;
    options.listen = "unix:" + (folder / "milter.sock");
    options.max_message_bytes = max_message_bytes;
    return options;
  }

  TemporaryFolder folder_;
  milter::Options options_;
  milter::Server server_;
  milter::Ended ended_ = milter::Ended::in_midair;
  std::thread thread_;
};

}  // namespace quilter::test
