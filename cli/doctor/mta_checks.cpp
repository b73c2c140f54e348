// The MTA's configuration, as far as it can be read.

#include <chrono>
#include <exception>
#include <fstream>
#include <iterator>

#include "cli/doctor/installation.hpp"
#include "cli/doctor/our_socket.hpp"
#include "cli/doctor/postfix.hpp"
#include "cli/doctor/sendmail.hpp"
#include "core/source/child.hpp"
#include "core/source/source.hpp"

namespace quilter::doctor {
namespace {

// Postfix's own defaults included, which is why main.cf is not read directly.
const std::vector<std::string> wanted{
    "queue_directory",        "compatibility_level",      "smtpd_milters",
    "non_smtpd_milters",      "milter_default_action",    "milter_protocol",
    "milter_connect_timeout", "milter_command_timeout",   "milter_content_timeout",
    "message_size_limit",     "receive_override_options",
};

std::optional<Values> postconf(const Installation& installation,
                               const std::vector<std::string>& arguments) {
  std::vector<std::string> words{"postconf", "-c", installation.postfix_folder};
  words.insert(words.end(), arguments.begin(), arguments.end());
  try {
    Child child{words};
    std::string text;
    while (auto line = child.line()) text += *line + '\n';
    if (child.end() == 0) return values_of(text);
  } catch (const SourceError&) {
    // It cannot be started, for one.
  }
  return std::nullopt;
}

OurSide our_side(const Installation& installation, const Endpoint& endpoint) {
  return {endpoint, installation.config.milter.max_message_bytes,
          installation.config.database.deadline};
}

void check_postfix(const Installation& installation, const OurSide& ours, const Report& report) {
  auto arguments = wanted;
  arguments.insert(arguments.begin(), "-x");
  const auto main = postconf(installation, arguments);
  const auto services = postconf(installation, {"-F"});
  const auto overrides = postconf(installation, {"-Px"});
  if (!main || !services || !overrides)
    return report(skipped("postconf cannot be run, or not read " + installation.postfix_folder +
                          ": run as root"));
  PostfixFacts facts{.folder = installation.postfix_folder,
                     .main = *main,
                     .services = *services,
                     .overrides = *overrides};
  if (facts.folder == "/etc/postfix") facts.folder.clear();
  for (const auto& finding : postfix_findings(facts, ours, same_file)) report(finding);
}

void check_sendmail(const Installation& installation, const OurSide& ours, const Report& report) {
  std::ifstream file{installation.sendmail_file, std::ios::binary};
  if (!file) return report(skipped(installation.sendmail_file + " cannot be read: run as root"));
  const std::string text{std::istreambuf_iterator<char>{file}, {}};
  for (const auto& finding : sendmail_findings(text, ours, same_file)) report(finding);
}

}  // namespace

void check_mta(const Installation& installation, const Report& report) {
  const auto endpoint = our_socket(installation);
  if (installation.mta == Mta::none)
    return report(skipped("no Postfix and no Sendmail is set up on this host"));
  if (!endpoint) return report(skipped("it is not known which socket is ours"));
  const auto ours = our_side(installation, *endpoint);
  if (installation.mta == Mta::postfix)
    check_postfix(installation, ours, report);
  else
    check_sendmail(installation, ours, report);
}

}  // namespace quilter::doctor
