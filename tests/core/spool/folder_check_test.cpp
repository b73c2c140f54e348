// What is wrong with a spool's folder, and the command that mends it.

#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/core/spool/faults.hpp"
#include "tests/core/spool/spools.hpp"
#include "tests/support/catch.hpp"

using namespace quilter;
using namespace quilter::test;
using Catch::Matchers::Contains;

namespace {

std::string user() {
  auto name = output_of("id -un");
  name.pop_back();
  return name;
}

std::string check(const ScratchSpool& scratch) {
  return error_of([&] { SpoolFolder{scratch.path()}.check(); });
}

bool is_root() {
  if (::geteuid() == 0) return true;
  WARN("skipped: needs root");
  return false;
}

}  // namespace

TEST_CASE("a folder that is as it must be gets its shelves") {
  const ScratchSpool scratch;
  CHECK(check(scratch).empty());
  CHECK(check(scratch).empty());
  for (const auto* name : {"tmp", "new", "failed", "torn"})
    CHECK(std::filesystem::is_directory(scratch.path() + "/" + name));
}

TEST_CASE("a folder that is not there is not made") {
  const ScratchSpool scratch;
  std::filesystem::remove(scratch.path());
  CHECK(check(scratch) == "the spool folder " + scratch.path() +
                              " is not there: mount its disk, or make it: install -d -m 0700 -o " +
                              user() + " " + scratch.path());
  CHECK_FALSE(std::filesystem::exists(scratch.path()));
  CHECK_THAT(error_of([&] { SpoolFolder{scratch.path()}.ids(Shelf::waiting); }),
             Contains("is not there"));
}

TEST_CASE("a file in the folder's place is no folder") {
  const ScratchSpool scratch;
  std::filesystem::remove(scratch.path());
  scratch.put("", "");
  std::ofstream{scratch.path()} << "x";
  CHECK(check(scratch) == "the spool folder " + scratch.path() +
                              " is not a folder: move it away, then: install -d -m 0700 -o " +
                              user() + " " + scratch.path());
}

TEST_CASE("a folder that others can write to is refused") {
  const ScratchSpool scratch;
  const auto mode = GENERATE(0777, 0770, 0702);
  REQUIRE(::chmod(scratch.path().c_str(), static_cast<mode_t>(mode)) == 0);
  CHECK(check(scratch) == "the spool folder " + scratch.path() +
                              " can be written by others: chmod 0700 " + scratch.path());
}

TEST_CASE("a folder of somebody else is refused, by root too") {
  if (!is_root()) return;
  const ScratchSpool scratch;
  REQUIRE(::chown(scratch.path().c_str(), 1, ::getegid()) == 0);
  CHECK(check(scratch) == "the spool folder " + scratch.path() +
                              " belongs to daemon, but this runs as root: chown -R root " +
                              scratch.path());
}

TEST_CASE("a shelf of somebody else is refused") {
  if (!is_root()) return;
  const ScratchSpool scratch;
  REQUIRE(check(scratch).empty());
  REQUIRE(::chown((scratch.path() + "/new").c_str(), 1, ::getegid()) == 0);
  CHECK_THAT(check(scratch), Contains("/new belongs to daemon"));
}

TEST_CASE("a file in a shelf's place is said") {
  const ScratchSpool scratch;
  scratch.put("new", "x");
  CHECK(check(scratch) ==
        scratch.path() + "/new is not a folder: move it away; the daemon makes it");
}

TEST_CASE("a folder that its owner may not write to is said") {
  const ScratchSpool scratch;
  if (is_root()) {  // who may write everywhere: as somebody else
    CHECK(in_child([&] {
            if (::chmod((scratch.path() + "/..").c_str(), 0755) != 0 ||
                ::chown(scratch.path().c_str(), 1, 1) != 0 ||
                ::chmod(scratch.path().c_str(), 0500) != 0 || ::setuid(1) != 0)
              throw std::runtime_error{"cannot become another"};
            if (check(scratch) != "the spool folder " + scratch.path() +
                                      " cannot be written: chmod 0700 " + scratch.path())
              throw std::runtime_error{check(scratch)};
          }) == End::reached);
  } else {
    REQUIRE(::chmod(scratch.path().c_str(), 0500) == 0);
    CHECK_THAT(check(scratch), Contains("cannot be written: chmod 0700"));
  }
}

TEST_CASE("a read-only disk, and one that is too small") {
  if (!is_root()) return;
  const ScratchSpool scratch;
  if (::mount("tmpfs", scratch.path().c_str(), "tmpfs", 0, "size=1m,mode=0700") != 0) {
    WARN("skipped: cannot mount a tmpfs");
    return;
  }
  struct Unmount {
    std::string path;
    ~Unmount() { ::umount2(path.c_str(), MNT_DETACH); }
  } const unmount{scratch.path()};
  SpoolFolder folder{scratch.path()};
  folder.check();

  SECTION("a full disk leaves nothing half written, and works again") {
    Spool spool{scratch.options()};
    const auto big = spooled("BIG", std::string(600'000, 'x'));
    const auto id = spool.keep(big);
    // The limit on free disk would say so first: SpoolFolder knows none.
    CHECK_THAT(error_of([&] { folder.keep(big, Shelf::waiting); }),
               Contains("No space left on device"));
    CHECK_THAT(error_of([&] { spool.keep(big); }), Contains("full: only "));
    CHECK(scratch.files() == 1);
    spool.remove(*spool.claim(id));
    spool.keep(big);
    CHECK(spool.status().waiting == 1);
  }
  SECTION("read-only") {  // while no daemon runs: its lock would keep the disk as it is
    folder.keep(spooled(), Shelf::waiting);
    REQUIRE(::mount("tmpfs", scratch.path().c_str(), "tmpfs", MS_REMOUNT | MS_RDONLY, nullptr) ==
            0);
    CHECK_THAT(error_of([&] { folder.keep(spooled(), Shelf::waiting); }),
               Contains("Read-only file system"));
    CHECK(check(scratch) == "the spool folder " + scratch.path() +
                                " is on a read-only file system: mount -o remount,rw \"$(findmnt "
                                "-nro TARGET -T " +
                                scratch.path() + ")\"");
    CHECK(folder.entries(Shelf::waiting).size() == 1);
    REQUIRE(::mount("tmpfs", scratch.path().c_str(), "tmpfs", MS_REMOUNT, "size=1m") == 0);
    folder.keep(spooled(), Shelf::waiting);
    CHECK(folder.ids(Shelf::waiting).size() == 2);
  }
}
