#include "tests/support/scratch_database.hpp"

#include <sys/stat.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <stdexcept>

namespace quilter::test {
namespace {

const std::string script = "tests/support/postgres";  // tests run from the source folder

// Memory is several times quicker than a disk, and who is killed loses no more there.
std::filesystem::path quick_folder() {
  constexpr std::uintmax_t room = std::uintmax_t{2} << 30U;
  const std::filesystem::path memory = "/dev/shm";
  std::error_code failed;
  const auto space = std::filesystem::space(memory, failed);
  const bool fits = !failed && space.available > room && std::getenv("TMPDIR") == nullptr;
  return fits ? memory : std::filesystem::temp_directory_path();
}

struct Cluster {
  ScratchFolder folder{quick_folder()};

  Cluster() { output_of(script + " start " + quoted(folder.path())); }
  ~Cluster() {
    static_cast<void>(
        std::system((script + " stop " + quoted(folder.path()) + " --immediate").c_str()));
  }

  static Cluster& instance() {
    static Cluster cluster;
    return cluster;
  }
};

}  // namespace

std::string quoted(const std::string& text) {
  std::string word = "'";
  for (const char c : text) word += c == '\'' ? std::string{"'\\''"} : std::string{c};
  return word + "'";
}

std::string output_of(const std::string& command) {
  std::string text;
  FILE* pipe = popen(command.c_str(), "r");
  if (pipe == nullptr) throw std::runtime_error{"cannot run: " + command};
  std::array<char, 65536> buffer{};
  for (std::size_t n = 0; (n = fread(buffer.data(), 1, buffer.size(), pipe)) > 0;)
    text.append(buffer.data(), n);
  const int status = pclose(pipe);
  if (status != 0) throw std::runtime_error{"failed: " + command + "\n" + text};
  return text;
}

std::string outcome_of(const std::string& command) {
  return output_of("{ " + command + "; } 2>&1; echo \"status=$?\"");
}

std::string path_of(const std::string& name) {
  const char* folder = std::getenv("QUILTER_BIN");
  if (folder == nullptr)
    throw std::runtime_error{"QUILTER_BIN must name the folder of quilter and quilterd"};
  return std::string{folder} + "/" + name;
}

std::string program(const std::string& name) {
  return quoted(path_of(name));
}

ScratchDatabase::ScratchDatabase() : ScratchDatabase{""} {}

ScratchDatabase::ScratchDatabase(const std::string& more) {
  static int number = 0;
  name_ = "test" + std::to_string(++number);
  command("CREATE DATABASE " + name_ + " OWNER quilter_owner " + more);
}

const std::string& ScratchDatabase::host() {
  return Cluster::instance().folder.path();
}

void ScratchDatabase::command(const std::string& statement) {
  output_of("psql -qX -v ON_ERROR_STOP=1 " +
            quoted("host=" + host() + " user=postgres dbname=postgres") + " -c " +
            quoted(statement));
}

std::string ScratchDatabase::connection(const std::string& role) const {
  return "host=" + host() + " user=" + role + " dbname=" + name_;
}

std::string ScratchDatabase::dump() const {
  return output_of(program("quilter") + " --database " + quoted(ingest()) + " dump --project demo");
}

std::string ScratchDatabase::ask(const std::string& query) const {
  return output_of("psql -qXAt -v ON_ERROR_STOP=1 " + quoted(superuser()) + " -c " + quoted(query));
}

// To copy one takes a fraction of what it takes to make one.
ReadyDatabase::ReadyDatabase() : ScratchDatabase{"TEMPLATE " + ready_to_copy()} {}

const std::string& ReadyDatabase::ready_to_copy() {
  static const std::string name = [] {
    const ScratchDatabase first;
    const auto tool = program("quilter") + " --database " + quoted(first.owner());
    output_of(tool + " migrate");
    output_of(tool + " project add demo --list-id demo.lists.example.org");
    first.ask("DELETE FROM event");  // tests tell what happens in it
    return first.name();
  }();
  return name;
}

DatabaseCopy::DatabaseCopy(const ScratchDatabase& original)
    : ScratchDatabase{"TEMPLATE " + original.name()} {}

DatabaseCopy::~DatabaseCopy() {
  try {
    command("DROP DATABASE " + name() + " WITH (FORCE)");
  } catch (const std::runtime_error&) {  // it goes with the cluster
  }
}

ScratchFolder::ScratchFolder() : ScratchFolder{std::filesystem::temp_directory_path()} {}

ScratchFolder::ScratchFolder(const std::filesystem::path& parent) {
  std::string name = parent / "quilter-test-XXXXXX";
  if (mkdtemp(name.data()) == nullptr) throw std::runtime_error{"cannot make a scratch folder"};
  chmod(name.c_str(), 0755);  // PostgreSQL and Postfix run as users of their own
  path_ = name;
}

ScratchFolder::~ScratchFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

}  // namespace quilter::test
