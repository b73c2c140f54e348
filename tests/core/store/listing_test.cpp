// What lists let through, in which order, and where they go on.

#include "core/store/listing.hpp"

#include <set>

#include "core/store/archive.hpp"
#include "core/store/postgres_store.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/members.hpp"
#include "tests/support/scratch_database.hpp"

using namespace quilter;
using namespace quilter::test;
using Catch::Matchers::Contains;
using Ids = std::vector<std::string>;

namespace {

class Recorded {
 public:
  Recorded() : store_{options(), {}} {
    database_.ask(
        "INSERT INTO project (name, list_ids) VALUES ('two', '{two.example.org}'); "
        "INSERT INTO account (login) VALUES ('mia'), ('rob'); "
        "INSERT INTO role VALUES (1, 1, 'maintainer'), (1, 2, 'reviewer')");
  }

  void record(Submission mail, int project = 0, const std::string& path = "a.c") {
    if (mail.kind == Kind::patch) mail.files = {{path, "", ""}};
    REQUIRE(store_.record(store_.projects().at(static_cast<std::size_t>(project)), mail, {}, {})
                .status == Status::stored);
  }
  void set(const std::string& id, const std::string& values) {
    database_.ask("UPDATE patch SET " + values +
                  " WHERE message_row IN (SELECT id FROM message WHERE message_id = '" + id + "')");
  }

  Ids patches(const ListFilter& filter, const ListPage& page = {}) const {
    Ids ids;
    for (const auto& entry : Listing{database_.tracker()}.patches(filter, page).entries)
      ids.push_back(entry.message_id);
    return ids;
  }
  Ids series(const ListFilter& filter, const ListPage& page = {}) const {
    Ids names;
    for (const auto& entry : Listing{database_.tracker()}.series(filter, page).entries)
      names.push_back(entry.name.substr(std::string{"name of "}.size()));
    return names;
  }
  std::string connection() const { return database_.tracker(); }

 private:
  StoreOptions options() const {
    StoreOptions options;
    options.connection = database_.ingest();
    return options;
  }

  ReadyDatabase database_;
  PostgresStore store_;
};

// Of ann: a series of two with its cover letter, the second one Mia's and under review. Of bob: one
// that is archived, one without a date, and one to the other list.
void record_some(Recorded& listed) {
  listed.record(patch("cover", {1, 0, 2}));
  listed.record(patch("one", {1, 1, 2}, {"cover"}, 1), 0, "net/core.c");
  listed.record(patch("two", {1, 2, 2}, {"cover"}, 2), 0, "net/ipv4/a_b.c");
  listed.record(patch("old", {}, {}, -9000, "bob@example.org"), 0, "100%.rst");
  auto undated = patch("undated", {}, {}, 0, "bob@example.org");
  undated.date.reset();
  listed.record(undated);
  listed.record(patch("other", {}, {}, 5, "bob@example.org"), 1);
  listed.set("two", "state = 'under-review', delegate_id = 1");
  listed.set("old", "state = 'accepted', archived = true");
}

ListFilter filtered(const std::function<void(ListFilter&)>& set) {
  ListFilter filter;
  set(filter);
  return filter;
}

}  // namespace

TEST_CASE("a list has what passes all of its filters, the newest first") {
  Recorded listed;
  record_some(listed);
  struct Row {
    const char* what;
    std::function<void(ListFilter&)> set;
    Ids patches, series;
  };
  // One database for all rows: to make it costs more than what it is asked.
  const std::vector<Row> rows{
      {"all",
       [](auto&) {},
       {"other", "two", "one", "old", "undated"},
       {"other", "cover", "old", "undated"}},
      {"project", [](auto& f) { f.project = "two"; }, {"other"}, {"other"}},
      {"states",
       [](auto& f) {
         f.states = {"accepted", "under-review"};
       },
       {"two", "old"},
       {"cover", "old"}},
      {"open",
       [](auto& f) { f.open = true; },
       {"other", "two", "one", "undated"},
       {"other", "cover", "undated"}},
      {"open, and a state that is not",
       [](auto& f) {
         f.open = true;
         f.states = {"accepted"};
       },
       {},
       {}},
      {"delegate", [](auto& f) { f.delegate = "mia"; }, {"two"}, {"cover"}},
      {"nobody",
       [](auto& f) { f.delegate = ""; },
       {"other", "one", "old", "undated"},
       {"other", "cover", "old", "undated"}},
      {"somebody who has none", [](auto& f) { f.delegate = "rob"; }, {}, {}},
      {"a part of an address",
       [](auto& f) { f.submitter = "ANN@exam"; },
       {"two", "one"},
       {"cover"}},
      {"a part of a name",
       [](auto& f) { f.submitter = "bo"; },
       {"other", "old", "undated"},
       {"other", "old", "undated"}},
      {"no pattern", [](auto& f) { f.submitter = "_nn"; }, {}, {}},
      {"since", [](auto& f) { f.since = minute(2); }, {"other", "two"}, {"other"}},
      {"path", [](auto& f) { f.path = "net/"; }, {"two", "one"}, {"cover"}},
      {"path as it is", [](auto& f) { f.path = "net/ipv4/a_b.c"; }, {"two"}, {"cover"}},
      {"path with what LIKE knows", [](auto& f) { f.path = "100%.rst"; }, {"old"}, {"old"}},
      {"no path", [](auto& f) { f.path = "net"; }, {}, {}},
      {"words",
       [](auto& f) {
         f.words = {"NAME", "t"};
       },
       {"other", "two", "undated"},
       {"other", "undated"}},
      {"archived", [](auto& f) { f.archived = true; }, {"old"}, {"old"}},
      {"not archived",
       [](auto& f) { f.archived = false; },
       {"other", "two", "one", "undated"},
       {"other", "cover", "undated"}},
      {"several together",
       [](auto& f) {
         f.project = "demo";
         f.states = {"under-review"};
         f.delegate = "mia";
         f.submitter = "ann";
         f.since = minute(1);
         f.path = "*.c";
         f.words = {"two"};
         f.archived = false;
         f.open = true;
       },
       {"two"},
       {}},  // its name is the cover letter's
      {"what no text can break out of",
       [](auto& f) { f.words = {"'; DROP TABLE patch; --"}; },
       {},
       {}},
  };
  for (const auto& row : rows) {
    CAPTURE(row.what);
    CHECK(listed.patches(filtered(row.set)) == row.patches);
    CHECK(listed.series(filtered(row.set)) == row.series);
  }
}

