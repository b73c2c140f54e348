#include "cli/doctor/postfix.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>

#include "core/mail/text.hpp"

namespace quilter::doctor {
namespace {

using std::chrono::seconds;

// One smtpd of master.cf.
struct Service {
  std::string name;  // "smtp/inet"
  bool chrooted = false;
  std::vector<MilterEntry> milters;
};

// Sizes are longer than whole_number() goes.
std::optional<std::int64_t> number(std::string_view text) {
  std::int64_t value = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
  if (read.ec != std::errc{} || read.ptr != text.data() + text.size()) return std::nullopt;
  return value;
}

class Examined {
 public:
  Examined(const PostfixFacts& facts, const OurSide& ours, const SamePath& same_path)
      : facts_{facts}, ours_{ours}, same_path_{same_path} {}

  Findings findings();

 private:
  std::string value(std::string_view name, std::string_view otherwise) const;
  std::string value(const Service& service, const std::string& name,
                    std::string_view otherwise) const;
  std::string set(const std::string& setting) const;
  std::string set(const Service& service, const std::string& name, const std::string& to) const;
  std::vector<Service> smtpds() const;
  bool is_chrooted(const std::string& service) const;
  std::string path_seen(const std::string& path, bool chrooted) const;
  bool is_ours(const MilterEntry& entry, bool chrooted) const;
  bool shares_our_name(const MilterEntry& entry) const;
  std::string our_words(bool chrooted) const;
  std::string milters_with(const Service& service, const MilterEntry& entry,
                           const std::string& last) const;
  std::string mended(const Service& service, const MilterEntry& entry, const std::string& name,
                     const std::string& to) const;
  void missing(const std::vector<Service>& services);
  void one_smtpd(const Service& service, const MilterEntry& entry);
  void default_action(const Service& service, const MilterEntry& entry);
  void times(const Service& service, const MilterEntry& entry);
  void the_rest();
  bool has_ours(const std::string& list) const;
  void say(Finding finding) { findings_.push_back(std::move(finding)); }

