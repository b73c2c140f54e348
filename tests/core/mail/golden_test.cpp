// Hard mails as files: tests/mails/NNN-what-is-hard.eml reads as its .want says. What it was read
// as is written to .got, which git ignores; tests/accept copies it over .want.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "core/mail/classify.hpp"
#include "core/mail/describe.hpp"
#include "core/mime/read_mail.hpp"
#include "tests/support/catch.hpp"

namespace quilter {
namespace {

namespace fs = std::filesystem;

std::string slurp(const fs::path& file) {
  std::ifstream stream{file, std::ios::binary};
  return {std::istreambuf_iterator<char>{stream}, {}};
}

std::vector<fs::path> mails() {
  std::vector<fs::path> found;
  for (const auto& entry : fs::directory_iterator{"tests/mails"})
    if (entry.path().extension() == ".eml") found.push_back(entry.path());
  std::sort(found.begin(), found.end());
  return found;
}

const ListProfile list{"widgets", {"widgets@lists.example.org"}};

TEST_CASE("every mail reads as its .want says") {
  const mime::Library gmime;
  const auto files = mails();
  REQUIRE(files.size() >= 10);
  for (auto file : files) DYNAMIC_SECTION(file.stem().string()) {
      const auto got = describe(classify(mime::read_mail(slurp(file)), list));
      std::ofstream{file.replace_extension(".got"), std::ios::binary} << got;
      CHECK(got == slurp(file.replace_extension(".want")));
    }
}

}  // namespace
}  // namespace quilter
