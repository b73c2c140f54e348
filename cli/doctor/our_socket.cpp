#include "cli/doctor/our_socket.hpp"

#include <filesystem>
#include <system_error>

#include "core/source/child.hpp"

namespace quilter::doctor {
namespace {

// "Listen=/run/quilter/quilter.sock (Stream)", "Listen=127.0.0.1:8891 (Stream)".
std::optional<Endpoint> endpoint_of_unit(const std::string& listen) {
  const auto address = listen.substr(0, listen.find(' '));
  if (address.empty()) return std::nullopt;
  return endpoint_of((address.front() == '/' ? "unix:" : "inet:") + address);
}

}  // namespace

bool runs_systemd() {
  std::error_code ignored;
  return std::filesystem::is_directory("/run/systemd/system", ignored);
}

std::string unit_property(const std::string& unit, const std::string& name) {
  Child child{{"systemctl", "show", "--property=" + name, unit}};
  const auto line = child.line().value_or("");
  return line.starts_with(name + "=") ? line.substr(name.size() + 1) : "";
}

std::optional<Endpoint> our_socket(const Installation& installation) {
  const auto& listen = installation.config.milter.listen;
  if (!listen.starts_with("fd:")) return endpoint_of(listen);
  if (!runs_systemd()) return std::nullopt;
  return endpoint_of_unit(unit_property("quilter.socket", "Listen"));
}

}  // namespace quilter::doctor
