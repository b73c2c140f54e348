#include "cli/doctor/sendmail.hpp"

#include <algorithm>
#include <chrono>
#include <optional>
#include <vector>

#include "core/mail/text.hpp"

namespace quilter::doctor {
namespace {

using std::chrono::seconds;

// A line "Xquilter, S=unix:/run/…, F=T, T=C:30s;S:30s;R:60s;E:5m" (Sendmail's op.me, X line).
struct Filter {
  std::string name, socket, flags;
  Values times;  // by their letter
};

Filter filter_of(std::string_view line) {
  Filter filter;
  const auto fields = split(line, ",");
  if (!fields.empty()) filter.name = trim(fields.front());
  for (const auto field : fields) {
    const auto equals = field.find('=');
    if (equals == std::string_view::npos) continue;
    const auto key = trim(field.substr(0, equals));
    const auto value = trim(field.substr(equals + 1));
    if (key == "S") filter.socket = value;
    if (key == "F") filter.flags = value;
    if (key != "T") continue;
    for (const auto time : split(value, ";"))
      if (const auto colon = time.find(':'); colon != std::string_view::npos)
        filter.times.emplace(trim(time.substr(0, colon)), trim(time.substr(colon + 1)));
  }
  return filter;
}

struct SendmailCf {
  std::vector<Filter> filters;
  std::vector<std::string> input;  // of InputMailFilters, in order
};

SendmailCf read(std::string_view text) {
  constexpr std::string_view option = "O InputMailFilters=";
  SendmailCf read;
  while (!text.empty()) {
    const auto line = without_line_end(next_line(text));
    if (line.starts_with('X')) read.filters.push_back(filter_of(line.substr(1)));
    if (!line.starts_with(option)) continue;
    read.input.clear();
    for (const auto name : split(line.substr(option.size()), ", ")) read.input.emplace_back(name);
  }
  return read;
}

std::string our_line(const OurSide& ours) {
  return "INPUT_MAIL_FILTER(`quilter', `S=" + in_words_of_libmilter(ours.endpoint) +
         ", F=T, T=C:30s;S:30s;R:60s;E:5m')dnl";
}

constexpr const char* remake = " && sudo make -C /etc/mail && sudo systemctl restart sendmail";

// Above the first MAILER() line, where INPUT_MAIL_FILTER has to stand.
std::string add_line(const OurSide& ours) {
  return "sudo sed -i " + word("0,/^MAILER(/s|^MAILER(|" + our_line(ours) + "\\n&|") +
         " /etc/mail/sendmail.mc" + remake;
}

std::string change_line(const Filter& filter, const OurSide& ours) {
  return "sudo sed -i " +
         word("s|^INPUT_MAIL_FILTER(`" + filter.name + "'.*|" + our_line(ours) + "|") +
         " /etc/mail/sendmail.mc" + remake;
}

void check_filter(const Filter& filter, const OurSide& ours, Findings& findings) {
  if (filter.flags.find('T') == std::string::npos)
    findings.push_back(
        wrong("sendmail.cf: filter " + filter.name + " has " +
                  (filter.flags.empty() ? "no F=" : "F=" + filter.flags) +
                  ": with the daemon away mail is " +
                  (filter.flags.find('R') == std::string::npos ? "passed unrecorded" : "refused"),
              change_line(filter, ours)));
  const auto time = [&](const char* letter, seconds otherwise) {
    const auto found = filter.times.find(letter);
    return found == filter.times.end() ? otherwise
                                       : postfix_time(found->second).value_or(otherwise);
  };
  // A word of ours comes every 4 s, however long a message takes (milter/progress).
  if (const auto given = time("R", seconds{10}); given < seconds{6})
    findings.push_back(wrong("sendmail.cf: filter " + filter.name +
                                 " has R:" + std::to_string(given.count()) +
                                 "s: too short, a message would be recorded and sent again",
                             change_line(filter, ours)));
  const auto least = std::chrono::ceil<seconds>(ours.deadline) + seconds{10};
  if (const auto given = time("E", seconds{300}); given < least)
    findings.push_back(wrong("sendmail.cf: filter " + filter.name +
                                 " has E:" + std::to_string(given.count()) +
                                 "s, and a message may take " + std::to_string(least.count()) + "s",
                             change_line(filter, ours)));
}

const Filter* our_filter(const SendmailCf& read, const OurSide& ours, const SamePath& same_path) {
  for (const auto& filter : read.filters)
    if (const auto endpoint = endpoint_of(filter.socket);
        endpoint && is_same(ours.endpoint, *endpoint, same_path))
      return &filter;
  return nullptr;
}

}  // namespace

std::string run_as_user(std::string_view sendmail_cf) {
  constexpr std::string_view option = "O RunAsUser=";
  std::string user = "root";
  while (!sendmail_cf.empty()) {
    const auto line = without_line_end(next_line(sendmail_cf));
    if (!line.starts_with(option)) continue;
    const auto named = trim(line.substr(option.size()));
    user = named.substr(0, named.find(':'));
  }
  return user;
}

Findings sendmail_findings(std::string_view sendmail_cf, const OurSide& ours,
                           const SamePath& same_path) {
  const auto cf = read(sendmail_cf);
  const auto* filter = our_filter(cf, ours, same_path);
  if (filter == nullptr)
    return {wrong("sendmail.cf has no filter at " + in_words_of_libmilter(ours.endpoint),
                  add_line(ours))};
  Findings findings;
  check_filter(*filter, ours, findings);
  if (std::ranges::find(cf.input, filter->name) == cf.input.end())
    findings.push_back(wrong("sendmail.cf: filter " + filter->name +
                                 " is defined and not used: InputMailFilters does not name it",
                             change_line(*filter, ours)));
  else if (cf.input.back() != filter->name)
    findings.push_back(warning(
        "sendmail.cf: filter " + filter->name +
            " is not the last one: what the later ones reject is recorded, what they change is not",
        "sudo sed -i " + word("/^INPUT_MAIL_FILTER(`" + filter->name + "'/d") +
            " /etc/mail/sendmail.mc && " + add_line(ours)));
  if (findings.empty()) findings.push_back(ok("Sendmail hands us its mail, as " + filter->name));
  return findings;
}

}  // namespace quilter::doctor
