// A database with accounts, for the tests of what people change by the tool. root is admin, mia
// maintains, rob reviews, bot is one, ann submits, eve is nobody here.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "tests/support/catch.hpp"
#include "tests/support/demo_database.hpp"
#include "tests/support/members.hpp"

namespace quilter::test {

class Tracked {
 public:
  Tracked() {
    database.ask(
        "INSERT INTO account (login, admin) VALUES ('root', true), ('mia', false), "
        "('rob', false), ('bot', false), ('ann', false), ('eve', false); "
        "INSERT INTO role SELECT 1, id, CASE login WHEN 'mia' THEN 'maintainer' WHEN 'rob' "
        "THEN 'reviewer' ELSE 'bot' END FROM account WHERE login IN ('mia', 'rob', 'bot'); "
        "INSERT INTO account_address SELECT 'ann@example.org', id FROM account "
        "WHERE login = 'ann'");
  }

  void record(const Submission& submission) { database.record(submission); }

  // As a member of quilter_tracker: standard output and error, and the exit code in a last line.
  std::string said(const std::string& arguments) const {
    return outcome_of(tool(database.tracker()) + arguments);
  }
  std::string owner_said(const std::string& arguments) const {
    return outcome_of(tool(database.owner()) + arguments);
  }
  nlohmann::json json(const std::string& arguments) const {
    return nlohmann::json::parse(output_of(tool(database.tracker()) + "--json " + arguments));
  }
  static std::string tool(const std::string& connection) {
    return program("quilter") + " --database " + quoted(connection) + " ";
  }

  DemoDatabase database;
};

}  // namespace quilter::test
