// The mails of a list for many clients at once: series of eight patches under a cover letter, and
// talk about them, twelve mails of about 6 kB each.
//
// Promise: equal arguments give the same mails, on every machine; which client gets which depends
// on how fast they are. No two mails of one `run`, and of runs with different numbers, share a
// message id.
// Error: none.
// Threads: next() by many at once, each with its own Place.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace quilter::bench {

// How the mails are dealt to the clients.
enum class Deal : std::uint8_t {
  apart,       // each client sends series of its own, in order, from many senders
  one_sender,  // the same, all from one sender
  one_series,  // all send patches of one series of 9,999 at once
  burst        // all send mails of one series at once, series by series
};

struct ListMail {
  std::string message_id;
  std::vector<std::pair<std::string, std::string>> header;  // bodies without the leading space
  std::string body;                                         // lines end with CR LF
  std::string text() const;                                 // all of it; lines end with CR LF
};

// Where one client is.
struct Place {
  std::uint32_t series = 0;
  std::uint32_t mail = 0;
  bool started = false;
};

struct TrafficOptions {
  Deal deal = Deal::apart;
  std::uint32_t seed = 1;
  std::uint32_t run = 1;  // counts the runs on one database
  std::string list_id = "demo.lists.example.org";
};

class SeriesMails {
 public:
  explicit SeriesMails(TrafficOptions options);
  ListMail next(Place& place);

 private:
  struct Sheet {  // what a mail is made of
    std::vector<std::pair<std::string, std::string>> header;
    std::string before, after;  // of the body: what is between tells one diff from another
    std::string talk;
  };

  void step(Place& place);
  ListMail mail(std::uint32_t series, std::uint32_t number);
  static Sheet sheet(std::uint32_t seed);

  TrafficOptions options_;
  std::vector<Sheet> sheets_;
  std::atomic<std::uint32_t> next_ = 0;
};

}  // namespace quilter::bench
