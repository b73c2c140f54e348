// Mail of the list demo.lists.example.org, for the tests of import, deliver and reparse.
#pragma once

#include <string>
#include <vector>

namespace quilter::test {

inline std::string list_mail(const std::string& id, const std::string& subject,
                             const std::string& answers, const std::string& body) {
  return "From: Ann <ann@example.org>\nDate: Mon, 2 Mar 2026 08:10:05 +0000\nSubject: " + subject +
         "\nMessage-ID: <" + id + ">\n" +
         (answers.empty() ? ""
                          : "In-Reply-To: <" + answers + ">\nReferences: <" + answers + ">\n") +
         "List-Id: Demo <demo.lists.example.org>\n\n" + body;
}

// A cover letter, three patches, a comment on the second: five mails a series.
inline std::vector<std::string> list_mails(int series) {
  std::vector<std::string> mails;
  for (int s = 0; s < series; ++s) {
    const auto number = std::to_string(s);
    const auto id = [&number](int n) { return number + "-" + std::to_string(n) + "@example.org"; };
    mails.push_back(list_mail(id(0), "[PATCH 0/3] mend " + number, "", "Three of them.\n"));
    for (int n = 1; n <= 3; ++n)
      mails.push_back(list_mail(
          id(n), "[PATCH " + std::to_string(n) + "/3] mend " + number, id(0),
          "Why.\n\nFrom here on, and >From there.\n---\ndiff --git a/f b/f\n--- a/f\n+++ b/f\n"
          "@@ -1 +1 @@\n-" +
              number + "\n+" + std::to_string(n) + "\n"));
    mails.push_back(list_mail(id(9), "Re: [PATCH 2/3] mend " + number, id(2),
                              "Good.\n\nReviewed-by: Bob <bob@example.org>\n"));
  }
  return mails;
}

inline std::string mbox_of(const std::vector<std::string>& mails) {
  std::string mbox;
  for (const auto& mail : mails) {
    mbox += "From ann@example.org Mon Mar  2 08:10:05 2026\n";
    for (std::size_t at = 0, end = 0; at < mail.size(); at = end) {  // mboxrd
      end = mail.find('\n', at) + 1;
      if (mail.find("From ", at) == mail.find_first_not_of('>', at)) mbox += '>';
      mbox.append(mail, at, end - at);
    }
    mbox += '\n';
  }
  return mbox;
}

}  // namespace quilter::test
