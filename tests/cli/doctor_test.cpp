// `quilter doctor`, by the real program: a healthy installation, faults planted one by one, and
// their mending by the very commands that it prints.

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <functional>
#include <nlohmann/json.hpp>

#include "core/spool/spool_folder.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/daemon.hpp"
#include "tests/support/scratch_database.hpp"

using namespace quilter;
using namespace quilter::test;
using Catch::Matchers::Contains;
using Catch::Matchers::EndsWith;
using Json = nlohmann::json;

namespace {

class Installed {
 public:
  Installed() : daemon_{database.ingest()} {
    std::filesystem::create_directory(spool());
    chmod(spool().c_str(), 0700);
    configure();
  }

  // Values that differ from the healthy configuration: {"listen", …}.
  struct Configuration {
    std::string listen, connection, min_free = "0", more;
  };
  void configure(const Configuration& other) const {
    std::ofstream{file()} << "[milter]\nlisten = \""
                          << (other.listen.empty() ? daemon_.address() : other.listen)
                          << "\"\n[database]\nconnection = \""
                          << (other.connection.empty() ? database.ingest() : other.connection)
                          << "\"\n[spool]\nfolder = \"" << spool()
                          << "\"\nmin_free = " << other.min_free << "\n"
                          << other.more;
  }
  void configure() const { configure({}); }

  std::string doctor(const std::string& more = "", const std::string& user = me(),
                     const std::string& mta_user = me()) const {
    return outcome_of(program("quilter") + " doctor --config " + quoted(file()) + " --user " +
                      user + " --mta-user " + mta_user + " --postfix " + quoted(folder()) +
                      " --sendmail-cf /nonexistent " + more);
  }

  std::string folder() const { return folder_.path(); }
  std::string file() const { return folder() + "/quilter.toml"; }
  std::string spool() const { return folder() + "/spool"; }
  std::string socket() const { return daemon_.address().substr(5); }
  static std::string me() {
    const auto name = output_of("id -un");
    return name.substr(0, name.find('\n'));
  }

  ReadyDatabase database;

 private:
  ScratchFolder folder_;
  Daemon daemon_;
};

// The command below the line, as it stands there, but for becoming root or postgres: PostgreSQL
// here trusts everybody, and the rest is ours.
void mend(const std::string& said, const std::string& line) {
  const auto start = said.find("mend: ", said.find(line)) + 6;
  auto command = said.substr(start, said.find('\n', start) - start);
  for (const std::string before : {"sudo -u postgres ", "sudo "})
    for (auto at = command.find(before); at != std::string::npos; at = command.find(before))
      command.erase(at, before.size());
  CAPTURE(command);
  CHECK_NOTHROW(output_of("export PGHOST=" + quoted(ScratchDatabase::host()) +
                          " PGUSER=postgres PATH=" + quoted(path_of("")) + ":$PATH; (" + command +
                          ") 2>&1"));
}

std::string superuser_sql(const ScratchDatabase& database, const std::string& statement) {
  return database.ask(statement + "; SELECT 'done'");
}

}  // namespace

TEST_CASE("a healthy installation is ok, and says of each thing that it is") {
  const Installed installed;
  const auto said = installed.doctor();
  CAPTURE(said);
  CHECK_THAT(said, EndsWith("\nstatus=0\n") && !Contains("wrong ") && !Contains("mend: ") ||
                       Contains("warning  spool: "));  // a scratch folder may be on a tmpfs
  for (const auto* check : {"configuration", "database", "schema", "rights", "locks", "commit",
                            "durability", "projects", "clock", "disk", "socket", "milter"})
    CHECK_THAT(said, Contains("ok       " + std::string{check} + ": "));
  CHECK_THAT(said, Contains("skipped  mta: no Postfix and no Sendmail is set up on this host"));
  const auto text = installed.doctor("--json");
  const auto findings = Json::parse(text.substr(0, text.find("status=")));
  CHECK(findings.size() >= 15);
  CHECK(findings[0]["check"] == "configuration");
  CHECK(findings[0]["result"] == "ok");
  CHECK(findings[0]["command"].is_null());
}

