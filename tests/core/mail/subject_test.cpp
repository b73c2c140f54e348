#include "core/mail/subject.hpp"

#include "tests/support/catch.hpp"

namespace quilter {
namespace {

using Prefixes = std::vector<std::string>;

TEST_CASE("a series marker is read wherever people put it") {
  struct Row {
    const char* prefix;
    std::optional<SeriesMarker> want;
  };
  const auto row = GENERATE(values<Row>({{"3/7", SeriesMarker{3, 7}},
                                         {"00/12", SeriesMarker{0, 12}},
                                         {"PATCH1/8", SeriesMarker{1, 8}},
                                         {"v2PATCH12/15", SeriesMarker{12, 15}},
                                         {"40000/40001", SeriesMarker{40000, 40001}},
                                         {"5/2", SeriesMarker{5, 2}},
                                         {"", std::nullopt},
                                         {"/7", std::nullopt},
                                         {"3/", std::nullopt},
                                         {"3/7x", std::nullopt},
                                         {"x86/urgent", std::nullopt},
                                         {"1/99999999999", std::nullopt},
                                         {"99999999999/2", std::nullopt}}));
  CAPTURE(row.prefix);
  CHECK(series_marker(row.prefix) == row.want);
}

struct Case {
  const char* body;
  const char* name;
  Prefixes prefixes;
  std::int32_t version;
  std::optional<SeriesMarker> marker;
};

TEST_CASE("a patch's subject comes apart") {
  const auto row = GENERATE(values<Case>({
      {"[PATCH net-next v2 3/7] net: mend it",
       "net: mend it",
       {"PATCH", "net-next"},
       2,
       SeriesMarker{3, 7}},
      {"[PATCH] mend it", "mend it", {"PATCH"}, 1, std::nullopt},
      {"[PATCHv3 01/10] mend it", "mend it", {"PATCH"}, 3, SeriesMarker{1, 10}},
      {"[v2PATCH12/15] mend it", "mend it", {"PATCH"}, 2, SeriesMarker{12, 15}},
      {"[PATCH -v4] mend it", "mend it", {"PATCH"}, 4, std::nullopt},
      {"[PATCH,v2,1/2] mend it", "mend it", {"PATCH"}, 2, SeriesMarker{1, 2}},
      {"[PATCH 3 of 7 v2] mend it", "mend it", {"PATCH"}, 2, SeriesMarker{3, 7}},
      {"[RFC][PATCH V2 1/3] mend it", "mend it", {"RFC", "PATCH"}, 2, SeriesMarker{1, 3}},
      {"[PATCH] [5.10] mend [this] too", "mend [this] too", {"PATCH", "5.10"}, 1, std::nullopt},
      {"[PATCH] mend it (v3)", "mend it (v3)", {"PATCH"}, 3, std::nullopt},
      {"[Patch]: mend it", "mend it", {"Patch"}, 1, std::nullopt},
      {"[PATCH 1/99999999999] x", "x", {"PATCH"}, 1, std::nullopt},
      {"[PATCH v99999999999] x", "x", {"PATCH"}, 1, std::nullopt},
      {"[PATCH v0] x", "x", {"PATCH"}, 1, std::nullopt},
      {"[PATCH never closed", "[PATCH never closed", {}, 1, std::nullopt},
      {"[] x", "x", {}, 1, std::nullopt},
      {"  mend \t  it ", "mend it", {}, 1, std::nullopt},
      {"", "", {}, 1, std::nullopt},
      {"[PATCH_v2] mend it", "mend it", {"PATCH"}, 2, std::nullopt},
      {"[PATCH 3/3 v2] mend it", "mend it", {"PATCH"}, 2, SeriesMarker{3, 3}},
      {"[PATCH V4] mend it", "mend it", {"PATCH"}, 4, std::nullopt},
      {"[RESEND][RFC net-next v38 141/200] x",
       "x",
       {"RESEND", "RFC", "net-next"},
       38,
       SeriesMarker{141, 200}},
      {"[spice-gtk v2 3/6] x", "x", {"spice-gtk"}, 2, SeriesMarker{3, 6}},
      {"[1 of 7] x", "x", {}, 1, SeriesMarker{1, 7}},
      {"[PATCH1/8] x", "x", {"PATCH"}, 1, SeriesMarker{1, 8}},
      {"[PATCH ipv6] x", "x", {"PATCH", "ipv6"}, 1, std::nullopt},
      {"[PATCH riscv64 1/3] x", "x", {"PATCH", "riscv64"}, 1, SeriesMarker{1, 3}},
      {"[PATCH\xC2\xA0v2] x\xC2\xA0y", "x y", {"PATCH"}, 2, std::nullopt},
      {"RESEND: [PATCH v2 1/2] x", "x", {"RESEND", "PATCH"}, 2, SeriesMarker{1, 2}},
      {"[PATCH] mend (v2) it", "mend (v2) it", {"PATCH"}, 2, std::nullopt},
      {"[GIT PULL 2/11] x", "x", {"GIT", "PULL"}, 1, SeriesMarker{2, 11}},
  }));
  CAPTURE(row.body);
  const auto subject = parse_subject(row.body);
  CHECK(subject.name == row.name);
  CHECK(subject.prefixes == row.prefixes);
  CHECK(subject.version == row.version);
  CHECK(subject.marker == row.marker);
  CHECK_FALSE(subject.reply);
  CHECK_FALSE(subject.forward);
}

TEST_CASE("the list's own tag is dropped, where it stands alone in its brackets") {
  CHECK(parse_subject("[foo-devel] [PATCH 1/2] x", "foo-devel").prefixes == Prefixes{"PATCH"});
  CHECK(parse_subject("[FOO-Devel] Re: [PATCH] x", "foo-devel").reply);
  CHECK(parse_subject("[PATCH foo-devel] x", "foo-devel").prefixes ==
        Prefixes{"PATCH", "foo-devel"});
  CHECK(parse_subject("[foo-devel] [PATCH] x").prefixes == Prefixes{"foo-devel", "PATCH"});
}

enum class Mark { none, reply, forward };

TEST_CASE("numbers that people put outside of the brackets are read") {
  const auto row = GENERATE(values<Case>({
      {"[PATCH] 3/7 mend it", "mend it", {"PATCH"}, 1, SeriesMarker{3, 7}},
      {"[PATCH] (3/7) mend it", "mend it", {"PATCH"}, 1, SeriesMarker{3, 7}},
      {"[PATCH] 3/7: mend it", "mend it", {"PATCH"}, 1, SeriesMarker{3, 7}},
      {"[PATCH] 3/7 - mend it", "mend it", {"PATCH"}, 1, SeriesMarker{3, 7}},
      {"[PATCH] v2: mend it", "mend it", {"PATCH"}, 2, std::nullopt},
      {"[PATCH] v2 3/7 mend it", "mend it", {"PATCH"}, 2, SeriesMarker{3, 7}},
      {"[PATCH] mend it (3/7)", "mend it", {"PATCH"}, 1, SeriesMarker{3, 7}},
      {"[PATCH] mend it [3/7]", "mend it", {"PATCH"}, 1, SeriesMarker{3, 7}},
      {"PATCH 3/7: mend it", "mend it", {"PATCH"}, 1, SeriesMarker{3, 7}},
      {"Re: PATCH v2 3/7 mend it", "mend it", {"PATCH"}, 2, SeriesMarker{3, 7}},
      {"Patch: mend it", "mend it", {"Patch"}, 1, std::nullopt},
      {"RFC PATCH: mend it", "mend it", {"RFC", "PATCH"}, 1, std::nullopt},
      {"[PATCH] v4l: mend it", "v4l: mend it", {"PATCH"}, 1, std::nullopt},
      {"[PATCH] v9 of the driver", "v9 of the driver", {"PATCH"}, 1, std::nullopt},
      {"[PATCH] a or (b/c)", "a or (b/c)", {"PATCH"}, 1, std::nullopt},
      {"[PATCH] 3/7", "", {"PATCH"}, 1, SeriesMarker{3, 7}},
      {"[PATCH 1/2] use 3/4 of it (1/4)", "use 3/4 of it (1/4)", {"PATCH"}, 1, SeriesMarker{1, 2}},
      {"Patch for the widget", "Patch for the widget", {}, 1, std::nullopt},
      {"RFC 2047 3/7", "RFC 2047 3/7", {}, 1, std::nullopt},
      {"the 3/7 rule (1/2)", "the 3/7 rule (1/2)", {}, 1, std::nullopt},
  }));
  CAPTURE(row.body);
  const auto subject = parse_subject(row.body);
  CHECK(subject.name == row.name);
  CHECK(subject.prefixes == row.prefixes);
  CHECK(subject.version == row.version);
  CHECK(subject.marker == row.marker);
}

TEST_CASE("marks of answers and forwards are known in many tongues") {
  struct Row {
    const char* body;
    Mark want;
  };
  const auto row = GENERATE(values<Row>({
      {"Re: [PATCH] x", Mark::reply},
      {"RE: [PATCH] x", Mark::reply},
      {"AW: [PATCH] x", Mark::reply},
      {"Antw: [PATCH] x", Mark::reply},
      {"SV: Re: [PATCH] x", Mark::reply},
      {"VS: [PATCH] x", Mark::reply},
      {"Re[2]: [PATCH] x", Mark::reply},
      {"Re^2: [PATCH] x", Mark::reply},
      {"Re(3): [PATCH] x", Mark::reply},
      {"Re : [PATCH] x", Mark::reply},
      {"回复：[PATCH] x", Mark::reply},
      {"Réf. : [PATCH] x", Mark::reply},
      {"Отв: [PATCH] x", Mark::reply},
      {"ΑΠ: [PATCH] x", Mark::reply},
      {"R: [PATCH] x", Mark::reply},
      {"R: Re: x", Mark::reply},
      {"RES: [PATCH] x", Mark::reply},
      {"RE:RE:[PATCH] x", Mark::reply},
      {"Odp.: [PATCH] x", Mark::reply},
      {"答覆: [PATCH] x", Mark::reply},
      {"Re\xC2\xA0: [PATCH] x", Mark::reply},
      {"TR: [PATCH] x", Mark::forward},
      {"I: [PATCH] x", Mark::forward},
      {"転送: [PATCH] x", Mark::forward},
      {"res: lower the limit", Mark::none},
      {"vs: mend it", Mark::none},
      {"i: mend it", Mark::none},
      {"[list] Re: [PATCH] x", Mark::reply},
      {"Fwd: [PATCH] x", Mark::forward},
      {"WG: [PATCH] x", Mark::forward},
      {"[PATCH] vs: x", Mark::none},
      {"[PATCH 1/2] re: x", Mark::none},
      {"release: x", Mark::none},
      {"Re [PATCH] x", Mark::none},
      {"Re[: x", Mark::none},
  }));
  CAPTURE(row.body);
  const auto subject = parse_subject(row.body);
  CHECK(subject.reply == (row.want == Mark::reply));
  CHECK(subject.forward == (row.want == Mark::forward));
}

TEST_CASE("a prefix is known in any case and before digits") {
  const auto subject = parse_subject("[patch pull2 RFCv3] x");
  CHECK(has_prefix(subject, "PATCH"));
  CHECK(has_prefix(subject, "PULL"));
  CHECK(has_prefix(subject, "RFC"));
  CHECK_FALSE(has_prefix(subject, "PAT"));
  CHECK_FALSE(has_prefix(subject, "RESEND"));
}

TEST_CASE("a hostile subject is read like any other") {
  std::string body;
  for (int i = 0; i < 20'000; ++i) body += "[a]";
  CHECK(parse_subject(body + "x").name == "x");
  CHECK(parse_subject(std::string(100'000, '[')).name == std::string(100'000, '['));
}

}  // namespace
}  // namespace quilter
