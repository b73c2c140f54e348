// Reading mails, Quilter beside bare GMime, in one run:
//
//   bench_parse [--rounds N] [--json FILE] [FOLDER]
//
// In each round every reader reads the same mails for a while, so that what disturbs the machine
// disturbs all. Shown are medians over the rounds and, in brackets, the least and the most. FOLDER:
// mails, one a file, measured besides those that are made here.
#include <gmime/gmime.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "bench/mails.hpp"
#include "core/mail/classify.hpp"
#include "core/mime/read_mail.hpp"

namespace quilter::bench {
namespace {

using Mails = std::vector<std::string>;
using Clock = std::chrono::steady_clock;

struct Unref {
  void operator()(void* object) const { g_object_unref(object); }
};
template <class T>
using Owned = std::unique_ptr<T, Unref>;

std::size_t sink = 0;  // what is read is counted, so that no reading is optimised away

// The cheapest reading there is: the stream takes the bytes where they lie.
class BareMessage {
 public:
  explicit BareMessage(const std::string& bytes) {
    array_.data = reinterpret_cast<guint8*>(const_cast<char*>(bytes.data()));
    array_.len = static_cast<guint>(bytes.size());
    const Owned<GMimeStream> stream{g_mime_stream_mem_new_with_byte_array(&array_)};
    g_mime_stream_mem_set_owner(GMIME_STREAM_MEM(stream.get()), FALSE);
    const Owned<GMimeParser> parser{g_mime_parser_new_with_stream(stream.get())};
    message_.reset(g_mime_parser_construct_message(parser.get(), nullptr));
  }
  GMimeMessage* get() const { return message_.get(); }

