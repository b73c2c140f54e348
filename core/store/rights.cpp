#include "core/store/rights.hpp"

#include "core/mail/text.hpp"
#include "core/store/schema.hpp"

namespace quilter {
namespace {

// Ours are the tables of whoever owns the one that the migrations are kept in.
constexpr const char* our_tables =
    "WITH ours AS (SELECT c.oid, c.relname, c.relowner, c.relnamespace FROM pg_class c WHERE "
    "c.relkind IN ('r', 'p') AND pg_table_is_visible(c.oid) AND (c.relowner, c.relnamespace) = "
    "(SELECT relowner, relnamespace FROM pg_class WHERE oid = to_regclass('schema_migration'))) ";

// Each right, whether we have it, and whether a wider one implies it.
constexpr const char* each_right =
    "SELECT p || ' on ' || relname, has_table_privilege(oid, p), false FROM ours, unnest(ARRAY["
    "'SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'REFERENCES', 'TRIGGER']) p "
    "UNION ALL SELECT p || ' of ' || attname || ' on ' || relname, "
    "has_column_privilege(oid, attnum, p), has_table_privilege(oid, p) "
    "FROM ours JOIN pg_attribute ON attrelid = oid, unnest(ARRAY['INSERT', 'UPDATE']) p "
    "WHERE attnum > 0 AND NOT attisdropped "
    "UNION ALL SELECT 'EXECUTE on ' || p.proname, has_function_privilege(p.oid, 'EXECUTE'), false "
    "FROM pg_proc p WHERE (p.proowner, p.pronamespace) IN (SELECT relowner, relnamespace FROM ours)"
    " AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_proc'::regclass "
    "AND d.objid = p.oid AND d.deptype = 'e')"  // an extension's
    " UNION ALL SELECT DISTINCT 'CREATE on schema ' || nspname, "
    "has_schema_privilege(n.oid, 'CREATE'), false "
    "FROM ours JOIN pg_namespace n ON n.oid = relnamespace ORDER BY 1";

std::string without_comments(std::string_view sql) {
  std::string text;
  while (!sql.empty()) {
    const auto line = next_line(sql);
    text += std::string{line.substr(0, line.find("--"))} + '\n';
  }
  return text;
}

// The text between two words; what stands before and behind it stays outside.
std::string_view between(std::string_view text, std::string_view start, std::string_view end) {
  const auto from = text.find(start);
  const auto to = text.find(end, from == std::string_view::npos ? from : from + start.size());
  if (to == std::string_view::npos) return {};
  return text.substr(from + start.size(), to - from - start.size());
}

std::vector<std::string> objects_of(std::string_view statement,
                                    const std::vector<std::string>& tables) {
  const auto named = trim(between(statement, " ON ", " TO "));
  if (named.starts_with("ALL TABLES ")) return tables;
  std::vector<std::string> objects;
  for (const auto& object : split(named, ", "))
    if (object != "FUNCTION") objects.emplace_back(object);
  return objects;
}

void add_grant(std::set<std::string>& rights, std::string_view statement,
               const std::vector<std::string>& tables) {
  const auto what = between(statement, "GRANT ", " ON ");
  const std::string privilege{what.substr(0, what.find(' '))};
  const auto columns = between(what, "(", ")");
  for (const auto& object : objects_of(statement, tables)) {
    if (columns.empty()) rights.insert(privilege + " on " + object);
    for (const auto& column : split(columns, ", "))
      rights.insert(privilege + " of " + std::string{column} + " on " + object);
  }
}

std::vector<std::string> names_of_our_tables(pqxx::transaction_base& transaction) {
  std::vector<std::string> names;
  for (const auto& row : transaction.exec(std::string{our_tables} + "SELECT relname FROM ours"))
    names.push_back(row[0].as<std::string>());
  return names;
}

}  // namespace

std::set<std::string> rights_granted_by(std::string_view grants, std::string_view role,
                                        const std::vector<std::string>& tables) {
  std::set<std::string> rights;
  const auto text = without_comments(grants);
  for (const auto& statement : split(text, ";")) {
    std::string on_one_line;
    for (const auto& word : split(statement)) on_one_line += std::string{word} + ' ';
    if (on_one_line.starts_with("GRANT ") &&
        on_one_line.ends_with(" TO " + std::string{role} + ' '))
      add_grant(rights, on_one_line, tables);
  }
  return rights;
}

RightsFacts rights_of_current_role(pqxx::transaction_base& transaction) {
  RightsFacts facts;
  const auto rows = transaction.exec(
      std::string{our_tables} +
      "SELECT (SELECT rolsuper FROM pg_roles WHERE rolname = current_user), "
      "pg_has_role(relowner, 'USAGE'), "
      "EXISTS (SELECT FROM pg_roles WHERE rolname = 'quilter_ingest' AND pg_has_role(oid, "
      "'USAGE')) FROM ours LIMIT 1");
  facts.has_schema = !rows.empty();
  if (!facts.has_schema) return facts;
  const auto row = rows[0];
  facts.superuser = row[0].as<bool>();
  facts.owner = row[1].as<bool>();
  facts.ingest = row[2].as<bool>();
  const auto needed =
      rights_granted_by(grants_of_roles(), "quilter_ingest", names_of_our_tables(transaction));
  for (const auto& right : transaction.exec(std::string{our_tables} + each_right)) {
    const auto name = right[0].as<std::string>();
    const bool held = right[1].as<bool>(), implied = right[2].as<bool>();
    if (needed.contains(name) && !held) facts.lacking.push_back(name);
    if (!needed.contains(name) && held && !implied) facts.needless.push_back(name);
  }
  return facts;
}

}  // namespace quilter
