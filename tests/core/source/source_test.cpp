#include "core/source/source.hpp"

#include <filesystem>
#include <fstream>
#include <functional>

#include "core/mail/mbox.hpp"
#include "core/source/line_reader.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/scratch_database.hpp"

using namespace quilter;
using namespace quilter::test;
using Catch::Matchers::Contains;

namespace {

constexpr std::size_t limit = 1U << 20U;
using Texts = std::vector<std::string>;

void write(const std::string& path, const std::string& text) {
  std::ofstream{path, std::ios::binary} << text;
}

void append(const std::string& path, const std::string& text) {
  std::ofstream{path, std::ios::binary | std::ios::app} << text;
}

std::string entry(const std::string& message) {
  return "From x Mon Sep 17 00:00:00 2001\n" + message + "\n";
}

Texts rest_of(Source& source) {
  Texts texts;
  while (auto found = source.next()) texts.push_back(found->message.bytes);
  return texts;
}

// What a second run reads that goes on behind the first `count` messages.
Texts after(const std::string& path, int count, const std::function<void()>& meanwhile) {
  const auto first = open_source(path, limit);
  std::uint64_t position = 0;
  for (int i = 0; i < count; ++i) position = first->next()->next;
  const auto mark = first->mark(position);
  meanwhile();
  const auto second = open_source(path, limit);
  const bool resumed = second->resume(mark);
  auto texts = rest_of(*second);
  if (!resumed) texts.insert(texts.begin(), "(anew)");
  return texts;
}

// A public-inbox by git's own commands: "m TEXT" and "d TEXT" make a commit each.
class Inbox {
 public:
  explicit Inbox(const std::string& path) : path_{path} {
    output_of("git init -q --bare --initial-branch=master " + quoted(path));
  }
  void commit(const std::string& file, const std::string& text) const {
    const auto git = "git --git-dir=" + quoted(path_) + " ";
    const auto blob = line_of("printf %s " + quoted(text) + " | " + git + "hash-object -w --stdin");
    const auto tree =
        line_of("printf '100644 blob %s\\t%s\\n' " + blob + " " + file + " | " + git + "mktree");
    const auto parent = output_of(git + "for-each-ref").empty() ? "" : "-p master ";
    const auto commit =
        line_of(git + "-c user.name=x -c user.email=x@y commit-tree " + parent + "-m x " + tree);
    output_of(git + "update-ref refs/heads/master " + commit);
  }
  void forget_last() const {
    output_of("git --git-dir=" + quoted(path_) + " update-ref refs/heads/master master~1");
  }

 private:
  static std::string line_of(const std::string& command) {
    auto text = output_of(command);
    text.pop_back();
    return text;
  }
  std::string path_;
};

}  // namespace

TEST_CASE("an mbox is read piece by piece as it is read whole") {
  const ScratchFolder folder;
  const auto path = folder.path() + "/box";
  const std::string longest(3 * longest_line_bytes, 'x');
  const auto file = GENERATE_COPY(
      std::string{}, "A: 1\n\nno From_ line\n", entry("A: 1\n\nb\n") + entry("B: 2\n\n>>From c\n"),
      entry("A: 1\r\n\r\nb\r\n"), entry("") + entry("A: 1\n"),
      entry("A: 1\n\nb\n\n\n") + "From end",
      entry("A: 1\n\n" + longest + "From x Mon Sep 17 00:00:00 2001\n") + entry("B: 2\n"),
      "\n\n" + entry("A: 1\n"));
  write(path, file);
  CHECK(rest_of(*open_source(path, limit)) == messages_of_mbox(file));
}

TEST_CASE("a message of any length is cut at the limit, and the next one is whole") {
  const ScratchFolder folder;
  const std::string longest(3 * longest_line_bytes, 'x');
  write(folder.path() + "/box", entry("A: 1\n\n" + longest + "\n") + entry("B: 2\n"));
  const auto source = open_source(folder.path() + "/box", 100);
  const auto first = source->next();
  CHECK(first->message.bytes == "A: 1\n\n" + std::string(94, 'x'));
  CHECK(first->message.truncated);
  const auto second = source->next();
  CHECK(second->message.bytes == "B: 2\n");
  CHECK_FALSE(second->message.truncated);
  CHECK(second->next == source->size());
}

TEST_CASE("an mbox that grew is read on behind the mark; one that changed before it, anew") {
  const ScratchFolder folder;
  const auto path = folder.path() + "/box";
  write(path, entry("A: 1\n") + entry("B: 2\n"));
  using Path = const std::string&;
  struct Row {
    const char* what;
    int count;
    void (*meanwhile)(Path);
    Texts want;
  };
  const auto row = GENERATE(values<Row>({
      {"nothing happened", 1, [](Path) {}, {"B: 2\n"}},
      {"at the end", 2, [](Path) {}, {}},
      {"it grew", 2, [](Path box) { append(box, entry("C: 3\n")); }, {"C: 3\n"}},
      {"it grew in the middle",
       1,
       [](Path box) { append(box, entry("C: 3\n")); },
       {"B: 2\n", "C: 3\n"}},
      {"it changed",
       1,
       [](Path box) { write(box, entry("X: 1\n") + entry("B: 2\n")); },
       {"(anew)", "X: 1\n", "B: 2\n"}},
      {"it shrank", 2, [](Path box) { write(box, entry("A: 1\n")); }, {"(anew)", "A: 1\n"}},
  }));
  CAPTURE(row.what);
  CHECK(after(path, row.count, [&] { row.meanwhile(path); }) == row.want);
}

