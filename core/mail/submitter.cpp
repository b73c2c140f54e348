// Who submitted a mail, also where the list put its own address into From (DMARC).
#include <algorithm>
#include <array>
#include <optional>

#include "core/mail/address.hpp"
#include "core/mail/text.hpp"

namespace quilter {
namespace {

using Addresses = std::vector<std::string>;

constexpr std::string_view via = " via ";

bool is_list(const std::string& address, const Addresses& list_addresses) {
  return std::find(list_addresses.begin(), list_addresses.end(), address) != list_addresses.end();
}

// "'Zoe Z' via golden" → "Zoe Z"; Google Groups puts the quotes there.
std::string without_via(std::string_view name) {
  name = trim(name.substr(0, name.rfind(via)));
  if (name.ends_with(via.substr(0, via.size() - 1))) name.remove_suffix(via.size() - 1);
  if (name.size() >= 2 && name.front() == '\'' && name.back() == '\'')
    name = name.substr(1, name.size() - 2);
  return std::string{trim(name)};
}

std::string_view local_part(std::string_view address) {
  return address.substr(0, address.rfind('@'));
}

// "Zoe via golden" <golden-bounces@list.example>: the list names itself, and the address is of its
// house.
bool is_via_list(const Mailbox& from, const Addresses& list_addresses) {
  const auto at = from.name.rfind(via);
  if (at == std::string::npos) return false;
  const auto list_name = trim(std::string_view{from.name}.substr(at + via.size()));
  const std::string_view address{from.address};
  return std::any_of(list_addresses.begin(), list_addresses.end(), [&](std::string_view list) {
    const auto domain = list.substr(std::min(list.rfind('@'), list.size()));
    return address.ends_with(domain) && (local_part(address).starts_with(local_part(list)) ||
                                         equal_ignoring_case(list_name, local_part(list)));
  });
}

// The first mailbox of these fields that is no list; with `name`, one that has this name.
std::optional<Mailbox> person(const std::vector<std::string_view>& bodies,
                              const Addresses& list_addresses, std::string_view name = {}) {
  for (const auto body : bodies)
    for (auto& mailbox : mailboxes(body)) {
      if (is_list(mailbox.address, list_addresses)) continue;
      if (name.empty() || equal_ignoring_case(without_via(mailbox.name), name))
        return std::move(mailbox);
    }
  return std::nullopt;
}

// First of all somebody of the name that From still has; then whoever the list says it was.
std::optional<Mailbox> behind_list(const Mail& mail, const Addresses& list_addresses,
                                   std::string_view name) {
  constexpr std::array<const char*, 3> replaced{"X-Original-From", "X-Original-Sender", "Reply-To"};
  if (!name.empty()) {
    for (const auto* field : replaced)
      if (auto found = person(all(mail, field), list_addresses, name)) return found;
    if (auto found = person(all(mail, "Cc"), list_addresses, name)) return found;
  }
  for (const auto* field : replaced)
    if (auto found = person(all(mail, field), list_addresses)) return found;
  return std::nullopt;
}

}  // namespace

Mailbox submitter(const Mail& mail, const Addresses& list_addresses,
                  const std::optional<Mailbox>& in_body_author) {
  Mailbox from;
  for (const auto* field : {"From", "Sender"})
    for (const auto body : all(mail, field))
      if (auto found = mailboxes(body); from.address.empty() && !found.empty())
        from = std::move(found.front());
  const auto rewritten = is_list(from.address, list_addresses) || is_via_list(from, list_addresses);
  if (!rewritten) return from;
  const auto name = without_via(from.name);
  auto found = behind_list(mail, list_addresses, name);
  if (!found) found = in_body_author;
  if (!found) return {name, from.address};
  found->name = without_via(found->name);
  if (found->name.empty()) found->name = name;
  return *found;
}

}  // namespace quilter
