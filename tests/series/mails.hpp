// The mails of a file, an mbox or a single one, as a project with one list takes them.
#pragma once

#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "core/mail/classify.hpp"
#include "core/mail/mbox.hpp"
#include "core/mail/message.hpp"
#include "core/mime/read_mail.hpp"

namespace quilter::test {

struct ReadMail {
  Submission submission;
  RawMessage message;  // that it was read from
};

inline std::string slurp(const std::filesystem::path& file) {
  std::ifstream stream{file, std::ios::binary};
  if (!stream) throw std::runtime_error{"cannot read " + file.string()};
  return {std::istreambuf_iterator<char>{stream}, {}};
}

inline std::vector<std::string> messages_of(const std::filesystem::path& file) {
  if (file.extension() == ".mbox") return messages_of_mbox(slurp(file));
  return {slurp(file)};
}

// In the order of the file; what is ignored is left out.
inline std::vector<ReadMail> mails_of(const std::filesystem::path& file, const ListProfile& list) {
  std::vector<ReadMail> mails;
  for (auto& bytes : messages_of(file)) {
    auto classified = classify(mime::read_mail(bytes), list);
    auto* submission = std::get_if<Submission>(&classified);
    if (submission == nullptr) continue;
    RawMessage message;
    message.bytes = std::move(bytes);
    mails.push_back({std::move(*submission), std::move(message)});
  }
  return mails;
}

}  // namespace quilter::test
