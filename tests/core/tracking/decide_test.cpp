#include "core/tracking/decide.hpp"

#include "core/tracking/check.hpp"
#include "tests/support/catch.hpp"

using namespace quilter;
using Catch::Matchers::Contains;

namespace {

constexpr auto state = PatchField::state, archived = PatchField::archived;

// Patches 1 (message id a) and 2 (b) of "demo", 3 (a) of "other"; 1 and 2 are in series 7.
TrackingFacts three_patches() {
  TrackingFacts facts;
  facts.known = true;
  for (const std::int64_t id : {1, 2, 3}) {
    PatchFacts patch;
    patch.id = id;
    patch.message_id = id == 2 ? "b" : "a";
    patch.project = id == 3 ? "other" : "demo";
    if (id < 3) patch.named = {7};
    facts.patches.push_back(patch);
  }
  for (const auto* project : {"demo", "other"}) {
    facts.rules[project].states = {{"new", {}}, {"accepted", {}}, {"rejected", {}}};
    facts.rules[project].roles = {{"mia", Role::maintainer}};
  }
  facts.rules["other"].roles["mia"] = Role::bot;  // who may not archive
  return facts;
}

// "1 applied accepted 1; 2 withheld new 0 | 1 state new>accepted"
std::string decided(std::vector<Change> changes, Mode mode = Mode::all_or_nothing) {
  const auto decision = decide({{"mia"}, "demo", std::move(changes), mode}, three_patches());
  std::string text;
  for (const auto& outcome : decision.outcomes)
    text += (text.empty() ? "" : "; ") + std::to_string(outcome.patch) + " " +
            std::string{to_string(outcome.result)} + " " + outcome.values[state] + " " +
            std::to_string(outcome.values.revision);
  for (const auto& step : decision.steps)
    text += " | " + std::to_string(step.patch) + " " + std::string{to_string(step.field)} + " " +
            step.from + ">" + step.to;
  return text;
}

}  // namespace

TEST_CASE("a target means its patches, once each, in the order in which they are named") {
  CHECK(decided({{"b", state, "accepted"}}) == "2 applied accepted 1 | 2 state new>accepted");
  CHECK(decided({{"a", state, "accepted"}}) == "1 applied accepted 1 | 1 state new>accepted");
  CHECK(decided({{PatchId{3}, state, "accepted"}}) ==
        "3 applied accepted 1 | 3 state new>accepted");
  CHECK(decided({{PatchId{2}, state, "accepted"}, {SeriesId{7}, archived, "true"}}) ==
        "2 applied accepted 2; 1 applied new 1 | 2 state new>accepted | 2 archived false>true | "
        "1 archived false>true");
  CHECK(decided({{"c", state, "accepted"}, {SeriesId{8}, state, "accepted"}}) ==
        "0 refused new 0; 0 refused new 0");
  CHECK(decided({}).empty());
}

TEST_CASE("each change of a patch sees those before it, and all are made or none") {
  CHECK(decided({{"a", state, "accepted", "new"}, {"a", state, "rejected", "accepted"}}) ==
        "1 applied rejected 2 | 1 state new>accepted | 1 state accepted>rejected");
  for (const auto mode : {Mode::all_or_nothing, Mode::patch_by_patch})
    CHECK(decided({{"a", state, "accepted", "new"}, {"a", state, "rejected", "new"}}, mode) ==
          "1 refused new 0");
}

TEST_CASE("what was refused withholds the others, unless each patch is by itself") {
  const std::vector<Change> changes{
      {"a", archived, "true"}, {"b", state, "new"}, {PatchId{3}, archived, "true"}};
  CHECK(decided(changes) == "1 withheld new 0; 2 unchanged new 0; 3 refused new 0");
  CHECK(decided(changes, Mode::patch_by_patch) ==
        "1 applied new 1; 2 unchanged new 0; 3 refused new 0 | 1 archived false>true");
}

TEST_CASE("a commit is taken in any case, and kept in lower case") {
  const auto commit = PatchField::commit;
  CHECK(decided({{"a", commit, "0123ABCDEF"}}) == "1 applied new 1 | 1 commit >0123abcdef");
  CHECK(decided({{"a", commit, "0123abc"}, {"a", commit, "0123ABC", "0123ABC"}}) ==
        "1 applied new 1 | 1 commit >0123abc");
  CHECK(decided({{"a", commit, "0123abc"}, {"a", commit, "", "0123ABC"}}) ==
        "1 applied new 2 | 1 commit >0123abc | 1 commit 0123abc>");
  CHECK(decided({{"a", commit, "0123ABCX"}}) == "1 refused new 0");
}

TEST_CASE("a check has a context, one of four states, and a web address or none") {
  for (const std::string word : {"pending", "success", "warning", "fail"})
    CHECK(fault_of({"netdev/build_32bit", word, "", ""}).empty());
  for (const std::string word : {"", "failed", "Success"})
    CHECK_THAT(fault_of({"ci", word, "", ""}), Contains("no state of a check: " + word + ";"));
  for (const auto& context :
       std::vector<std::string>{"", "two words", "-x", "é", std::string(256, 'x')})
    CHECK_THAT(fault_of({context, "success", "", ""}), Contains("no context of a check"));
  for (const std::string url : {"http://ci.org/1", "HTTPS://é.org/?a=b#c", "https://x"})
    CHECK(fault_of({"ci", "success", url, ""}).empty());
  for (const std::string url : {"javascript:alert(1)", "ftp://ci.org/1", "https://", "//ci.org",
                                "https://a b", "https://a\nb", " https://a", "data:http://"})
    CHECK_THAT(fault_of({"ci", "success", url, ""}), Contains("no web address: " + url));
}
