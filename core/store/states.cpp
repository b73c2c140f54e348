#include "core/store/states.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "core/mail/text.hpp"
#include "core/store/archive.hpp"
#include "core/store/attempts.hpp"
#include "core/store/pool.hpp"
#include "core/store/project_lock.hpp"
#include "core/store/require_right.hpp"
#include "core/store/schema.hpp"
#include "core/store/setting_events.hpp"
#include "core/store/sql.hpp"

namespace quilter {
namespace {

constexpr const char* first_state = "new";  // of every patch, by ingest

// As the table's CHECK says it.
bool is_state_name(std::string_view text) {
  return is_identifier(text, 100, "-") && text == lower(text) && text != every_state;
}

// As events tell it.
nlohmann::json described(const State& state) {
  nlohmann::json moves = nullptr;
  if (state.rule.moves_to) moves = *state.rule.moves_to;
  return {{"name", state.name},
          {"position", state.position},
          {"action_required", state.rule.action_required},
          {"by_submitter", state.rule.by_submitter},
          {"moves_to", moves}};
}

std::vector<State> states_of(pqxx::transaction_base& transaction, std::int64_t project) {
  std::vector<State> states;
  for (const auto& row : transaction.exec_params(
           "SELECT name, position, action_required, by_submitter, moves_to FROM state "
           "WHERE project_id = $1 ORDER BY position, name",
           project)) {
    states.push_back({row[0].as<std::string>(),
                      row[1].as<std::int32_t>(),
                      {row[2].as<bool>(), row[3].as<bool>(), std::nullopt}});
    if (row[4].is_null()) continue;
    const auto moves = sql::texts(row[4]);
    states.back().rule.moves_to.emplace(moves.begin(), moves.end());
  }
  return states;
}

// A project's, held until the transaction ends.
class HeldStates {
 public:
  HeldStates(pqxx::transaction_base& transaction, const std::string& by, std::string project)
      : transaction_{transaction},
        by_{by},
        project_{std::move(project)},
        id_{hold_settings(transaction, project_)},
        states_{states_of(transaction, id_)} {
    require_right(transaction, by, Action::run_project, project_);
  }

  const std::vector<State>& all() const { return states_; }
  const State* find(const std::string& name) const {
    const auto found = std::find_if(states_.begin(), states_.end(),
                                    [&](const State& state) { return state.name == name; });
    return found == states_.end() ? nullptr : &*found;
  }
  const State& required(const std::string& name) const {
    if (const auto* state = find(name)) return *state;
    throw Refused{"project " + project_ + " has no state " + name + ": see quilter state list " +
                  project_};
  }
  std::set<std::string> others(const std::string& name) const {
    std::set<std::string> names;
    for (const auto& state : states_)
      if (state.name != name) names.insert(state.name);
    return names;
  }

  void apply(const StateChange& change, State state) const {
    auto& rule = state.rule;
    state.position = change.position.value_or(state.position);
    rule.action_required = change.action_required.value_or(rule.action_required);
    rule.by_submitter = change.by_submitter.value_or(rule.by_submitter);
    const auto has_all = [](const std::vector<std::string>& names) {
      return std::find(names.begin(), names.end(), every_state) != names.end();
    };
    if (has_all(change.allowed)) rule.moves_to.reset();
    if (has_all(change.forbidden)) rule.moves_to.emplace();
    for (const auto& name : change.allowed) {
      if (name == every_state) continue;
      required(name);
      if (rule.moves_to) rule.moves_to->insert(name);
    }
    for (const auto& name : change.forbidden) {
      if (name == every_state) continue;
      required(name);
      if (!rule.moves_to) rule.moves_to = others(state.name);
      rule.moves_to->erase(name);
    }
    write(state);
  }

