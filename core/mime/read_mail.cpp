#include "core/mime/read_mail.hpp"

#include <gmime/gmime.h>

#include <array>

#include "core/digest/digest.hpp"
#include "core/mail/classify.hpp"
#include "core/mail/text.hpp"
#include "core/mime/fields.hpp"
#include "core/mime/parts.hpp"
#include "core/mime/raw_header.hpp"

namespace quilter::mime {
namespace {

// Each MTA may fold fields and change line ends; lists add empty lines at the end.
std::string fingerprint(const RawParts& message) {
  std::string same;
  for (const std::string_view name : {"From", "Date", "Subject"}) {
    for (const auto word : split(first(message.fields, name))) same.append(word).append(" ");
    same += '\n';
  }
  for (auto rest = message.body.substr(0, message.body.find_last_not_of(" \t\r\n") + 1);
       !rest.empty();)
    same.append(without_line_end(next_line(rest))).append("\n");
  return sha256_hex(same);
}

}  // namespace

Library::Library() {
  struct Started {
    Started() { g_mime_init(); }
    ~Started() { g_mime_shutdown(); }
    Started(const Started&) = delete;
    Started& operator=(const Started&) = delete;
  };
  static const Started once;
}

Mail read_mail(std::string_view message_bytes) {
  const auto message = split_message(message_bytes);
  Mail mail{decoded_fields(message.fields), text_parts(message), {}};
  if (own_id(mail).derived) mail.fingerprint = fingerprint(message);
  return mail;
}

}  // namespace quilter::mime
