#include "bench/mails.hpp"

#include <array>
#include <random>

namespace quilter::bench {
namespace {

using Random = std::mt19937;  // its numbers are the same everywhere; those of a distribution aren't

constexpr std::array<std::string_view, 24> words{
    "buffer", "lock", "queue", "driver",  "return", "error", "index", "device",
    "struct", "free", "alloc", "pending", "state",  "flags", "page",  "offset",
    "length", "ring", "irq",   "handler", "packet", "node",  "cache", "release"};

std::string_view word(Random& random) {
  return words.at(random() % words.size());
}

std::string token(Random& random, std::size_t length) {
  constexpr std::string_view letters =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  for (std::size_t i = 0; i < length; ++i) text += letters[random() % letters.size()];
  return text;
}

// Signatures and seals fill their lines; so they are folded.
std::string folded(Random& random, int lines) {
  std::string text;
  for (int i = 0; i < lines; ++i) text += "\n\t " + token(random, 70);
  return text;
}

std::string received(Random& random, int hop) {
  const auto host = "mx" + std::to_string(hop) + ".example.org";
  return "Received: from " + host + " (" + host + " [192.0.2." + std::to_string(random() % 250) +
         "])\n\tby list.example.org (Postfix) with ESMTPS id " + token(random, 11) +
         "\n\tfor <devel@list.example.org>; Mon,  2 Mar 2026 08:1" + std::to_string(hop) +
         ":07 +0000 (UTC)\n";
}

std::string transfer_encoding(Encoding encoding) {
  return "Content-Transfer-Encoding: " + std::string{to_string(encoding)} + "\n";
}

std::string header(Random& random, Encoding encoding) {
  const auto id = std::to_string(random()) + "-3-ann@example.org";
  std::string text = "Return-Path: <devel-bounces@list.example.org>\n";
  for (int hop = 0; hop < 3; ++hop) text += received(random, hop);
  text +=
      "DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d=example.org; s=key;\n"
      "\th=from:to:cc:subject:date:message-id:in-reply-to:references;\n\tbh=" +
      token(random, 43) + "=;\n\tb=" + folded(random, 3) + "==\n";
  text += "ARC-Authentication-Results: i=1; mx.example.org; dkim=pass header.d=example.org\n";
  text += "From: Ann Example <ann@example.org>\nTo: devel@list.example.org\n";
  text += "Cc: \"B. Example\" <b@example.net>, C Example <c@example.com>,\n\td@example.org\n";
  text += "Subject: [PATCH v2 3/7] " + std::string{word(random)} + ": mend the " +
          std::string{word(random)} + " of the " + std::string{word(random)} + "\n";
  text += "Date: Mon,  2 Mar 2026 08:10:05 +0000\nMessage-ID: <" + id + ">\n";
  text += "X-Mailer: git-send-email 2.43.0\nIn-Reply-To: <cover." + id + ">\nReferences: <cover." +
          id + ">\nMIME-Version: 1.0\nContent-Type: text/plain; charset=UTF-8\n" +
          transfer_encoding(encoding);
  return text + "List-Id: Development <devel.list.example.org>\nPrecedence: list\n\n";
}

std::string code_line(Random& random, Encoding encoding) {
  std::string text = "\t";
  for (auto count = random() % 6 + 2; count > 0; --count) text.append(word(random)).append(" ");
  if (encoding != Encoding::seven_bit && random() % 16 == 0) text += "/* größer, naïve – 測試 */";
  return text + ";\n";
}

std::string hunk(Random& random, Encoding encoding, std::size_t line) {
  const auto at = std::to_string(line);
  auto text = "@@ -" + at + ",8 +" + at + ",9 @@ static int " + std::string{word(random)} + "()\n";
  for (const char kind : std::string_view{"   --+++   "})
    text += kind + code_line(random, encoding);
  return text;
}

std::string file(Random& random, Encoding encoding) {
  const auto name = std::string{word(random)} + "/" + std::string{word(random)} + ".c";
  auto text = "diff --git a/" + name + " b/" + name +
              "\nindex 0123456789ab..ba9876543210 100644\n" + "--- a/" + name + "\n+++ b/" + name +
              "\n";
  for (std::size_t i = 0; i < 4; ++i) text += hunk(random, encoding, 100 * i + random() % 90 + 1);
  return text;
}

std::string patch(Random& random, Encoding encoding, std::size_t bytes) {
  std::string text =
      "The " + std::string{word(random)} + " may be gone by then: look again.\n\n" +
      "Fixes: 0123456789ab (\"add it\")\nSigned-off-by: Ann <ann@example.org>\n---\n" +
      " one.c | 12 +++++++-----\n 1 file changed, 7 insertions(+), 5 deletions(-)\n\n";
  while (text.size() < bytes) text += file(random, encoding);
  return text + "-- \n2.43.0\n\n";
}

std::string base64(std::string_view bytes) {
  constexpr std::string_view digits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  for (std::size_t at = 0; at < bytes.size(); at += 3) {
    std::uint32_t group = 0;
    const auto three = bytes.substr(at, 3);
    for (std::size_t i = 0; i < 3; ++i)
      group = group << 8U | (i < three.size() ? static_cast<unsigned char>(three[i]) : 0U);
    for (std::size_t i = 0; i < 4; ++i)
      text += i <= three.size() ? digits[group >> (18 - 6 * i) & 63U] : '=';
    if (at % 57 == 54) text += '\n';
  }
  return text + "\n";
}

std::string quoted_printable(std::string_view bytes) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::string text;
  std::size_t column = 0;
  for (const char c : bytes) {
    const auto octet = static_cast<unsigned char>(c);
    if (c == '\n' || column > 72) {
      text += c == '\n' ? "\n" : "=\n";
      column = 0;
      if (c == '\n') continue;
    }
    const bool plain = octet >= 0x20 && octet < 0x7F && c != '=';
    if (plain)
      text += c;
    else
      text.append("=").append(1, digits[octet >> 4U]).append(1, digits[octet & 15U]);
    column += plain ? 1 : 3;
  }
  return text;
}

std::string encoded(const std::string& text, Encoding encoding) {
  if (encoding == Encoding::base64) return base64(text);
  return encoding == Encoding::quoted_printable ? quoted_printable(text) : text;
}

}  // namespace

std::string_view to_string(Encoding encoding) {
  constexpr std::array<std::string_view, 4> names{"7bit", "8bit", "base64", "quoted-printable"};
  return names.at(static_cast<std::size_t>(encoding));
}

std::string patch_mail(std::size_t bytes, Encoding encoding, std::uint32_t seed) {
  Random random{seed};
  const auto head = header(random, encoding);
  const auto share = encoding == Encoding::base64 ? 3 : 4;  // of four: base64 makes four of three
  const auto body = (bytes - head.size()) / 4 * static_cast<std::size_t>(share);
  return head + encoded(patch(random, encoding, body), encoding);
}

}  // namespace quilter::bench