 private:
  GByteArray array_{};
  Owned<GMimeMessage> message_;
};

std::size_t count(const char* text) {
  return text == nullptr ? 0 : std::char_traits<char>::length(text);
}

void gmime_parse(const std::string& bytes) {
  sink += BareMessage{bytes}.get() == nullptr ? 0 : 1;
}

void count_text(GMimeObject*, GMimeObject* part, gpointer) {
  if (!GMIME_IS_TEXT_PART(part)) return;
  char* text = g_mime_text_part_get_text(GMIME_TEXT_PART(part));
  sink += count(text);
  g_free(text);
}

// With what anybody asks of a mail: its main fields and its text.
void gmime_all(const std::string& bytes) {
  const BareMessage message{bytes};
  for (const char* name : {"Subject", "From", "To", "Cc", "Date", "Message-ID", "In-Reply-To",
                           "References", "List-Id"})
    sink += count(g_mime_object_get_header(GMIME_OBJECT(message.get()), name));
  g_mime_message_foreach(message.get(), count_text, nullptr);
}

void read_mail(const std::string& bytes) {
  sink += mime::read_mail(bytes).parts.size();
}

void read_and_classify(const std::string& bytes) {
  sink += classify(mime::read_mail(bytes), {}).index();
}

struct Reader {
  const char* name;
  void (*read)(const std::string&);
};
constexpr std::array readers{Reader{"GMime: parse", gmime_parse},  // the measure of all others
                             Reader{"GMime: parse, fields, text", gmime_all},
                             Reader{"Quilter: read_mail", read_mail},
                             Reader{"Quilter: read_mail, classify", read_and_classify}};

double microseconds_a_mail(const Reader& reader, const Mails& mails) {
  constexpr auto long_enough = std::chrono::milliseconds{40};
  std::size_t read = 0;
  const auto start = Clock::now();
  auto end = start;
  for (; end - start < long_enough; end = Clock::now(), read += mails.size())
    for (const auto& mail : mails) reader.read(mail);
  return std::chrono::duration<double, std::micro>(end - start).count() / static_cast<double>(read);
}

struct Spread {
  double median = 0;
  double least = 0;
  double most = 0;
};

Spread spread(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return {values[values.size() / 2], values.front(), values.back()};
}

nlohmann::json json_of(const Spread& spread) {
  return {{"median", spread.median}, {"least", spread.least}, {"most", spread.most}};
}

double mean_size(const Mails& mails) {
  std::size_t bytes = 0;
  for (const auto& mail : mails) bytes += mail.size();
  return static_cast<double>(bytes) / static_cast<double>(mails.size());
}

nlohmann::json measured(const std::string& name, const Mails& mails, int rounds) {
  std::array<std::vector<double>, readers.size()> times;
  std::array<std::vector<double>, readers.size()> ratios;
  for (int round = 0; round < rounds; ++round)
    for (std::size_t i = 0; i < readers.size(); ++i) {
      times.at(i).push_back(microseconds_a_mail(readers.at(i), mails));
      ratios.at(i).push_back(times.at(i).back() / times.at(0).back());
    }
  const auto bytes = mean_size(mails);
  std::printf("\n%s: %zu mails of %.0f bytes\n", name.c_str(), mails.size(), bytes);
  nlohmann::json result{{"mails", name}, {"bytes", bytes}};
  for (std::size_t i = 0; i < readers.size(); ++i) {
    const auto time = spread(times.at(i));
    const auto ratio = spread(ratios.at(i));
    std::printf("  %-30s %8.1f us [%.1f-%.1f] %9.0f mails/s %6.0f MB/s   x %.2f [%.2f-%.2f]\n",
                readers.at(i).name, time.median, time.least, time.most, 1e6 / time.median,
                bytes / time.median, ratio.median, ratio.least, ratio.most);
    result["readers"].push_back(
        {{"name", readers.at(i).name}, {"microseconds", json_of(time)}, {"ratio", json_of(ratio)}});
  }
  return result;
}

Mails made(std::size_t bytes, Encoding encoding) {
  Mails mails;
  for (std::uint32_t seed = 1; seed <= 64 && mails.size() * bytes < 4'000'000; ++seed)
    mails.push_back(patch_mail(bytes, encoding, seed));
  return mails;
}

Mails from_folder(const std::string& folder) {
  Mails mails;
  for (const auto& file : std::filesystem::recursive_directory_iterator{folder}) {
    if (!file.is_regular_file()) continue;
    std::ifstream stream{file.path(), std::ios::binary};
    mails.emplace_back(std::istreambuf_iterator<char>{stream}, std::istreambuf_iterator<char>{});
  }
  return mails;
}

struct Arguments {
  int rounds = 9;
  std::string json;
  std::string folder;
};

Arguments arguments(int count, char** values) {
  Arguments read;
  for (int i = 1; i < count; ++i) {
    const std::string word{values[i]};
    if (word == "--rounds" && i + 1 < count)
      read.rounds = std::max(std::atoi(values[++i]), 1);
    else if (word == "--json" && i + 1 < count)
      read.json = values[++i];
    else
      read.folder = word;
  }
  return read;
}

int run(const Arguments& arguments) {
  const mime::Library gmime;
  auto results = nlohmann::json::array();
  for (const auto bytes : std::array<std::size_t, 2>{6'000, 200'000})
    for (const auto encoding :
         {Encoding::seven_bit, Encoding::eight_bit, Encoding::base64, Encoding::quoted_printable}) {
      const auto name = std::to_string(bytes / 1000) + " kB, " + std::string{to_string(encoding)};
      results.push_back(measured(name, made(bytes, encoding), arguments.rounds));
    }
  if (!arguments.folder.empty())
    if (const auto mails = from_folder(arguments.folder); !mails.empty())
      results.push_back(measured(arguments.folder, mails, arguments.rounds));
  if (!arguments.json.empty()) std::ofstream{arguments.json} << results.dump(2) << '\n';
  return sink == 0 ? 1 : 0;
}

}  // namespace
}  // namespace quilter::bench

int main(int count, char** values) {
  return quilter::bench::run(quilter::bench::arguments(count, values));
}