  const PostfixFacts& facts_;
  const OurSide& ours_;
  const SamePath& same_path_;
  Findings findings_;
};

std::string Examined::value(std::string_view name, std::string_view otherwise) const {
  const auto found = facts_.main.find(name);
  return found == facts_.main.end() ? std::string{otherwise} : found->second;
}

std::string Examined::value(const Service& service, const std::string& name,
                            std::string_view otherwise) const {
  const auto found = facts_.overrides.find(service.name + "/" + name);
  return found == facts_.overrides.end() ? value(name, otherwise) : found->second;
}

// In main.cf, or with "-P " before it in master.cf.
std::string Examined::set(const std::string& setting) const {
  const bool in_master = setting.starts_with("-P ");
  const auto folder = facts_.folder.empty() ? "" : " -c " + word(facts_.folder);
  return "sudo postconf" + folder + (in_master ? " -P " : " -e ") +
         word(in_master ? setting.substr(3) : setting) + " && sudo postfix" + folder + " reload";
}

std::string Examined::set(const Service& service, const std::string& name,
                          const std::string& to) const {
  const auto own = service.name + "/" + name;
  return set((facts_.overrides.contains(own) ? "-P " + own : name) + "=" + to);
}

// postconf(5), master(5): "-" is "n" since compatibility_level 1.
bool Examined::is_chrooted(const std::string& service) const {
  const auto found = facts_.services.find(service + "/chroot");
  if (found == facts_.services.end() || found->second == "n") return false;
  return found->second == "y" || value("compatibility_level", "0") == "0";
}

std::vector<Service> Examined::smtpds() const {
  std::vector<Service> services;
  for (const auto& [name, command] : facts_.services) {
    if (!name.ends_with("/command")) continue;
    const auto words = split(std::string_view{command});
    if (words.empty() || words.front() != "smtpd") continue;
    Service service{.name = name.substr(0, name.rfind('/')), .chrooted = false, .milters = {}};
    const auto off = value(service, "receive_override_options", "");
    if (off.find("no_milters") != std::string::npos) continue;
    service.chrooted = is_chrooted(service.name);
    service.milters = milter_list(value(service, "smtpd_milters", ""));
    services.push_back(std::move(service));
  }
  return services;
}

// Postfix's daemons stand in the queue's folder, and, chrooted, see nothing else.
std::string Examined::path_seen(const std::string& path, bool chrooted) const {
  const auto queue = value("queue_directory", "/var/spool/postfix");
  if (path.starts_with('/') && !chrooted) return path;
  return queue + (path.starts_with('/') ? "" : "/") + path;
}

bool Examined::is_ours(const MilterEntry& entry, bool chrooted) const {
  auto endpoint = endpoint_of(entry.name);
  if (!endpoint) return false;
  if (endpoint->is_unix()) endpoint->path = path_seen(endpoint->path, chrooted);
  return is_same(ours_.endpoint, *endpoint, same_path_);
}

// Meant for us, and led elsewhere by the chroot.
bool Examined::shares_our_name(const MilterEntry& entry) const {
  const auto endpoint = endpoint_of(entry.name);
  if (!endpoint || !endpoint->is_unix() || !ours_.endpoint.is_unix()) return false;
  const auto last = [](const std::string& path) { return path.substr(path.rfind('/') + 1); };
  return last(endpoint->path) == last(ours_.endpoint.path);
}

// What smtpd_milters has to say for us; "" where that smtpd cannot see our socket.
std::string Examined::our_words(bool chrooted) const {
  if (!ours_.endpoint.is_unix()) return in_words_of_postfix(ours_.endpoint);
  const auto queue = value("queue_directory", "/var/spool/postfix") + "/";
  if (ours_.endpoint.path.starts_with(queue))
    return "unix:" + ours_.endpoint.path.substr(queue.size());
  return chrooted ? "" : in_words_of_postfix(ours_.endpoint);
}

// The others as they are, and ours as `last`.
std::string Examined::milters_with(const Service& service, const MilterEntry& entry,
                                   const std::string& last) const {
  std::string list;
  for (const auto& milter : service.milters)
    if (&milter != &entry && !is_ours(milter, service.chrooted)) list += milter.text + ", ";
  return list + last;
}

// Where { name, … } itself says otherwise, that has to go.
std::string Examined::mended(const Service& service, const MilterEntry& entry,
                             const std::string& name, const std::string& to) const {
  return entry.settings.contains(name)
             ? set(service, "smtpd_milters", milters_with(service, entry, entry.name))
             : set(service, "milter_" + name, to);
}

void Examined::missing(const std::vector<Service>& services) {
  const bool chrooted = std::ranges::any_of(services, &Service::chrooted);
  const auto words = our_words(chrooted);
  const auto queue = value("queue_directory", "/var/spool/postfix");
  if (words.empty()) {
    const auto folder = queue + "/quilter";
    const auto listen = "listen = \"unix:" + folder + "/quilter.sock\"";
    say(wrong("smtpd is chrooted to " + queue + " and cannot see " + ours_.endpoint.path +
                  ": let quilterd listen below it, with milter." + listen,
              "sudo install -d -o quilter -g postfix -m 2750 " + word(folder) + " && " +
                  set("smtpd_milters=unix:quilter/quilter.sock")));
    return;
  }
  for (const auto& service : services)
    for (const auto& entry : service.milters)
      if (shares_our_name(entry)) {
        const auto path = endpoint_of(entry.name)->path;
        say(wrong(service.name + ": smtpd_milters says " + entry.name + ", which is " +
                      path_seen(path, service.chrooted) +
                      (service.chrooted ? " for a chrooted smtpd" : "") + "; our socket is " +
                      ours_.endpoint.path,
                  set(service, "smtpd_milters", words)));
        return;
      }
  const auto others = value("smtpd_milters", "");
  say(wrong("no smtpd hands its mail to us: smtpd_milters does not name " + words,
            set("smtpd_milters=" + (others.empty() ? "" : others + ", ") + words)));
}

void Examined::default_action(const Service& service, const MilterEntry& entry) {
  const auto own = entry.settings.find("default_action");
  const bool is_own = own != entry.settings.end();
  const auto action = is_own ? own->second : value(service, "milter_default_action", "tempfail");
  if (action == "tempfail") return;
  const auto effect = action == "accept"
                          ? "while the daemon is away mail passes unrecorded"
                          : "while the daemon is away mail is not kept at its client";
  say(wrong(service.name + (is_own ? ": default_action is " : ": milter_default_action is ") +
                action + (is_own ? " for our socket: " : ": ") + effect,
            mended(service, entry, "default_action", "tempfail")));
}

void Examined::times(const Service& service, const MilterEntry& entry) {
  const auto time = [&](const std::string& name, std::string_view otherwise) {
    const auto own = entry.settings.find(name);
    return postfix_time(own == entry.settings.end() ? value(service, "milter_" + name, otherwise)
                                                    : own->second);
  };
  // The disk below the spool, and the way there and back, come on top of the deadline.
  const auto least = std::chrono::ceil<seconds>(ours_.deadline) + seconds{10};
  const auto content = time("content_timeout", "300s").value_or(seconds{300});
  if (content < least)
    say(wrong(service.name + ": milter_content_timeout is " + std::to_string(content.count()) +
                  "s, and a message may take " + std::to_string(least.count()) +
                  "s (database.deadline, and the spool): it would be recorded and sent again",
              mended(service, entry, "content_timeout", "300s")));
  for (const auto* name : {"connect_timeout", "command_timeout"})
    if (const auto given = time(name, "30s").value_or(seconds{30}); given < seconds{5})
      say(warning(service.name + ": milter_" + name + " is " + std::to_string(given.count()) +
                      "s: too short for a busy host",
                  mended(service, entry, name, "30s")));
}

void Examined::one_smtpd(const Service& service, const MilterEntry& entry) {
  default_action(service, entry);
  times(service, entry);
  if (!is_ours(service.milters.back(), service.chrooted)) {
    say(warning(service.name + ": our socket is not the last of smtpd_milters: what the later "
                               "ones reject is recorded, what they change is not",
                set(service, "smtpd_milters", milters_with(service, entry, entry.text))));
  }
  const auto protocol = value(service, "milter_protocol", "6");
  if (whole_number(protocol).value_or(0) < 6)
    say(wrong(service.name + ": milter_protocol is " + protocol +
                  ": quilterd needs 6, and refuses every session otherwise",
              set(service, "milter_protocol", "6")));
}

bool Examined::has_ours(const std::string& list) const {
  const bool chrooted = is_chrooted("cleanup/unix");
  const auto entries = milter_list(list);
  return std::ranges::any_of(entries, [&](const auto& entry) { return is_ours(entry, chrooted); });
}

void Examined::the_rest() {
  if (!has_ours(value("non_smtpd_milters", "")))
    say(
        warning("non_smtpd_milters does not name our socket: mail that comes by sendmail(1), also "
                "of list managers, is not recorded",
                set("non_smtpd_milters=$smtpd_milters")));
  const auto limit = number(value("message_size_limit", "10240000"));
  const auto most = ours_.max_message_bytes;
  if (limit && (*limit == 0 || static_cast<std::size_t>(*limit) > most))
    say(warning("message_size_limit is " + std::to_string(*limit) + (*limit == 0 ? " (none)" : "") +
                    ", above milter.max_message_bytes (" + std::to_string(most) +
                    "): longer messages are recorded cut",
                set("message_size_limit=" + std::to_string(most))));
}

Findings Examined::findings() {
  const auto services = smtpds();
  std::vector<std::string> by;
  for (const auto& service : services) {
    const auto entry = std::ranges::find_if(
        service.milters, [&](const auto& milter) { return is_ours(milter, service.chrooted); });
    if (entry == service.milters.end()) continue;
    by.push_back(service.name);
    one_smtpd(service, *entry);
  }
  if (services.empty())
    say(skipped("master.cf has no smtpd that asks milters"));
  else if (by.empty())
    missing(services);
  if (!by.empty()) {
    the_rest();
    if (!has(findings_, Level::wrong) && !has(findings_, Level::warning))
      say(ok("Postfix hands us its mail, by " + joined(by)));
  }
  return findings_;
}

}  // namespace

Findings postfix_findings(const PostfixFacts& facts, const OurSide& ours,
                          const SamePath& same_path) {
  return Examined{facts, ours, same_path}.findings();
}

}  // namespace quilter::doctor
