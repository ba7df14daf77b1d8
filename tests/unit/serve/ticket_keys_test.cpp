#include "loadstar/serve/ticket_keys.hpp"

#include "catch.hpp"

using namespace loadstar;
using namespace loadstar::serve;

namespace {

constexpr base::TimePoint kStart{};
constexpr auto kLittle = std::chrono::milliseconds(1);

}  // namespace

TEST_CASE("a ticket key serves for an hour, and opens its tickets for one more",
          "[serve][tls][rfc5077]") {
  TicketKeys keys(kStart);
  const TicketKey first = keys.current(kStart);
  CHECK(keys.current(kStart + TicketKeys::kRotation - kLittle).name == first.name);

  const TicketKey second = keys.current(kStart + TicketKeys::kRotation);
  CHECK(second.name != first.name);
  CHECK(second.encryption != first.encryption);
  CHECK(second.signature != first.signature);
  const auto found = keys.find(first.name, kStart + 2 * TicketKeys::kRotation - kLittle);
  REQUIRE(found);
  CHECK(found->encryption == first.encryption);
  CHECK_FALSE(keys.find(first.name, kStart + 2 * TicketKeys::kRotation));
}

TEST_CASE("after a long silence no old ticket key counts", "[serve][tls]") {
  TicketKeys keys(kStart);
  const TicketKey first = keys.current(kStart);
  CHECK_FALSE(keys.find(first.name, kStart + 10 * TicketKeys::kRotation));
}

TEST_CASE("a ticket of another server is not opened", "[serve][tls]") {
  TicketKeys ours(kStart);
  TicketKeys theirs(kStart);
  CHECK_FALSE(ours.find(theirs.current(kStart).name, kStart));
}
