// usage: stitch_mbox FILE LIST-TAG LIST-ADDRESS
// The mails of an mbox, or a single one, recorded in order and without a database, as one line of
// JSON:
// {"series": […], "comments": {message id: parent or null}}.
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <stdexcept>

#include "tests/series/grouping.hpp"
#include "tests/series/mails.hpp"
#include "tests/support/memory_archive.hpp"

using namespace quilter;
using Json = nlohmann::json;

namespace {

Json json_of(const test::GroupedSeries& series) {
  Json members = Json::array();
  for (const auto& [number, id] : series.slots)
    members.push_back({{"number", number}, {"message_id", id}});
  return {{"version", series.version},     {"total", series.total},
          {"received", series.received},   {"complete", series.complete},
          {"name", series.name},           {"submitter", series.submitter},
          {"members", std::move(members)}, {"supersedes", series.supersedes}};
}

Json json_of(const test::Grouping& grouping) {
  Json series = Json::array(), comments = Json::object();
  for (const auto& [key, one] : grouping.series) series.push_back(json_of(one));
  for (const auto& [id, parent] : grouping.parent_of)
    comments[id] = parent ? Json(*parent) : Json(nullptr);
  return {{"series", std::move(series)}, {"comments", std::move(comments)}};
}

}  // namespace

int main(int count, char** arguments) try {
  if (count != 4) throw std::invalid_argument{"usage: stitch_mbox FILE LIST-TAG LIST-ADDRESS"};
  const mime::Library gmime;
  test::MemoryArchive archive;
  for (const auto& mail : test::mails_of(arguments[1], {arguments[2], {arguments[3]}}))
    archive.record(mail.submission);
  std::cout << json_of(test::grouping_of(archive.facts_for({}))).dump() << "\n";
} catch (const std::exception& failure) {
  std::fprintf(stderr, "stitch_mbox: %s\n", failure.what());
  return EXIT_FAILURE;
}
