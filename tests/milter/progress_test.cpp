#include "milter/progress.hpp"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "tests/support/catch.hpp"

using namespace quilter::milter;
using namespace std::chrono_literals;

namespace {

// What would be a context of libmilter: only its address counts.
struct Context {
  char byte = 0;
  operator SMFICTX*() { return reinterpret_cast<SMFICTX*>(&byte); }
};

// The MTAs: they count what they are told; one can be made to read nothing, one to be gone.
class Told {
 public:
  int operator()(SMFICTX* context) {
    std::unique_lock held{guard_};
    told_.push_back(context);
    changed_.notify_all();
    changed_.wait(held, [&] { return context != blocked_; });
    return context == gone_ ? MI_FAILURE : MI_SUCCESS;
  }

  void wait_for(SMFICTX* context, int times) {
    std::unique_lock held{guard_};
    changed_.wait(held, [&] { return count(context) >= times; });
  }

  int times(SMFICTX* context) {
    const std::lock_guard held{guard_};
    return count(context);
  }

  // Until it is another's turn.
  void block(SMFICTX* context) {
    const std::lock_guard held{guard_};
    blocked_ = context;
    changed_.notify_all();
  }

  void is_gone(SMFICTX* context) { gone_ = context; }

 private:
  int count(SMFICTX* context) const {
    return static_cast<int>(std::count(told_.begin(), told_.end(), context));
  }

  std::mutex guard_;
  std::condition_variable changed_;
  std::vector<SMFICTX*> told_;
  SMFICTX* blocked_ = nullptr;
  SMFICTX* gone_ = nullptr;
};

struct Fixture {
  explicit Fixture(Progress::Pace pace)
      : progress{pace, [this](SMFICTX* context) { return told(context); }} {}

  Told told;
  Progress progress;
};

}  // namespace

TEST_CASE("the MTA hears of a message as long as it takes") {
  Fixture fixture{{1ms, 1'000'000}};
  Context context;
  const Progress::During during{fixture.progress, context};
  fixture.told.wait_for(context, 20);
}

TEST_CASE("each of many MTAs hears of its own message") {
  Fixture fixture{{1ms, 1'000'000}};
  std::vector<Context> contexts(50);
  std::vector<std::unique_ptr<Progress::During>> messages;
  messages.reserve(contexts.size());
  for (auto& context : contexts)
    messages.push_back(std::make_unique<Progress::During>(fixture.progress, context));
  for (auto& context : contexts) fixture.told.wait_for(context, 3);
}

TEST_CASE("nobody hears of a message that is over") {
  Fixture fixture{{1ms, 1'000'000}};
  Context first, second;
  for (int i = 0; i < 20; ++i) {
    std::optional<Progress::During> during{std::in_place, fixture.progress, first};
    fixture.told.wait_for(first, fixture.told.times(first) + 1);
    during.reset();
    const int times = fixture.told.times(first);
    const Progress::During later{fixture.progress, second};
    fixture.told.wait_for(second, fixture.told.times(second) + 2);
    REQUIRE(fixture.told.times(first) == times);
  }
}

TEST_CASE("a message is not over while its MTA is being told") {
  std::atomic<int> begun{0}, ended{0};
  Progress progress{{0ms, 1'000'000}, [&](SMFICTX*) {
                      ++begun;
                      for (int i = 0; i < 100; ++i) std::this_thread::yield();
                      ++ended;
                      return MI_SUCCESS;
                    }};
  Context context;
  for (int i = 0; i < 500; ++i) {
    {
      const Progress::During during{progress, context};
      for (const int before = begun; begun == before;) std::this_thread::yield();
    }
    REQUIRE(begun == ended);
  }
}

TEST_CASE("an MTA that reads nothing holds up no other message") {
  Fixture fixture{{1ms, 60}};
  Context slow, other;
  fixture.told.block(slow);
  const Progress::During during{fixture.progress, slow};
  fixture.told.wait_for(slow, 1);
  { const Progress::During quick{fixture.progress, other}; }
  fixture.told.block(nullptr);
}

TEST_CASE("after so many times, or when the MTA is gone, it is told no more") {
  Fixture fixture{{1ms, 3}};
  Context tired, gone, later;
  fixture.told.is_gone(gone);
  const Progress::During first{fixture.progress, tired};
  const Progress::During second{fixture.progress, gone};
  for (int i = 1; i <= 5; ++i) {
    const Progress::During during{fixture.progress, later};
    fixture.told.wait_for(later, 3 * i);
  }
  CHECK(fixture.told.times(tired) == 3);
  CHECK(fixture.told.times(gone) == 1);
}

TEST_CASE("nobody hears of quick messages") {
  Fixture fixture{{1h, 60}};
  Context context;
  for (int i = 0; i < 10'000; ++i) const Progress::During during{fixture.progress, context};
  CHECK(fixture.told.times(context) == 0);
}

TEST_CASE("Sendmail's time-outs are kept: a word within 10 s, none after 5 min") {
  constexpr Progress::Pace pace;
  STATIC_REQUIRE(pace.interval < 10s);
  STATIC_REQUIRE(pace.interval * pace.most < 5min);
}
