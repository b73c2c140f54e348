// The database, asked by the daemon's own connection.

#include <set>

#include "cli/doctor/clock.hpp"
#include "cli/doctor/installation.hpp"
#include "core/store/examination.hpp"
#include "core/store/schema.hpp"
#include "core/store/set_up.hpp"
#include "core/store/store.hpp"

namespace quilter::doctor {
namespace {

bool is_remote(const ServerFacts& server) {
  return !server.host.empty() && server.host.front() != '/' && server.host != "localhost" &&
         server.host != "127.0.0.1" && server.host != "::1";
}

// A folder of sockets that libpq finds by itself.
bool is_default(const std::string& host) {
  return host.empty() || host == "/run/postgresql" || host == "/var/run/postgresql";
}

// Runs as who owns the server, which is what PostgreSQL's own packages let user postgres be.
std::string as_superuser(const ServerFacts& server, const std::string& command) {
  return (is_remote(server) ? "" : "sudo -u postgres ") + command;
}

// A PgBouncer before it lets only few in, and postgres is not one of them.
ServerFacts server_itself(Examination& examination) {
  auto server = examination.server();
  const bool is_local = server.host.empty() || server.host.front() == '/';
  if (is_local && server.port != server.own_port) {
    server.host.clear();
    server.port = server.own_port;
  }
  return server;
}

std::string psql(const ServerFacts& server, const std::string& statement) {
  std::string command = "psql";
  if (!is_default(server.host)) command += " -h " + word(server.host);
  if (!server.port.empty() && server.port != "5432") command += " -p " + word(server.port);
  if (is_remote(server)) command += " -U postgres";
  return as_superuser(server, command + " -d " + word(server.database) + " -c " + word(statement));
}

// Of a libpq connection string.
std::string setting(const std::string& name, const std::string& value) {
  if (!value.empty() && value.find_first_of(" '\\") == std::string::npos) return name + "=" + value;
  std::string text = name + "='";
  for (const char c : value) text += (c == '\'' || c == '\\' ? "\\" : "") + std::string{c};
  return text + "'";
}

std::string quilter(const ServerFacts& server, const std::string& arguments) {
  std::string connection;
  if (!is_default(server.host)) connection += setting("host", server.host) + " ";
  if (!server.port.empty() && server.port != "5432") connection += "port=" + server.port + " ";
  if (is_remote(server)) connection += "user=postgres ";
  connection += setting("dbname", server.database);
  return as_superuser(server, "quilter --database " + word(connection) + " " + arguments);
}

std::string identifier(const std::string& name) {
  std::string text = "\"";
  for (const char c : name) text += c == '"' ? std::string{"\"\""} : std::string{c};
  return text + "\"";
}

// What stands in quotes behind `what`; "" where nothing does.
std::string quoted_after(std::string_view text, std::string_view what) {
  const auto start = text.find(std::string{what} + " \"");
  if (start == std::string_view::npos) return {};
  text.remove_prefix(start + what.size() + 2);
  return std::string{text.substr(0, text.find('"'))};
}

std::string set_up(const Installation& installation, const std::string& missing_role) {
  const auto daemon = installation.daemon ? installation.daemon->name : "quilter";
  return "sudo -u postgres quilter --database " +
         word(setting("dbname", database_name(installation.config.database.connection))) +
         " setup-db --run --role " + word(missing_role.empty() ? daemon : missing_role);
}

// By the words of libpq, which are all it gives. In other languages: the general answer.
std::string command_for(std::string_view why, const Installation& installation) {
  const auto says = [&](std::string_view words) {
    return why.find(words) != std::string_view::npos;
  };
  const auto database = quoted_after(why, "database"), role = quoted_after(why, "role");
  if (says("does not exist") && (!database.empty() || !role.empty()))
    return set_up(installation, role);
  if (says("Connection refused") || says("No such file") || says("starting up"))
    return std::string{"sudo systemctl start postgresql"} +
           (says(" on socket ") ? "" : "   # on the database's host");
  return "sudoedit " + word(installation.config_file) + "   # [database] connection";
}

// By way of another database, which is not under the setting itself.
std::string setting_reset(ServerFacts server, const ServerSetting& setting,
                          const std::string& value) {
  const auto role = "ALTER ROLE " + identifier(server.role);
  const auto in_database = " DATABASE " + identifier(server.database);
  const auto reset = " RESET " + setting.name;
  server.database = "postgres";
  if (setting.source == "user") return psql(server, role + reset);
  if (setting.source == "database") return psql(server, "ALTER" + in_database + reset);
  if (setting.source == "database user") return psql(server, role + " IN" + in_database + reset);
  return psql(server, "ALTER SYSTEM SET " + setting.name + " = " + value) +
         " -c 'SELECT pg_reload_conf()'";
}

// What a StoreError of this kind begins with; our line says it already.
constexpr std::string_view prefix = "database: ";

}  // namespace

void check_connection(const Installation& installation, const Report& report) {
  try {
    Examination examination{installation.config.database};
    const auto server = examination.server();
    report(ok("PostgreSQL " + server.version + ", database " + server.database + ", as role " +
              server.role));
  } catch (const StoreError& error) {
    std::string_view text = error.what();
    if (text.starts_with(prefix)) text.remove_prefix(prefix.size());
    if (is_current(installation.daemon))
      report(wrong(std::string{text}, command_for(text, installation)));
    else
      report(skipped(std::string{text} + " (not asked as the daemon's user: run as root)"));
  }
}

void check_schema(const Installation& installation, const Report& report) {
  Examination examination{installation.config.database};
  int version = 0;
  try {
    version = examination.schema_version();
  } catch (const StoreError& error) {
    return report(skipped(std::string{error.what()} + ": see rights"));
  }
  const int known = known_schema_version();
  const auto is = "the database has schema version " + std::to_string(version);
  if (version == known)
    report(ok("version " + std::to_string(version)));
  else if (version == 0)
    report(wrong("the database has no schema", quilter(server_itself(examination), "migrate")));
  else if (version < known)
    report(wrong(is + ", this program needs " + std::to_string(known),
                 quilter(server_itself(examination), "migrate")));
  else
    report(wrong(is + ", this program knows up to " + std::to_string(known) +
                     ": install the quilter that the other hosts have",
                 "sudo apt install --only-upgrade quilter"));
}

void check_rights(const Installation& installation, const Report& report) {
  Examination examination{installation.config.database};
  const auto server = server_itself(examination);
  const auto rights = examination.rights();
  if (!rights.has_schema) return report(skipped("there is no schema"));
  if (rights.superuser || rights.owner) {
    const auto role = installation.daemon ? installation.daemon->name : "quilter";
    report(warning("the daemon connects as " + server.role + ", " +
                       (rights.superuser ? "a superuser" : "the owner of the tables") +
                       ", and could change what people decided: let it be a member of "
                       "quilter_ingest, and name no other user in database.connection",
                   quilter(server, "setup-db --run --role " + word(role))));
    return;
  }
  if (!rights.lacking.empty() && rights.ingest)
    report(wrong("role " + server.role + " lacks: " + joined(rights.lacking),
                 quilter(server, "migrate")));
  else if (!rights.lacking.empty())
    report(wrong("role " + server.role + " is no member of quilter_ingest",
                 psql(server, "GRANT quilter_ingest TO " + identifier(server.role))));
  // A table's revoked right takes those of its columns along: `migrate` grants them anew.
  if (!rights.needless.empty()) {
    std::vector<std::string> revokes;
    for (const auto& right : rights.needless) {
      const auto on = right.find(" on ");
      auto what = right.substr(0, on);
      if (const auto of = what.find(" of "); of != std::string::npos)
        what = what.substr(0, of) + " (" + what.substr(of + 4) + ")";
      const bool function = what == "EXECUTE";  // which everybody has, unless it is taken from all
      const auto object = function
                              ? " ON FUNCTION " + right.substr(on + std::string_view{" on "}.size())
                              : right.substr(on);
      for (const auto& role : std::set<std::string>{server.role, "quilter_ingest"})
        revokes.push_back("REVOKE " + what + object + " FROM " + identifier(role) +
                          (function ? ", PUBLIC" : ""));
    }
    report(warning("role " + server.role + " has more than it needs: " + joined(rights.needless),
                   psql(server, joined(revokes, "; ")) + " && " + quilter(server, "migrate")));
  }
  if (rights.lacking.empty() && rights.needless.empty())
    report(ok("role " + server.role + " has what it needs, and no more"));
}

void check_locks(const Installation& installation, const Report& report) {
  Examination examination{installation.config.database};
  examination.require_excluding_locks();
  report(ok("advisory locks exclude between two sessions"));
}

void check_commits(const Installation& installation, const Report& report) {
  Examination examination{installation.config.database};
  const auto facts = examination.durability();
  if (facts.in_recovery)
    return report(wrong("the database is a standby: database.connection must lead to the primary",
                        "sudoedit " + word(installation.config_file) +
                            "   # [database] connection; of several hosts the primary: "
                            "target_session_attrs=read-write"));
  if (facts.read_only.value == "on")
    return report(wrong("the database is read-only (default_transaction_read_only)",
                        setting_reset(server_itself(examination), facts.read_only, "off")));
  examination.require_commits();
  report(ok("a transaction commits"));
}

void check_durability(const Installation& installation, const Report& report) {
  Examination examination{installation.config.database};
  const auto server = server_itself(examination);
  bool durable = true;
  for (const auto& setting : examination.durability().settings) {
    if (setting.value != "off") continue;
    durable = false;
    const auto is = setting.name + " is off: ";
    if (setting.name == "full_page_writes")
      report(warning(is + "a crash can damage the database, unless its file system writes whole "
                          "pages",
                     setting_reset(server, setting, "on")));
    else
      report(wrong(is + "mail that was accepted can be lost when the database's host crashes",
                   setting_reset(server, setting, "on")));
  }
  if (durable) report(ok("what is committed is on the database's disk"));
}

void check_projects(const Installation& installation, const Report& report) {
  Examination examination{installation.config.database};
  const auto projects = examination.projects();
  if (projects.tracked > 0)
    report(ok(std::to_string(projects.tracked) + " tracked, of " + std::to_string(projects.all)));
  else if (projects.all > 0)
    report(warning("none is tracked: no mail is recorded",
                   quilter(server_itself(examination), "project set NAME --tracked")));
  else
    report(warning("there is none: no mail is recorded",
                   quilter(server_itself(examination), "project add NAME --list-id LIST-ID")));
}

void check_clock(const Installation& installation, const Report& report) {
  Examination examination{installation.config.database};
  const auto before = std::chrono::system_clock::now();
  const auto theirs = examination.now();
  const auto after = std::chrono::system_clock::now();
  report(compared_clocks(before, theirs, after));
}

}  // namespace quilter::doctor
