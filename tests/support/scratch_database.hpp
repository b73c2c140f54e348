// A throw-away PostgreSQL for one test program, and a fresh database for each test.
//
// Promise: the cluster lives in a scratch folder, in memory where there is room and TMPDIR names
// none, with PostgreSQL's default settings, and is stopped at the program's end.
// Errors: std::runtime_error with what the script said.
// Threads: none; a local of one test.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace quilter::test {

// Standard output of a shell command; std::runtime_error where it fails.
std::string output_of(const std::string& command);

// Standard output and error of a shell command, and its exit code in a last line, "status=0".
std::string outcome_of(const std::string& command);

// `text` as one word of a shell.
std::string quoted(const std::string& text);

// The path of a program that this build has made: "quilter", "quilterd".
std::string path_of(const std::string& name);

// The same, as a word of a shell.
std::string program(const std::string& name);

class ScratchDatabase {
 public:
  ScratchDatabase();  // empty: no schema

  std::string owner() const { return connection("quilter_owner"); }
  std::string ingest() const { return connection("quilter_ingest"); }
  std::string tracker() const { return connection("quilter_tracker"); }
  std::string superuser() const { return connection("postgres"); }
  std::string dump() const;                         // the canonical dump of project "demo"
  std::string ask(const std::string& query) const;  // as superuser; columns divided by "|"
  const std::string& name() const { return name_; }
  static const std::string& host();  // the folder of the cluster's socket

 protected:
  explicit ScratchDatabase(const std::string& more);  // of CREATE DATABASE
  static void command(const std::string& statement);  // as superuser, in database postgres

 private:
  std::string connection(const std::string& role) const;
  std::string name_;
};

// With schema and one project "demo" (list id demo.lists.example.org).
class ReadyDatabase : public ScratchDatabase {
 public:
  ReadyDatabase();

 private:
  static const std::string& ready_to_copy();
};

// What is in another one, which nobody may be connected to meanwhile. Gone with the object.
class DatabaseCopy : public ScratchDatabase {
 public:
  explicit DatabaseCopy(const ScratchDatabase& original);
  ~DatabaseCopy();
  DatabaseCopy(const DatabaseCopy&) = delete;
  DatabaseCopy& operator=(const DatabaseCopy&) = delete;
};

// A folder that goes with the object.
class ScratchFolder {
 public:
  ScratchFolder();
  explicit ScratchFolder(const std::filesystem::path& parent);
  ~ScratchFolder();
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

}  // namespace quilter::test
