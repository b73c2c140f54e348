#include "core/tracking/takeover.hpp"

#include "core/digest/digest.hpp"
#include "core/mail/text.hpp"

namespace quilter {
namespace {

// One patch of there, and what becomes of it.
class TakingOver {
 public:
  TakingOver(const PatchThere& there, const PatchHere& here, const TakeoverRules& rules,
             Takeover& takeover)
      : there_{there}, here_{here}, rules_{rules}, takeover_{takeover} {}

  void take_fields() {
    for (const auto field : patch_fields)
      if (const auto value = value_there(field)) take(field, *value);
  }

  void take_checks(const std::string& project) {
    for (const auto& one : there_.checks) {
      auto check = one.check;
      if (!is_web_address(check.url)) check.url.clear();
      if (one.date.empty() || !fault_of(check).empty()) {
        unfit(Unfit::no_check, one.check.context, {});
        continue;
      }
      const auto* login = login_of(one.user, "check " + one.check.context);
      if (login == nullptr) continue;
      if (check.url != one.check.url) unfit(Unfit::no_url, check.context, one.check.url);
      takeover_.checks.push_back({.patch = here_.id,
                                  .message_id = there_.message_id,
                                  .login = *login,
                                  .date = one.date,
                                  .check = check,
                                  .request = request_of(project, *login, one)});
    }
  }

 private:
  void unfit(Unfit unfit, const std::string& about, std::string more) {
    takeover_.unfit.add(unfit, about, {there_.message_id, std::move(more)});
  }

  const std::string* login_of(std::int64_t user, const std::string& what) {
    const auto found = rules_.logins.find(user);
    if (found != rules_.logins.end()) return &found->second;
    const auto name = rules_.usernames.find(user);
    unfit(Unfit::unknown_user,
          name != rules_.usernames.end() ? name->second : "user " + std::to_string(user), what);
    return nullptr;
  }

  // Nothing where it has none that counts here.
  std::optional<std::string> value_there(PatchField field) {
    switch (field) {
      case PatchField::state:
        return state_there();
      case PatchField::delegate:
        if (there_.delegate == 0) return "";
        if (const auto* login = login_of(there_.delegate, "delegate")) return *login;
        return std::nullopt;
      case PatchField::archived:
        return there_.archived ? "true" : "false";
      case PatchField::commit:
        break;
    }
    auto commit = lower(trim(there_.commit));
    if (commit.empty() || is_commit(commit)) return commit;
    unfit(Unfit::no_commit, there_.commit, {});
    return std::nullopt;
  }

  std::optional<std::string> state_there() {
    if (there_.state.empty()) return std::nullopt;
    const auto renamed = rules_.renamed.find(there_.state);
    const auto& state = renamed == rules_.renamed.end() ? there_.state : renamed->second;
    if (rules_.states.contains(state)) return state;
    unfit(Unfit::unknown_state, there_.state, {});
    return std::nullopt;
  }

  void take(PatchField field, const std::string& value) {
    const auto place = static_cast<std::size_t>(field);
    const auto& present = here_.values[field];
    switch (taking(present, here_.set_by.at(place), value)) {
      case Taking::same:
        ++takeover_.same.at(place);
        return;
      case Taking::taken:
        ++takeover_.taken.at(place);
        takeover_.steps.push_back({here_.id, field, present, value});
        return;
      case Taking::kept:
        break;
    }
    unfit(Unfit::set_here, std::string{to_string(field)},
          (present.empty() ? "none" : present) + " here, " + (value.empty() ? "none" : value) +
              " there");
  }

  // By what it says and not by its number there, which another database may have, too.
  std::string request_of(const std::string& project, const std::string& login,
                         const CheckThere& one) const {
    std::string said;
    for (const auto* part : {&project, &there_.message_id, &login, &one.date, &one.check.context,
                             &one.check.state, &one.check.url, &one.check.description})
      said += std::to_string(part->size()) + ' ' + *part;
    return sha256_hex(said).substr(0, 32);
  }

  const PatchThere& there_;
  const PatchHere& here_;
  const TakeoverRules& rules_;
  Takeover& takeover_;
};

}  // namespace

Taking taking(std::string_view here, std::string_view set_by, std::string_view there) {
  if (here == there) return Taking::same;
  return set_by.empty() || set_by == Actor::takeover().login ? Taking::taken : Taking::kept;
}

Takeover take_over(const std::string& name, const std::vector<PatchThere>& there,
                   const std::map<MessageId, PatchHere>& here, const TakeoverRules& rules,
                   std::size_t most_named) {
  Takeover takeover;
  takeover.unfit.most_named = most_named;
  for (const auto& patch : there) {
    const auto found = here.find(patch.message_id);
    if (found == here.end()) {
      takeover.unfit.add(Unfit::not_here, "patch", {patch.message_id, {}});
    } else if (found->second.id == 0) {
      takeover.unfit.add(Unfit::no_patch, found->second.kind, {patch.message_id, {}});
    } else {
      takeover.found.emplace(patch.message_id, found->second.id);
      TakingOver one{patch, found->second, rules, takeover};
      one.take_fields();
      one.take_checks(name);
    }
  }
  return takeover;
}

std::optional<std::string> check_state_there(int number) {
  constexpr std::array<std::string_view, 4> states{"pending", "success", "warning", "fail"};
  if (number < 0 || number >= static_cast<int>(states.size())) return std::nullopt;
  return std::string{states.at(static_cast<std::size_t>(number))};
}

}  // namespace quilter