TEST_CASE("a maildir is read by name, and what its reader does meanwhile is borne") {
  const ScratchFolder folder;
  const auto box = folder.path() + "/box";
  for (const auto* shelf : {"/cur", "/new", "/tmp"})
    std::filesystem::create_directories(box + shelf);
  write(box + "/cur/1.a:2,S", "A: 1\n");
  write(box + "/new/2.b", "B: 2\n");
  write(box + "/tmp/3.c", "unfinished\n");
  write(box + "/cur/.hidden", "no mail\n");
  CHECK(rest_of(*open_source(box, limit)) == Texts{"A: 1\n", "B: 2\n"});

  const auto read = [&box] {
    std::filesystem::rename(box + "/new/2.b", box + "/cur/2.b:2,S");
    std::filesystem::rename(box + "/cur/1.a:2,S", box + "/cur/1.a:2,RS");
  };
  SECTION("between two runs") {
    CHECK(after(box, 1, read) == Texts{"B: 2\n"});
  }
  SECTION("while it is read") {
    const auto source = open_source(box, limit);
    read();
    CHECK(rest_of(*source) == Texts{"A: 1\n", "B: 2\n"});
  }
  SECTION("deleted while it is read") {
    const auto source = open_source(box, limit);
    std::filesystem::remove(box + "/cur/1.a:2,S");
    CHECK(rest_of(*source) == Texts{"B: 2\n"});
  }
  SECTION("delivered behind the mark") {
    CHECK(after(box, 2, [&] { write(box + "/new/4.d", "D: 4\n"); }) == Texts{"D: 4\n"});
  }
  SECTION("delivered before the mark") {
    CHECK(after(box, 2, [&] { write(box + "/new/0.z", "Z: 0\n"); }) ==
          Texts{"(anew)", "Z: 0\n", "A: 1\n", "B: 2\n"});
  }
  SECTION("cut at the limit") {
    const auto found = open_source(box, 3)->next();
    CHECK(found->message.bytes == "A: ");
    CHECK(found->message.truncated);
  }
}

TEST_CASE("a public-inbox gives the messages of its commits, the oldest first") {
  const ScratchFolder folder;
  const auto path = folder.path() + "/git/0.git";
  const Inbox inbox{path};
  CHECK(rest_of(*open_source(path, limit)).empty());
  inbox.commit("m", "A: 1\n");
  inbox.commit("d", "A: 1\n");
  inbox.commit("m", std::string{"B: 2\n\n\xff without a line end"});
  const Texts all{"A: 1\n", "B: 2\n\n\xff without a line end"};
  CHECK(rest_of(*open_source(path, limit)) == all);
  CHECK(open_source(path, limit)->size() == 3);

  SECTION("goes on behind the mark") {
    CHECK(after(path, 1, [&] { inbox.commit("m", "C: 3\n"); }) == Texts{all[1], "C: 3\n"});
    CHECK(after(path, 3, [] {}).empty());
  }
  SECTION("is read anew where its history was rewritten") {
    const auto rewrite = [&] {
      inbox.forget_last();
      inbox.commit("m", "X: 9\n");
    };
    CHECK(after(path, 2, rewrite) == Texts{"(anew)", "A: 1\n", "X: 9\n"});
  }
  SECTION("comes in epochs, by number") {
    const Inbox tenth{folder.path() + "/git/10.git"};
    const Inbox second{folder.path() + "/git/2.git"};
    CHECK(sources_at(folder.path()) == Texts{folder.path() + "/git/0.git",
                                             folder.path() + "/git/2.git",
                                             folder.path() + "/git/10.git"});
  }
  SECTION("cut at the limit") {
    const auto source = open_source(path, 3);
    CHECK(source->next()->message.bytes == "A: ");
    CHECK(source->next()->message.bytes == "B: ");
  }
}

TEST_CASE("what is no source is said") {
  const ScratchFolder folder;
  const auto& path = folder.path();
  write(path + "/box.gz", "\x1f\x8b\x08 and so on");
  const Inbox code{path + "/code.git"};
  code.commit("README", "x\n");
  struct Row {
    const char* name;
    const char* want;
  };
  const auto row = GENERATE(values<Row>({
      {"/nothing", "No such file"},
      {"/box.gz", "is compressed: zcat"},
      {"", "is neither a maildir"},
      {"/code.git", "is no public-inbox of version 2"},
  }));
  CHECK_THROWS_WITH(open_source(sources_at(path + row.name).front(), limit), Contains(row.want));
}