  void write(const State& state) const {
    std::string moves;
    if (state.rule.moves_to)
      moves = sql::array(std::vector(state.rule.moves_to->begin(), state.rule.moves_to->end()));
    transaction_.exec_params(
        "INSERT INTO state (project_id, name, position, action_required, by_submitter, moves_to) "
        "VALUES ($1, $2, $3, $4, $5, NULLIF($6, '')::text[]) "
        "ON CONFLICT (project_id, name) DO UPDATE SET position = excluded.position, "
        "action_required = excluded.action_required, by_submitter = excluded.by_submitter, "
        "moves_to = excluded.moves_to",
        id_, state.name, state.position, state.rule.action_required, state.rule.by_submitter,
        moves);
    const auto* before = find(state.name);
    tell_setting(transaction_, by_, id_, Setting::state, before ? described(*before) : nullptr,
                 described(state));
  }

  void remove(const State& state) const {
    const auto patches = transaction_.exec_params1(
        "SELECT count(*) FROM patch p JOIN message m ON m.id = p.message_row "
        "WHERE p.state = $1 AND m.project_id = $2",
        state.name, id_)[0];
    if (patches.as<std::int64_t>() > 0)
      throw Refused{"state " + state.name + " is that of patches, " + patches.as<std::string>() +
                    " in number: quilter patch list --project " + project_ + " --state " +
                    state.name + " --archived all"};
    for (auto other : states_)
      if (other.rule.moves_to && other.rule.moves_to->erase(state.name) > 0) write(other);
    transaction_.exec_params("DELETE FROM state WHERE project_id = $1 AND name = $2", id_,
                             state.name);
    tell_setting(transaction_, by_, id_, Setting::state, described(state), nullptr);
  }

 private:
  pqxx::transaction_base& transaction_;
  const std::string& by_;
  std::string project_;
  std::int64_t id_;
  std::vector<State> states_;
};

}  // namespace

States::States(const std::string& connection)
    : pool_{pool_with_schema(options_of_a_command(connection))} {}

States::~States() = default;

std::vector<State> States::list(const std::string& project) {
  return transact(*pool_, [&](pqxx::transaction_base& transaction) {
    return states_of(transaction, project_row(transaction, project));
  });
}

void States::add(const std::string& by, const std::string& project, const std::string& name,
                 const StateChange& change) {
  if (!is_state_name(name))
    throw Refused{
        "a state's name is 1 to 100 lower-case letters, digits and '-', the first a letter or "
        "digit; 'all' is none"};
  // A try after a commit in doubt finds it there.
  transact(*pool_, [&, tried = false](pqxx::transaction_base& transaction) mutable {
    const HeldStates states{transaction, by, project};
    const auto* there = states.find(name);
    if (there != nullptr && !tried)
      throw Refused{"project " + project + " has a state " + name + " already: quilter state set"};
    std::int32_t behind = 0;
    for (const auto& state : states.all()) behind = std::max(behind, state.position + 1);
    states.apply(change, there != nullptr ? *there : State{name, behind, {}});
    tried = true;
  });
}

void States::change(const std::string& by, const std::string& project, const std::string& name,
                    const StateChange& change) {
  transact(*pool_, [&](pqxx::transaction_base& transaction) {
    const HeldStates states{transaction, by, project};
    states.apply(change, states.required(name));
  });
}

// Alone in the project: nobody puts a patch into it meanwhile.
void States::remove(const std::string& by, const std::string& project, const std::string& name) {
  if (name == first_state) throw Refused{"new patches are new: that state stays"};
  transact(*pool_, [&, found = false](pqxx::transaction_base& transaction) mutable {
    transaction.exec("SET TRANSACTION ISOLATION LEVEL READ COMMITTED; SET LOCAL lock_timeout = " +
                     std::to_string(StoreOptions{}.lock_timeout.count()));
    const auto id = project_row(transaction, project);
    require_right(transaction, by, Action::run_project, project);  // who may not stops nobody
    transaction.exec(take_project(id));
    const HeldStates states{transaction, by, project};
    if (found && states.find(name) == nullptr) return;
    states.remove(states.required(name));
    found = true;
  });
}

}  // namespace quilter