TEST_CASE("what is wrong with the database is told, and mended by the command beside it") {
  const Installed installed;
  const auto& database = installed.database;
  struct Row {
    std::string fault;  // SQL
    const char* want;
    bool is_wrong;
  };
  const auto alter = "ALTER DATABASE " + database.name() + " SET ";
  for (const Row& row : {
           Row{"REVOKE INSERT ON message, tie FROM quilter_ingest",
               "wrong    rights: role quilter_ingest lacks: INSERT on message, INSERT on tie\n",
               true},
           Row{"REVOKE UPDATE (name) ON person FROM quilter_ingest",
               "wrong    rights: role quilter_ingest lacks: UPDATE of name on person\n", true},
           Row{"GRANT DELETE, UPDATE ON patch TO quilter_ingest; "
               "GRANT UPDATE (subject) ON message TO quilter_ingest",
               "warning  rights: role quilter_ingest has more than it needs: DELETE on patch, "
               "UPDATE of subject on message, UPDATE on patch\n",
               false},
           Row{"REVOKE EXECUTE ON FUNCTION load_facts FROM quilter_ingest",
               "wrong    rights: role quilter_ingest lacks: EXECUTE on load_facts\n", true},
           // Everybody may execute a function, unless that is taken from all.
           Row{"SET ROLE quilter_owner; CREATE FUNCTION odd() RETURNS int LANGUAGE sql AS 'SELECT "
               "1'; "
               "RESET ROLE",
               "warning  rights: role quilter_ingest has more than it needs: EXECUTE on odd\n",
               false},
           Row{alter + "synchronous_commit = off",
               "wrong    durability: synchronous_commit is off: mail that was accepted can be lost",
               true},
           Row{"ALTER ROLE quilter_ingest SET synchronous_commit = off",
               "wrong    durability: synchronous_commit is off", true},
           Row{alter + "default_transaction_read_only = on",
               "wrong    commit: the database is read-only", true},
       }) {
    superuser_sql(database, row.fault);
    const auto said = installed.doctor();
    CAPTURE(row.fault, said);
    CHECK_THAT(said, Contains(row.want) && EndsWith(row.is_wrong ? "status=1\n" : "status=0\n"));
    mend(said, row.want);
    CHECK_THAT(installed.doctor(), !Contains(row.want) && EndsWith("status=0\n"));
  }
}

TEST_CASE("an extension's functions are not ours") {
  const Installed installed;
  superuser_sql(installed.database,
                "CREATE EXTENSION pg_trgm; ALTER FUNCTION show_limit() OWNER TO quilter_owner");
  CHECK_THAT(installed.doctor(), Contains("ok       rights: "));
}

TEST_CASE("a database without a schema is mended by migrate; a newer one by no command of ours") {
  const Installed installed;
  const ScratchDatabase empty;
  installed.configure({.listen = {}, .connection = empty.ingest(), .more = {}});
  const auto said = installed.doctor();
  CHECK_THAT(said, Contains("wrong    schema: the database has no schema\n") &&
                       Contains("skipped  rights: there is no schema\n") && EndsWith("status=1\n"));
  mend(said, "wrong    schema: ");
  CHECK_THAT(installed.doctor(), Contains("ok       schema: ") &&
                                     Contains("warning  projects: there is none") &&
                                     EndsWith("status=0\n"));
  superuser_sql(empty, "INSERT INTO schema_migration (version, name) VALUES (99, 'of tomorrow')");
  CHECK_THAT(installed.doctor(),
             Contains("the database has schema version 99") && EndsWith("status=1\n"));
}

TEST_CASE("a database, and a role, that are not there are mended by setup-db") {
  const Installed installed;
  struct Row {
    std::string database, in_toml, in_shell;
  };
  const auto row = GENERATE(values<Row>({
      {"new_database", "new_database", "dbname=new_database"},
      {"o'brien db", R"('o\\'brien db')", R"('dbname='\''o\'\''brien db'\''')"},
  }));
  const auto server = "host=" + ScratchDatabase::host();
  installed.configure(
      {.listen = {}, .connection = server + " user=new_role dbname=" + row.in_toml, .more = {}});
  for (const auto& missing :
       {std::string{"role \"new_role\""}, "database \"" + row.database + '"'}) {
    const auto said = installed.doctor();
    CAPTURE(said, missing);
    if (said.find(missing + " does not exist") == std::string::npos) continue;
    CHECK_THAT(said, Contains("mend: sudo -u postgres quilter --database " + row.in_shell +
                              " setup-db --run --role "));
    mend(said, missing);
  }
  const auto well = "ok       rights: role new_role has what it needs";
  CHECK_THAT(installed.doctor(), Contains(well) && EndsWith("status=0\n"));
  superuser_sql(installed.database, "REVOKE quilter_ingest FROM new_role");
  const auto said = installed.doctor();
  const std::string lacking = "wrong    rights: role new_role is no member of quilter_ingest";
  CHECK_THAT(said, Contains(lacking) && Contains("skipped  schema: ") && EndsWith("status=1\n"));
  mend(said, lacking);
  CHECK_THAT(installed.doctor(), Contains(well) && EndsWith("status=0\n"));
}

