// read_feed: a page of the feed.
//
// Errors: StoreError as in feed.hpp; libpqxx's exceptions pass through.
// Threads: a transaction belongs to one.
#pragma once

#include <pqxx/pqxx>

#include "core/store/feed.hpp"

namespace quilter {

// An expression of SQL: the lineage of the database that it is asked of.
extern const char* const feed_lineage;

// Refused where it names what is not there: whoever waits for that would wait for ever.
void require_known(pqxx::transaction_base& transaction, const EventFilter& filter);

EventPage read_feed(pqxx::transaction_base& transaction, const EventFilter& filter,
                    const Cursor& after, std::int64_t most);

// Behind all that read_feed can give now.
Cursor feed_horizon(pqxx::transaction_base& transaction);

}  // namespace quilter
