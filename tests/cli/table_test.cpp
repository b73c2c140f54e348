// Tables, as a terminal and a pipe get them.

#include <sstream>

#include "tests/cli/tracked.hpp"

using namespace quilter::test;
using Catch::Matchers::Contains;

namespace {

// On a terminal so wide; its line ends are CR LF.
std::string on_terminal(const Tracked& demo, int columns, const std::string& arguments,
                        const std::string& environment = "TERM=xterm NO_COLOR=") {
  const auto command = "stty cols " + std::to_string(columns) + "; env " + environment + " " +
                       Tracked::tool(demo.database.tracker()) + arguments;
  return output_of("script -qec " + quoted(command) + " /dev/null");
}

std::string without(std::string text, const std::string& what) {
  for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at))
    text.erase(at, what.size());
  return text;
}

std::vector<std::string> lines_of(const std::string& text) {
  std::istringstream stream{text};
  std::vector<std::string> lines;
  for (std::string line; std::getline(stream, line);) lines.push_back(without(line, "\r"));
  return lines;
}

std::string without_colours(std::string text) {
  for (const auto* escape : {"\x1b[1m", "\x1b[31m", "\x1b[32m", "\x1b[33m", "\x1b[0m"})
    text = without(text, escape);
  return text;
}

// Characters; of those in these tests that are wide, two columns each.
std::size_t columns_in(const std::string& line) {
  std::size_t columns = 0;
  for (const char c : line) {
    const auto octet = static_cast<unsigned char>(c);
    if ((octet & 0xC0U) != 0x80) columns += octet >= 0xE3 && octet < 0xEE ? 2 : 1;
  }
  return columns;
}

}  // namespace

TEST_CASE("columns stand below each other, also where characters are wide or take no room") {
  Tracked demo;
  auto wide = patch("wide@x", {}, {}, 2);
  wide.submitter.name = "\xe6\xbc\xa2\xe5\xad\x97 \xe3\x81\x82";  // three ideographs, a blank
  demo.record(wide);
  auto combined = patch("combined@x", {}, {}, 1, "zoe@example.org");
  combined.submitter.name = "Zoe\xcc\x88";  // e, and a diaeresis above it
  demo.record(combined);
  const auto lines = lines_of(demo.said("patch list"));
  REQUIRE(lines.size() > 2);
  const auto at = lines[0].find("NAME");
  CHECK(columns_in(lines[1].substr(0, lines[1].find("name of wide"))) == at);
  CHECK(columns_in(without(lines[2], "\xcc\x88").substr(0, lines[2].find("name of") - 2)) == at);
}

TEST_CASE("a terminal gets no line that is wider than it, and a pipe all that there is") {
  Tracked demo;
  auto mail = patch("a-message-id-that-is-quite-long@mail.example.org", {});
  mail.name =
      "\xe6\xbc\xa2\xe5\xad\x97\xe6\xbc\xa2\xe5\xad\x97 and a long name behind it, of many words";
  mail.submitter.name = "Somebody With A Long Name";
  demo.record(mail);
  for (const auto* command : {"patch list", "series list", "--as mia todo"})
    for (const int columns : {30, 80, 120, 300}) {
      CAPTURE(command, columns);
      for (const auto& line : lines_of(without_colours(on_terminal(demo, columns, command)))) {
        CAPTURE(line);
        CHECK(columns_in(line) <= static_cast<std::size_t>(columns));
      }
    }
  CHECK_THAT(on_terminal(demo, 80, "patch list"), Contains("\xe2\x80\xa6") && !Contains("S/W/F"));
  CHECK_THAT(on_terminal(demo, 300, "patch list"),
             Contains(mail.name) && Contains(mail.message_id));
  CHECK_THAT(demo.said("patch list"),
             Contains(mail.name) && Contains(mail.message_id) && Contains("S/W/F"));
}

TEST_CASE("colours are for terminals, and for those who want them") {
  Tracked demo;
  demo.record(patch("a@x", {}));
  demo.said("--as mia patch set a@x state=accepted");
  demo.said("--as bot patch check add a@x ci fail");
  struct Row {
    const char* arguments;
    const char* environment;
    bool want;
  };
  for (const auto& row :
       std::vector<Row>{{"patch list", "TERM=xterm NO_COLOR=", true},
                        {"patch list", "TERM=xterm NO_COLOR=1", false},
                        {"patch list", "TERM=dumb NO_COLOR=", false},
                        {"patch list", "-u TERM NO_COLOR=", false},
                        {"--color never patch list", "TERM=xterm NO_COLOR=", false},
                        {"--color always patch list", "TERM=xterm NO_COLOR=1", true}}) {
    CAPTURE(row.arguments, row.environment);
    const auto said = on_terminal(demo, 100, row.arguments, row.environment);
    CHECK((said.find("\x1b[32maccepted\x1b[0m") != std::string::npos) == row.want);
    CHECK((said.find('\x1b') != std::string::npos) == row.want);
  }
  CHECK(demo.said("patch list").find('\x1b') == std::string::npos);
  const auto piped = demo.said("--color always patch list");
  CHECK_THAT(piped, Contains("\x1b[32maccepted\x1b[0m") && Contains("\x1b[31m0/0/1\x1b[0m"));
  CHECK_THAT(demo.said("--color always patch check list a@x"), Contains("\x1b[31mfail\x1b[0m"));
  CHECK_THAT(demo.said("--color sometimes patch list"), Contains("status=2"));
}

TEST_CASE("what a mail says cannot end a colour, nor begin one") {
  Tracked demo;
  auto mail = patch("a@x", {});
  mail.name =
      "red \x1b[31m\x1b[0m \xc2\x9b"
      "1m \xe2\x80\xae \x07";
  mail.submitter.name = "\x1b]0;title\x07";
  demo.record(mail);
  demo.said("--as mia patch set a@x delegate=mia");
  for (const auto* command : {"patch list", "series list", "--as mia todo", "series show 1"})
    for (const auto& said : {demo.said(std::string{"--color always "} + command),
                             on_terminal(demo, 60, command), on_terminal(demo, 200, command)}) {
      CAPTURE(command, said);
      const auto text = without_colours(said);
      for (const auto* bad : {"\x1b", "\x07", "\xc2\x9b", "\xe2\x80\xae"})
        CHECK(text.find(bad) == std::string::npos);
      CHECK(said.find("\x1b[31m\x1b[0m") == std::string::npos);
    }
}
