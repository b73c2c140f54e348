#include <libpq-fe.h>

#include <array>
#include <stdexcept>

#include "bench/targets.hpp"

namespace quilter::bench {
namespace {

class InsertTarget : public Target {
 public:
  explicit InsertTarget(const std::string& connection)
      : connection_{PQconnectdb(connection.c_str())} {
    if (PQstatus(connection_.get()) != CONNECTION_OK) complain();
    check(PQprepare(connection_.get(), "bare", "INSERT INTO bare (message_id, raw) VALUES ($1, $2)",
                    2, nullptr));
  }

  void send(const ListMail& mail) override {
    const auto text = mail.text();
    const std::array<const char*, 2> values{mail.message_id.c_str(), text.data()};
    const std::array<int, 2> lengths{0, static_cast<int>(text.size())};
    const std::array<int, 2> formats{0, 1};
    check(PQexecPrepared(connection_.get(), "bare", 2, values.data(), lengths.data(),
                         formats.data(), 0));
  }

 private:
  struct Finish {
    void operator()(PGconn* connection) const { PQfinish(connection); }
  };

  [[noreturn]] void complain() const {
    throw std::runtime_error{PQerrorMessage(connection_.get())};
  }

  void check(PGresult* result) const {
    const bool done = PQresultStatus(result) == PGRES_COMMAND_OK;
    PQclear(result);
    if (!done) complain();
  }

  std::unique_ptr<PGconn, Finish> connection_;
};

}  // namespace

std::unique_ptr<Target> make_insert_target(const std::string& connection) {
  return std::make_unique<InsertTarget>(connection);
}

}  // namespace quilter::bench
