// Mails that nobody sends by mistake, each in any size: what a reader that is not linear, or not
// bounded, fails at. For the tests and for bench.
//
// Promise: equal sizes give equal mails.
// Error: none.
// Threads: pure functions.
#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>

namespace quilter::test {

inline std::string repeated(std::size_t bytes, std::string_view piece) {
  std::string text;
  text.reserve(bytes + piece.size());
  while (text.size() < bytes) text += piece;
  return text;
}

// `text` with its "#" replaced by 0, 1, 2 …, until it is long enough.
inline std::string counted(std::size_t bytes, std::string_view text) {
  std::string all;
  const auto at = text.find('#');
  for (std::size_t i = 0; all.size() < bytes; ++i)
    all.append(text.substr(0, at)).append(std::to_string(i)).append(text.substr(at + 1));
  return all;
}

inline std::string field(std::string_view name, const std::string& body) {
  return std::string{name} + ": " + body + "\n\nbody\n";
}

inline std::string typed(std::string_view type, const std::string& body) {
  return "From: a@x.org\nSubject: x\nContent-Type: " + std::string{type} + "\n\n" + body;
}

inline std::string encoded(std::string_view encoding, const std::string& body) {
  return "From: a@x.org\nContent-Transfer-Encoding: " + std::string{encoding} + "\n\n" + body;
}

inline std::string plain(const std::string& body) {
  return typed("text/plain", body);
}

inline std::string nested(std::size_t bytes) {
  std::string text = "From: a@x.org\n";
  for (std::size_t i = 0; text.size() < bytes; ++i) {
    const auto boundary = std::to_string(i);
    text += "Content-Type: multipart/mixed; boundary=" + boundary + "E\n\n--" + boundary + "E\n";
  }
  return text + "\ndeep\n";
}

constexpr std::string_view hunk = "@@ -1 +1 @@\n-a\n+b\n";
constexpr std::string_view file = "diff --git a/f b/f\n--- a/f\n+++ b/f\n";

struct HostileMail {
  const char* name;
  std::string (*make)(std::size_t bytes);
};

using S = std::size_t;
inline const std::array hostile_mails{
    HostileMail{"one field", [](S n) { return field("X", repeated(n, "x")); }},
    HostileMail{"one folded field", [](S n) { return field("X", repeated(n, "x\n ")); }},
    HostileMail{"fields", [](S n) { return counted(n, "X-#: y\n") + "\nbody\n"; }},
    HostileMail{"lines that are no fields", [](S n) { return repeated(n, "x\n") + "\nbody\n"; }},
    HostileMail{"From fields", [](S n) { return repeated(n, "From: a@x.org\n") + "\nbody\n"; }},
    HostileMail{"Message-ID fields", [](S n) { return repeated(n, "Message-ID: x\n") + "\nb\n"; }},
    HostileMail{"References", [](S n) { return field("References", counted(n, "<#@x.org> ")); }},
    HostileMail{"References, open", [](S n) { return field("References", repeated(n, "<")); }},
    HostileMail{"References, comments", [](S n) { return field("References", repeated(n, "(")); }},
    HostileMail{"From, words", [](S n) { return field("From", repeated(n, "=?utf-8?q?a?= ")); }},
    HostileMail{"From, marks", [](S n) { return field("From", repeated(n, "=?")); }},
    HostileMail{"From, quotes", [](S n) { return field("From", repeated(n, "\"")); }},
    HostileMail{"From, backslashes", [](S n) { return field("From", repeated(n, "\"\\")); }},
    HostileMail{"From, comments", [](S n) { return field("From", repeated(n, "(")); }},
    HostileMail{"From, brackets", [](S n) { return field("From", repeated(n, "<a@x")); }},
    HostileMail{"From, groups", [](S n) { return field("From", repeated(n, "a:")); }},
    HostileMail{"From, colons", [](S n) { return field("From", "@" + repeated(n, ":")); }},
    HostileMail{"From, list",
                [](S n) { return field("From", "x via l <l@x.org>, " + counted(n, "a#@x,")); }},
    HostileMail{"Subject, words", [](S n) { return field("Subject", repeated(n, "=?x?b?//?= ")); }},
    HostileMail{"Subject, open brackets", [](S n) { return field("Subject", repeated(n, "[")); }},
    HostileMail{"Subject, brackets", [](S n) { return field("Subject", repeated(n, "[v1/2]")); }},
    HostileMail{"Subject, marks", [](S n) { return field("Subject", repeated(n, "re:")); }},
    HostileMail{"Subject, digits", [](S n) { return field("Subject", "[" + repeated(n, "1/")); }},
    HostileMail{"Subject, unsure marks", [](S n) { return field("Subject", repeated(n, "vs: ")); }},
    HostileMail{"Date", [](S n) { return field("Date", repeated(n, "1 ")); }},
    HostileMail{"Content-Type", [](S n) { return typed(repeated(n, "text/plain;"), "x"); }},
    HostileMail{"Content-Type, comments", [](S n) { return typed(repeated(n, "(/"), "x"); }},
    HostileMail{"Content-Type, parameters",
                [](S n) { return typed("text/plain" + counted(n, "; a*#=b"), "x"); }},
    HostileMail{"multiparts in multiparts", nested},
    HostileMail{
        "boundaries",
        [](S n) { return typed("multipart/mixed; boundary=b", repeated(n, "--b\n\nx\n")); }},
    HostileMail{"lines like boundaries",
                [](S n) { return typed("multipart/mixed; boundary=b", repeated(n, "--\n")); }},
    HostileMail{"one line", [](S n) { return plain(repeated(n, "x")); }},
    HostileMail{"empty lines", [](S n) { return plain(repeated(n, "\n")); }},
    HostileMail{"blanks", [](S n) { return plain(repeated(n, " ")); }},
    HostileMail{"CRs", [](S n) { return plain(repeated(n, "\r")); }},
    HostileMail{"NULs", [](S n) { return plain(std::string(n, '\0')); }},
    HostileMail{"no UTF-8", [](S n) { return plain(repeated(n, "\xF0\x9F\x98 \xC3\xFF")); }},
    HostileMail{"UTF-16",
                [](S n) { return typed("text/plain; charset=utf-16", repeated(n, "\xD8")); }},
    HostileMail{
        "ISO-2022-JP",
        [](S n) { return typed("text/plain; charset=iso-2022-jp", repeated(n, "\x1B$B!")); }},
    HostileMail{"base64 garbage", [](S n) { return encoded("base64", repeated(n, "A=/*\n")); }},
    HostileMail{"quoted-printable garbage",
                [](S n) { return encoded("quoted-printable", repeated(n, "=\r=4=G=\n")); }},
    HostileMail{"uuencode garbage",
                [](S n) { return encoded("x-uuencode", repeated(n, "begin 6")); }},
    HostileMail{"HTML, open tags", [](S n) { return typed("text/html", repeated(n, "<")); }},
    HostileMail{"HTML, tags", [](S n) { return typed("text/html", repeated(n, "<p>&")); }},
    HostileMail{"flowed, marks",
                [](S n) { return typed("text/plain; format=flowed", repeated(n, ">")); }},
    HostileMail{"flowed, soft lines",
                [](S n) { return typed("text/plain; format=flowed", repeated(n, ">> \n> \n")); }},
    HostileMail{"hunks", [](S n) { return plain(std::string{file} + repeated(n, hunk)); }},
    HostileMail{"damaged hunks",
                [](S n) { return plain(std::string{file} + repeated(n, "@@ -1,9 +1 @@\n-a\n")); }},
    HostileMail{"hunk lines without end",
                [](S n) {
                  return plain(std::string{file} + "@@ -1,99999999 +1 @@\n" + repeated(n, "-\n"));
                }},
    HostileMail{"names without hunks", [](S n) { return plain(repeated(n, "--- a\n+++ b\n")); }},
    HostileMail{"files", [](S n) { return plain(counted(n, "diff --git a/# b/x\nold mode 1\n")); }},
    HostileMail{"lines like files", [](S n) { return plain(repeated(n, "diff --git\n")); }},
    HostileMail{"Index lines", [](S n) { return plain(repeated(n, "Index: a\n")); }},
    HostileMail{"dashes", [](S n) { return plain(repeated(n, "---\n")); }},
    HostileMail{"signatures", [](S n) { return plain(repeated(n, "-- \n2.40\n")); }},
    HostileMail{"underscores",
                [](S n) { return plain(repeated(n, "________________________\n")); }},
    HostileMail{"From lines", [](S n) { return plain(repeated(n, "From: a@x.org\n")); }},
    HostileMail{"trailers", [](S n) { return plain(repeated(n, "Acked-by: a@x.org\n b\n")); }},
    HostileMail{"scissors", [](S n) { return plain(repeated(n, "-- >8 --\n")); }},
    HostileMail{"one line of scissors", [](S n) { return plain(repeated(n, "->8 ")); }},
    HostileMail{"words",
                [](S n) { return plain("in the git repository at:\n" + repeated(n, "a ")); }},
    HostileMail{"pull requests",
                [](S n) { return plain(repeated(n, "available in the git repository at: x ")); }},
};

}  // namespace quilter::test
