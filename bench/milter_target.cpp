#include <stdexcept>

#include "bench/targets.hpp"
#include "tests/support/fake_mta.hpp"

namespace quilter::bench {
namespace {

class MilterTarget : public Target {
 public:
  MilterTarget(const std::string& address, char verdict) : mta_{address}, verdict_{verdict} {
    mta_.negotiate();
  }

  void send(const ListMail& mail) override {
    test::Delivery delivery;
    for (const auto& [name, body] : mail.header) delivery.header.emplace_back(name, " " + body);
    delivery.body = mail.body;
    delivery.queue_id = "4F3A1";
    if (const auto answer = mta_.deliver(delivery); answer.verdict != verdict_)
      throw std::runtime_error{std::string{"the milter answers "} + answer.verdict + " " +
                               answer.text};
  }

 private:
  test::FakeMta mta_;
  char verdict_;
};

}  // namespace

std::unique_ptr<Target> make_milter_target(const std::string& address, char verdict) {
  return std::make_unique<MilterTarget>(address, verdict);
}

}  // namespace quilter::bench
