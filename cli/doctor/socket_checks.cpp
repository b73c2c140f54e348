// Our socket, with the MTA's eyes.

#include <grp.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <filesystem>
#include <system_error>
#include <vector>

#include "cli/doctor/installation.hpp"
#include "cli/doctor/our_socket.hpp"
#include "milter/error.hpp"
#include "milter/own_client.hpp"

namespace quilter::doctor {
namespace {

using namespace std::chrono_literals;

constexpr const char* start = "sudo systemctl start quilter";

std::string group_name(gid_t id) {
  std::array<char, 16'384> room{};
  group found{};
  group* result = nullptr;
  ::getgrgid_r(id, &found, room.data(), room.size(), &result);
  return result == nullptr ? std::to_string(id) : result->gr_name;
}

std::string octal(mode_t mode) {
  std::string digits = "0000";
  for (unsigned i = 0; i < 4; ++i)
    digits[3 - i] = static_cast<char>('0' + ((mode >> (3 * i)) & 7U));
  return digits;
}

// By the rights of who we are now: the MTA's user.
std::string me() {
  return current_user().name;
}

// The first folder on the way that cannot be passed; "" for none.
std::string closed_folder(const std::string& path) {
  std::filesystem::path way;
  for (const auto& part : std::filesystem::path{path}.parent_path()) {
    way /= part;
    if (::access(way.c_str(), X_OK) != 0 && errno == EACCES) return way.string();
  }
  return {};
}

// Where it is not the MTA's user who looks, what is closed to us need not be to it.
bool sees_as_the_mta(const Installation& installation) {
  return ::geteuid() == 0 || is_current(installation.mta_user);
}

Finding closed(const Installation& installation, const std::string& text,
               const std::string& command) {
  return sees_as_the_mta(installation)
             ? wrong(text, command)
             : skipped(text + " (not looked at as the MTA's user: run as root)");
}

// A folder whose set-group-id bit gives its group to each socket that is made in it. What is below
// /run is made anew at each boot.
std::string folder_for(const Installation& installation, const std::string& folder) {
  const auto user = installation.daemon ? installation.daemon->name : "quilter";
  const auto group = installation.mta_user ? group_name(installation.mta_user->group) : "postfix";
  if (installation.config.milter.listen.starts_with("fd:"))
    return "sudo systemctl edit quilter.socket   # [Socket] SocketGroup=" + group;
  const std::string restart = " && sudo systemctl restart quilter";
  if (!folder.starts_with("/run/"))
    return "sudo install -d -o " + word(user) + " -g " + word(group) + " -m 2750 " + word(folder) +
           restart;
  const auto line = "d " + folder + " 2750 " + user + " " + group + " -";
  return "echo " + word(line) + " | sudo tee /etc/tmpfiles.d/00-quilter.conf && sudo " +
         "systemd-tmpfiles --create 00-quilter.conf" + restart;
}

bool may_pass(const Installation& installation, const std::string& path, const Report& report) {
  const auto folder = closed_folder(path);
  if (folder.empty()) return true;
  const bool is_last = folder == std::filesystem::path{path}.parent_path();
  report(closed(installation, "user " + me() + " cannot enter " + folder,
                is_last ? folder_for(installation, folder) : "sudo chmod a+x " + word(folder)));
  return false;
}

void missing(const Installation& installation, const std::string& path, const Report& report) {
  const auto folder = std::filesystem::path{path}.parent_path();
  std::error_code ignored;
  if (!std::filesystem::exists(folder, ignored))
    return report(wrong(folder.string() + " is not there", folder_for(installation, folder)));
  report(wrong(path + " is not there: the daemon does not run, or listens elsewhere", start));
}

void check_rights_of(const Installation& installation, const std::string& path,
                     const struct stat& facts, const Report& report) {
  const auto is =
      path + " has mode " + octal(facts.st_mode & 07777) + " and group " + group_name(facts.st_gid);
  if (::access(path.c_str(), W_OK) != 0) {
    const bool for_group = (facts.st_mode & S_IWGRP) != 0;
    const auto folder = std::filesystem::path{path}.parent_path().string();
    return report(closed(
        installation, is + ": user " + me() + " cannot write to it",
        for_group ? folder_for(installation, folder)
                  : "sudoedit " + word(installation.config_file) +
                        "   # [milter] socket_mode = \"0660\", then: systemctl restart quilter"));
  }
  if ((facts.st_mode & S_IWOTH) != 0)
    return report(warning(is + ": anybody on this host can hand in mail",
                          "sudoedit " + word(installation.config_file) +
                              "   # [milter] socket_mode = \"0660\", then: systemctl restart "
                              "quilter"));
  report(ok(is));
}

void check_unix_socket(const Installation& installation, const std::string& path,
                       const Report& report) {
  if (!may_pass(installation, path, report)) return;
  struct stat facts {};
  if (::stat(path.c_str(), &facts) != 0) return missing(installation, path, report);
  if (!S_ISSOCK(facts.st_mode))
    return report(wrong(path + " is no socket", "sudo mv " + word(path) + " " +
                                                    word(path + ".old") +
                                                    " && sudo systemctl restart quilter"));
  check_rights_of(installation, path, facts, report);
}

void check_inet_socket(const Installation& installation, const Endpoint& endpoint,
                       const Report& report) {
  if (endpoint.host.empty() || is_loopback(endpoint.host))
    return report(ok(in_words_of_libmilter(endpoint) + ", on loopback"));
  report(warning(in_words_of_libmilter(endpoint) +
                     " is not on loopback, and a milter's socket has no password",
                 "sudoedit " + word(installation.config_file) +
                     "   # [milter] listen = \"inet:" + endpoint.port + "@127.0.0.1\""));
}

}  // namespace

void check_socket(const Installation& installation, const Report& report) {
  const auto endpoint = our_socket(installation);
  const auto& listen = installation.config.milter.listen;
  if (!endpoint)
    return report(skipped(listen + ": systemd has the socket, and does not say which"));
  if (const auto& group = installation.config.milter.socket_group;
      !group.empty() && ::getgrnam(group.c_str()) == nullptr)
    report(wrong("milter.socket_group: there is no group " + group,
                 "sudoedit " + word(installation.config_file) + "   # [milter] socket_group"));
  if (endpoint->is_unix())
    check_unix_socket(installation, endpoint->path, report);
  else
    check_inet_socket(installation, *endpoint, report);
}

void check_milter(const Installation& installation, const Report& report) {
  constexpr auto patience = 5s;
  const auto endpoint = our_socket(installation);
  if (!endpoint) return report(skipped("it is not known which socket is ours"));
  const auto trouble = milter::OwnClient{in_words_of_libmilter(*endpoint)}.try_it(patience, -1);
  const auto as = is_current(installation.mta_user) || installation.mta == Mta::none
                      ? "as user " + me()
                      : "as user " + me() + ", not as the MTA's: run as root";
  if (trouble.empty()) return report(ok("the daemon negotiates, " + as));
  const bool hangs = trouble.starts_with("no answer");
  report(wrong("the daemon does not answer (" + as + "): " + trouble,
               hangs ? "sudo systemctl restart quilter" : start));
}

}  // namespace quilter::doctor