TEST_CASE("a list is sorted as asked, and the other way round") {
  Recorded listed;
  record_some(listed);
  struct Row {
    SortKey sort;
    Ids want;
  };
  for (const auto& row :
       std::vector<Row>{{SortKey::date, {"other", "two", "one", "old", "undated"}},
                        {SortKey::state, {"one", "undated", "other", "two", "old"}},
                        {SortKey::submitter, {"one", "two", "old", "undated", "other"}},
                        {SortKey::delegate, {"two", "one", "old", "undated", "other"}},
                        {SortKey::name, {"old", "one", "other", "two", "undated"}}}) {
    CAPTURE(to_string(row.sort));
    CHECK(listed.patches({}, {.sort = row.sort, .after = {}}) == row.want);
    CHECK(listed.patches({}, {.sort = row.sort, .direction = Direction::reversed, .after = {}}) ==
          Ids(row.want.rbegin(), row.want.rend()));
  }
  CHECK(listed.series({}, {.sort = SortKey::name, .after = {}}) ==
        Ids{"cover", "old", "other", "undated"});
}

TEST_CASE("page by page each patch is seen once, while new ones come and people change states") {
  Recorded listed;
  for (int i = 0; i < 9; ++i)
    listed.record(patch("p" + std::to_string(i), {}, {}, i / 3), i % 2);  // three have one date
  const auto sort = GENERATE(SortKey::date, SortKey::submitter, SortKey::name);
  const auto direction = GENERATE(Direction::natural, Direction::reversed);
  const auto before = listed.patches({}, {.sort = sort, .direction = direction, .after = {}});
  Ids seen;
  ListPage page{.sort = sort, .direction = direction, .most = 2, .after = {}};
  for (int pages = 0;; ++pages) {
    REQUIRE(pages < 20);
    const auto list = Listing{listed.connection()}.patches({}, page);
    for (const auto& entry : list.entries) seen.push_back(entry.message_id);
    if (!list.next) break;
    page.after = list_position(to_string(*list.next));
    listed.record(patch("new" + std::to_string(pages), {}, {}, pages % 2 == 0 ? 99 : -99),
                  pages % 2);
    listed.set(seen.back(), "state = 'accepted'");
  }
  CHECK(std::set<std::string>(seen.begin(), seen.end()).size() == seen.size());
  Ids old;
  for (const auto& id : seen)
    if (id.starts_with('p')) old.push_back(id);
  CHECK(old == before);
}

TEST_CASE("what a list is asked for and is not there is refused") {
  Recorded listed;
  listed.record(patch("gone", {}), 1);
  listed.set("gone", "state = 'gone'");
  struct Row {
    std::function<void(ListFilter&)> set;
    ListPage page;
    const char* want;
  };
  for (const auto& row : std::vector<Row>{
           {[](auto& f) { f.project = "nosuch"; }, {}, "there is no project nosuch"},
           {[](auto& f) { f.delegate = "nosuch"; }, {}, "there is no account nosuch"},
           {[](auto& f) { f.states = {"nosuch"}; }, {}, "no project has a state nosuch"},
           {[](auto& f) { f.project = "demo", f.states = {"gone"}; },
            {},
            "project demo has no state gone"},
           {[](auto&) {}, {.after = ListPosition{SortKey::name, "x", 1}}, "of a list by name"}})
    CHECK_THROWS_WITH(listed.patches(filtered(row.set), row.page), Contains(row.want));
  CHECK_THROWS_WITH(listed.series({}, {.sort = SortKey::state, .after = {}}),
                    Contains("no one state"));
}
