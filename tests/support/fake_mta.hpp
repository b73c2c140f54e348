// FakeMta: the MTA's side of one milter connection (protocol version 6), as strict as MTAs are.
//
// Promise: sends what the negotiated flags allow, waits for a reply where they ask for one and
// nowhere else. Packets without a reply are gathered and sent together. A delivery costs as few
// system calls as the protocol allows.
// Errors: ProtocolError for a packet that was not expected, a reply that does not come in 2 min, a
// closed connection.
// Owns: its socket.
// Threads: one at a time.
#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace quilter::test {

class ProtocolError : public std::runtime_error {
  using std::runtime_error::runtime_error;
};

// The flags are mfdef.h's SMFIF_* and SMFIP_*.
struct Offer {
  std::uint32_t version = 6;
  std::uint32_t actions = 0x1FF;
  std::uint32_t steps = 0x1FFFFF;
};

struct Granted {
  std::uint32_t version = 0;
  std::uint32_t actions = 0;
  std::uint32_t steps = 0;
  std::vector<std::pair<std::uint32_t, std::string>> macro_lists;  // place (SMFIM_*), names
};

struct Answer {
  char verdict =
      'c';           // SMFIR_*: 'c' continue, 'a' accept, 't' tempfail, 'y' with a text of our own
  std::string text;  // "451 4.3.0 …" for 'y'

  bool operator==(const Answer&) const = default;
};

struct Delivery {
  std::string reverse_path = "<sender@example.org>";
  std::vector<std::string> forward_paths{"<list@example.org>"};
  std::vector<std::pair<std::string, std::string>>
      header;  // field bodies with their leading space, folds as LF
  std::string body;
  std::string queue_id;  // "": the macro is not sent
};

class FakeMta {
 public:
  explicit FakeMta(std::string_view address);  // "unix:PATH" or "inet:PORT@HOST" (a numeric host)
  ~FakeMta();
  FakeMta(FakeMta&& other) noexcept;
  FakeMta& operator=(FakeMta&&) = delete;

  // Single steps. An Answer is 'c' where none is expected.
  const Granted& negotiate(const Offer& offer = {});
  void macros(char command, const std::vector<std::pair<std::string, std::string>>& values);
  Answer mail(std::string_view reverse_path, const std::vector<std::string>& arguments = {});
  Answer recipient(std::string_view forward_path, const std::vector<std::string>& arguments = {});
  Answer header_field(std::string_view name, std::string_view body);
  Answer end_of_headers();
  Answer body(std::string_view bytes);  // in chunks of at most 65,535 bytes
  Answer end_of_message();
  void send_end_of_message();  // its parts, for what happens in between
  void progress();             // waits for one word of it
  Answer reply();              // and passes over the rest
  void abort();
  void quit();                      // asks for the end and waits for it
  void quit_for_next_connection();  // SMFIC_QUIT_NC
  void flush();

  // One whole mail transaction, up to the answer that ends it. negotiate() comes first, once.
  Answer deliver(const Delivery& delivery);
  Answer envelope_and_header(const Delivery& delivery);  // … up to the end of headers

  std::uint64_t bytes_sent() const { return bytes_sent_; }

 private:
  Answer step(char command, std::string_view payload, std::uint32_t no_reply_flag);
  void put(char command, std::string_view payload);
  std::pair<char, std::string> packet();
  void expect_nothing() const;
  void read_more();
  bool asks_for(std::uint32_t left_out_flag) const { return (granted_.steps & left_out_flag) == 0; }

  int socket_ = -1;
  Granted granted_;
  bool at_end_of_message_ = false;  // where alone progress may come
  std::string out_, in_;
  std::uint64_t bytes_sent_ = 0;
};

}  // namespace quilter::test
