// The form of a spooled message's file.

#include "core/digest/digest.hpp"
#include "tests/core/spool/spools.hpp"
#include "tests/support/catch.hpp"

using namespace quilter;
using namespace quilter::test;

namespace {

std::string file_of(const Spooled& message) {
  return header_of(message) + message.message.bytes;
}

bool is_torn(const std::string& file) {
  return std::holds_alternative<Torn>(from_file(file));
}

std::string all_bytes() {
  std::string bytes;
  for (int byte = 0; byte < 256; ++byte) bytes += static_cast<char>(byte);
  return bytes;
}

// A header whose digest is right, whatever its fields are.
std::string sealed(const std::string& fields, const std::string& bytes) {
  return fields + "sha256: " + sha256_hex({fields, bytes}) + "\n\n" + bytes;
}

}  // namespace

TEST_CASE("what is written is read back, whatever its values") {
  struct Row {
    const char* what;
    void (*change)(Spooled& message);
  };
  const auto row = GENERATE(values<Row>({
      {"an ordinary message", [](Spooled&) {}},
      {"nothing at all", [](Spooled& it) { it = {}; }},
      {"the null sender", [](Spooled& it) { it.message.envelope.reverse_path.clear(); }},
      {"a queue id with lines", [](Spooled& it) { it.message.queue_id = "A\nsize: 0\n\n"; }},
      {"a queue id with CR and NUL",
       [](Spooled& it) {
         it.message.queue_id = {'\r', '\0', 'x'};
       }},
      {"a reverse-path that looks like a header",
       [](Spooled& it) { it.message.envelope.reverse_path = "a@b\nproject: forged\n"; }},
      {"an escape in a reverse-path",
       [](Spooled& it) { it.message.envelope.reverse_path = "%0A%25%"; }},
      {"a reverse-path beyond ASCII",
       [](Spooled& it) { it.message.envelope.reverse_path = "j\xc3\xb6rg@example.org"; }},
      {"a reason of all bytes", [](Spooled& it) { it.reason = all_bytes(); }},
      {"a long reason", [](Spooled& it) { it.reason.assign(100'000, '\n'); }},
      {"a reason with blanks around it", [](Spooled& it) { it.reason = "  x  "; }},
      {"no project", [](Spooled& it) { it.projects.clear(); }},
      {"projects with odd names",
       [](Spooled& it) {
         it.projects = {"", "a\nb", "project: x"};
       }},
      {"a message that was cut", [](Spooled& it) { it.message.truncated = true; }},
      {"an empty message", [](Spooled& it) { it.message.bytes.clear(); }},
      {"a message of all bytes", [](Spooled& it) { it.message.bytes = all_bytes(); }},
      {"a message that is a spooled message",
       [](Spooled& it) { it.message.bytes = file_of(spooled()); }},
      {"the first second", [](Spooled& it) { it.arrived = Timestamp{}; }},
      {"a leap day", [](Spooled& it) { it.arrived = *time_from("2028-02-29T23:59:59Z"); }},
      {"the last second", [](Spooled& it) { it.arrived = *time_from("9999-12-31T23:59:59Z"); }},
  }));
  CAPTURE(row.what);
  auto message = spooled();
  row.change(message);
  const auto read = from_file(file_of(message));
  REQUIRE(std::holds_alternative<Spooled>(read));
  CHECK(std::get<Spooled>(read) == message);
}

TEST_CASE("recipients are never written") {
  auto message = spooled();
  const auto without = file_of(message);
  message.message.envelope.forward_paths = {"bcc@example.org"};
  CHECK(file_of(message) == without);
}

TEST_CASE("an arrival that no header can say becomes the nearest that it can") {
  auto message = spooled();
  message.arrived = GENERATE(Timestamp::min(), Timestamp::max());
  const auto read = from_file(file_of(message));
  REQUIRE(std::holds_alternative<Spooled>(read));
  const auto arrived = std::get<Spooled>(read).arrived;
  CHECK((arrived == Timestamp{} || arrived == time_from("9999-12-31T23:59:59Z")));
}

TEST_CASE("a header has one line a value") {
  auto message = spooled();
  message.message.queue_id = "A\nB";
  const auto header = header_of(message);
  CHECK(header.substr(0, header.find("sha256: ")) ==
        "quilter-spool: 1\nqueue-id: A%0AB\nreverse-path: ann@example.org\nproject: demo\n"
        "arrived: 2026-11-21T06:13:02Z\ntruncated: no\nreason: database away\nsize: 25\n");
}

TEST_CASE("every front of a file is torn, and so is a file that goes on") {
  const auto file = file_of(spooled());
  for (std::size_t length = 0; length < file.size(); ++length) {
    CAPTURE(length);
    CHECK(is_torn(file.substr(0, length)));
  }
  CHECK(is_torn(file + "x"));
  CHECK(is_torn(file + file));
  CHECK_FALSE(is_torn(file));
}

TEST_CASE("a file with any bit changed is torn") {
  const auto file = file_of(spooled());
  for (std::size_t at = 0; at < file.size(); ++at)
    for (unsigned bit = 1; bit < 256; bit <<= 1U) {
      auto changed = file;
      changed[at] = static_cast<char>(static_cast<unsigned char>(changed[at]) ^ bit);
      CAPTURE(at, bit);
      CHECK(is_torn(changed));
    }
}

TEST_CASE("a file with a piece of zeroes in it, as a crash leaves it, is torn") {
  const auto file = file_of(spooled("Q", std::string(20'000, 'x')));
  for (std::size_t at = 0; at < file.size(); at += 4096) {
    auto changed = file;
    const auto length = std::min<std::size_t>(4096, file.size() - at);
    changed.replace(at, length, length, '\0');
    CHECK(is_torn(changed));
  }
}

TEST_CASE("why a file is torn is said") {
  const std::string start = "quilter-spool: 1\nqueue-id: Q\nreverse-path: \n";
  const std::string more = "arrived: 2026-11-22T06:13:02Z\ntruncated: no\nreason: \n";
  REQUIRE_FALSE(is_torn(sealed(start + more + "size: 2\n", "ab")));
  struct Row {
    std::string file;
    const char* why;
  };
  const auto row = GENERATE_COPY(values<Row>({
      {"", "it does not begin as a spooled message"},
      {"From: a@example.org\n\nbody", "it does not begin as a spooled message"},
      {"quilter-spool: 2\n\n", "it is of an unknown version, or short"},
      {"quilter-spool: 1\n\n", "its header is damaged or short"},
      {sealed(start + more + "size: 3\n", "ab"), "it is short: 2 of 3 bytes"},
      {sealed(start + more + "size: 1\n", "ab"), "it goes on behind its end"},
      {start + more + "size: 2\nsha256: " + std::string(64, '0') + "\n\nab",
       "its SHA-256 is another"},
      {sealed(start + more + "size: -1\n", "ab"), "its header is damaged or short"},
      {sealed(start + more + "size: 99999999999999999999\n", "ab"),
       "its header is damaged or short"},
      {sealed(start + "arrived: 2026-02-30T06:13:02Z\ntruncated: no\nreason: \nsize: 2\n", "ab"),
       "its header is damaged or short"},
      {sealed(start + "arrived: 2026-02-01T24:00:00Z\ntruncated: no\nreason: \nsize: 2\n", "ab"),
       "its header is damaged or short"},
      {sealed(start + "project: %zz\n" + more + "size: 2\n", "ab"),
       "its header is damaged or short"},
      {sealed(start + more + "colour: red\nsize: 2\n", "ab"), "its header is damaged or short"},
  }));
  const auto read = from_file(row.file);
  REQUIRE(std::holds_alternative<Torn>(read));
  CHECK(std::get<Torn>(read).why == row.why);
}

TEST_CASE("a header is read without its message") {
  const auto message = spooled("Q", std::string(1000, 'x'));
  const auto read = read_header(header_of(message) + "Subj");
  REQUIRE(std::holds_alternative<SpooledHeader>(read));
  const auto& header = std::get<SpooledHeader>(read);
  CHECK(header.length == header_of(message).size());
  CHECK(header.size == message.message.bytes.size());
  CHECK(header.spooled.reason == message.reason);
  CHECK(header.spooled.message.bytes.empty());
}