TEST_CASE("the daemon as owner or superuser, and projects that are not tracked, are warnings") {
  const Installed installed;
  installed.configure({.listen = {}, .connection = installed.database.owner(), .more = {}});
  CHECK_THAT(installed.doctor(),
             Contains("warning  rights: the daemon connects as quilter_owner, the owner of the "
                      "tables") &&
                 EndsWith("status=0\n"));
  installed.configure({.listen = {}, .connection = installed.database.superuser(), .more = {}});
  CHECK_THAT(installed.doctor(), Contains("as postgres, a superuser") && EndsWith("status=0\n"));
  superuser_sql(installed.database, "UPDATE project SET tracked = false");
  CHECK_THAT(installed.doctor(), Contains("warning  projects: none is tracked"));
}

TEST_CASE("a database that is away is one line, and shows no password") {
  const Installed installed;
  installed.configure(
      {.listen = {}, .connection = "host=/nonexistent password=hunter2 dbname=q", .more = {}});
  const auto said = installed.doctor();
  CHECK_THAT(said, Contains("wrong    database: ") &&
                       Contains("mend: sudo systemctl start postgresql") &&
                       Contains("skipped  locks: needs the check before: database") &&
                       !Contains("hunter2") && EndsWith("status=1\n"));
}

TEST_CASE("what is wrong on this host is told, with its command") {
  const Installed installed;
  const auto stale = installed.folder() + "/stale.sock";
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  stale.copy(address.sun_path, sizeof address.sun_path - 1);
  const int bound = ::socket(AF_UNIX, SOCK_STREAM, 0);
  REQUIRE(::bind(bound, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
  ::close(bound);
  const auto away = installed.folder() + "/none/quilter.sock";
  struct Row {
    Installed::Configuration configuration;
    std::string want, command;
  };
  for (const Row& row : {
           Row{{.listen = "unix:" + installed.folder() + "/none.sock",
          .connection = {},
          .more = {}},
               "wrong    socket: " + installed.folder() + "/none.sock is not there",
               "sudo systemctl start quilter"},
           Row{{.listen = "unix:" + away, .connection = {}, .more = {}},
               "wrong    socket: " + installed.folder() + "/none is not there",
               "sudo install -d -o " + Installed::me() + " -g "},
           Row{{.listen = "unix:" + installed.file(), .connection = {}, .more = {}},
               "wrong    socket: " + installed.file() + " is no socket",
               "sudo mv "},
           Row{{.listen = "unix:" + stale, .connection = {}, .more = {}},
               "wrong    milter: the daemon does not answer (as user " + Installed::me() +
                   "): cannot connect: Connection refused",
               "sudo systemctl start quilter"},
           Row{{.listen = "inet:1@0.0.0.0", .connection = {}, .more = {}},
               "warning  socket: inet:1@0.0.0.0 is not on loopback",
               "inet:1@127.0.0.1"},
           Row{{.listen = {}, .connection = {}, .min_free = "\"1048576MiB\"", .more = {}},
               "wrong    disk: ",
               "df -h "},
           Row{{.listen = {}, .connection = {}, .more = "colour = 1\n"},
               "wrong    configuration: " + installed.file() + ":8: spool.colour: unknown key",
               "sudoedit "},
       }) {
    installed.configure(row.configuration);
    const auto said = installed.doctor();
    CAPTURE(said);
    const auto line = said.find(row.want);
    REQUIRE(line != std::string::npos);
    CHECK_THAT(said.substr(line), Contains("mend: " + row.command) ||
                                      Contains("   # [milter] listen = \"" + row.command));
    CHECK_THAT(said, EndsWith("status=1\n"));
  }
}

TEST_CASE("the spool: missing, open to others, with mail that nobody has looked at") {
  const Installed installed;
  std::filesystem::remove_all(installed.spool());
  const auto said = installed.doctor();
  const std::string missing =
      "wrong    spool: the spool folder " + installed.spool() + " is not there";
  CHECK_THAT(said, Contains(missing) && EndsWith("status=1\n"));
  mend(said, missing);
  CHECK_THAT(installed.doctor(), !Contains(missing) && EndsWith("status=0\n"));

  chmod(installed.spool().c_str(), 0755);
  const auto open = installed.doctor();
  CHECK_THAT(open, Contains("warning  spool: " + installed.spool() + " is open to others"));
  mend(open, "is open to others");
  CHECK_THAT(installed.doctor(), !Contains("is open to others"));

  SpoolFolder spool{installed.spool()};
  Spooled mail;
  mail.message.bytes = "Subject: x\r\n\r\n";
  mail.arrived = Timestamp{};
  spool.keep(mail, Shelf::failed);
  spool.keep(mail, Shelf::torn);
  CHECK_THAT(installed.doctor(), Contains("warning  spool: 1 set aside") &&
                                     Contains("warning  spool: 1 torn") && EndsWith("status=0\n"));
}

TEST_CASE("root looks with the daemon's and the MTA's eyes") {
  if (::geteuid() != 0) return;
  const Installed installed;
  const auto as_mta = [&] { return installed.doctor("", "root", "nobody"); };
  chmod(installed.socket().c_str(), 0600);
  CHECK_THAT(as_mta(), Contains("has mode 0600 and group root: user nobody cannot write to it") &&
                           Contains("socket_mode") && Contains("skipped  milter: ") &&
                           EndsWith("status=1\n"));
  chmod(installed.socket().c_str(), 0660);
  CHECK_THAT(as_mta(), Contains("sudo install -d -o root -g nogroup -m 2750 "));
  chmod(installed.socket().c_str(), 0666);
  CHECK_THAT(as_mta(),
             Contains("warning  socket: ") && Contains("anybody on this host can hand in mail") &&
                 Contains("the daemon negotiates, as user nobody") && EndsWith("status=0\n"));
  const auto parent = std::filesystem::path{installed.socket()}.parent_path().string();
  chmod(parent.c_str(), 0700);
  CHECK_THAT(as_mta(), Contains("user nobody cannot enter " + parent));
  chmod(parent.c_str(), 0755);

  chmod(installed.file().c_str(), 0600);
  CHECK_THAT(installed.doctor("", "nobody"),
             Contains("user nobody cannot read " + installed.file()) &&
                 Contains(" belongs to root, but this runs as nobody") &&
                 Contains("mend: sudo chown -R nobody " + installed.spool()));
}

TEST_CASE("Postfix's own configuration is read by postconf") {
  if (std::system("PATH=$PATH:/usr/sbin; command -v postconf >/dev/null") != 0) return;
  const Installed installed;
  const auto write = [&](const std::string& milters) {
    std::ofstream{installed.folder() + "/main.cf"}
        << "compatibility_level = 3.6\nmyhostname = mx.example.org\nqueue_directory = "
           "/var/spool/postfix\nsmtpd_milters = "
        << milters << "\nnon_smtpd_milters = $smtpd_milters\n";
    std::ofstream{installed.folder() + "/master.cf"}
        << "smtp inet n - n - - smtpd\ncleanup unix n - n - 0 cleanup\n";
  };
  write("unix:" + installed.socket());
  CHECK_THAT(installed.doctor(), Contains("ok       mta: Postfix hands us its mail, by smtp/inet"));
  write("{unix:" + installed.socket() + ", default_action=accept}");
  CHECK_THAT(installed.doctor(), Contains("wrong    mta: smtp/inet: default_action is accept") &&
                                     Contains("mend: sudo postconf -c " + installed.folder() +
                                              " -e smtpd_milters=unix:" + installed.socket()) &&
                                     EndsWith("status=1\n"));
  write("inet:localhost:1");
  CHECK_THAT(installed.doctor(), Contains("wrong    mta: no smtpd hands its mail to us"));
}

TEST_CASE("all is ok through PgBouncer too") {
  if (std::system("PATH=$PATH:/usr/sbin; command -v pgbouncer >/dev/null") != 0) return;
  const Installed installed;
  const ScratchFolder folder;
  auto host = output_of("tests/support/pgbouncer start " + quoted(folder.path()) + " " +
                        quoted(ScratchDatabase::host()));
  host.pop_back();
  installed.configure(
      {.listen = {},
       .connection = host + " user=quilter_ingest dbname=" + installed.database.name(),
       .more = {}});
  const auto said = installed.doctor();
  output_of("tests/support/pgbouncer stop " + quoted(folder.path()));
  CHECK_THAT(said, Contains("ok       locks: ") && Contains("ok       commit: ") &&
                       EndsWith("status=0\n"));
}
